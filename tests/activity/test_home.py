"""Home: what needs me today, what is left, what is new; for each role something sensible (R1.14)."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.activity.commands import make_statement
from tallyhub.kernel import clock
from tallyhub.learning.models import Assignment
from tallyhub.office.models import Enquiry
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.users import commands as users
from tallyhub.support.models import Change, Message, Request
from tests.activity.test_customer_activity import text
from tests.learning.people import ask, learn
from tests.make import days, give_request, grant, make_activity, make_entitlement, make_package, make_request
from tests.people.people import acting, invite, make_known
from tests.world import NOW

STATEMENTS_MAX = 10


def read(client: Client, who: Any) -> str:
    client.force_login(who)
    answer = client.get("/")
    assert answer.status_code == 200
    return text(answer.content.decode())


def needs(page: str) -> str:
    return page.partition("What needs me today")[2].partition("What is left")[0]


def news(page: str) -> str:
    return page.partition("News of the last two weeks")[2]


def waiting(world: SimpleNamespace, **over: Any) -> Request:
    fields = {"status": "waiting", "waiting_since": NOW, "opened_by_id": world.contact.pk, "title": "Printer is silent"}
    request = make_request(world.north, **fields | over)
    give_request(request, world.contact, why="opened")
    return request


def test_whoever_opened_a_request_reads_that_it_waits_for_them(world: SimpleNamespace, client: Client) -> None:
    request = waiting(world)
    waiting(world, status="in_progress", title="Goes on")
    assert f"{request.number} waits for your answer: Printer is silent" in needs(read(client, world.contact))
    assert "Goes on" not in needs(read(client, world.contact))
    for other in (world.admin, world.member, world.csam):
        assert "waits for your answer" not in read(client, other)


def test_a_primary_contact_reads_it_too_and_not_without_seeing_the_request(
    world: SimpleNamespace, client: Client
) -> None:  # R1.5
    request = waiting(world, primary_contact_id=world.member.pk)
    assert "Printer" not in read(client, world.member)
    give_request(request, world.member, why="primary")
    assert "Printer is silent" in needs(read(client, world.member))


def test_an_engineer_reads_what_is_assigned_with_what_is_due_first(world: SimpleNamespace, client: Client) -> None:
    mine = {"assigned_to_id": world.engineer.pk, "status": "assigned"}
    make_request(world.north, title="Some time", **mine)
    make_request(world.north, title="Tomorrow", answer_due_at=NOW + timedelta(days=1), **mine)
    make_request(world.south, title="Yesterday", answer_due_at=NOW - timedelta(days=1), **mine)
    make_request(world.south, title="Nobody’s")
    make_request(world.south, title="Answered", **mine | {"status": "waiting"})
    page = needs(read(client, world.engineer))
    assert "overdue. Yesterday" in page
    assert page.index("Yesterday") < page.index("Tomorrow") < page.index("Some time")
    assert "Nobody" not in page
    assert "Answered" not in page


def test_an_engineer_of_several_customers_reads_of_all_of_them(world: SimpleNamespace, client: Client) -> None:
    grant(world.engineer, "engineer", world.birch)
    make_request(world.birch_main, title="Over there", assigned_to_id=world.engineer.pk, status="assigned")
    assert "Over there" in needs(read(client, world.engineer))


def test_the_account_team_reads_what_nobody_has_taken_or_heard(world: SimpleNamespace, client: Client) -> None:
    make_request(world.north, title="Untaken")
    make_request(world.south, title="Urgent", called_at=NOW, assigned_to_id=world.engineer.pk)
    make_request(world.birch_main, title="Elsewhere")
    asked = {"customer_id": world.cedar.pk, "wish": "workspace", "name": "West", "asked_by_id": world.admin.pk}
    Enquiry.objects.using("owner").create(**asked, asked_at=NOW)
    for who in (world.csam, world.coordinator):
        page = needs(read(client, who))
        assert "assigned to nobody: Untaken" in page
        assert "nobody has acknowledged the priority call. Urgent" in page
        assert page.index("Urgent") < page.index("Untaken")
        assert "An enquiry waits for an answer: West" in page
        assert "Elsewhere" not in page
    assert "Untaken" not in needs(read(client, world.admin))
    assert "West" not in needs(read(client, world.admin))


def test_whoever_manages_people_reads_which_invitations_lapse(world: SimpleNamespace, client: Client) -> None:
    invite(world.north, make_known("Soon"), name="Soon Out", expires_at=NOW + timedelta(days=1))
    invite(world.north, make_known("Gone"), name="Gone By", expires_at=NOW - timedelta(days=1))
    invite(world.north, make_known("Fresh"), name="Fresh In", expires_at=NOW + timedelta(days=9))
    invite(world.north, make_known("Old"), name="Old Hat", expires_at=NOW - timedelta(days=60))
    invite(world.south, make_known("South"), name="South Side", expires_at=NOW + timedelta(days=1))
    page = needs(read(client, world.north_admin))
    assert "The invitation of Soon Out lapses soon" in page
    assert "The invitation of Gone By has lapsed" in page
    for name in ("Fresh In", "Old Hat", "South Side"):
        assert name not in page
    assert "South Side" in needs(read(client, world.admin))
    assert "Soon Out" not in read(client, world.reader)


def test_who_renews_reads_what_ends_within_ninety_days(world: SimpleNamespace, client: Client) -> None:
    for code, ends_on in (("NEAR", date(2026, 12, 1)), ("FAR", date(2027, 6, 1))):
        term = days(date(2026, 1, 1), ends_on)
        package = make_package(world.agreement, world.north, code=code, name=code.title(), scope="addon", term=term)
        make_entitlement(package, world.credits, bought=1000)
    for who in (world.admin, world.north_admin, world.csam):
        page = needs(read(client, who))
        assert "Cedar unified · Near ends in 10 days" in page
        assert "Cedar unified ends in 40 days" in page
        assert page.index("Near ends") < page.index("Cedar unified ends")
        assert "Far" not in page
    assert "ends in 10 days: use" not in read(client, world.reader)


def test_news_are_what_others_did_in_what_one_may_see(world: SimpleNamespace, client: Client) -> None:
    request = waiting(world, title="Told of")
    hidden = make_request(world.north, title="Kept from", changed_at=NOW)
    for each in (request, hidden):
        where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": each, "at": NOW}
        Message.objects.using("owner").create(
            **where, is_by_staff=True, body="Secret words", author_id=world.engineer.pk
        )
        Change.objects.using("owner").create(
            **where, kind="status", details={"becomes": "waiting"}, actor_id=world.engineer.pk
        )
    page = news(read(client, world.contact))
    assert f"There is a new message in {request.number}: Told of" in page
    assert page.count("Told of") == 1
    assert "Kept from" not in page
    assert "Secret" not in page
    assert "new message" not in news(read(client, world.engineer))  # who wrote it


def test_news_say_what_became_of_a_request(world: SimpleNamespace, client: Client) -> None:
    request = waiting(world, title="Done with", status="resolved", resolved_at=NOW)
    where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": request}
    for at, becomes in ((NOW - timedelta(days=1), "reopened"), (NOW, "resolved")):
        Change.objects.using("owner").create(
            **where, at=at, kind="status", details={"becomes": becomes}, actor_id=world.engineer.pk
        )
    page = news(read(client, world.contact))
    assert f"{request.number} was marked as resolved: Done with" in page
    assert "reopened" not in page


def test_news_say_which_roles_one_was_given_and_which_statements_were_made(
    world: SimpleNamespace, client: Client
) -> None:
    grant(world.member, "customer_activity", world.north, starts_at=NOW - timedelta(days=1))
    assert "You were given a role in North: Customer activity" in news(read(client, world.member))
    access = act_for(world.csam.pk, world.cedar.pk).access
    make_statement(access, agreement_id=world.agreement.pk, first_day=None, last_day=None, language="en")
    assert "A statement was made: Cedar unified" in news(read(client, world.admin))
    for who in (world.csam, world.reader, world.north_admin):  # who made it; who may not open one, or not this one
        assert "A statement was made" not in read(client, who)


def test_what_is_older_than_two_weeks_is_no_news(world: SimpleNamespace, client: Client) -> None:
    grant(world.member, "customer_activity", world.north, starts_at=NOW - timedelta(days=15))
    assert "Nothing new" in news(read(client, world.member))


@pytest.mark.parametrize(
    "who",
    ["admin", "north_admin", "reader", "contact", "learning", "member", "viewer", "csam", "coordinator", "engineer"],
)
def test_every_role_reads_why_there_is_nothing_and_what_to_do(world: SimpleNamespace, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    page = text(client.get("/").content.decode())
    assert needs(page).strip(), who
    assert news(page).strip(), who
    if who not in ("admin", "north_admin", "csam", "coordinator"):  # whose agreement ends within ninety days
        (nothing,) = [one for one in client.get("/").content.decode().split("<p") if "waits for you" in one]
        assert "<a href=" in nothing
    is_said = "12:30 h left of 20 h" in page or "An administrator of your workspace can give it to you" in page
    assert is_said is (who != "engineer")  # to whom nobody of the customer gives it


def fill(world: SimpleNamespace, times: int) -> None:
    for n in range(times):
        request = waiting(world, assigned_to_id=world.engineer.pk, called_at=NOW)
        where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": request, "at": NOW}
        Message.objects.using("owner").create(**where, is_by_staff=True, body="x", author_id=world.newcomer.pk)
        make_request(world.north)
        known: Person = make_known(f"Asked{n}-{times}")
        invite(world.north, known, expires_at=NOW + timedelta(days=1))


@pytest.mark.parametrize("who", ["admin", "north_admin", "reader", "contact", "learning", "member", "csam", "engineer"])
def test_home_costs_ten_statements_at_most_whatever_there_is(
    world: SimpleNamespace, client: Client, statements: Any, who: str
) -> None:
    client.force_login(getattr(world, who))
    client.get("/")
    with statements() as few:
        client.get("/")
    fill(world, 15)
    with statements() as many:
        page = text(client.get("/").content.decode())
    assert len(many) == len(few) <= STATEMENTS_MAX, many
    if who in ("contact", "csam"):
        assert "There are more support requests" in page


def test_a_learning_activity_that_is_due_is_said_to_the_learner_alone(world: SimpleNamespace, client: Client) -> None:
    activity = make_activity("basics", names={"en": "Reading logs"})
    client.force_login(world.learning)
    form = {"act": "assign", "people": [world.member.pk], "due": "2026-12-01"}
    client.post(f"/learning/activities/{activity.pk}/assign/", form)
    assert "A learning activity is due: Reading logs" in needs(read(client, world.member))
    with clock.frozen(NOW + timedelta(days=11)):
        assert "A learning activity is overdue: Reading logs" in needs(read(client, world.member))
    for other in (world.learning, world.admin):
        assert "Reading logs" not in needs(read(client, other))


def test_more_courses_than_are_named_are_counted_and_lead_to_the_list(
    world: SimpleNamespace, client: Client, statements: Any
) -> None:
    asked = [make_activity(f"course-{n}", names={"en": f"Course {n}"}) for n in range(8)]
    for n, one in enumerate(asked[:5]):
        ask(world.north, world.member, one, world.learning, date(2026, 12, 1 + n), date(2026, 11, 1))
    page = needs(read(client, world.member))
    assert page.count("A learning activity is due") == 5
    assert "more learning" not in page
    for n, one in enumerate(asked[5:]):
        ask(world.north, world.member, one, world.learning, date(2026, 12, 6 + n), date(2026, 11, 1))
    page = needs(read(client, world.member))
    assert page.count("A learning activity is due") == 5
    assert "3 more learning activities are assigned to you and not completed." in page
    assert 'href="/learning/?mine=due"' in client.get("/").content.decode()
    learn(world.north, world.member, asked[0], date(2026, 11, 2), date(2026, 11, 3))
    assert "2 more learning activities" in needs(read(client, world.member))
    catalogue = text(client.get("/learning/").content.decode())
    assert "1 more learning activity is assigned to you and not completed." in catalogue  # which names six
    listed = client.get("/learning/?mine=due").content.decode().partition("<tbody")[2]
    assert [f"Course {n}" in listed for n in range(8)] == [False] + [True] * 7


def test_what_their_people_let_pass_is_told_to_learning_managers_of_the_workspace(
    world: SimpleNamespace, client: Client
) -> None:  # R2.2
    late, done, later, south = (make_activity(one) for one in ("late", "done", "later", "south"))
    passed, asked_on = date(2026, 11, 20), date(2026, 11, 1)
    for activity, due_on in ((late, passed), (done, passed), (later, date(2026, 11, 21))):
        ask(world.north, world.member, activity, world.learning, due_on, asked_on)
    ask(world.north, world.contact, late, world.learning, passed, asked_on)
    grant(world.member, "member", world.south)
    ask(world.south, world.member, south, world.admin, passed, asked_on)
    learn(world.north, world.member, done, asked_on, passed)
    page = needs(read(client, world.learning))
    assert "2 assignments of your people in North are overdue." in page
    assert "South" not in page
    link = f'href="/learning/people/?workspace={world.north.pk}&amp;overdue=yes"'
    assert link in client.get("/").content.decode()
    for other in (world.admin, world.north_admin, world.reader, world.member, world.csam, world.stranger):
        assert "of your people" not in read(client, other)
    grant(world.learning, "learning_manager", world.south)
    page = needs(read(client, world.learning))
    assert "2 assignments of your people in North are overdue." in page
    assert "1 assignment of your people in South is overdue." in page
    Assignment.objects.using("owner").filter(activity=late).update(withdrawn_at=NOW)
    assert "in North" not in needs(read(client, world.learning))


def test_of_people_who_left_nothing_is_overdue_any_more(world: SimpleNamespace, client: Client) -> None:
    ask(world.north, world.member, make_activity("late"), world.learning, date(2026, 11, 20), date(2026, 11, 1))
    assert "1 assignment of your people in North is overdue." in needs(read(client, world.learning))
    users.remove_people(acting(world.admin, world.cedar), world.north.pk, [world.member.pk])
    assert "of your people" not in read(client, world.learning)
