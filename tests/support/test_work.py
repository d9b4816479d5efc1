"""How a request goes on: statuses, assignment, severity, the promise of an answer, the priority call (R4.3)."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import ResponseGoal, WorkCalendar
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.support.models import Change, Request
from tallyhub.support.rules import TRANSITIONS, RequestClass, Severity, Status
from tallyhub.support.work import commands, jobs, queries
from tallyhub.support.work.queries import QueueFilter
from tallyhub.support.work.rules import Clock, Next, clock_of, next_action
from tests.make import days, give_request, grant, make_agreement, make_package, make_request
from tests.world import NOW

NINE_TO_FIVE = [[[540, 1020]]] * 5 + [[], []]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def promise(world: SimpleNamespace) -> SimpleNamespace:
    """Of cedar's agreement: four hours of work for B, one around the clock for A."""
    of = {"customer_id": world.cedar.pk}
    week = WorkCalendar.objects.using("owner").create(**of, name="Office", zone="Europe/Berlin", week=NINE_TO_FIVE)
    goal = ResponseGoal.objects.using("owner").create
    goal(**of, agreement=world.agreement, severity="B", minutes=240, calendar=week)
    goal(**of, agreement=world.agreement, severity="A", minutes=60)
    world.week = week
    return world


def inside(world: SimpleNamespace, person: Person) -> Access:
    return sign_on.act_for(person.pk, world.cedar.pk).access


def fresh(request: Request) -> Request:
    return Request.objects.using("owner").get(pk=request.pk)


def moved(world: SimpleNamespace, who: Person, request: Request, becomes: str, when: str = "") -> Request:
    with clock.frozen(at(when) if when else clock.now()):
        commands.change_status(
            inside(world, who), request.number, becomes=Status(becomes), version=fresh(request).version
        )
    return fresh(request)


def test_every_status_is_reached_and_only_a_cancelled_request_never_goes_on() -> None:
    reached = {becomes for moves in TRANSITIONS.values() for allowed in moves.values() for becomes in allowed}
    assert reached == set(Status) - {Status.SUBMITTED}
    assert {was for was, moves in TRANSITIONS.items() if not moves} == {Status.CANCELLED}


def test_a_step_that_the_table_does_not_have_is_refused(world: SimpleNamespace) -> None:  # R4.3
    request = make_request(world.north)
    with pytest.raises(Conflict, match="request_transition"):
        moved(world, world.engineer, request, "closed")
    give_request(request, world.member)
    with pytest.raises(Conflict, match="request_transition"):
        moved(world, world.member, request, "in_progress")
    assert fresh(request).status == "submitted"
    assert moved(world, world.member, request, "cancelled").closed_at is not None


def test_who_does_not_see_a_request_cannot_move_it_and_who_only_reads_may_not(world: SimpleNamespace) -> None:
    request = make_request(world.north)
    for who in (world.member, world.stranger):
        with pytest.raises(ObjectDoesNotExist):
            moved(world, who, request, "cancelled")
    with pytest.raises(Forbidden):
        moved(world, world.csam, request, "cancelled")


def test_of_two_who_change_a_status_at_once_the_second_is_told(world: SimpleNamespace) -> None:  # R4.3
    request = make_request(world.north)
    engineer = inside(world, world.engineer)
    commands.change_status(engineer, request.number, becomes=Status.IN_PROGRESS, version=1)
    with pytest.raises(Conflict, match="request_changed"):
        commands.change_status(engineer, request.number, becomes=Status.WAITING, version=1)
    assert fresh(request).status == "in_progress"


def test_a_closed_request_opens_again_for_thirty_days(world: SimpleNamespace) -> None:
    request = make_request(world.north, status="closed", closed_at=NOW - timedelta(days=30))
    assert moved(world, world.admin, request, "reopened").closed_at is None
    old = make_request(world.north, status="closed", closed_at=NOW - timedelta(days=31))
    with pytest.raises(Conflict, match="request_closed_long_ago"):
        moved(world, world.admin, old, "reopened")


def test_every_change_stands_in_the_timeline(world: SimpleNamespace) -> None:  # R4.3
    request = make_request(world.north)
    moved(world, world.engineer, request, "in_progress")
    moved(world, world.engineer, request, "waiting")
    told = Change.objects.using("owner").filter(request=request).order_by("pk")
    assert [(one.details["was"], one.details["becomes"]) for one in told] == [
        ("submitted", "in_progress"),
        ("in_progress", "waiting"),
    ]
    assert {one.actor_id for one in told} == {world.engineer.pk}


# Assignment


def test_an_engineer_of_the_customer_is_assigned_and_nobody_else(world: SimpleNamespace) -> None:
    request = make_request(world.north)
    engineer = inside(world, world.engineer)
    for somebody in (world.csam.pk, world.admin.pk, 10**15):
        with pytest.raises(Invalid, match="engineer_unknown"):
            commands.assign(engineer, request.number, person_id=somebody, version=1)
    commands.assign(engineer, request.number, person_id=world.engineer.pk, version=1)
    assert (fresh(request).status, fresh(request).assigned_to_id) == ("assigned", world.engineer.pk)
    with pytest.raises(Forbidden):
        commands.assign(inside(world, world.admin), request.number, person_id=None, version=2)


# The promise of a first answer


def test_the_promise_is_that_of_the_agreement_for_the_severity(promise: SimpleNamespace) -> None:  # R4.3
    """Opened on Friday at 15:00 in Berlin: two hours on Friday, two on Monday; around the clock for A."""
    request = make_request(promise.north, severity="B", opened_at=at("2026-11-20 14:00"))
    engineer = inside(promise, promise.engineer)
    commands.assign(engineer, request.number, person_id=promise.engineer.pk, version=1)
    assert fresh(request).answer_due_at == at("2026-11-23 10:00")
    commands.change_severity(engineer, request.number, severity=Severity.A, version=fresh(request).version)
    assert fresh(request).answer_due_at == at("2026-11-20 15:00")
    commands.change_severity(engineer, request.number, severity=Severity.C, version=fresh(request).version)
    assert fresh(request).answer_due_at is None  # nothing is promised for it


def test_the_clock_stands_still_while_the_customer_is_waited_for(promise: SimpleNamespace) -> None:  # R4.3
    request = make_request(promise.north, severity="B", opened_at=at("2026-11-23 09:00"))
    moved(promise, promise.engineer, request, "in_progress", "2026-11-23 09:30")
    assert fresh(request).answer_due_at == at("2026-11-23 13:00")
    assert moved(promise, promise.engineer, request, "waiting", "2026-11-23 10:00").answer_due_at is None
    assert moved(promise, promise.engineer, request, "in_progress", "2026-11-24 09:00").answer_due_at == at(
        "2026-11-24 12:00"
    )


def test_an_agreement_of_another_workspace_or_another_time_promises_nothing(promise: SimpleNamespace) -> None:
    later = make_agreement(promise.cedar, promise.provider, term=days(date(2027, 1, 1), date(2027, 12, 31)))
    make_package(later, promise.north)
    elsewhere = make_agreement(promise.cedar, promise.provider)
    make_package(elsewhere, promise.south)
    for agreement in (later, elsewhere):
        ResponseGoal.objects.using("owner").create(
            customer_id=promise.cedar.pk, agreement=agreement, severity="B", minutes=1
        )
    request = make_request(promise.north, severity="B", opened_at=at("2026-11-23 09:00"))
    moved(promise, promise.engineer, request, "in_progress")
    assert fresh(request).answer_due_at == at("2026-11-23 13:00")


@pytest.mark.parametrize(
    ("status", "due", "answered", "expected"),
    [
        ("submitted", None, None, Clock.NONE),
        ("submitted", 61, None, Clock.RUNS),
        ("submitted", 60, None, Clock.SOON),
        ("in_progress", -1, None, Clock.LATE),
        ("waiting", -1, None, Clock.WAITS),
        ("in_progress", -5, -10, Clock.KEPT),
        ("in_progress", -10, -5, Clock.MISSED),
        ("cancelled", -10, None, Clock.OVER),
        ("closed", None, -5, Clock.NONE),
    ],
)
def test_how_the_clock_stands(status: str, due: int | None, answered: int | None, expected: Clock) -> None:
    def minutes(offset: int | None) -> datetime | None:
        return None if offset is None else NOW + timedelta(minutes=offset)

    assert clock_of(Status(status), minutes(due), minutes(answered), NOW) is expected


@pytest.mark.parametrize(
    ("status", "assigned", "answered", "called", "expected"),
    [
        ("submitted", False, False, False, Next.ASSIGN),
        ("assigned", True, False, False, Next.ANSWER),
        ("in_progress", True, True, False, Next.WORK),
        ("in_progress", True, True, True, Next.HEAR_CALL),
        ("waiting", True, True, False, Next.CUSTOMER),
        ("resolved", True, True, True, Next.CONFIRM),
        ("closed", True, True, False, Next.NOTHING),
    ],
)
def test_what_comes_next(status: str, assigned: bool, answered: bool, called: bool, expected: Next) -> None:
    state = {"is_assigned": assigned, "is_answered": answered, "is_called": called}
    assert next_action(Status(status), **state) is expected


# The priority call


def test_a_customer_calls_and_staff_hear_it_once(world: SimpleNamespace) -> None:  # R4.3
    request = make_request(world.north)
    admin, csam = inside(world, world.admin), inside(world, world.csam)
    with pytest.raises(Invalid, match="call_reason_missing"):
        commands.call(admin, request.number, reason="", version=1)
    commands.call(admin, request.number, reason="Production stands still", version=1)
    with pytest.raises(Forbidden):
        commands.hear_call(admin, request.number)
    for _ in range(2):
        commands.hear_call(csam, request.number)
    kinds = Change.objects.using("owner").filter(request=request).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["called", "call_heard"]


# The queue


def test_the_queue_holds_what_is_open_at_all_customers_of_an_engineer(world: SimpleNamespace) -> None:  # R4.3
    grant(world.engineer, "engineer", world.birch)
    here, there = make_request(world.north, severity="B"), make_request(world.birch_main, severity="A")
    make_request(world.north, status="closed")
    called = make_request(world.south, called_at=NOW)
    assert queue(world, world.engineer) == [called.pk, there.pk, here.pk]
    assert queue(world, world.engineer, customer_id=world.birch.pk) == [there.pk]
    assert queue(world, world.csam) == [called.pk, here.pk]
    assert queue(world, world.admin) == []


def queue(world: SimpleNamespace, who: Person, **wanted: Any) -> list[int]:
    with scope(inside(world, who)):
        return [one.pk for one in queries.list_queue(queries.list_places(), QueueFilter(**wanted))]


def test_what_was_resolved_and_is_not_spoken_of_is_closed_by_the_hub(world: SimpleNamespace) -> None:
    old = NOW - timedelta(days=10, minutes=1)
    silent = make_request(world.north, status="resolved", resolved_at=old, changed_at=old)
    spoken = make_request(world.north, status="resolved", resolved_at=old, changed_at=NOW)
    elsewhere = make_request(world.birch_main, status="resolved", resolved_at=old, changed_at=old)
    jobs.close_silent(0)
    assert [fresh(one).status for one in (silent, spoken, elsewhere)] == ["closed", "resolved", "closed"]


def test_however_many_are_silent_one_run_of_the_job_closes_all(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CLOSED_AT_ONCE", 2)
    old = NOW - timedelta(days=11)
    silent = [make_request(world.north, status="resolved", resolved_at=old, changed_at=old) for _ in range(5)]
    jobs.close_silent(0)
    assert {fresh(one).status for one in silent} == {"closed"}


def test_a_class_is_set_by_staff(world: SimpleNamespace) -> None:  # R2.6
    request = make_request(world.north)
    commands.classify(inside(world, world.engineer), request.number, request_class=RequestClass.SU, version=1)
    assert fresh(request).request_class == "SU"
    with pytest.raises(Forbidden):
        commands.classify(inside(world, world.admin), request.number, request_class=RequestClass.STANDARD, version=2)


@pytest.mark.parametrize("status", list(Status))
def test_a_request_of_any_status_has_a_page(world: SimpleNamespace, client: Any, status: str) -> None:
    request = make_request(world.north, status=status)
    for who in (world.admin, world.engineer, world.csam):
        client.force_login(who)
        assert client.get(f"/support/requests/{request.number}/").status_code == 200
