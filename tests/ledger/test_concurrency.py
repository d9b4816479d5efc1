"""Several at once, each on a connection of its own: one lock per customer, and everything that leans on it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import commands, doctor, queries, steps
from tallyhub.ledger.models import CustomerLedger, Entry, LedgerVersion
from tallyhub.ledger.steps import Posted
from tests.ledger.test_allotting import allot, bought, taken
from tests.ledger.test_posting import post, use
from tests.ledger.test_reversals import booked, reverse
from tests.make import make_entitlement
from tests.world import NOW, TODAY

SECONDS = 20  # a test that waits longer than this hangs


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """What each answers or raises, run at the same time; the frozen clock goes with them."""

    def alone(task: Callable[[], Any]) -> Any:
        try:
            return task()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(copy_context().run, alone, task) for task in tasks]
        return [one.result(SECONDS) for one in running]


@pytest.fixture
def race(monkeypatch):
    """``race(2)``: the next two bookings have both looked before either gets the lock."""

    def meet(parties: int) -> None:
        barrier = Barrier(parties, timeout=SECONDS)
        take_lock = steps._raise_versions

        def wait_and_take(customers: Any) -> None:
            barrier.wait()
            take_lock(customers)

        monkeypatch.setattr(steps, "_raise_versions", wait_and_take)

    yield meet
    monkeypatch.undo()
    assert list(doctor.find_differences()) == []


@pytest.fixture
def hour(world):
    """An entitlement with sixty minutes."""
    entitlement = make_entitlement(world.base, world.advisory, is_as_needed=False)
    allot(world, bought(entitlement, 60))
    return entitlement


def balance(entitlement):
    with scope(Access.of_system([entitlement.customer_id])):
        return queries.replay([entitlement.pk], {entitlement.pk: TODAY})[entitlement.pk][0]


def test_two_writers_on_the_last_minutes_are_both_booked_and_one_is_over(world, hour, race):
    race(2)
    mine = use(world, entitlement_id=hour.pk, real_amount=60)
    answers = together(lambda: post(world, mine), lambda: post(world, replace(mine, external_id="D-2")))
    assert answers == [Posted(1, 0), Posted(1, 0)]
    assert (balance(hour).left, balance(hour).used, balance(hour).over) == (0, 120, 60)


def test_the_same_fact_sent_at_once_is_booked_once(world, race):
    race(4)
    answers = together(*[lambda: post(world, use(world, title="Tuning"))] * 4)
    assert Counter(answers) == {Posted(1, 0): 1, Posted(0, 1): 3}
    assert Entry.objects.using("owner").filter(source="desk").count() == 1


def test_the_same_id_with_other_content_sent_at_once_is_refused_but_for_one(world, race):
    race(3)
    answers = together(*[lambda n=n: post(world, use(world, real_amount=n)) for n in (1, 2, 3)])
    assert sorted(type(one).__name__ for one in answers) == ["ContentDiffers", "ContentDiffers", "Posted"]
    assert Entry.objects.using("owner").filter(source="desk").count() == 1


def test_a_batch_of_which_a_part_was_booked_meanwhile_books_the_rest(world, race):
    race(2)
    one, two, three = use(world), use(world, external_id="D-2"), use(world, external_id="D-3")
    answers = together(lambda: post(world, one, two), lambda: post(world, two, three))
    assert sorted(answers, key=lambda it: it.new) == [Posted(1, 1), Posted(2, 0)]


def test_an_entry_reversed_at_once_is_reversed_once(world, race):
    entry = booked(world)
    race(2)
    answers = together(lambda: reverse(world, entry), lambda: reverse(world, entry))
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Posted"]
    assert [one.code for one in answers if isinstance(one, Conflict)] == ["already_reversed"]


def test_an_entry_reversed_at_once_under_two_names_is_reversed_once(world, race):
    entry = booked(world)
    race(2)
    mirrored = replace(use(world), real_amount=-90, reverses_id=entry.pk, reason="wrong", person_id=entry.person_id)
    mirrored = replace(mirrored, multiplier=steps.Fraction(3, 2), rounding_step=60)
    names = [lambda name=name: post(world, replace(mirrored, external_id=name)) for name in ("R-1", "R-2")]
    answers = together(*names)
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Posted"]
    assert Entry.objects.using("owner").filter(reverses_id=entry.pk).count() == 1


def test_two_adjustments_at_once_do_not_take_back_the_same(world, hour, race):
    race(2)
    answers = together(*[lambda name=name: allot(world, taken(hour, 40, name)) for name in ("T-1", "T-2")])
    assert sorted(type(one).__name__ for one in answers) == ["Invalid", "Posted"]
    assert [one.code for one in answers if isinstance(one, Invalid)] == ["adjustment_too_large"]
    assert balance(hour).left == 20


def test_the_same_adjustment_at_once_is_recorded_once(world, hour, race):
    race(2)
    answers = together(*[lambda: allot(world, taken(hour, 40))] * 2)
    assert Counter(answers) == {Posted(1, 0): 1, Posted(0, 1): 1}
    assert balance(hour).left == 20


# Versions


def test_who_comes_second_waits_so_that_versions_become_visible_in_order(world):
    """Nobody ever sees a version without the ones before it."""
    access = Access.of_system([world.cedar.pk])
    before = CustomerLedger.objects.using("owner").get(pk=world.cedar.pk).version
    has_lock, may_commit = Event(), Event()

    def first():
        with scope(access, writing=True):
            steps.post(access, [use(world)])
            has_lock.set()
            assert may_commit.wait(SECONDS)

    def second():
        assert has_lock.wait(SECONDS)
        return post(world, use(world, external_id="D-2"))

    def reader():
        assert has_lock.wait(SECONDS)
        seen = []
        for _ in range(20):
            seen.append(CustomerLedger.objects.using("owner").get(pk=world.cedar.pk).version)
            may_commit.wait(0.01)
        may_commit.set()
        return seen

    _, posted, seen = together(first, second, reader)
    assert (posted, set(seen)) == (Posted(1, 0), {before})
    versions = Entry.objects.using("owner").filter(source="desk").order_by("ledger_version")
    assert [(one.external_id, one.ledger_version) for one in versions] == [("D-1", before + 1), ("D-2", before + 2)]


def test_a_reader_never_sees_a_gap_while_many_write(world):
    done = Event()

    def write(name):
        for n in range(12):
            post(world, use(world, external_id=f"{name}-{n}", workspace_id=world.south.pk if n % 2 else world.north.pk))

    def read():
        seen = []
        while not done.is_set():
            with scope(Access.of_system([world.cedar.pk])):
                versions = set(LedgerVersion.objects.values_list("version", flat=True))
            seen.append(versions == set(range(1, max(versions) + 1)))
        return seen

    def write_all():
        try:
            return together(*[lambda name=name: write(name) for name in "abcd"])
        finally:
            done.set()

    written, seen = together(write_all, read)
    assert written == [None] * 4
    assert seen
    assert all(seen)
    assert list(doctor.find_differences()) == []


def test_writers_of_two_customers_in_any_order_never_wait_for_each_other_in_a_ring(world):
    both = Access.of_system([world.cedar.pk, world.birch.pk])
    fields = {"customer_id": world.birch.pk, "workspace_id": world.birch_main.pk}

    def write(name, flipped):
        for n in range(15):
            batch = [
                use(world, external_id=f"{name}{n}"),
                use(world, external_id=f"{name}{n}s", workspace_id=world.south.pk),
                use(world, external_id=f"{name}{n}b", entitlement_id=world.birch_advisory.pk, **fields),
            ]
            with scope(both, writing=True):
                steps.post(both, batch[::-1] if flipped else batch)

    assert together(*[lambda n=n: write(n, n % 2) for n in range(4)]) == [None] * 4
    assert list(doctor.find_differences()) == []


def test_a_version_is_never_earlier_than_the_one_before(world):
    """A clock was set back, or a writer looked at it and then waited for the lock."""
    with clock.frozen(NOW + timedelta(minutes=5)):
        post(world, use(world))
    post(world, use(world, external_id="D-2"))
    last, before = LedgerVersion.objects.using("owner").filter(customer=world.cedar).order_by("-version")[:2]
    assert last.at == before.at == NOW + timedelta(minutes=5)
    with scope(Access.of_system([world.cedar.pk])):
        assert queries.version_at(world.cedar.pk, NOW + timedelta(minutes=1)) == before.version - 1


# Snapshots


def test_a_booking_while_a_snapshot_is_made_leaves_it_stale_and_never_wrong(world, hour, monkeypatch):
    replay = queries.replay

    def book_first(*args, **more):
        (posted,) = together(lambda: post(world, use(world, entitlement_id=hour.pk, real_amount=10)))
        assert posted in (Posted(1, 0), Posted(0, 1))
        return replay(*args, **more)

    monkeypatch.setattr(queries, "replay", book_first)
    access = Access.of_system([world.cedar.pk])
    commands.refresh_snapshots(access)
    monkeypatch.undo()
    with scope(access):
        assert hour.pk in [one.entitlement_id for one in queries.stale_snapshots()]
    assert list(doctor.find_differences()) == []
    commands.refresh_snapshots(access)
    with scope(access):
        assert queries.stale_snapshots() == []
    assert list(doctor.find_differences()) == []


def test_a_booking_after_the_facts_were_read_leaves_the_snapshot_stale(world, hour, monkeypatch):
    replay = queries.replay

    def book_afterwards(*args, **more):
        timelines = replay(*args, **more)
        together(lambda: post(world, use(world, entitlement_id=hour.pk, real_amount=10)))
        return timelines

    monkeypatch.setattr(queries, "replay", book_afterwards)
    access = Access.of_system([world.cedar.pk])
    commands.refresh_snapshots(access)
    monkeypatch.undo()
    with scope(access):
        assert hour.pk in [one.entitlement_id for one in queries.stale_snapshots()]
    assert list(doctor.find_differences()) == []


def test_refreshing_at_once_does_not_collide(world, hour):
    access = Access.of_system([world.cedar.pk])
    answers = together(*[lambda: commands.refresh_snapshots(access)] * 4)
    assert all(isinstance(one, int) for one in answers), answers
    assert list(doctor.find_differences()) == []


def test_the_doctor_reads_one_instant_while_others_write(world, hour, monkeypatch):
    """A booking between its look at a snapshot and its look at the facts is no difference."""
    commands.refresh_snapshots(Access.of_system([world.cedar.pk]))
    look_at_facts = doctor._replayed

    def book_first(entitlement_ids):
        assert hour.pk in entitlement_ids
        (posted,) = together(lambda: post(world, use(world, entitlement_id=hour.pk, real_amount=10)))
        assert posted == Posted(1, 0)
        return look_at_facts(entitlement_ids)

    monkeypatch.setattr(doctor, "_replayed", book_first)
    assert list(doctor.find_differences()) == []
