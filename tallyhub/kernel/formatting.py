"""Numbers, days and quantities in the reader's language. One formatter for page, export and mail.

Babel parses its patterns at every call, which made the page three times slower; so results are kept per language.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallyhub.kernel.amounts import Unit

_KEPT = 20_000  # strings per function, a few MB at most


def _language() -> str:
    return get_language() or "en"


@lru_cache(_KEPT)
def _number(value: int, language: str) -> str:
    return _with_minus(format_decimal(value, locale=language))


@lru_cache(_KEPT)
def _hundredths(value: int, language: str) -> str:
    return _with_minus(format_decimal(value / 100, format="#,##0.##", locale=language))


def _with_minus(figure: str) -> str:
    """A hyphen is no minus: it may be broken at the end of a line, and hardly shows. Exports do not come here."""
    return figure.replace("-", "−")


@lru_cache(_KEPT)
def _day(value: date, style: str, language: str) -> str:
    return str(format_date(value, style, locale="en_GB" if language == "en" else language))


def listed(names: Sequence[str]) -> str:
    """One, two and three"""
    return str(format_list(names, locale=_language()))


def number(value: int) -> str:
    return _number(value, _language())


def money(value: Decimal, currency: str) -> str:
    """€1,200.00"""
    return str(format_currency(value, currency, locale="en_GB" if _language() == "en" else _language()))


def day(value: date) -> str:
    """21 November 2026"""
    return _day(value, "long", _language())


def short_day(value: date) -> str:
    """21 Nov 2026"""
    return _day(value, "medium", _language())


def instant(value: datetime, zone: str) -> str:
    """21 Nov 2026, 13:05:22, as the clocks of that zone showed it. The zone is named beside it, by the caller."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{short_day(local.date())}, {local:%H:%M:%S}"


def minute(value: datetime, zone: str) -> str:
    """21 Nov 2026, 13:05: an instant where seconds tell nobody anything. The zone is named by the caller."""
    return instant(value, zone)[:-3]


def month(value: date) -> str:
    """November 2026"""
    return _day(value, "LLLL y", _language())


def short_month(value: date) -> str:
    """Nov"""
    return _day(value, "LLL", _language())


def term(starts_on: date, ends_on: date) -> str:
    """From the first to the last day, both inclusive."""
    return _("%(first)s – %(last)s") % {"first": day(starts_on), "last": day(ends_on)}


def quantity(amount: int, unit: Unit) -> str:
    """The bare figure: hours as h:mm wherever they are not whole, credits with up to two decimals."""
    if unit is Unit.MINUTES:
        return hours(amount)
    if unit is Unit.CREDITS:
        return _hundredths(amount, _language())
    return number(amount)


def hours(minutes: int) -> str:
    """20 minutes are 0:20, 120 are 2; a reversal keeps its sign."""
    sign = "−" if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    return f"{sign}{number(whole)}:{rest:02}" if rest else f"{sign}{number(whole)}"


def amount(value: int, unit: Unit) -> str:
    """The figure with its unit, in the right plural."""
    return _amount(value, unit, _language())


@lru_cache(_KEPT)
def _amount(value: int, unit: Unit, language: str) -> str:
    return _PHRASES[unit](_plural_of(value, unit)) % {"n": quantity(value, unit)}


def _plural_of(value: int, unit: Unit) -> int:
    """What decides the plural form. A broken number takes that of two, which all five languages agree on."""
    if unit is Unit.CREDITS:
        whole, rest = divmod(abs(value), 100)
        return 2 if rest else whole
    return abs(value)


_PHRASES: dict[Unit, Callable[[int], str]] = {
    Unit.MINUTES: lambda n: _("%(n)s h"),
    Unit.CASES: lambda n: ngettext("%(n)s case", "%(n)s cases", n),
    Unit.CREDITS: lambda n: ngettext("%(n)s credit", "%(n)s credits", n),
    Unit.ACTIVITIES: lambda n: ngettext("%(n)s activity", "%(n)s activities", n),
    Unit.SETUPS: lambda n: ngettext("%(n)s set-up", "%(n)s set-ups", n),
    Unit.RUNS: lambda n: ngettext("%(n)s run", "%(n)s runs", n),
    Unit.PEOPLE: lambda n: ngettext("%(n)s person", "%(n)s people", n),
}


def unit_name(unit: Unit) -> str:
    """What a column of such quantities is headed with."""
    names = {
        Unit.MINUTES: _("Hours"),
        Unit.CASES: _("Cases"),
        Unit.CREDITS: _("Credits"),
        Unit.ACTIVITIES: _("Activities"),
        Unit.SETUPS: _("Set-ups"),
        Unit.RUNS: _("Runs"),
        Unit.PEOPLE: _("People"),
    }
    return names[unit]


def days_left(days: int) -> str:
    """Until a last day: today is the last one, or so many are left after it."""
    if days == 0:
        return _("ends today")
    return ngettext("ends in %(n)s day", "ends in %(n)s days", days) % {"n": number(days)}


def decimal(value: Fraction) -> str:
    """A multiplier, with up to three decimals."""
    return str(format_decimal(float(value), format="#,##0.###", locale=_language()))
