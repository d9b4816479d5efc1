"""Random lives of requests and their time; two engineers at once; and a process that is killed in the middle."""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.kernel.errors import Conflict
from tallyhub.ledger import doctor
from tallyhub.ledger.models import EntitlementTotal, Entry, WorkspaceTotal
from tallyhub.support.models import Booking, Request, Work
from tallyhub.support.time import commands
from tallyhub.support.work.commands import merge_request
from tests.killing import kill_while_it_writes, run_to_its_end
from tests.ledger.test_concurrency import together
from tests.make import make_request
from tests.support.working import at, booked, edit, inside, log, make_rule, move, of, remove, worked

EXAMPLES, ACTS = 12, 14
STEP, CAP = 15, 120
STARTS = [at("2026-11-20T09:00"), at("2026-11-20T16:40"), at("2026-11-20T22:40"), at("2026-11-15T10:00")]
STARTS += [at("2026-10-24T23:30"), at("2026-03-28T23:30"), at("2026-12-31T00:00") - timedelta(days=400)]


class Life:
    """What happens to a few requests, and what it comes to by a reckoning of its own."""

    def __init__(self, world: SimpleNamespace, draw: Any) -> None:
        self.world, self.draw = world, draw
        places = (world.north, world.south)
        self.open = [make_request(place, kind=kind) for place in places for kind in ("advice", "advice", "problem")]
        self.before = self.totals()
        self.work: dict[int, dict[str, Any]] = {}

    def totals(self) -> dict[tuple[int, int], int]:
        rows = WorkspaceTotal.objects.using("owner").values_list("entitlement_id", "workspace_id", "charged")
        return {(entitlement, workspace): charged for entitlement, workspace, charged in rows}

    def said(self) -> dict[str, Any]:
        return {
            "starts_at": self.draw(STARTS),
            "minutes": self.draw([1, 7, 20, 50, 95, 180]),
            "is_goodwill": self.draw([False, False, False, True]),
        }

    def act(self) -> None:
        act = self.draw(["log", "log", "log", "edit", "move", "remove", "merge"])
        if act == "log" or not self.work:
            request, said = self.draw(self.open), self.said()
            access = inside(self.world.engineer, self.world.cedar)
            self.work[commands.log_work(access, request.number, worked(**self._typed(said)))] = {"on": request} | said
            return
        if act == "merge":
            self.merge()
            return
        work = self.draw(sorted(self.work))
        if act == "edit":
            said = self.said()
            edit(self.world, work, **self._typed(said))
            self.work[work] |= said
        elif act == "remove":
            remove(self.world, work)
            del self.work[work]
        else:
            into = self.draw([one for one in self.open if one.pk != self.work[work]["on"].pk])
            move(self.world, work, into)
            self.work[work]["on"] = into

    def _typed(self, said: dict[str, Any]) -> dict[str, Any]:
        return said | {"starts_at": said["starts_at"].replace(tzinfo=None).isoformat()}

    def merge(self) -> None:
        gone = self.draw(self.open)
        others = [one for one in self.open if one.workspace_id == gone.workspace_id and one.pk != gone.pk]
        if not others:
            return
        into = self.draw(others)
        merge_request(inside(self.world.engineer, self.world.cedar), gone.number, into.number)
        self.open.remove(gone)
        for one in self.work.values():
            if one["on"].pk == gone.pk:
                one["on"] = into

    def check(self) -> None:
        expected: dict[tuple[int, int], int] = {}
        for request in self.open:
            mine = [one for _, one in sorted(self.work.items()) if one["on"].pk == request.pk]
            entitlement = self.world.cedar_advisory if request.kind == "advice" else self.world.cedar_reactive
            drawn = minutes_of(mine) if request.kind == "advice" else case_of(mine)
            key = entitlement.pk, request.workspace_id
            expected[key] = expected.get(key, 0) + drawn
        now = self.totals()
        assert {key: now.get(key, 0) - self.before.get(key, 0) for key in expected} == expected
        assert list(doctor.find_differences()) == []


def case_of(work: list[dict[str, Any]]) -> int:
    """One for any number of works that are not goodwill and lie in the term."""
    return int(any(one["starts_at"].year == 2026 and not one["is_goodwill"] for one in work))


def minutes_of(work: list[dict[str, Any]]) -> int:
    """Minute by minute, and nothing that is ours."""
    left = CAP
    for one in work:
        counted: dict[Fraction, int] = {}
        for n in range(one["minutes"]):
            local = (one["starts_at"] + timedelta(minutes=n)).astimezone(ZoneInfo("Europe/Berlin"))
            if local.year != 2026:
                continue  # before the term
            in_hours = local.weekday() < 5 and 8 <= local.hour < 18
            by = Fraction(1) if in_hours else Fraction(3, 2)
            counted[by] = counted.get(by, 0) + 1
        if one["is_goodwill"]:
            continue
        for by, minutes in counted.items():
            charged = ceil(minutes * by / STEP) * STEP
            left -= min(charged, left)
    return CAP - left


def test_the_ledger_says_what_was_worked_whatever_happens(world: SimpleNamespace, owner: Any) -> None:  # R4.4
    make_rule(world.agreement, 3, 2)
    terms = "UPDATE agreements_entitlement SET request_cap = %s, rounding_step = %s WHERE id = %s"
    owner.execute(terms, [CAP, STEP, world.cedar_advisory.pk])

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def live(data: st.DataObject) -> None:
        it = Life(world, lambda options: data.draw(st.sampled_from(options)))
        for _ in range(ACTS):
            it.act()
        it.check()

    live()


# At once


def test_two_engineers_at_once_are_both_booked_and_the_cap_holds(world: SimpleNamespace, owner: Any) -> None:
    owner.execute("UPDATE agreements_entitlement SET request_cap = 50 WHERE id = %s", [world.cedar_advisory.pk])
    advice, problem = make_request(world.north, kind="advice"), make_request(world.north)
    answers = together(*[lambda: log(world, advice, minutes=30) for _ in range(3)], *[lambda: log(world, problem)] * 3)
    assert all(isinstance(one, int) for one in answers)
    assert sum(charged for *_, charged in booked(world.cedar_advisory)) == 50
    assert sum(real for _, real, _ in booked(world.cedar_advisory)) == 90
    assert len(booked(world.cedar_reactive)) == 1
    assert list(doctor.find_differences()) == []


def test_two_who_change_the_same_time_at_once_change_it_once(world: SimpleNamespace) -> None:
    work = log(world, make_request(world.north, kind="advice"))
    access = inside(world.engineer, world.cedar)

    def change(minutes: int) -> None:
        commands.edit_work(access, work, worked(minutes=minutes), serial=1)

    answers = together(lambda: change(40), lambda: change(50))
    assert sorted(type(one).__name__ for one in answers) == [Conflict.__name__, "NoneType"]
    assert [real for _, real, _ in booked(world.cedar_advisory)] == [of(work).minutes]


def test_moving_two_ways_at_once_ends(world: SimpleNamespace) -> None:
    one, other = (make_request(world.north, kind="advice") for _ in range(2))
    first, second = log(world, one, minutes=10), log(world, other, minutes=20)
    assert together(lambda: move(world, first, other), lambda: move(world, second, one)) == [None, None]
    assert sorted(real for _, real, _ in booked(world.cedar_advisory)) == [10, 20]
    assert list(doctor.find_differences()) == []


# Killed


_EDIT = """
import sys
import django; django.setup()
from datetime import datetime
from tallyhub.kernel import clock
from tallyhub.organizations import sign_on
from tallyhub.support.time import commands
from tallyhub.support.time.rules import What
from tallyhub.support.time.steps import Worked
person, customer, work, serial = map(int, sys.argv[1:5])
with clock.frozen(datetime.fromisoformat(sys.argv[5])):
    access = sign_on.act_for(person, customer).access
    said = Worked(datetime.fromisoformat(sys.argv[6]), 45, What.CALL)
    commands.edit_work(access, work, said, serial=serial)
"""


@pytest.mark.parametrize("table", ["support_booking", "ledger_entry", "ledger_entitlementday", "support_work"])
def test_a_process_that_is_killed_in_the_middle_of_a_booking_leaves_nothing_half(
    world: SimpleNamespace, owner: Any, table: str
) -> None:
    """Held by a lock in the middle of what it writes, and killed there; then it is done again."""
    work = log(world, make_request(world.north, kind="advice"), minutes=20)
    before = _all(work)
    now, start = "2026-11-21T12:00:00+00:00", "2026-11-19T09:00:00+00:00"
    arguments = [str(one) for one in (world.engineer.pk, world.cedar.pk, work, 1, now, start)]
    kill_while_it_writes(owner, _EDIT, arguments, table)
    assert _all(work) == before
    assert list(doctor.find_differences()) == []
    run_to_its_end(_EDIT, arguments)
    assert [(real, charged) for _, real, charged in booked(world.cedar_advisory)] == [(45, 45)]
    assert list(doctor.find_differences()) == []


def _all(work: int) -> Any:
    return (
        list(Entry.objects.using("owner").order_by("pk").values()),
        list(EntitlementTotal.objects.using("owner").order_by("pk").values()),
        list(Booking.objects.using("owner").order_by("pk").values()),
        list(Work.objects.using("owner").filter(pk=work).values()),
        list(Request.objects.using("owner").order_by("pk").values("pk", "version")),
    )


def test_days_are_those_of_the_agreement(world: SimpleNamespace) -> None:
    """Its zone is an hour before UTC: what crosses its first midnight is paid by the one before and by this one."""
    work = log(world, make_request(world.north, kind="advice"), "2025-12-31T22:50", 20)
    assert [(day.isoformat(), real) for day, real, _ in booked(world.old_advisory)] == [("2025-12-31", 10)]
    assert [(day.isoformat(), real) for day, real, _ in booked(world.cedar_advisory)] == [("2026-01-01", 10)]
    assert of(work).unbooked == ""


def test_what_lies_before_every_term_is_kept_unbooked(world: SimpleNamespace) -> None:
    """The reckoning above leans on it."""
    work = log(world, make_request(world.north, kind="advice"), "2024-12-31T22:50", 20)
    assert [(day.isoformat(), real) for day, real, _ in booked(world.old_advisory)] == [("2025-01-01", 10)]
    assert of(work).unbooked == "missing"
    assert datetime.fromisoformat(of(work).choice["spans"][1]["day"]).year == 2025
