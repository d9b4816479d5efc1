"""From text to values: a table of what is understood and what is refused, and with which code."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from tallyhub.integrations.importing import cells
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("90", "minutes", (Unit.MINUTES, 90)),
        ("1:30", "hours", (Unit.MINUTES, 90)),
        ("-1:30", "hours", (Unit.MINUTES, -90)),
        ("1.5", "hours", (Unit.MINUTES, 90)),
        ("0.35", "hours", (Unit.MINUTES, 21)),
        ("+2", "hours", (Unit.MINUTES, 120)),
        ("3", "cases", (Unit.CASES, 3)),
        ("3.00", "cases", (Unit.CASES, 3)),
        ("1.25", "credits", (Unit.CREDITS, 125)),
        ("7", "credits", (Unit.CREDITS, 700)),
    ],
)
def test_a_quantity_is_whole_steps_of_its_unit(amount, unit, expected):
    assert cells.quantity(amount, unit) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        ("1.3", "minutes", "amount_not_whole"),
        ("0.5", "cases", "amount_not_whole"),
        ("0.333", "hours", "hours_not_whole_minutes"),
        ("1:60", "hours", "amount_malformed"),
        ("1.005", "credits", "amount_too_fine"),
        ("1,5", "hours", "amount_malformed"),
        ("1e9", "minutes", "amount_malformed"),
        ("NaN", "minutes", "amount_malformed"),
        ("٣", "cases", "amount_malformed"),
        ("9" * 13, "minutes", "amount_malformed"),
        ("=1+1", "minutes", "amount_malformed"),
        ("1", "days", "unit_unknown"),
        ("1", "MINUTES", "unit_unknown"),
    ],
)
def test_a_quantity_that_is_not_exact_is_refused(amount, unit, code):
    with pytest.raises(Invalid) as refused:
        cells.quantity(amount, unit)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29T12:00+02:00", datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ("2026-03-29T12:00:30Z", datetime(2026, 3, 29, 12, 0, 30, tzinfo=UTC)),
        ("2026-07-01T12:00[Europe/Berlin]", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-10-25T01:59[Europe/Berlin]", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_understood_with_its_zone(text, expected):
    assert cells.instant(text) == expected


def test_a_time_that_came_twice_is_refused_with_both_choices():  # R10.6
    with pytest.raises(Invalid) as refused:
        cells.instant("2026-10-25T02:30[Europe/Berlin]")
    assert refused.value.code == "time_twice"
    assert refused.value.params["first"] == "2026-10-25T02:30+02:00"
    assert refused.value.params["second"] == "2026-10-25T02:30+01:00"
    assert cells.instant("2026-10-25T02:30+01:00")  # either choice is taken as it stands


def test_a_time_that_never_came_is_refused_with_both_choices():  # R10.6
    with pytest.raises(Invalid) as refused:
        cells.instant("2026-03-29T02:30[Europe/Berlin]")
    assert refused.value.code == "time_never"
    assert refused.value.params["first"] == "2026-03-29T03:30+02:00"
    assert refused.value.params["second"] == "2026-03-29T01:30+01:00"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-29T12:00", "time_without_zone"),
        ("2026-03-29 12:00:00", "time_without_zone"),
        ("2026-03-29T25:00+01:00", "time_malformed"),
        ("yesterday", "time_malformed"),
        ("2026-03-29T12:00[Europe/Atlantis]", "zone_unknown"),
        ("0026-03-29T12:00+01:00", "day_out_of_bounds"),
    ],
)
def test_a_time_that_is_not_one_instant_is_refused(text, code):
    with pytest.raises(Invalid) as refused:
        cells.instant(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "day_malformed"),
        ("30.11.2026", "day_malformed"),
        ("2026-W01-1", "day_malformed"),
        ("20261130", "day_malformed"),
        ("9999-12-31", "day_out_of_bounds"),
        ("0001-01-01", "day_out_of_bounds"),
    ],
)
def test_a_day_is_iso_and_of_our_time(text, code):
    assert cells.day("2026-11-30") == date(2026, 11, 30)
    with pytest.raises(Invalid) as refused:
        cells.day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (cells.text(5), "toolong", "text_too_long"),
        (cells.text(50), "bell \a rings", "control_character"),
        (cells.text(50), "half \ud800", "control_character"),
        (cells.reference(50), "ada@example.test", "address_in_ledger"),
        (cells.code(40), "Wrong One", "code_malformed"),
        (cells.url, "javascript:alert(1)", "url_malformed"),
        (cells.url, "https://a.example/<b>", "url_malformed"),
        (cells.zone, "Mars/Base", "zone_unknown"),
        (cells.zone, "../etc/passwd", "zone_unknown"),
        (check_address, "nobody", "email_malformed"),
        (cells.domain, "localhost", "domain_malformed"),
        (cells.flag, "maybe", "word_unknown"),
        (cells.whole(1, 10), "11", "number_out_of_bounds"),
        (cells.whole(1, 10), "-1", "number_out_of_bounds"),
        (cells.multiplier, "1/0", "multiplier_malformed"),
        (cells.multiplier, "-1", "multiplier_malformed"),
        (cells.language, "tlh", "word_unknown"),
        (cells.texts, "[]", "texts_malformed"),
        (cells.texts, '{"en": 1}', "texts_malformed"),
        (cells.texts, "[" * 100_000, "texts_malformed"),
        (cells.texts, '{"xx": "?"}', "language_unknown"),
    ],
)
def test_a_cell_that_is_something_else_is_refused(read, text, code):
    with pytest.raises(Invalid) as refused:
        read(text)
    assert refused.value.code == code


def test_what_is_meant_is_understood():
    assert cells.text(50)("two\nlines\tand a tab") == "two lines and a tab"
    assert cells.text(50)("no\u00a0break") == "no break"
    assert cells.multiplier("3/2") == cells.multiplier("1.5") == Fraction(3, 2)
    assert cells.listed(cells.domain)("A.example; b.example;") == ["a.example", "b.example"]
    assert cells.texts('{"en": "Hours", "de": " "}') == {"en": "Hours"}
