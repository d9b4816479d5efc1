"""Two requests about the same thing become one: what goes along, who is told, and what is refused (R4.3, R4.4)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client

from tallyhub.integrations.webhooks.news import messages
from tallyhub.journal.models import Event
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tallyhub.support.models import Change, Request, RequestViewer
from tallyhub.support.work import commands
from tests.ledger.test_concurrency import together
from tests.make import give_request, grant, make_person, make_request
from tests.notifications.conftest import MailServer
from tests.people.people import make_group
from tests.support.saying import inside
from tests.support.test_mail import readers, smtp  # noqa: F401 - a fixture
from tests.support.working import booked, log, of
from tests.working import run_jobs
from tests.world import NOW


@pytest.fixture
def two(world: SimpleNamespace) -> tuple[Request, Request]:
    """The one that goes, opened by member for contact, and the one that it goes into."""
    people = {"opened_by": world.member, "primary_contact": world.contact}
    gone = make_request(world.north, kind="advice", title="It rattles again", **people)
    for person in (world.member, world.contact):
        give_request(gone, person)
    return gone, make_request(world.north, kind="advice", title="It rattles")


def merge(world: SimpleNamespace, gone: Request, into: Request, who: Any = None) -> Request:
    return commands.merge_request(inside(who or world.engineer, world.cedar), gone.number, into.number)


def fresh(request: Request) -> Request:
    return Request.objects.using("owner").get(pk=request.pk)


def set_to(request: Request, **columns: Any) -> None:
    Request.objects.using("owner").filter(pk=request.pk).update(**columns)


Two = tuple[Request, Request]


# What happens


@pytest.mark.parametrize(
    "status", ["submitted", "assigned", "in_progress", "waiting", "resolved", "reopened", "closed"]
)
def test_it_is_closed_and_says_where_it_went(world: SimpleNamespace, two: Two, status: str) -> None:  # R4.3
    gone, into = two
    set_to(gone, status=status, closed_at=NOW - timedelta(days=3) if status == "closed" else None)
    merge(world, gone, into)
    one, other = fresh(gone), fresh(into)
    assert (one.status, one.merged_into_id, other.merged_into_id) == ("closed", into.pk, None)
    assert one.closed_at == (NOW - timedelta(days=3) if status == "closed" else NOW)
    assert (one.version > 1, other.version, other.changed_at) == (True, 2, NOW)  # a form of either is an old one now


def test_both_timelines_and_the_journal_say_so(world: SimpleNamespace, two: Two) -> None:  # R7.3
    gone, into = two
    merge(world, gone, into)
    told = Change.objects.using("owner").exclude(kind="status").order_by("request_id")
    assert [(one.request_id, one.kind, one.details, one.actor_id) for one in told] == [
        (gone.pk, "merged", {"into": into.number}, world.engineer.pk),
        (into.pk, "took_in", {"number": gone.number}, world.engineer.pk),
    ]
    event = Event.objects.using("owner").get(kind="support.request_merged")
    assert (event.subject_id, event.workspace_id, event.actor_id, event.details) == (
        gone.pk, world.north.pk, world.engineer.pk, {"into": into.number},
    )  # fmt: skip
    assert len(messages(event)) == 2  # a customer's system hears of both


def test_time_goes_along_and_the_ledger_says_what_was_booked(world: SimpleNamespace, two: Two) -> None:  # R4.4
    gone, into = two
    first, second = log(world, gone, minutes=20), log(world, into, minutes=30)
    merge(world, gone, into)
    assert {of(one).request_id for one in (first, second)} == {into.pk}
    assert sorted(real for _, real, _ in booked(world.cedar_advisory)) == [20, 30]
    taken_back = Entry.objects.using("owner").filter(source="support", reverses__isnull=False)
    assert [(one.real_amount, one.reason) for one in taken_back] == [(-20, "merged")]
    assert list(doctor.find_differences()) == []


def test_two_cases_become_one(world: SimpleNamespace) -> None:  # R4.4
    gone, into = (make_request(world.north) for _ in range(2))
    for one in (gone, into):
        log(world, one)
    assert len(booked(world.cedar_reactive)) == 2
    merge(world, gone, into)
    assert len(booked(world.cedar_reactive)) == 1
    assert list(doctor.find_differences()) == []


def test_a_case_that_was_drawn_by_assigning_alone_is_given_back(world: SimpleNamespace) -> None:
    gone, into = (make_request(world.north) for _ in range(2))
    commands.assign(inside(world.engineer, world.cedar), gone.number, person_id=world.engineer.pk, version=1)
    assert len(booked(world.cedar_reactive)) == 1
    merge(world, gone, into)
    assert booked(world.cedar_reactive) == []


def test_it_goes_on_nowhere_but_in_the_other_one(world: SimpleNamespace, two: Two) -> None:
    gone, into = two
    merge(world, gone, into)
    access, version = inside(world.engineer, world.cedar), fresh(gone).version
    for act, said in (
        (commands.change_status, {"becomes": commands.Status.REOPENED}),
        (commands.assign, {"person_id": world.engineer.pk}),
        (commands.classify, {"request_class": commands.RequestClass.SU}),
        (commands.change_severity, {"severity": commands.Severity.A}),
    ):
        with pytest.raises(Conflict, match="merge_merged"):
            act(access, gone.number, version=version, **said)  # type: ignore[operator]
    with pytest.raises(Conflict, match="work_on_merged"):
        log(world, gone)


def test_one_that_took_in_others_can_be_merged_itself(world: SimpleNamespace, two: Two) -> None:
    gone, into = two
    last = make_request(world.north, kind="advice")
    log(world, gone, minutes=20)
    merge(world, gone, into)
    merge(world, into, last)
    assert (fresh(gone).merged_into_id, fresh(into).merged_into_id) == (into.pk, last.pk)
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [20]


# What is refused


def refused(world: SimpleNamespace, gone: Request, into: Request, code: str, kind: Any = Conflict) -> None:
    before = Request.objects.using("owner").order_by("pk").values_list("pk", "merged_into_id", "version", "status")
    there = list(before)
    with pytest.raises(kind, match=code):
        merge(world, gone, into)
    assert list(before.all()) == there


def test_not_into_itself_nor_into_one_of_another_workspace(world: SimpleNamespace, two: Two) -> None:
    gone, _ = two
    refused(world, gone, gone, "merge_into_itself", Invalid)
    refused(world, gone, make_request(world.south), "merge_elsewhere", Invalid)


def test_neither_what_was_merged_nor_what_was_cancelled(world: SimpleNamespace, two: Two) -> None:
    gone, into = two
    elsewhere, cancelled = make_request(world.north), make_request(world.north, status="cancelled")
    merged = make_request(world.north, merged_into=elsewhere, status="closed")
    refused(world, merged, into, "merge_merged")
    refused(world, merged, elsewhere, "merge_merged")
    refused(world, gone, merged, "merge_into_merged")
    refused(world, gone, cancelled, "merge_cancelled")
    refused(world, cancelled, into, "merge_cancelled")


def test_not_while_a_priority_call_in_it_waits_to_be_heard(world: SimpleNamespace, two: Two) -> None:
    """The queue shows calls of open requests only: it would be lost."""
    gone, into = two
    set_to(gone, called_at=NOW, called_for="Now!")
    refused(world, gone, into, "merge_called")
    set_to(gone, call_heard_at=NOW)
    merge(world, gone, into)


def test_by_whoever_works_on_requests_and_nobody_else(world: SimpleNamespace, two: Two) -> None:
    gone, into = two
    give_request(into, world.contact)
    for who in (world.admin, world.contact, world.csam):
        with pytest.raises(Forbidden):
            merge(world, gone, into, who)
    for who in (world.reader, world.stranger):
        with pytest.raises(ObjectDoesNotExist):
            merge(world, gone, into, who)
    with pytest.raises(ObjectDoesNotExist):
        merge(world, gone, make_request(world.birch_main))  # of another customer
    assert fresh(gone).merged_into_id is None


# Two at once


def test_of_two_who_merge_the_same_one_at_once_one_is_told(world: SimpleNamespace, two: Two) -> None:  # R4.3
    gone, into = two
    other = make_request(world.north, kind="advice")
    log(world, gone, minutes=20)
    answers = together(lambda: merge(world, gone, into), lambda: merge(world, gone, other))
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Request"]
    assert next(one.code for one in answers if isinstance(one, Conflict)) == "merge_merged"
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [20]
    assert Change.objects.using("owner").filter(kind="took_in").count() == 1
    assert list(doctor.find_differences()) == []


def test_merging_each_into_the_other_at_once_ends_with_one(world: SimpleNamespace, two: Two) -> None:
    one, other = two
    log(world, one, minutes=10)
    log(world, other, minutes=20)
    answers = together(*[lambda: merge(world, one, other), lambda: merge(world, other, one)] * 2)
    assert sum(isinstance(each, Request) for each in answers) == 1
    assert {each.code for each in answers if isinstance(each, Conflict)} <= {"merge_merged", "merge_into_merged"}
    assert sum(isinstance(each, Conflict) for each in answers) == 3
    assert sorted(real for _, real, _ in booked(world.cedar_advisory)) == [10, 20]
    assert list(doctor.find_differences()) == []


def test_time_that_is_logged_at_once_is_booked_once_or_refused(world: SimpleNamespace, two: Two) -> None:
    gone, into = two
    answers = together(lambda: merge(world, gone, into), lambda: log(world, gone, minutes=20))
    logged = [one for one in answers if isinstance(one, int)]
    assert logged or any(isinstance(one, Conflict) and one.code == "work_on_merged" for one in answers)
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [20] * len(logged)
    assert {of(one).request_id for one in logged} <= {into.pk}
    assert list(doctor.find_differences()) == []


# Who sees and hears of it


def test_nobody_is_given_the_other_one(world: SimpleNamespace, two: Two, client: Client) -> None:  # R1.5
    gone, into = two
    merge(world, gone, into)
    assert not RequestViewer.objects.using("owner").filter(request_id=into.pk).exists()
    client.force_login(world.member)
    page = client.get(f"/support/requests/{gone.number}/").content.decode()
    assert f"merged into the request {into.number}, which was not shared with you" in page
    assert f"/support/requests/{into.number}/" not in page
    assert into.title + "<" not in page
    assert client.get(f"/support/requests/{into.number}/").status_code == 404


def test_its_page_leads_to_the_other_one_and_has_no_buttons(world: SimpleNamespace, two: Two, client: Client) -> None:
    gone, into = two
    merge(world, gone, into)
    for who in (world.admin, world.engineer):
        client.force_login(who)
        assert (
            client.get(f"/support/requests/{make_request(world.north, status='cancelled').number}/").status_code == 200
        )
        page = client.get(f"/support/requests/{gone.number}/").content.decode()
        assert f'<a href="/support/requests/{into.number}/">Go there</a>' in page
        assert f"Merged it into the request {into.number}" in page
        for act in ("status", "assign", "class", "severity", "merge", "call", "say", "time/log"):
            assert f'action="/support/requests/{gone.number}/{act}/"' not in page, act
        assert (
            f"Merged the request {gone.number} into it"
            in client.get(f"/support/requests/{into.number}/").content.decode()
        )


def test_whoever_sees_it_by_name_is_told_once_and_where_it_went(
    world: SimpleNamespace,
    two: Two,
    smtp: MailServer,  # noqa: F811
) -> None:
    gone, into = two
    give_request(into, world.contact)
    merge(world, gone, into)
    run_jobs()
    assert sorted(people[0] for _, people, _ in smtp.mails) == ["contact@example.test", "member@example.test"]
    told = {people[0]: mail for _, people, mail in smtp.mails}
    texts = {who: " ".join(mail.get_body(("plain",)).get_content().split()) for who, mail in told.items()}
    assert all(f"{gone.number} was merged into the request {into.number}" in text for text in texts.values())
    assert "was not shared with you" in texts["member@example.test"]
    assert "was not shared with you" not in texts["contact@example.test"]
    assert [told[f"{name}@example.test"]["Reply-To"] is None for name in ("member", "contact")] == [True, False]
    assert readers(smtp) == set(told)


# The form


def ask(client: Client, gone: Request, into: str) -> Any:
    return client.get(f"/support/requests/{gone.number}/merge/", {"into": into})


def test_the_form_says_who_sees_the_one_but_not_the_other(world: SimpleNamespace, two: Two, client: Client) -> None:
    gone, into = two
    shift, night, left = (
        make_group(world.north, "Day shift", world.reader),
        make_group(world.north, "Night"),
        make_person("Leftover"),
    )
    grant(left, "member", world.south)  # whose name is known, but who is not of the workspace any more
    for one in (world.north_admin, world.reader, shift, night, left):
        give_request(gone, one)
    for one in (world.contact, shift):
        give_request(into, one)
    client.force_login(world.engineer)
    page = ask(client, gone, f" {into.number} ")
    assert page.status_code == 200
    text = page.content.decode()
    shown = text[text.index("These see this request, but not the other one") : text.index("Merging gives it to nobody")]
    assert "member" in shown
    assert "the group Night" in shown
    for seeing in ("contact", "north_admin", "reader", "Day shift", "Leftover"):  # the last one sees neither
        assert seeing not in shown, seeing
    give_request(into, world.member)
    give_request(into, night)
    assert (
        "Everybody to whom this request was given sees the other one, too."
        in ask(client, gone, into.number).content.decode()
    )


def test_it_is_merged_by_the_form_and_one_is_at_the_other_then(
    world: SimpleNamespace, two: Two, client: Client
) -> None:
    gone, into = two
    client.force_login(world.engineer)
    page = client.get(f"/support/requests/{gone.number}/").content.decode()
    assert f'action="/support/requests/{gone.number}/merge/"' in page
    answer = client.post(f"/support/requests/{gone.number}/merge/", {"into": into.number}, follow=True)
    assert answer.redirect_chain == [(f"/support/requests/{into.number}/", 302)]
    assert f"The request {gone.number} was merged into this one." in answer.content.decode()
    again = client.post(f"/support/requests/{gone.number}/merge/", {"into": into.number})
    assert (again.status_code, "merged into another one meanwhile" in again.content.decode()) == (409, True)


@pytest.mark.parametrize("into", ["1", "x", "\x00", "9" * 60, "٣", "<b>"])
def test_a_number_that_is_none_is_refused_in_words(world: SimpleNamespace, two: Two, client: Client, into: str) -> None:
    gone, _ = two
    hidden = make_request(world.birch_main)
    client.force_login(world.engineer)
    for said in (into, hidden.number):
        for answer in (ask(client, gone, said), client.post(f"/support/requests/{gone.number}/merge/", {"into": said})):
            if said.strip("\x00"):
                assert (answer.status_code, "that you can work on" in answer.content.decode()) == (400, True)
    assert fresh(gone).merged_into_id is None


def test_the_form_is_for_whoever_works_on_requests(world: SimpleNamespace, two: Two, client: Client) -> None:
    gone, into = two
    for who, status in (
        (world.admin, 403),
        (world.csam, 403),
        (world.member, 403),
        (world.reader, 404),
        (world.stranger, 404),
    ):
        client.force_login(who)
        assert ask(client, gone, into.number).status_code == status, who
        assert client.post(f"/support/requests/{gone.number}/merge/", {"into": into.number}).status_code == status, who
        if status == 403:
            assert "merge/" not in client.get(f"/support/requests/{gone.number}/").content.decode()


def test_the_form_takes_the_same_statements_whoever_was_given_it(
    world: SimpleNamespace, two: Two, client: Client, statements: Any
) -> None:
    gone, into = two
    client.force_login(world.engineer)
    counted = []
    for n in range(3):
        with statements() as made:
            assert ask(client, gone, into.number).status_code == 200
        counted.append(len(made))
        person = make_person(f"Reader{n}")
        grant(person, "member", world.north)
        give_request(gone, person)
        give_request(gone, make_group(world.north, f"Group {n}", person))
    assert counted[1] == counted[2]  # once there is a group at all
