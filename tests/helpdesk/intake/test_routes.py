"""To whose desk a request goes: S003-38, 39, 40; R5.7; edge case 18 is the plan's own."""

import itertools
from typing import Any

import pytest

from tallyhub.helpdesk.intake.rules import (
    Addressee,
    Cost,
    Route,
    check_accepted,
    choose_route,
    choose_sellers,
    cost_of,
    named,
    night_line,
)
from tallyhub.kernel.errors import Invalid
from tallyhub.partners.plans.rules import Line, Mode, Typed
from tests.helpdesk.intake.asking import ask, intake_of

OWN = Line("own")
NIGHT = Line("outsourced", when="outside", severities=("A",), supplier="Nightwatch")
MAIL = Line("outsourced", product="mail", supplier="Courier")
REPORTS = Line("resold", product="reports", supplier="Quill", contact="help@quill.test")


@pytest.mark.parametrize(
    ("lines", "product", "severity", "is_open", "line"),
    [
        ([OWN], "mail", "C", True, OWN),
        ([OWN, MAIL], "mail", "C", True, MAIL),
        ([OWN, MAIL], "database", "C", True, OWN),
        ([OWN, MAIL], "", "C", True, OWN),  # nothing is named, so nothing is outsourced
        ([OWN, NIGHT], "mail", "A", False, NIGHT),
        ([OWN, NIGHT], "mail", "A", True, OWN),
        ([OWN, NIGHT], "mail", "B", False, OWN),
        ([OWN, NIGHT, MAIL], "mail", "A", False, MAIL),  # the product comes before severity and hours
        ([Line("own", when="inside"), NIGHT], "mail", "B", False, None),
        ([Line(""), REPORTS], "reports", "C", True, REPORTS),
        ([Line("unheard of")], "mail", "C", True, None),
        ([], "mail", "C", True, None),
    ],
)
def test_the_most_specific_line_decides(
    lines: list[Line], product: str, severity: str, is_open: bool, line: Line | None
) -> None:
    """S003-39, S003-40"""
    found = choose_route(lines, product, severity, is_open=is_open)
    assert found.line == line
    assert found.mode == (line.mode if line else Mode.OWN)


def test_of_equals_the_first_line_decides() -> None:
    first, second = Line("outsourced", supplier="One"), Line("outsourced", supplier="Two")
    assert choose_route([first, second], "", "C", is_open=True).line == first


def test_whatever_the_order_of_the_lines_the_same_is_found() -> None:
    lines = [OWN, NIGHT, MAIL, REPORTS]
    for product, severity, is_open in itertools.product(("", "mail", "reports"), "ABC", (True, False)):
        found = {choose_route(each, product, severity, is_open=is_open).line for each in itertools.permutations(lines)}
        assert len(found) == 1, (product, severity, is_open)


def test_a_route_comes_back_as_it_was_kept() -> None:
    kept = choose_route([OWN, NIGHT], "mail", "A", is_open=False, number=3)
    assert Route.of(kept.mode, kept.stored()) == kept
    assert Route.of("own", {}) == Route()


def test_who_is_there_at_night_is_known_where_the_plan_says_it() -> None:  # edge case 19
    assert night_line([OWN, NIGHT], "") == NIGHT
    assert night_line([OWN], "") is None
    assert night_line([Line("outsourced", when="outside", severities=("B",), supplier="N")], "") is None


@pytest.mark.parametrize(
    ("written", "found"),
    [("Nightwatch", 2), (" nightwatch ", 2), ("NW", 2), ("Night", None), ("Twice", None), ("", None)],
)
def test_a_supplier_is_known_by_its_code_or_name(written: str, found: int | None) -> None:
    houses = {1: ("brook", "Brookside"), 2: ("nw", "Nightwatch"), 3: ("a", "Twice"), 4: ("b", "Twice")}
    assert named(written, houses) == found


def test_whoever_sold_it_is_meant_or_each_partner() -> None:  # edge case 13
    sellers = {7: (1,), 8: (1, 2)}
    assert choose_sellers(7, None, sellers, (1, 2)) == (1,)
    assert choose_sellers(8, None, sellers, (1, 2)) == (1, 2)
    assert choose_sellers(8, 2, sellers, (1, 2)) == (2,)
    assert choose_sellers(8, 5, sellers, (1, 2)) == (1, 2)
    assert choose_sellers(9, 1, sellers, (1, 2)) == ()
    assert choose_sellers(None, None, sellers, (1, 2)) == (1, 2)
    assert Addressee(1, 1).stands_in_for is None
    assert Addressee(2, 1).stands_in_for == 1


def test_what_is_charged_is_accepted_in_the_version_that_holds() -> None:  # S003-41
    charged = cost_of(Typed(price="per_hour", amount="120,50", currency="EUR"), 4)
    assert charged == Cost(4, "per_hour", 12050, "EUR")
    for accepted in (None, 3):
        with pytest.raises(Invalid):
            check_accepted(charged, accepted)
    check_accepted(charged, 4)
    for free in ("free", "included"):
        check_accepted(cost_of(Typed(price=free, amount="9"), 4), None)
    check_accepted(None, None)


def outsource(owner: Any, line: str) -> None:
    owner.execute(
        "UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)",
        [f'[{{"mode": "own"}}, {line}]'],
    )


TO_RIVAL = '{"mode": "outsourced", "product": "database", "supplier": "Rivermouth", "scope": "All of it"}'


def test_what_is_outsourced_goes_to_the_suppliers_desk(sold: Any, as_: Any, owner: Any) -> None:  # S003-39
    outsource(owner, TO_RIVAL)
    request = ask(as_(sold.asker), sold)
    assert (request.partner_id, request.desk_id) == (sold.partner.pk, sold.rival.pk)
    intake = intake_of(request)
    assert intake.mode == "outsourced"
    assert intake.route["number"] == 1
    assert intake.route["line"]["supplier"] == "Rivermouth"
    other = ask(as_(sold.asker), sold, product="other")
    assert other.desk_id == sold.partner.pk


@pytest.mark.parametrize("supplier", ["Somebody unknown", "Lakeside", "northgate"])
def test_a_supplier_without_a_desk_leaves_it_with_the_partner(sold: Any, as_: Any, owner: Any, supplier: str) -> None:
    outsource(owner, TO_RIVAL.replace("Rivermouth", supplier))
    request = ask(as_(sold.asker), sold)
    assert request.desk_id == sold.partner.pk
    assert intake_of(request).mode == "outsourced"


def test_a_suspended_supplier_gets_nothing(sold: Any, as_: Any, owner: Any) -> None:
    outsource(owner, TO_RIVAL)
    owner.execute("UPDATE partners_party SET suspended_at = now() WHERE organization_id = %s", [sold.rival.pk])
    assert ask(as_(sold.asker), sold).desk_id == sold.partner.pk


def test_resold_support_stays_the_partners(sold: Any, as_: Any, owner: Any) -> None:  # S003-38
    outsource(owner, TO_RIVAL.replace("outsourced", "resold"))
    request = ask(as_(sold.asker), sold)
    assert request.desk_id == sold.partner.pk
    assert intake_of(request).mode == "resold"
