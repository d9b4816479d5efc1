"""A correction is a reversing entry that mirrors its original, once; the fact is posted anew."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.ledger import steps
from tallyhub.ledger.models import Entry
from tallyhub.ledger.steps import Posted
from tests.ledger.test_posting import count, post, post_staged, sums, use


def booked(world, **over):
    over = {"multiplier": Fraction(3, 2), "rounding_step": 60, "person_id": world.member.pk, "title": "Tuning", **over}
    post(world, use(world, **over))
    return Entry.objects.using("owner").get(external_id=over.get("external_id", "D-1"))


def reverse(world, *entries, reason="wrong_workspace"):
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        return steps.reverse(access, [one.pk for one in entries], reason)


def mirror(entry, **over):
    """What ``reverse`` would post; ``over`` spoils it."""
    with_service = Entry.objects.using("owner").select_related("entitlement__service").get(pk=entry.pk)
    return replace(steps._mirror(with_service, "wrong"), **over)


def test_a_reversal_mirrors_its_entry_and_names_the_reason(world):
    entry = booked(world)
    assert reverse(world, entry) == Posted(1, 0)
    it = Entry.objects.using("owner").get(reverses_id=entry.pk)
    same = ("customer_id", "workspace_id", "entitlement_id", "occurred_on", "person_id", "multiplier_numerator")
    same += ("multiplier_denominator", "rounding_step", "source")
    assert {name: getattr(it, name) for name in same} == {name: getattr(entry, name) for name in same}
    assert (entry.real_amount, entry.charged, it.real_amount, it.charged) == (90, 180, -90, -180)
    assert (it.external_id, it.reason, hasattr(it, "detail")) == (f"{entry.pk}:reversal", "wrong_workspace", False)


def test_an_entry_with_its_reversal_leaves_no_trace_in_any_total(world):
    before = [sums(name, world)[0] for name in ("workspace", "day", "entitlement", "whole day")]
    one, two = booked(world), booked(world, external_id="D-2")
    reverse(world, one, two)
    assert [sums(name, world)[0] for name in ("workspace", "day", "entitlement", "whole day")] == before


def test_an_entry_is_reversed_once(world, owner):
    one, two = booked(world), booked(world, external_id="D-2")
    reverse(world, one)
    before = count(owner, "ledger_entry")
    for again in ([one], [two, one]):
        with pytest.raises(Conflict, match="already_reversed"):
            reverse(world, *again)
    with pytest.raises(Conflict, match="already_reversed"):
        post(world, mirror(one, external_id="another"))
    with pytest.raises(Conflict, match="already_reversed"):
        post(world, mirror(two), mirror(two, external_id="another"))
    assert count(owner, "ledger_entry") == before


def test_a_repeated_reversal_by_the_source_itself_is_known(world):
    entry = booked(world)
    assert post(world, mirror(entry, external_id="R-1")) == Posted(1, 0)
    assert post(world, mirror(entry, external_id="R-1")) == Posted(0, 1)


NO_MIRROR: list[dict[str, Any]] = [
    {"real_amount": -89},  # charged the same, but not what was
    {"occurred_on": date(2026, 7, 2)},
    {"multiplier": Fraction(1)},
    {"rounding_step": 90},
    {"person_id": None},
    {"reverses_id": 10**9},
]


def test_a_reversal_that_does_not_mirror_is_refused(world):
    entry = booked(world)
    for spoilt in (mirror(entry, **over) for over in NO_MIRROR):
        for way_in in (post, post_staged):
            with pytest.raises(Invalid, match="reversal_differs"):
                way_in(world, spoilt)


def test_a_reversal_in_another_workspace_or_of_another_entitlement_is_refused(world):
    entry = booked(world)
    for over in ({"workspace_id": world.south.pk}, {"entitlement_id": world.old_advisory.pk}):
        with pytest.raises(Invalid, match="reversal_differs"):
            post(world, mirror(entry, **over))


def test_a_reversal_is_not_reversed(world):
    """A positive amount cannot reverse, and a negative one does not mirror a negative one."""
    entry = booked(world)
    reverse(world, entry)
    reversal = Entry.objects.using("owner").get(reverses_id=entry.pk)
    with pytest.raises(Invalid, match="reversal_not_negative"):
        reverse(world, reversal)
    with pytest.raises(Invalid, match="reversal_differs"):
        post(world, mirror(entry, reverses_id=reversal.pk, external_id="R-2"))


def test_a_reversal_needs_a_reason_that_is_a_code(world):
    entry = booked(world)
    for reason, code in (("", "reversal_without_reason"), ("Ann said so", "reason_not_a_code")):
        with pytest.raises(Invalid, match=code):
            reverse(world, entry, reason=reason)


def test_an_entry_outside_the_scope_is_unknown(world):
    birch = Entry.objects.using("owner").filter(customer=world.birch)[0]
    with pytest.raises(Entry.DoesNotExist):
        reverse(world, birch)


def test_a_reversal_reaches_behind_a_mapping_that_is_gone_and_a_term_that_was_cut_short(world, owner):
    entry = booked(world)
    owner.execute("DELETE FROM agreements_mapping")
    owner.execute("UPDATE agreements_package SET terminated_on = %s WHERE id = %s", [date(2026, 2, 1), world.base.pk])
    assert reverse(world, entry) == Posted(1, 0)


def test_use_is_moved_by_a_reversal_and_a_new_entry(world):
    """Edit of quantity, day, workspace or entitlement: what was drawn goes back to where it was drawn from."""
    entry = booked(world, multiplier=Fraction(1), rounding_step=1)
    reverse(world, entry)
    moved = use(world, external_id="D-1b", occurred_on=date(2026, 7, 3), workspace_id=world.south.pk, real_amount=45)
    assert post(world, moved) == Posted(1, 0)
    assert sums("entitlement", world)[0] == 90 + 360 + 45
    with pytest.raises(steps.ContentDiffers):  # the source's old name is taken for good
        post(world, use(world, real_amount=45))
