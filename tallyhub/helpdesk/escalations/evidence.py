"""What evidence each category asks for, and what of it is missing or wrong. Pure data, and one function over it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tallyhub.agreements.rules import Severity
from tallyhub.helpdesk.escalations.instants import check_span, is_ongoing, read_instant
from tallyhub.helpdesk.escalations.rules import LINE_MAX, TEXT_MAX, TITLE_MAX, Category
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.ids import find_id

PEOPLE_MAX = 100_000_000  # affected


class Form(StrEnum):
    """How an item is given."""

    LINE = "line"
    TEXT = "text"
    INSTANT = "instant"
    END = "end"  # an instant, or that it goes on
    CHOICE = "choice"
    NUMBER = "number"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    form: Form
    is_required: bool = True
    choices: tuple[str, ...] = ()
    length_max: int = LINE_MAX


def _text(code: str, *, is_required: bool = True) -> Item:
    return Item(code, Form.TEXT, is_required, length_max=TEXT_MAX)


COMMON: tuple[Item, ...] = (
    Item("vulnerability", Form.CHOICE, choices=("no", "yes")),  # which goes elsewhere
    Item("title", Form.LINE, length_max=TITLE_MAX),
    Item("feature", Form.LINE),
    Item("subscription", Form.LINE, is_required=False),
    Item("region", Form.LINE),
    Item("started", Form.INSTANT),
    Item("ended", Form.END),
    Item("pattern", Form.CHOICE, choices=("constant", "intermittent", "transient")),
    Item("affected", Form.NUMBER),
    _text("error"),
    _text("expected"),
    _text("seen"),
    _text("tried"),
    Item("severity", Form.CHOICE, choices=tuple(Severity)),
    _text("impact"),
    Item("contact", Form.CHOICE),  # somebody of the partner: whoever fills it in, or a colleague
    Item("contact_always", Form.LINE, is_required=False),  # demanded with severity A
    Item("delegation", Form.LINE, is_required=False),
    Item("diagnostics", Form.CHOICE, choices=("yes", "no")),
    Item("files", Form.FILES, is_required=False),
)
OF: dict[Category, tuple[Item, ...]] = {
    Category.DEVIATION: (_text("clause"), _text("no_fit"), _text("steps")),
    Category.OUTAGE: (
        Item("outage", Form.CHOICE, choices=("sign_in", "unreachable", "function")),
        _text("local_network"),
        Item("clients", Form.LINE),
    ),
    Category.DEFECT: (
        Item("version", Form.LINE),
        _text("steps"),
        Item("frequency", Form.CHOICE, choices=("always", "often", "sometimes", "once")),
        _text("second_environment"),
        Item("recording", Form.FILES),
    ),
    Category.NETWORK: (
        Item("network_1", Form.LINE),
        Item("trace_1", Form.FILES),
        Item("network_2", Form.LINE),
        Item("trace_2", Form.FILES),
        _text("sites"),
    ),
    Category.REGIONAL: (_text("common_factor"),),
    Category.AGREED: (_text("agreed"),),
}
# They name somebody of the partner, so a telephone number in them is no finding.
OF_CONTACT = frozenset({"contact", "contact_always"})
# Beside the items: what a return may name, too.
HEALTH, TENANTS = "health_check", "tenants"


def items_of(category: Category) -> tuple[Item, ...]:
    """In the order in which they are asked for: what the category is about comes first."""
    return (*OF[category], *COMMON)


def names_of(category: Category) -> tuple[str, ...]:
    """All that can be missing of it."""
    further = (TENANTS,) if category is Category.REGIONAL else ()
    return (HEALTH, *further, *(one.code for one in items_of(category)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is. ``files``: how many of each item; ``tenants``: how many customers, the request's own included."""

    values: Mapping[str, str]
    files: Mapping[str, int] = field(default_factory=dict)
    is_health_checked: bool = False
    tenants: int = 1
    colleagues: Collection[int] = ()  # who serves customers at the partner


@dataclass(frozen=True, slots=True)
class Gap:
    """An item that is missing, or wrong."""

    item: str
    why: HubError


def gaps(category: Category, there: Evidence, now: datetime) -> list[Gap]:
    """All of them at once, in the order of the form. None: it may be sent."""
    around, items = _around(category, there), _of_items(category, there)
    return [*around, *items, *_of_span(there, now), *_of_networks(category, there)]


def _around(category: Category, there: Evidence) -> Iterator[Gap]:
    if not there.is_health_checked:
        yield Gap(HEALTH, Invalid("escalation_health_missing"))
    if category is Category.REGIONAL and there.tenants < 2:
        yield Gap(TENANTS, Invalid("escalation_second_customer"))


def _of_items(category: Category, there: Evidence) -> Iterator[Gap]:
    for item in items_of(category):
        try:
            _check(item, there)
        except Invalid as error:
            yield Gap(item.code, error)


def _check(item: Item, there: Evidence) -> None:
    if item.form is Form.FILES:
        if item.is_required and not there.files.get(item.code):
            raise Invalid("escalation_file_missing")
        return
    said = there.values.get(item.code, "").strip()
    if not said:
        if item.is_required or _is_demanded(item, there):
            raise Invalid("escalation_item_missing")
        return
    if len(said) > item.length_max:
        raise Invalid("text_too_long", length_max=item.length_max)
    _READS[item.form](item, said, there)


def _is_demanded(item: Item, there: Evidence) -> bool:
    """Whoever says that a production stands still is reached at night."""
    return item.code == "contact_always" and there.values.get("severity") == Severity.A


def _choice(item: Item, said: str, there: Evidence) -> None:
    if item.code == "contact":
        if find_id(said) not in there.colleagues:
            raise Invalid("escalation_contact_foreign")
    elif said not in item.choices:
        raise Invalid("escalation_choice_unknown")
    elif item.code == "vulnerability" and said == "yes":
        raise Invalid("escalation_vulnerability")


def _number(item: Item, said: str, there: Evidence) -> None:
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= PEOPLE_MAX):
        raise Invalid("escalation_number")


def _instant(item: Item, said: str, there: Evidence) -> None:
    if not (item.form is Form.END and is_ongoing(said)):
        read_instant(said)


def _any(item: Item, said: str, there: Evidence) -> None:
    """A text is whatever it is."""


_READS = {
    Form.LINE: _any,
    Form.TEXT: _any,
    Form.INSTANT: _instant,
    Form.END: _instant,
    Form.CHOICE: _choice,
    Form.NUMBER: _number,
}


def _of_span(there: Evidence, now: datetime) -> Iterator[Gap]:
    try:
        check_span(there.values.get("started", ""), there.values.get("ended", ""), now)
    except Invalid as error:
        yield Gap("ended" if error.code == "escalation_time_order" else "started", error)


def _of_networks(category: Category, there: Evidence) -> Iterator[Gap]:
    """Two traces through the same network are one."""
    if category is not Category.NETWORK:
        return
    first, second = (there.values.get(one, "").strip().casefold() for one in ("network_1", "network_2"))
    if first and first == second:
        yield Gap("network_2", Invalid("escalation_same_network"))


def scanned(values: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The texts in which personal data and secrets are looked for."""
    return ((code, said) for code, said in values.items() if said and code not in OF_CONTACT)
