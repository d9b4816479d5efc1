"""Where a request is listed today and why (R2.6, R4.5): the rule, pure."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tallyhub.agreements.rules import Scope, ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.offers import Offer
from tallyhub.support.placement.rules import Wanted, mends_of, place
from tallyhub.support.rules import Kind, RequestClass

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NORTH, SOUTH = 1, 2


def offer(entitlement_id: int, **over: Any) -> Offer:
    fields: dict[str, Any] = {"package_id": entitlement_id * 10, "agreement_id": entitlement_id * 100}
    fields |= {"kind": ServiceKind.REACTIVE, "unit": Unit.CASES, "scope": Scope.ENTERPRISE, "zone": "Europe/Berlin"}
    fields |= {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "workspaces": frozenset({NORTH})}
    return Offer(entitlement_id, **fields | {"covers_every_product": over.get("scope") is not Scope.ADDON} | over)


def addon(entitlement_id: int, *products: int, **over: Any) -> Offer:
    return offer(entitlement_id, scope=Scope.ADDON, products=frozenset(products), **over)


def wanted(**over: Any) -> Wanted:
    return Wanted(**{"workspace_id": NORTH, "kind": Kind.PROBLEM} | over)


OLD = {"ends_on": date(2026, 11, 20)}
NEXT = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}
ADVISORY = {"kind": ServiceKind.ADVISORY}


@pytest.mark.parametrize("request_class", [RequestClass.SU, RequestClass.DSA, RequestClass.X85, RequestClass.REC])
def test_a_class_comes_before_every_other_reason(request_class: RequestClass) -> None:  # R2.6 c
    for offers in ([offer(1)], []):
        assert place(wanted(request_class=request_class), {NORTH}, offers, NOW).reason == "class"


@pytest.mark.parametrize(
    ("ask", "offers", "expected"),
    [
        ({}, [], "missing"),
        ({}, [offer(1, **ADVISORY)], "missing"),
        ({"kind": Kind.ADVICE}, [offer(1, **ADVISORY)], 1),
        ({}, [addon(1, 5)], "missing"),  # for another product
        ({"product_id": 5}, [addon(1, 5)], 1),
        ({"product_id": 5}, [addon(1)], "missing"),  # an add-on without products covers none
        ({}, [offer(1, **NEXT)], "missing"),  # what has not begun has not expired
        ({}, [offer(1, **OLD)], "expired"),
        ({}, [offer(1, **OLD), offer(2, workspaces=frozenset())], "unmapped"),
        ({"agreement_id": 100}, [offer(1, **OLD), offer(2)], "expired"),  # named: nothing else holds it
        ({"package_id": 10}, [offer(1, workspaces=frozenset({SOUTH})), offer(2)], "unmapped"),
        ({"agreement_id": 300}, [offer(1), offer(2)], "missing"),
        ({}, [offer(1, workspaces=frozenset({SOUTH}))], "unmapped"),
        ({}, [offer(1), offer(2, **OLD)], 1),
        ({}, [offer(2), offer(1)], 1),  # the lowest id
        ({}, [offer(1), offer(2, ends_on=date(2026, 11, 30))], 2),  # the one that ends first
        ({"product_id": 5}, [offer(1), addon(2, 5)], 2),  # an add-on before the base
        ({"product_id": 5, "package_id": 10}, [offer(1), addon(2, 5)], 1),
        ({"product_id": 6, "package_id": 20}, [offer(1), addon(2, 5)], 2),  # named, whatever it is about
    ],
)
def test_where_a_request_is_listed(ask: dict[str, Any], offers: list[Offer], expected: int | str) -> None:  # R2.6
    found = place(wanted(**ask), {NORTH}, offers, NOW)
    assert (found.entitlement_id or found.reason) == expected


def test_unmapped_here_is_listed_where_all_workspaces_are_looked_at() -> None:  # R2.6 a
    there = offer(1, workspaces=frozenset({SOUTH}))
    assert place(wanted(), {NORTH}, [there], NOW).reason == "unmapped"
    assert place(wanted(), {NORTH, SOUTH}, [there], NOW).entitlement_id == 1


def test_the_last_day_ends_at_midnight_of_the_agreements_zone() -> None:
    last_day = offer(1, ends_on=date(2026, 11, 21))
    assert place(wanted(), {NORTH}, [last_day], datetime(2026, 11, 21, 22, 59, tzinfo=UTC)).entitlement_id == 1
    assert place(wanted(), {NORTH}, [last_day], datetime(2026, 11, 21, 23, 0, tzinfo=UTC)).reason == "expired"


def test_what_fits_and_does_not_pay_is_told_with_its_reason() -> None:
    offers = [offer(1), addon(2, 5), addon(3, 6), offer(4, workspaces=frozenset({SOUTH})), offer(5, **ADVISORY)]
    offers.append(offer(6, covers_every_product=False, products=frozenset({9})))
    found = place(wanted(product_id=5), {NORTH}, offers, NOW)
    assert (found.entitlement_id, found.why) == (2, "add_on")
    assert [(one.entitlement_id, one.reason) for one in found.losers] == [
        (1, "add_on_first"), (3, "other_product"), (6, "other_product"),
    ]  # fmt: skip
    found = place(wanted(product_id=5, agreement_id=100), {NORTH}, offers, NOW)
    assert (found.entitlement_id, found.why) == (1, "base")
    assert {one.reason for one in found.losers} == {"not_named"}


def test_a_mend_does_as_little_as_will_do() -> None:  # R4.5
    offers = [offer(1, **OLD), offer(2, workspaces=frozenset()), offer(3, **ADVISORY)]
    assert [(one.offer.entitlement_id, one.maps, one.names) for one in mends_of(wanted(), offers, NOW)] == [
        (2, True, False)
    ]
    named = wanted(agreement_id=100)
    assert [(one.maps, one.names) for one in mends_of(named, offers, NOW)] == [(True, True)]
    assert [(one.maps, one.names) for one in mends_of(wanted(product_id=5), [addon(1, 6)], NOW)] == [(False, True)]
    assert mends_of(wanted(request_class=RequestClass.SU), offers, NOW) == []
