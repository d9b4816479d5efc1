"""The provider's desk: its list, its people, its incidents and what it says to partners; and who is written to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyhub.helpdesk.escalations import commands
from tallyhub.helpdesk.escalations.evidence import Evidence, Form, gaps, items_of
from tallyhub.helpdesk.escalations.rules import SENT, Category, Side, Status, next_statuses
from tallyhub.helpdesk.models import DeskSettings, Escalation, EscalationEvent
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.notifications.models import Mail
from tallyhub.organizations.rules import STAFF_RIGHTS_OF, StaffRole
from tests.helpdesk.escalating import (
    checked,
    complete,
    escalated,
    moved,
    newest,
    partner_request,
    through,
    typed,
)
from tests.make import give_request
from tests.working import run_jobs
from tests.world import NOW


def desk(as_: Any, person: Any, query: str = "") -> str:
    answer = as_(person).get(f"/escalations/{query}")
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def acting(house: Any, person: Any, role: StaffRole) -> Access:
    return Access(person_id=person.pk, organization_id=house.pk, organization_rights=STAFF_RIGHTS_OF[role])


# The list


def test_each_side_lists_its_own(linked: SimpleNamespace, as_: Any) -> None:
    through(linked)
    assert "Nothing is open" in desk(as_, linked.clerk)
    escalated(linked, as_)
    assert "Delivery stops" in desk(as_, linked.agent)
    assert "Waits for you: 1" in desk(as_, linked.upper)
    assert "Waits for you: 0" in desk(as_, linked.agent)
    assert "Nothing is open" in desk(as_, linked.clerk)
    assert "Nothing is open" in desk(as_, linked.rival_agent)
    moved(as_(linked.upper), newest(), "submitted")
    page = desk(as_, linked.clerk)
    assert "Lakeside through Harbour" in page
    assert "Cedar" in page


def test_what_waits_for_the_reader_stands_first(linked: SimpleNamespace, as_: Any) -> None:
    escalated(linked, as_, title="Older, and at the desk")
    older = newest()
    many(linked, 1)
    Escalation.objects.using("owner").exclude(pk=older.pk).update(status="solution_provided", title="Newer, solved")
    at_desk, at_partner = desk(as_, linked.clerk), desk(as_, linked.agent)
    assert at_desk.index("Older, and at the desk") < at_desk.index("Newer, solved")
    assert at_partner.index("Newer, solved") < at_partner.index("Older, and at the desk")
    assert at_desk.count("<strong>waits for you</strong>") == at_partner.count("<strong>waits for you</strong>") == 1


def test_home_says_what_waits(linked: SimpleNamespace, as_: Any) -> None:
    for person in (linked.clerk, linked.agent):
        assert "escalation waits for you" not in as_(person).get("/").content.decode()
    assert "1 request at your desk is nobody’s yet." in as_(linked.agent).get("/").content.decode()
    escalated(linked, as_)
    home = as_(linked.clerk).get("/").content.decode()
    assert "1 escalation waits for you." in home
    assert 'href="/escalations/?which=ours"' in home
    assert "at your desk" not in home
    for person in (linked.agent, linked.seller, linked.rival_agent, linked.contact):
        assert "escalation waits for you" not in as_(person).get("/").content.decode()


def test_the_list_is_for_whoever_works_on_escalations(linked: SimpleNamespace, as_: Any) -> None:
    for person in (linked.seller, linked.editor, linked.admin, linked.contact, linked.csam):
        assert as_(person).get("/escalations/").status_code == 403, person.name


def test_the_list_is_filtered_by_its_address(linked: SimpleNamespace, as_: Any) -> None:
    escalated(linked, as_)
    for query, is_there in (
        ("?which=ours", True),
        ("?which=over", False),
        ("?which=all&severity=B", True),
        ("?severity=A", False),
        ("?category=defect&status=submitted", True),
        ("?category=outage", False),
        (f"?partner={linked.partner.pk}", True),
        (f"?partner={linked.rival.pk}", False),
        ("?mine=yes", False),
    ):
        assert ("Delivery stops" in desk(as_, linked.clerk, query)) is is_there, query
    for nonsense in ("?status=nothing", "?partner=x", "?severity=Z"):
        assert as_(linked.clerk).get(f"/escalations/{nonsense}").status_code == 404


def many(linked: SimpleNamespace, count: int) -> None:
    for number in range(count):
        request = partner_request(linked, linked.north)
        Escalation.objects.using("owner").create(
            organization=linked.partner, provider=linked.provider, customer=linked.cedar, workspace=linked.north,
            request=request, category="defect", severity="B", status="submitted", title=f"Number {number:03}",
            health={"at": NOW.isoformat(), "result": "none"}, made_at=NOW, submitted_at=NOW,
            changed_at=NOW + timedelta(seconds=number), made_by_id=linked.agent.pk,
        )  # fmt: skip


def test_the_list_goes_on_by_pages_at_the_same_cost(linked: SimpleNamespace, as_: Any, statements: Any) -> None:
    many(linked, 2)
    client = as_(linked.clerk)
    client.get("/escalations/")
    with statements() as few:
        client.get("/escalations/")
    many(linked, 60)
    with statements() as more:
        page = client.get("/escalations/").content.decode()
    assert len(more) == len(few)
    assert "Number 059" in page
    assert "Number 003" not in page
    following = page.split('href="/escalations/?')[-1].split('"')[0].replace("&amp;", "&")
    assert "Number 003" in client.get(f"/escalations/?{following}").content.decode()


def test_one_page_costs_the_same_whatever_is_in_it(linked: SimpleNamespace, as_: Any, statements: Any) -> None:
    one = escalated(linked, as_)
    client = as_(linked.clerk)
    client.get(f"/escalations/{one.pk}/")
    with statements() as few:
        client.get(f"/escalations/{one.pk}/")
    for number in range(10):
        client.post(f"/escalations/{one.pk}/note/", {"text": f"Note {number}"})
    with statements() as more:
        assert "Note 9" in client.get(f"/escalations/{one.pk}/").content.decode()
    assert len(more) == len(few)


# Its people and clocks


def test_the_desk_gives_it_to_a_colleague(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    address = f"/escalations/{one.pk}/assign/"
    said = {"person": str(linked.colleague.pk), "version": str(one.version)}
    assert as_(linked.agent).post(address, said).status_code == 403
    assert as_(linked.clerk).post(address, said).status_code == 302
    assert newest().assigned_to_id == linked.colleague.pk
    assert "assigned it to colleague, Northgate" in as_(linked.agent).get(f"/escalations/{one.pk}/").content.decode()
    as_(linked.clerk).post(address, {"person": str(linked.agent.pk), "version": str(newest().version)})
    assert newest().assigned_to_id == linked.colleague.pk  # nobody of a partner
    assert "Delivery stops" in desk(as_, linked.colleague, "?mine=yes")


@pytest.mark.parametrize(("severity", "hours"), [("A", 2), ("B", 4), ("C", 8)])
def test_the_first_answer_is_due_by_severity(linked: SimpleNamespace, as_: Any, severity: str, hours: int) -> None:
    one = escalated(linked, as_, severity=severity)
    assert one.due_at == NOW + timedelta(hours=hours)


def test_the_clock_stands_still_while_the_partner_has_it(linked: SimpleNamespace, as_: Any) -> None:
    DeskSettings.objects.using("owner").create(organization=linked.provider, hours_b=6, changed_at=NOW)
    one = escalated(linked, as_)
    assert one.due_at == NOW + timedelta(hours=6)
    later = NOW + timedelta(hours=7)
    with clock.frozen(later):
        assert "overdue since" in as_(linked.clerk).get(f"/escalations/{one.pk}/").content.decode()
        moved(as_(linked.clerk), one, "returned_incomplete", items=["steps"])
    assert newest().answered_at == later
    with clock.frozen(NOW + timedelta(hours=30)):
        page = as_(linked.clerk).get(f"/escalations/{one.pk}/").content.decode()
        assert "overdue" not in page
        again = typed(linked, Category.DEFECT, draft_version=str(newest().version))
        assert as_(linked.agent).post(f"/helpdesk/requests/{linked.ask.number}/escalate/", again).status_code == 302
    assert (newest().due_at, newest().answered_at) == (NOW + timedelta(hours=36), None)


def test_a_note_is_a_first_answer(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    as_(linked.agent).post(f"/escalations/{one.pk}/note/", {"text": "More soon."})
    assert newest().answered_at is None
    as_(linked.clerk).post(f"/escalations/{one.pk}/note/", {"text": "We look."})
    assert newest().answered_at == NOW


# What it says to partners


def test_the_desk_says_how_it_works(linked: SimpleNamespace, as_: Any) -> None:
    said = {"takes_agreed": "yes", "security_channel": "https://northgate.test/security", "version": "0"}
    said |= {"security_note": "Encrypt it.", "hours_a": "1", "hours_b": "3", "hours_c": "12"}
    for person in (linked.agent, linked.editor, linked.admin):
        assert as_(person).post("/escalations/settings/", said).status_code == 403
    assert as_(linked.clerk).post("/escalations/settings/", said).status_code == 302
    kept = DeskSettings.objects.using("owner").get()
    assert (kept.takes_agreed, kept.hours_a, kept.hours_c) == (True, 1, 12)
    page = as_(linked.agent).get(f"/helpdesk/requests/{linked.ask.number}/escalate/").content.decode()
    assert "https://northgate.test/security" in page
    assert "Encrypt it." in page
    assert "the provider has agreed" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"security_channel": "javascript:alert(1)"},
        {"security_channel": "a b@c.test"},
        {"hours_a": "0"},
        {"hours_b": "soon"},
        {"hours_a": "9"},
        {"hours_c": "9999"},
        {"security_note": "n" * 3_000},
        {"version": "7"},
    ],
)
def test_what_is_wrong_is_said_and_stays_in_the_form(linked: SimpleNamespace, as_: Any, wrong: dict[str, str]) -> None:
    said = {"security_channel": "", "hours_a": "2", "hours_b": "4", "hours_c": "8", "version": "0"} | wrong
    answer = as_(linked.clerk).post("/escalations/settings/", said)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not DeskSettings.objects.using("owner").exists()


# Incidents


def incident(linked: SimpleNamespace, as_: Any) -> int:
    from tallyhub.health.models import HealthEvent

    event = HealthEvent.objects.using("owner").create(
        organization=linked.provider, kind="incident", title="Mail is slow", status="investigating", impact="major",
        visibility="public", reach="everybody", occurred_at=NOW, published_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return int(event.pk)


def updated(linked: SimpleNamespace, event_id: int) -> None:
    """As the editor's page does it."""
    from tallyhub.health.models import HealthEvent
    from tallyhub.health.rules import UpdateKind
    from tallyhub.health.steps import add_update
    from tallyhub.journal.steps import News, record_many
    from tallyhub.kernel.scope import command

    @command
    def update(access: Access) -> None:
        event = HealthEvent.objects.get(pk=event_id)
        made = add_update(access, event, UpdateKind.POSTED, text="The carrier mends it.")
        record_many(access, [News("health.updated", None, made.pk)])

    update(acting(linked.provider, linked.editor, StaffRole.EDITOR))


def test_all_escalations_of_an_incident_are_told_of_its_news(linked: SimpleNamespace, as_: Any) -> None:
    """Edge 23: several belong to one, each customer keeps a thread of its own."""
    event_id = incident(linked, as_)
    first = escalated(linked, as_)
    other = partner_request(linked, linked.birch_main, title="Another")
    checked(linked, other)
    as_(linked.agent).post(f"/helpdesk/requests/{other.number}/escalate/", typed(linked, Category.DEFECT))
    second = newest()
    for one in (first, second):
        said = {"incident": str(event_id), "version": str(one.version)}
        assert as_(linked.agent).post(f"/escalations/{one.pk}/tie/", said).status_code == 403
        assert as_(linked.clerk).post(f"/escalations/{one.pk}/tie/", said).status_code == 302
    updated(linked, event_id)
    run_jobs()
    run_jobs()
    told = EscalationEvent.objects.using("owner").filter(kind="incident")
    assert sorted(told.values_list("escalation_id", flat=True)) == [first.pk, second.pk]
    assert "Mail is slow" in as_(linked.agent).get(f"/escalations/{first.pk}/").content.decode()
    kinds = Event.objects.using("owner").filter(kind="helpdesk.incident_told")
    assert set(kinds.values_list("customer_id", flat=True)) == {linked.cedar.pk, linked.birch.pk}


def test_an_escalation_leaves_its_incident(linked: SimpleNamespace, as_: Any) -> None:
    event_id = incident(linked, as_)
    one = escalated(linked, as_)
    client = as_(linked.clerk)
    client.post(f"/escalations/{one.pk}/tie/", {"incident": str(event_id), "version": str(one.version)})
    client.post(f"/escalations/{one.pk}/tie/", {"incident": "", "version": str(newest().version)})
    updated(linked, event_id)
    run_jobs()
    assert not EscalationEvent.objects.using("owner").filter(kind="incident").exists()


# Mail and audit


def readers(letter: str) -> set[int | None]:
    return set(Mail.objects.using("owner").filter(letter=f"helpdesk.{letter}").values_list("person_id", flat=True))


def test_who_is_written_to_at_each_step(linked: SimpleNamespace, as_: Any) -> None:
    through(linked)
    one = escalated(linked, as_)
    run_jobs()
    assert readers("escalation_forwarded") == {linked.upper.pk}
    moved(as_(linked.upper), one, "submitted")
    run_jobs()
    assert readers("escalation_submitted") == {linked.clerk.pk, linked.colleague.pk, linked.agent.pk}
    moved(as_(linked.clerk), one, "accepted")
    as_(linked.clerk).post(f"/escalations/{one.pk}/note/", {"text": "We look."})
    run_jobs()
    assert readers("escalation_accepted") == {linked.agent.pk, linked.upper.pk}
    assert readers("escalation_noted") == {linked.agent.pk, linked.upper.pk}
    moved(as_(linked.agent), one, "closed", text="It has gone.")
    run_jobs()
    assert readers("escalation_closed") == {linked.upper.pk, linked.clerk.pk, linked.colleague.pk}


def test_a_mail_says_what_it_is_about_and_what_was_said_last(linked: SimpleNamespace, as_: Any) -> None:
    from django.core.exceptions import ObjectDoesNotExist

    from tallyhub.notifications.letters import LETTERS

    one = escalated(linked, as_)
    moved(as_(linked.clerk), one, "returned_incomplete", text="Which build is it?")
    make = LETTERS["helpdesk.escalation_returned"].make
    letter = make(linked.agent, {"subject": one.pk, "organization": linked.partner.pk})
    assert linked.ask.number in letter.subject
    assert "Which build is it?" in letter.paragraphs
    assert letter.path == f"/escalations/{one.pk}/"
    with pytest.raises(ObjectDoesNotExist):
        make(linked.rival_agent, {"subject": one.pk, "organization": linked.rival.pk})


def test_the_customers_audit_reads_of_it_in_words(linked: SimpleNamespace, as_: Any) -> None:
    one = escalated(linked, as_)
    moved(as_(linked.clerk), one, "accepted")
    as_(linked.clerk).post(f"/escalations/{one.pk}/note/", {"text": "We look."})
    page = as_(linked.admin).get("/audit/").content.decode()
    assert "Sent an escalation to the provider" in page
    assert "The provider accepted what a partner escalated" in page
    assert "Wrote a note" not in page


# Two at once, and whatever comes


def test_accepting_and_withdrawing_at_once_leaves_one_of_both(linked: SimpleNamespace, as_: Any) -> None:
    """The first wins, and the second is told."""
    for _round in range(4):
        request = partner_request(linked, linked.north)
        checked(linked, request)
        as_(linked.agent).post(f"/helpdesk/requests/{request.number}/escalate/", typed(linked, Category.DEFECT))
        one = newest()
        people = [
            (acting(linked.provider, linked.clerk, StaffRole.DESK), Status.ACCEPTED),
            (acting(linked.partner, linked.agent, StaffRole.HELPDESK_AGENT), Status.WITHDRAWN),
        ]

        def act(who: tuple[Access, Status], one: Escalation = one) -> str:
            try:
                commands.move(who[0], one.pk, who[1], version=one.version)
                return who[1].value
            except Conflict as error:
                return error.code
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(act, people))
        assert said in (
            ["accepted", "escalation_changed_meanwhile"],
            ["escalation_changed_meanwhile", "withdrawn"],
        )
        assert newest().status in said


def test_two_who_escalate_at_once_make_one(linked: SimpleNamespace, as_: Any) -> None:
    """One case for one trouble."""
    first = as_(linked.agent).post(f"/helpdesk/requests/{linked.ask.number}/escalate/", typed(linked, Category.DEFECT))
    second = as_(linked.second).post(
        f"/helpdesk/requests/{linked.ask.number}/escalate/", typed(linked, Category.DEFECT)
    )
    assert (first.status_code, second.status_code) == (302, 409)
    assert Escalation.objects.using("owner").count() == 1


@settings(max_examples=300, deadline=None, suppress_health_check=[Check.too_slow])
@given(st.data())
def test_nothing_is_sent_with_a_gap_or_without_a_health_check(data: st.DataObject) -> None:
    """Whatever is typed and whoever moves it: what was sent was complete when it was sent."""
    category = data.draw(st.sampled_from(Category))
    items = items_of(category)
    there = complete(category)
    broken = data.draw(st.sets(st.sampled_from([one.code for one in items]), max_size=4))
    is_checked, tenants = data.draw(st.booleans()), data.draw(st.integers(1, 3))
    values = {code: said for code, said in there.values.items() if code not in broken}
    files = {one.code: int(one.code not in broken) for one in items if one.form is Form.FILES}
    evidence = Evidence(values, files, is_checked, tenants, there.colleagues)
    found = gaps(category, evidence, NOW)
    needed = {one.code for one in items if one.is_required} & broken
    assert needed <= {one.item for one in found}
    assert is_checked or "health_check" in {one.item for one in found}
    assert tenants > 1 or category is not Category.REGIONAL or "tenants" in {one.item for one in found}
    status, has_via, was_submitted = Status.DRAFT, data.draw(st.booleans()), False
    for _step in range(data.draw(st.integers(1, 12))):
        side = data.draw(st.sampled_from([Side.PARTNER, Side.INDIRECT, Side.PROVIDER]))
        possible = sorted(next_statuses(status, side, was_submitted=was_submitted, has_via=has_via))
        if not possible:
            continue
        becomes = data.draw(st.sampled_from(possible))
        is_sending = becomes in SENT and side is Side.PARTNER and status is not Status.SOLVED
        if is_sending and found:
            continue  # the command refuses it
        status, was_submitted = becomes, was_submitted or becomes is Status.SUBMITTED
        assert status in (Status.DRAFT, Status.WITHDRAWN) or not found
        assert not was_submitted or evidence.is_health_checked


def test_a_customers_page_of_a_request_costs_the_same(linked: SimpleNamespace, as_: Any, statements: Any) -> None:
    give_request(linked.ask, linked.contact)
    client = as_(linked.contact)
    address = f"/helpdesk/requests/{linked.ask.number}/"
    client.get(address)
    with statements() as before:
        client.get(address)
    escalated(linked, as_)
    with statements() as after:
        client.get(address)
    assert len(after) - len(before) <= 1  # the names of the organisations
