"""How a request comes to a partner: what a form must say, to whose desk it goes, and at which price. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from tallyhub.agreements.rules import Severity
from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.texts import TEXT_MAX, read_text
from tallyhub.partners.plans.rules import CHARGED, Line, Mode, Typed, When, read_amount
from tallyhub.support.requests.rules import IMPACT_MAX, NEEDS_IMPACT
from tallyhub.support.rules import TITLE_MAX, Kind

REACH_MAX = 200  # characters of how to reach somebody
ONCE_MAX = 32  # characters of the word by which a form is known again
REASON_MAX = 1_000  # of why a request is given back
OTHER = "other"  # the form's word for a product that is not named


class Channel(StrEnum):
    """How somebody asked."""

    PORTAL = "portal"  # by the form
    PHONE = "phone"
    MAIL = "mail"
    OTHER = "other"


TAKEN_IN = (Channel.PHONE, Channel.MAIL, Channel.OTHER)  # by the partner's people, for the customer


# Of whom it is asked


@dataclass(frozen=True, slots=True)
class Addressee:
    """The partner that is asked; for ``seller_id``, which sold it, where that one is suspended."""

    organization_id: int
    seller_id: int

    @property
    def stands_in_for(self) -> int | None:
        return None if self.organization_id == self.seller_id else self.seller_id


def choose_sellers(
    product: int | None, wanted: int | None, sellers: Mapping[int, Collection[int]], partners: Collection[int]
) -> tuple[int, ...]:
    """Who may be meant: whoever sold the product or, without one, each partner; of several the one that is picked.
    None: the provider is (R5.3).
    """
    found = partners if product is None else sellers.get(product, ())
    return (wanted,) if wanted is not None and wanted in found else tuple(found)


# To whose desk it goes


@dataclass(frozen=True, slots=True)
class Route:
    """Who delivers support for a request by the partner's plan, and the line of it that says so. ``number``: of the
    plan's version; None where the partner has none.
    """

    mode: Mode = Mode.OWN
    line: Line | None = None
    number: int | None = None

    def stored(self) -> dict[str, Any]:
        return {"number": self.number, "line": asdict(self.line) if self.line else None}

    @classmethod
    def of(cls, mode: str, stored: Mapping[str, Any]) -> Self:
        line = stored.get("line")
        return cls(Mode(mode), Line.of(line) if line else None, stored.get("number"))


def choose_route(
    lines: Sequence[Line], product: str, severity: str, *, is_open: bool, number: int | None = None
) -> Route:
    """By the most specific line that fits: one that names the product comes first, then the severity, then the hours;
    of equals the one that stands first. Where none fits, the partner's own people do it, who answer for all (R5.7).
    """
    fitting = [one for one in lines if one.mode in set(Mode) and _fits(one, product, severity, is_open=is_open)]
    if not fitting:
        return Route(number=number)
    line = max(fitting, key=lambda one: (bool(one.product), bool(one.severities), one.when != When.ALWAYS))
    return Route(Mode(line.mode), line, number)


def _fits(line: Line, product: str, severity: str, *, is_open: bool) -> bool:
    when = line.when == When.ALWAYS or (line.when == When.INSIDE) is is_open
    return when and line.product in ("", product) and (not line.severities or severity in line.severities)


def night_line(lines: Sequence[Line], product: str) -> Line | None:
    """By which line somebody takes severity A outside the hours of service; None where nobody does (edge case 19)."""
    line = choose_route(lines, product, Severity.A, is_open=False).line
    return line if line and line.when == When.OUTSIDE else None


def named(supplier: str, organizations: Mapping[int, tuple[str, str]]) -> int | None:
    """Which organisation of the hub a plan means by a supplier, whose name or code it writes. ``organizations``: (code,
    name) by id. None: none, or more than one.
    """
    wanted = supplier.strip().casefold()
    by_code = [key for key, (code, _name) in organizations.items() if code.casefold() == wanted]
    by_name = [key for key, (_code, name) in organizations.items() if name.casefold() == wanted]
    found = by_code or by_name
    return found[0] if len(found) == 1 else None


# At which price


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs by a version of the partner's plan. ``amount``: in hundredths; 0: nothing is charged."""

    number: int
    price: str
    amount: int = 0
    currency: str = ""

    @property
    def is_charged(self) -> bool:
        return self.price in CHARGED


def cost_of(plan: Typed, number: int) -> Cost:
    """Of a version that was published, which names a price (S003-42)."""
    if plan.price in CHARGED:
        return Cost(number, plan.price, read_amount(plan.amount), plan.currency)
    return Cost(number, plan.price)


def check_accepted(cost: Cost | None, accepted: int | None) -> None:
    """``accepted``: the version whose price somebody has ticked. Raises Invalid where another one is charged."""
    if cost is not None and cost.is_charged and accepted != cost.number:
        raise Invalid("contact_price_unaccepted" if accepted is None else "contact_price_changed")


# What a form says


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a partner as far as it is written: texts as they were typed."""

    workspace: int | None = None
    kind: str = ""
    product: str = ""  # its id, or OTHER
    title: str = ""
    description: str = ""
    severity: str = Severity.C.value
    impact: str = ""
    reach: str = ""
    accepted: int | None = None  # the version of the plan whose price is accepted
    contact: int | None = None  # at the customer, where the partner's people write it down
    once: str = ""  # the word by which the form is known again
    channel: str = Channel.PORTAL.value

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From a row, an older release's as well."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def product_id(self) -> int | None:
        return int(self.product) if self.product not in ("", OTHER) else None


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen: ids. ``contacts``: of whom a partner's people may name one."""

    workspaces: Collection[int]
    products: Collection[int]
    contacts: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which field."""

    field: str
    error: Invalid


def read_asked(asked: Asked) -> tuple[Asked, list[Problem]]:
    """The texts as they are kept, and what is wrong with those that cannot be."""
    readers = {
        "title": cells.text(TITLE_MAX),
        "description": lambda text: read_text(text, length_max=TEXT_MAX),
        "impact": lambda text: read_text(text, length_max=IMPACT_MAX),
        "reach": cells.text(REACH_MAX),
    }
    kept: dict[str, Any] = {}
    found = []
    for name, read in readers.items():
        try:
            kept[name] = read(getattr(asked, name).strip())
        except Invalid as error:
            found.append(Problem(name, error))
    return replace(asked, **kept), found


def check_asked(asked: Asked, offered: Offered) -> list[Problem]:
    """All that hinders it from being sent, in the order of the form; but for texts, which ``read_asked`` reads."""
    wanted = asked.product_id
    found = [
        ("workspace", asked.workspace not in offered.workspaces, "contact_workspace_missing"),
        ("contact", asked.contact is not None and asked.contact not in offered.contacts, "contact_person_gone"),
        ("channel", asked.channel not in set(Channel), "contact_channel_missing"),
        ("kind", asked.kind not in set(Kind), "contact_kind_missing"),
        ("product", not asked.product, "request_product_missing"),
        ("product", wanted is not None and wanted not in offered.products, "contact_product_gone"),
        ("title", not asked.title, "request_title_missing"),
        ("description", not asked.description, "request_description_missing"),
        ("severity", asked.severity not in set(Severity), "request_severity_missing"),
        ("impact", asked.severity in NEEDS_IMPACT and not asked.impact, "request_impact_missing"),
    ]
    return [Problem(field, Invalid(code)) for field, is_wrong, code in found if is_wrong]
