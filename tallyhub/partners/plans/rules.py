"""What a support plan says, and what hinders it from being published, field by field. Pure."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from tallyhub.agreements.rules import Severity
from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.partners.hours import DAYS, Hours, read_hours

NAME_MAX, TEXT_MAX, LINE_TEXT_MAX, NOTE_MAX = 120, 2_000, 300, 300  # characters
LINES_MAX = 6  # of who delivers what
LIST_MAX = 20_000  # characters of what is ticked of one list
TARGET_MAX = 720  # hours until the first answer
NOTICE_DAYS = 30  # how long before it is in force a change is published
AHEAD_DAYS_MAX = 730
_AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_PARTED = re.compile(r"\d{1,3}(?:[., '’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?", re.ASCII)  # 1,234.50


class SupportType(StrEnum):
    HOW_TO = "how_to"
    BREAK_FIX = "break_fix"
    BILLING = "billing"
    ADVISORY = "advisory"
    PROACTIVE = "proactive"
    ESCALATION = "escalation"


class Method(StrEnum):
    PORTAL = "portal"
    PHONE = "phone"
    MAIL = "mail"
    CHAT = "chat"


class Price(StrEnum):
    FREE = "free"  # said, never assumed
    INCLUDED = "included"  # in the price of what was bought
    PER_MONTH = "per_month"
    PER_USER = "per_user"
    PER_INCIDENT = "per_incident"
    PER_HOUR = "per_hour"


CURRENCIES = (
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR",
    "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KZT", "MAD", "MXN", "MYR",
    "NGN", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TRY",
    "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
)  # fmt: skip
CHARGED = frozenset({Price.PER_MONTH, Price.PER_USER, Price.PER_INCIDENT, Price.PER_HOUR})


class Mode(StrEnum):
    """Who delivers support. The partner answers for all of it (R5.7)."""

    OWN = "own"
    OUTSOURCED = "outsourced"  # to a supplier, who works unseen
    RESOLD = "resold"  # of a supplier, with whom the customer may deal


class When(StrEnum):
    ALWAYS = "always"
    INSIDE = "inside"  # the hours of service
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Line:
    """Who delivers which part. ``product``: a code; empty: every one. ``severities``: none is all of them."""

    mode: str = ""
    product: str = ""
    when: str = When.ALWAYS.value
    severities: tuple[str, ...] = ()
    supplier: str = ""
    contact: str = ""
    scope: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        return cls(**{**known, "severities": tuple(known.get("severities", ()))})


@dataclass(frozen=True, slots=True)
class Typed:
    """A plan as far as it is written: texts as they were typed, so that a draft keeps what cannot be published."""

    name: str = ""
    languages: tuple[str, ...] = ()
    products: tuple[str, ...] = ()  # codes; none: every one
    excluded: str = ""
    types: tuple[str, ...] = ()
    zone: str = ""
    always: str = ""
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""
    holidays: str = ""
    methods: tuple[str, ...] = ()  # in the order in which to try them
    target_a: str = ""  # hours until the first answer
    target_b: str = ""
    target_c: str = ""
    measured: str = ""  # what a target measures
    price: str = ""
    amount: str = ""
    currency: str = ""
    price_note: str = ""
    escalation: str = ""
    duties: str = ""
    valid_from: str = ""
    lines: tuple[Line, ...] = field(default=())

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From a row, an older release's as well."""
        known = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        tuples = {name: tuple(known.get(name, ())) for name in ("languages", "products", "types", "methods")}
        return cls(**{**known, **tuples, "lines": tuple(Line.of(one) for one in known.get("lines", ()))})

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def hours(self) -> Hours | None:
        return read_hours(asdict(self))[0]

    @property
    def targets(self) -> dict[str, str]:
        return {Severity.A: self.target_a, Severity.B: self.target_b, Severity.C: self.target_c}

    def supports(self, product: str) -> bool:
        return not self.products or product in self.products


@dataclass(frozen=True, slots=True)
class Around:
    """What a plan is held against: what there is, what the profile says, and what was published before."""

    products: Collection[str]
    languages: Collection[str]
    currencies: Collection[str]
    reachable: Collection[str]  # methods for which the profile has what one needs
    today: date  # in the organisation's zone
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which field."""

    field: str
    error: Invalid


def check_plan(typed: Typed, around: Around) -> list[Problem]:
    """All that hinders it from being published, in the order of the form."""
    found = [
        *_check_words(typed, around),
        *(Problem(name, error) for name, error in read_hours(asdict(typed))[1].items()),
        *_check_methods(typed, around),
        *_check_targets(typed),
        *_check_price(typed, around),
        *_check_lines(typed, around),
        *_check_day(typed, around),
    ]
    order = [one.name for one in fields(Typed)]
    return sorted(found, key=lambda one: order.index(one.field.partition("-")[0]))


def _check_words(typed: Typed, around: Around) -> list[Problem]:
    needed = {
        "name": "plan_name_missing",
        "excluded": "plan_excluded_missing",
        "measured": "plan_measured_missing",
        "escalation": "plan_escalation_missing",
        "duties": "plan_duties_missing",
    }
    found = [Problem(name, Invalid(code)) for name, code in needed.items() if not getattr(typed, name).strip()]
    if not typed.types or not set(typed.types) <= set(SupportType):
        found.append(Problem("types", Invalid("plan_types_missing")))
    if not typed.languages or not set(typed.languages) <= set(around.languages):
        found.append(Problem("languages", Invalid("plan_languages_missing")))
    if not set(typed.products) <= set(around.products):
        found.append(Problem("products", Invalid("product_unknown")))
    return found


def _check_methods(typed: Typed, around: Around) -> list[Problem]:
    known = list(typed.methods)
    if not known or not set(known) <= set(Method):
        return [Problem("methods", Invalid("plan_methods_missing"))]
    if len(set(known)) < len(known):
        return [Problem("methods", Invalid("plan_method_twice"))]
    if any(one not in around.reachable for one in known):
        return [Problem("methods", Invalid("plan_method_unreachable"))]
    return []


def _check_targets(typed: Typed) -> list[Problem]:
    found = []
    for severity, text in typed.targets.items():
        try:
            cells.whole(1, TARGET_MAX)(text.strip())
        except Invalid:
            found.append(Problem(f"target_{severity.lower()}", Invalid("plan_target", hours_max=TARGET_MAX)))
    return found


def _check_price(typed: Typed, around: Around) -> list[Problem]:
    if typed.price not in set(Price):
        return [Problem("price", Invalid("plan_price_missing"))]
    if typed.price not in CHARGED:
        return []
    found = []
    try:
        read_amount(typed.amount)
    except Invalid as error:
        found.append(Problem("amount", error))
    if typed.currency not in around.currencies:
        found.append(Problem("currency", Invalid("plan_currency_missing")))
    return found


def read_amount(text: str) -> int:
    """A price in hundredths, typed with a decimal point or a decimal comma; more than nothing. Raises Invalid.

    Nothing parts thousands: 1,234 and 1,234.50 mean different things to different readers, so they are asked again.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise Invalid("plan_amount_parted" if _PARTED.fullmatch(text.strip()) else "plan_amount")
    hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not hundredths:
        raise Invalid("plan_amount")
    return hundredths


def _check_lines(typed: Typed, around: Around) -> list[Problem]:
    used = [(number, line) for number, line in enumerate(typed.lines) if line.mode]
    if not used:
        return [Problem("lines", Invalid("plan_lines_missing"))]
    return [Problem(f"lines-{number}", error) for number, line in used for error in _check_line(line, around)]


def _check_line(line: Line, around: Around) -> list[Invalid]:
    """A supplier is named with what it does; one whose support is resold, with how to reach it as well."""
    if line.mode not in set(Mode) or line.when not in set(When) or not set(line.severities) <= set(Severity):
        return [Invalid("plan_lines_missing")]
    if line.product and line.product not in around.products:
        return [Invalid("product_unknown")]
    if line.mode == Mode.OWN:
        return []
    needed = {"supplier": "plan_supplier_missing", "scope": "plan_scope_missing"}
    if line.mode == Mode.RESOLD:
        needed["contact"] = "plan_supplier_contact_missing"
    return [Invalid(code) for name, code in needed.items() if not getattr(line, name).strip()]


def _check_day(typed: Typed, around: Around) -> list[Problem]:
    """The first plan may be in force at once; whoever has read one is told of another a month before."""
    try:
        day = cells.day(typed.valid_from.strip())
    except Invalid:
        return [Problem("valid_from", Invalid("plan_day_missing"))]
    first = around.today if around.is_first else around.today + timedelta(days=NOTICE_DAYS)
    if day < first:
        return [Problem("valid_from", Invalid("plan_day_early", first=first))]
    if day > around.today + timedelta(days=AHEAD_DAYS_MAX):
        return [Problem("valid_from", Invalid("plan_day_late", days_max=AHEAD_DAYS_MAX))]
    return []


# What a draft keeps: any text of a fair length, whatever it says.
_LENGTHS: dict[str, Callable[[str], str]] = {
    "name": cells.text(NAME_MAX),
    "excluded": cells.lines(TEXT_MAX),
    "zone": cells.text(64),
    "always": cells.text(3),
    **{day: cells.text(100) for day in DAYS},
    "holidays": cells.lines(20_000),
    **{f"target_{one.lower()}": cells.text(10) for one in Severity},
    "measured": cells.text(LINE_TEXT_MAX),
    "price": cells.text(20),
    "amount": cells.text(20),
    "currency": cells.text(3),
    "price_note": cells.text(NOTE_MAX),
    "escalation": cells.lines(TEXT_MAX),
    "duties": cells.lines(TEXT_MAX),
    "valid_from": cells.text(10),
}
_LINE_LENGTHS: dict[str, Callable[[str], str]] = {
    "mode": cells.text(20),
    "product": cells.text(60),
    "when": cells.text(20),
    "supplier": cells.text(NAME_MAX),
    "contact": cells.text(LINE_TEXT_MAX),
    "scope": cells.text(LINE_TEXT_MAX),
}


def check_kept(typed: Typed) -> list[Problem]:
    """What not even a draft takes: too long a text, or one with characters that nobody types."""
    found = []
    for name, read in _LENGTHS.items():
        try:
            read(getattr(typed, name))
        except Invalid as error:
            found.append(Problem(name, error))
    for name in ("languages", "products", "types", "methods"):
        found += _check_list(name, getattr(typed, name))
    for number, line in enumerate(typed.lines[:LINES_MAX]):
        for name, read in _LINE_LENGTHS.items():
            try:
                read(getattr(line, name))
            except Invalid as error:
                found.append(Problem(f"lines-{number}", error))
        found += _check_list(f"lines-{number}", line.severities)
    return found


def _check_list(name: str, words: Collection[str]) -> list[Problem]:
    """Nobody ticks more than there is."""
    try:
        cells.text(LIST_MAX)(" ".join(words))
    except Invalid as error:
        return [Problem(name, error)]
    return []


def in_force(versions: Collection[tuple[int, date]], today: date) -> int | None:
    """The number of the version that holds today, of (number, valid from) of all that are published: of those that
    have begun, the newest.
    """
    begun = [number for number, valid_from in versions if valid_from <= today]
    return max(begun, default=None)
