"""What may be published as a support plan, and when it is open: pure rules (S003-42, edge cases 17 to 19)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyhub.kernel.errors import Invalid
from tallyhub.partners.card.rules import Standing, Why, responsible
from tallyhub.partners.hours import DAYS, read_hours, typed_of
from tallyhub.partners.plans.rules import (
    NOTICE_DAYS,
    Around,
    Line,
    Typed,
    check_kept,
    check_plan,
    in_force,
    read_amount,
)
from tallyhub.partners.profiles.rules import read_profile

TODAY = date(2026, 11, 21)
AROUND = Around(["db"], ["en", "de"], ["EUR"], ["phone", "mail", "portal"], TODAY)
WEEK = dict.fromkeys(DAYS[:5], "9:00-17:00")
GOOD = Typed(
    name="Care",
    languages=("en",),
    excluded="Nothing.",
    types=("how_to",),
    zone="Europe/Berlin",
    **WEEK,
    methods=("phone",),
    target_a="1",
    target_b="4",
    target_c="8",
    measured="Until somebody answers.",
    price="free",
    escalation="Soon.",
    duties="Say what happened.",
    valid_from="2026-11-21",
    lines=(Line("own"),),
)
CHARGED: dict[str, Any] = {"price": "per_hour", "amount": "80", "currency": "EUR"}


def wrong(**over: Any) -> dict[str, str]:
    return {one.field: one.error.code for one in check_plan(replace(GOOD, **over), AROUND)}


def test_a_complete_plan_may_be_published() -> None:
    assert wrong() == {}
    assert wrong(**CHARGED) == {}


@pytest.mark.parametrize(
    ("over", "field", "code"),
    [
        ({"name": " "}, "name", "plan_name_missing"),
        ({"types": ()}, "types", "plan_types_missing"),
        ({"types": ("magic",)}, "types", "plan_types_missing"),
        ({"languages": ()}, "languages", "plan_languages_missing"),
        ({"languages": ("xx",)}, "languages", "plan_languages_missing"),
        ({"products": ("unknown",)}, "products", "product_unknown"),
        ({"excluded": ""}, "excluded", "plan_excluded_missing"),
        (dict.fromkeys(DAYS, ""), "mon", "hours_missing"),
        ({"mon": "17:00-9:00"}, "mon", "hours_malformed"),  # edge case 18: the end before the start
        ({"tue": "9:00-12:00, 11:00-14:00"}, "tue", "hours_overlap"),
        ({"wed": "always"}, "wed", "hours_malformed"),
        ({"zone": "Moon/Tranquility"}, "zone", "zone_unknown"),
        ({"zone": ""}, "zone", "zone_unknown"),
        ({"holidays": "25 December"}, "holidays", "holiday_malformed"),
        ({"methods": ()}, "methods", "plan_methods_missing"),
        ({"methods": ("phone", "phone")}, "methods", "plan_method_twice"),
        ({"methods": ("chat",)}, "methods", "plan_method_unreachable"),
        ({"target_a": "soon"}, "target_a", "plan_target"),
        ({"target_c": "0"}, "target_c", "plan_target"),
        ({"measured": ""}, "measured", "plan_measured_missing"),
        ({"price": ""}, "price", "plan_price_missing"),  # free is said, never assumed
        ({"price": "per_hour", "currency": "EUR"}, "amount", "plan_amount"),
        ({**CHARGED, "amount": "0"}, "amount", "plan_amount"),
        ({**CHARGED, "amount": "-5"}, "amount", "plan_amount"),
        ({**CHARGED, "amount": "1e3"}, "amount", "plan_amount"),
        *(
            ({**CHARGED, "amount": text}, "amount", "plan_amount_parted")
            for text in ("1,234.50", "1.234,50", "1,234", "1.234", "1 234", "12,345,678")
        ),
        ({**CHARGED, "amount": "12,5,0"}, "amount", "plan_amount"),
        ({**CHARGED, "amount": "0,00"}, "amount", "plan_amount"),
        ({**CHARGED, "currency": ""}, "currency", "plan_currency_missing"),
        ({**CHARGED, "currency": "XXX"}, "currency", "plan_currency_missing"),
        ({"escalation": ""}, "escalation", "plan_escalation_missing"),
        ({"duties": ""}, "duties", "plan_duties_missing"),
        ({"lines": ()}, "lines", "plan_lines_missing"),
        ({"lines": (Line("outsourced", scope="Nights"),)}, "lines-0", "plan_supplier_missing"),
        ({"lines": (Line("own"), Line("outsourced", supplier="R"))}, "lines-1", "plan_scope_missing"),
        (
            {"lines": (Line("resold", supplier="R", scope="Nights"),)},
            "lines-0",
            "plan_supplier_contact_missing",
        ),
        ({"lines": (Line("own", product="unknown"),)}, "lines-0", "product_unknown"),
        ({"valid_from": "tomorrow"}, "valid_from", "plan_day_missing"),
        ({"valid_from": "2026-11-20"}, "valid_from", "plan_day_early"),
        ({"valid_from": "2036-11-20"}, "valid_from", "plan_day_late"),
    ],
)
def test_what_is_missing_is_named_by_its_field(over: dict[str, Any], field: str, code: str) -> None:  # S003-42
    assert wrong(**over) == {field: code}


@pytest.mark.parametrize(
    ("text", "hundredths"), [("12,50", 1250), ("12.50", 1250), ("12,5", 1250), (" 12 ", 1200), ("0,05", 5)]
)
def test_a_price_has_a_decimal_point_or_a_decimal_comma(text: str, hundredths: int) -> None:
    assert read_amount(text) == hundredths
    assert wrong(**CHARGED | {"amount": text}) == {}


def test_all_that_is_missing_is_named_at_once() -> None:  # S003-42
    found = {one.field for one in check_plan(Typed(price="per_month"), AROUND)}
    assert {"types", "mon", "methods", "amount", "currency", "languages", "lines", "duties"} <= found


def test_a_change_is_published_a_month_before_it_holds() -> None:  # S003-43
    later = replace(AROUND, is_first=False)
    assert [one.field for one in check_plan(GOOD, later)] == ["valid_from"]
    in_time = replace(GOOD, valid_from=(TODAY + timedelta(days=NOTICE_DAYS)).isoformat())
    assert check_plan(in_time, later) == []


@pytest.mark.parametrize("name", ["name", "mon", "excluded", "holidays", "zone", "amount"])
def test_a_draft_keeps_no_text_that_nobody_types(name: str) -> None:
    assert [one.field for one in check_kept(replace(GOOD, **{name: "a\x00b"}))] == [name]
    assert [one.field for one in check_kept(replace(GOOD, **{name: "a" * 30_000}))] == [name]


def test_a_plan_is_read_back_as_it_was_stored() -> None:
    whole = replace(GOOD, lines=(Line("own", severities=("A", "B")),))
    assert Typed.of(whole.stored()) == whole
    assert Typed.of({"name": "Of an older release", "gone": 1}).name == "Of an older release"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-40, 40)), max_size=6, unique_by=lambda one: one[0]))
def test_the_newest_version_that_has_begun_is_in_force(found: list[tuple[int, int]]) -> None:
    versions = [(number, TODAY + timedelta(days=offset)) for number, offset in found]
    begun = [number for number, offset in found if offset <= 0]
    assert in_force(versions, TODAY) == (max(begun) if begun else None)


PROFILE: dict[str, Any] = {"email": "help@firm.test", "telephone": "+49 30 1234567", "languages": ["en"]}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "help"}, "email"),
        ({"email": "help@firm@test"}, "email"),
        ({"telephone": ""}, "telephone"),
        ({"telephone": "110"}, "telephone"),
        ({"telephone": "+49 30 CALL NOW"}, "telephone"),
        ({"telephone": "+1" + "2" * 30}, "telephone"),
        ({"languages": []}, "languages"),
        ({"languages": ["klingon"]}, "languages"),
        *[
            ({"website": site}, "website")
            for site in (
                "javascript:alert(1)",
                "data:text/html,x",
                "http://firm.test/",
                "//firm.test/",
                "https://localhost/",
                "https://127.0.0.1/",
                "https://10.1.2.3/",
                "https://[::1]/",
                "https://169.254.169.254/latest/",
                "https://2130706433/",
                "https://intranet/",
                "https://help.internal/",
                "https://printer.local./",
                "https://me:secret@firm.test/",
                "https://firm.test/" + "a" * 300,
                "https://firm.test/\u202egpj",
            )
        ],
        ({"chat": "javascript:alert(1)"}, "chat"),
        ({"zone": "Europe/Berlin", "mon": "9-5"}, "mon"),
        ({"zone": "Nowhere", "mon": "9:00-17:00"}, "zone"),
    ],
)
def test_a_profile_that_would_lead_nowhere_is_not_kept(over: dict[str, Any], field: str) -> None:  # edge case 17
    said, errors = read_profile(PROFILE | over)
    assert said is None
    assert set(errors) == {field}


def test_a_profile_needs_neither_site_nor_hours() -> None:
    said, errors = read_profile(PROFILE | {"zone": "Europe/Berlin"})
    assert not errors
    assert said is not None
    assert (said.website, said.hours) == ("", None)


def hours(**over: str) -> Any:
    found, errors = read_hours({"zone": "Europe/Berlin", **WEEK, **over})
    assert not errors
    return found


def test_the_next_opening_comes_after_the_weekend_and_after_holidays() -> None:  # edge case 19
    friday_night = datetime(2026, 12, 18, 22, tzinfo=UTC)
    assert not hours().calendar.is_open(friday_night)
    assert hours().next_opening(friday_night) == datetime(2026, 12, 21, 8, tzinfo=UTC)
    closed = hours(holidays="2026-12-21 Works meeting")
    assert closed.next_opening(friday_night) == datetime(2026, 12, 22, 8, tzinfo=UTC)


def test_closing_goes_over_midnight_and_around_the_clock_never() -> None:
    night = hours(mon="20:00-24:00", tue="0:00-4:00")
    assert night.closing(datetime(2026, 11, 23, 21, tzinfo=UTC)) == datetime(2026, 11, 24, 3, tzinfo=UTC)
    always, _errors = read_hours({"zone": "UTC", "always": "yes"})
    assert always is not None
    assert always.closing(datetime(2026, 11, 23, 21, tzinfo=UTC)) is None


def test_hours_are_read_back_as_they_were_typed() -> None:
    once = hours(holidays="2026-12-25 Christmas Day\n2026-12-24")
    assert read_hours(typed_of(once)) == (once, {})


def test_who_stands_in_for_a_partner() -> None:  # S003-53
    partner, indirect, provider = 1, 2, 3
    fine = {partner: Standing(stand_in_id=indirect)}
    assert [one.organization_id for one in responsible(partner, fine, [1, 2, 3], provider)] == [partner]
    suspended = {partner: Standing(is_suspended=True, stand_in_id=indirect)}
    (found,) = responsible(partner, suspended, [1, 2, 3], provider)
    assert (found.organization_id, found.why) == (indirect, Why.SUSPENDED)
    (found,) = responsible(partner, suspended, [1, 3], provider)  # the indirect one has said nothing: never blank
    assert found.organization_id == provider
    (found,) = responsible(partner, {partner: Standing(is_suspended=True)}, [1], provider)
    assert found.organization_id == provider
    silent = responsible(partner, fine, [2, 3], provider)
    assert [one.organization_id for one in silent] == [partner, indirect]
    assert silent[1].why is Why.ABSENT


def test_a_profile_is_refused_with_a_sentence_for_each_field() -> None:
    from tallyhub.kernel.sentences import sentence

    _said, errors = read_profile({})
    assert set(errors) == {"email", "telephone", "languages"}
    assert all(isinstance(one, Invalid) and " " in sentence(one) for one in errors.values())
