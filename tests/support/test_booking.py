"""Logged time draws the right entitlement down, once; corrections take back what was really booked (R4.4)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tallyhub.support import steps as support
from tallyhub.support.models import Booking, Request, Work
from tallyhub.support.time import commands, steps
from tests.make import book, days, make_agreement, make_entitlement, make_package, make_request
from tests.support.working import booked, edit, inside, log, make_rule, move, of, remove, worked

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def advice(world: SimpleNamespace) -> Request:
    """A question, which the base package's advisory support pays by the minute."""
    return make_request(world.north, kind="advice")


def test_time_draws_the_entitlement_once(world: SimpleNamespace, advice: Request) -> None:  # R4.4
    log(world, advice, minutes=45)
    assert booked(world.cedar_advisory) == [(FRIDAY, 45, 45)]
    (booking,) = Booking.objects.using("owner").filter(request=advice)
    assert (booking.entry.source, booking.entry.external_id) == ("support", f"{booking.work_id}:1:0")
    assert booking.why == "base"
    assert list(doctor.find_differences()) == []


def test_only_who_works_on_requests_logs_time(world: SimpleNamespace, advice: Request) -> None:
    for person in (world.csam, world.admin, world.viewer):
        with pytest.raises(Forbidden):
            commands.log_work(inside(person, world.cedar), advice.number, worked())
    with pytest.raises(Request.DoesNotExist):  # hidden and absent: the same
        commands.log_work(inside(world.reader, world.cedar), advice.number, worked())
    assert not Work.objects.using("owner").exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"minutes": 0}, "work_minutes"),
        ({"minutes": -30}, "work_minutes"),
        ({"minutes": 1500}, "work_minutes"),  # a day of 25 hours
        ({"starts_at": "2026-11-21T11:31"}, "work_in_future"),
        ({"starts_at": "2026-11-22T09:00"}, "work_in_future"),
        ({"note": "x" * 2001}, "text_too_long"),
    ],
)
def test_what_nobody_can_have_worked_is_refused(
    world: SimpleNamespace, advice: Request, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        log(world, advice, **said)
    assert not Work.objects.using("owner").exists()


def test_the_same_again_is_logged_once(world: SimpleNamespace, advice: Request) -> None:
    first = log(world, advice, source="api", external_id="t-1")
    assert log(world, advice, source="api", external_id="t-1") == first
    assert len(booked(world.cedar_advisory)) == 1


def test_goodwill_is_recorded_and_charges_nothing(world: SimpleNamespace, advice: Request) -> None:
    log(world, advice, minutes=20, is_goodwill=True)
    assert booked(world.cedar_advisory) == [(FRIDAY, 20, 0)]


def test_cases_are_drawn_once_however_much_is_logged(world: SimpleNamespace) -> None:
    problem = make_request(world.north)
    first = log(world, problem)
    log(world, problem, "2026-11-20T13:00")
    assert booked(world.cedar_reactive) == [(FRIDAY, 1, 1)]
    remove(world, first)
    assert booked(world.cedar_reactive) == [(FRIDAY, 1, 1)]


def test_a_case_is_drawn_by_assigning_and_taken_back_by_cancelling(world: SimpleNamespace) -> None:
    problem = make_request(world.north, assigned_to=world.engineer)
    access = inside(world.engineer, world.cedar)
    settle(access, problem, "assigned")
    settle(access, problem, "assigned")
    log(world, problem)
    assert booked(world.cedar_reactive) == [(date(2026, 11, 21), 1, 1)]
    Request.objects.using("owner").filter(pk=problem.pk).update(status="cancelled")
    settle(access, problem, "cancelled")
    assert booked(world.cedar_reactive) == []
    assert Entry.objects.using("owner").get(reverses__source="support").reason == "cancelled"
    assert list(doctor.find_differences()) == []


def test_what_another_system_booked_for_a_request_is_its_case(world: SimpleNamespace) -> None:
    """Entries of an import that were adopted are neither doubled nor taken back."""
    problem = make_request(world.north)
    entry = book(world.cedar_reactive, world.north, 1, FRIDAY, source="desk", external_id=problem.number)
    Booking.objects.using("owner").create(
        customer_id=world.cedar.pk, workspace_id=world.north.pk, request_id=problem.pk, entry_id=entry.pk,
        entitlement_id=world.cedar_reactive.pk,
    )  # fmt: skip
    remove(world, log(world, problem))
    assert booked(world.cedar_reactive) == []
    assert not Entry.objects.using("owner").filter(reverses=entry).exists()


def settle(access: Access, request: Request, reason: str) -> None:
    with scope(access, writing=True):
        steps.book(access, [support.lock_request(access, request.number)], reason)


# Corrections


def test_editing_takes_back_what_was_booked_and_books_anew(world: SimpleNamespace, advice: Request) -> None:
    work = log(world, advice, minutes=20)
    edit(world, work, "2026-11-19T09:00", 30)
    assert booked(world.cedar_advisory) == [(date(2026, 11, 19), 30, 30)]
    reversal = Entry.objects.using("owner").get(reverses__source="support")
    assert (reversal.charged, reversal.reason, reversal.occurred_on) == (-20, "edited", FRIDAY)


def test_a_changed_note_books_nothing(world: SimpleNamespace, advice: Request) -> None:
    work = log(world, advice)
    edit(world, work, note="More to say")
    assert Entry.objects.using("owner").filter(source="support").count() == 1


def test_who_was_slower_than_somebody_else_is_told(world: SimpleNamespace, advice: Request) -> None:
    work = log(world, advice)
    edit(world, work, minutes=40)
    with pytest.raises(Conflict, match="work_changed"):
        commands.edit_work(inside(world.engineer, world.cedar), work, worked(minutes=50), serial=1)
    assert booked(world.cedar_advisory) == [(FRIDAY, 40, 40)]


def test_moving_takes_the_time_along(world: SimpleNamespace, advice: Request) -> None:
    there = make_request(world.south)
    work = log(world, advice)
    move(world, work, there)
    assert booked(world.cedar_advisory) == []
    assert booked(world.cedar_reactive) == [(FRIDAY, 1, 1)]
    entry = Entry.objects.using("owner").get(source="support", entitlement=world.cedar_reactive)
    assert (entry.workspace_id, of(work).workspace_id) == (world.south.pk, world.south.pk)


def test_time_moves_to_no_request_that_one_does_not_see(world: SimpleNamespace, advice: Request) -> None:
    work = log(world, advice)
    with pytest.raises(Request.DoesNotExist):
        move(world, work, make_request(world.birch_main))
    with pytest.raises(Invalid, match="work_moved_nowhere"):
        move(world, work, advice)


def test_merging_takes_all_time_along_and_gives_the_case_back(world: SimpleNamespace) -> None:
    one, other = make_request(world.north), make_request(world.north)
    log(world, one), log(world, other), log(world, one, "2026-11-19T10:00")
    assert len(booked(world.cedar_reactive)) == 2
    access = inside(world.engineer, world.cedar)
    with scope(access, writing=True):
        into, gone = support.lock_request(access, one.number), support.lock_request(access, other.number)
        gone.merged_into = into
        gone.save()
        steps.move_work(access, gone, into)
    assert booked(world.cedar_reactive) == [(FRIDAY, 1, 1)]
    assert Work.objects.using("owner").filter(request=one).count() == 3
    with pytest.raises(Conflict, match="work_on_merged"):
        log(world, other)
    assert list(doctor.find_differences()) == []


def test_removing_gives_back(world: SimpleNamespace, advice: Request) -> None:
    remove(world, log(world, advice))
    assert booked(world.cedar_advisory) == []
    assert list(doctor.find_differences()) == []


# What it counts for


def test_time_out_of_hours_counts_for_more_and_is_cut_at_the_edge(world: SimpleNamespace, advice: Request) -> None:
    make_rule(world.agreement, 3, 2)
    make_rule(world.agreement, 2, week=[[[360, 1320]]] * 7)  # the night: the highest wins, never both
    log(world, advice, "2026-11-20T16:30", 60)  # until 18:30 in Berlin
    assert booked(world.cedar_advisory) == [(FRIDAY, 30, 30), (FRIDAY, 30, 45)]
    remove(world, Work.objects.using("owner").get().pk)
    log(world, advice, "2026-11-20T20:50", 20)  # 21:50 to 22:10
    assert booked(world.cedar_advisory) == [(FRIDAY, 10, 15), (FRIDAY, 10, 20)]


def test_a_cap_holds_for_the_request_also_after_corrections(world: SimpleNamespace, owner: Any) -> None:
    owner.execute("UPDATE agreements_entitlement SET request_cap = 60 WHERE id = %s", [world.cedar_advisory.pk])
    advice, other = make_request(world.north, kind="advice"), make_request(world.north, kind="advice")
    first, second = log(world, advice, minutes=40), log(world, advice, "2026-11-20T10:00", 40)
    log(world, other, minutes=50)
    assert charged(advice) == [40, 20, 0]  # in the order of logging; the rest is recorded, and free
    edit(world, first, minutes=30)
    assert sum(charged(advice)) == 60
    remove(world, first)
    assert charged(advice) == [40]
    assert charged(other) == [50]
    assert of(second).serial == 3
    reasons = Entry.objects.using("owner").filter(source="support").exclude(reason="").values_list("reason", flat=True)
    assert set(reasons) == {"beyond_cap", "cap", "edited", "removed"}


def charged(request: Request) -> list[int]:
    live = Booking.objects.using("owner").filter(request=request, entry__reversal=None)
    return [one.entry.charged for one in live.order_by("work_id", "pk")]


# Which entitlement pays


def test_time_after_the_term_is_kept_and_booked_when_an_agreement_follows(world: SimpleNamespace, owner: Any) -> None:
    owner.execute("UPDATE agreements_agreement SET terminated_on = '2026-11-10' WHERE id = %s", [world.agreement.pk])
    advice = make_request(world.north, kind="advice")
    work = log(world, advice)
    assert of(work).unbooked == "after_term"
    assert booked(world.cedar_advisory) == []
    next_one = make_package(make_agreement(world.cedar, world.provider), world.north)
    follow_up = make_entitlement(next_one, world.advisory, bought=600)
    commands.book_unbooked(Access.of_system([world.cedar.pk]))
    assert of(work).unbooked == ""
    assert booked(follow_up) == [(FRIDAY, 30, 30)]
    commands.book_unbooked(Access.of_system([world.cedar.pk]))
    assert len(booked(follow_up)) == 1


def test_what_was_booked_stays_where_something_better_comes_later(world: SimpleNamespace, advice: Request) -> None:
    """Placement lists requests; it never moves what was booked."""  # R4.5
    first = log(world, advice)
    ends_first = make_package(make_agreement(world.cedar, world.provider, term=_until(2026, 11, 30)), world.north)
    sooner = make_entitlement(ends_first, world.advisory, bought=600)
    log(world, advice, "2026-11-20T12:00", 10)
    assert booked(world.cedar_advisory) == [(FRIDAY, 30, 30)]
    assert booked(sooner) == [(FRIDAY, 10, 10)]
    losers = [span["losers"] for span in Work.objects.using("owner").exclude(pk=first).get().choice["spans"]]
    assert losers == [[[world.cedar_advisory.pk, "ends_later"]]]


def _until(*day: int) -> Any:
    return days(date(2026, 1, 1), date(*day))
