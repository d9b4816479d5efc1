"""The steps in which a request is opened, what each asks for, and who may take what was shared away. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.organizations.rules import AT_DESK
from tallyhub.support.rules import Kind, Severity, Why

IMPACT_MAX = 2_000  # characters
DRAFTS_MAX = 20  # of one person and workspace
SHARED_MAX = 50  # people, and as many groups, that are named when a request is opened
NEEDS_IMPACT = frozenset({Severity.A, Severity.B})


class Step(StrEnum):
    """In their order; each has an address."""

    WHAT = "what"
    PROBLEM = "problem"
    SEVERITY = "severity"
    PEOPLE = "people"
    CHECK = "check"

    @property
    def before(self) -> "Step | None":
        place = list(Step).index(self)
        return list(Step)[place - 1] if place else None

    @property
    def after(self) -> "Step | None":
        return next((one for one in list(Step)[list(Step).index(self) + 1 :]), None)


def require_opening(access: Access) -> tuple[int, ...]:
    """The workspaces in which one opens requests. Raises Forbidden where there are none."""
    found = access.workspaces_with(Right.OPEN_REQUESTS)
    if not found:
        raise Forbidden(Right.OPEN_REQUESTS)
    return found


class HeldThroughPartner(Forbidden):
    """What a customer holds through a partner, the partner supports: no request about it is the provider's (R5.3).

    The answer leads to the partner, so it says no more than the customer's own agreements do. ``product``: its id, or
    None where none was named.
    """

    def __init__(self, product: int | None) -> None:
        super().__init__("request_is_partners", product=product)
        self.product = product


@dataclass(frozen=True, slots=True)
class Typed:
    """A request as far as it is written. ``primary_contact`` None: whoever opens it."""

    kind: str = ""
    product: int | None = None
    title: str = ""
    description: str = ""
    severity: str = Severity.C.value
    impact: str = ""
    primary_contact: int | None = None
    people: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    sent: str = ""  # the number of the request that was opened from it

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From a draft's row, an older release's as well."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        made = cls(**known)
        return replace(made, people=tuple(made.people), groups=tuple(made.groups))

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen in the workspace: ids."""

    products: Collection[int]
    people: Collection[int]  # of those who were chosen: the ones that belong to it
    groups: Collection[int]


@dataclass(frozen=True, slots=True)
class Problem:
    step: Step
    field: str
    error: Invalid


def check_typed(typed: Typed, offered: Offered) -> list[Problem]:
    """All that hinders it from being sent, in the order of the steps."""
    found = [
        (Step.WHAT, "kind", typed.kind not in set(Kind), "request_kind_missing"),
        (Step.WHAT, "product", bool(offered.products) and typed.product is None, "request_product_missing"),
        (
            Step.WHAT,
            "product",
            typed.product is not None and typed.product not in offered.products,
            "request_product_gone",
        ),
        (Step.PROBLEM, "title", not typed.title, "request_title_missing"),
        (Step.PROBLEM, "description", not typed.description, "request_description_missing"),
        (Step.SEVERITY, "severity", typed.severity not in set(Severity), "request_severity_missing"),
        (Step.SEVERITY, "impact", typed.severity in NEEDS_IMPACT and not typed.impact, "request_impact_missing"),
        (
            Step.PEOPLE,
            "primary_contact",
            typed.primary_contact is not None and typed.primary_contact not in offered.people,
            "request_contact_gone",
        ),
        (
            Step.PEOPLE,
            "people",
            not (set(typed.people) <= set(offered.people) and set(typed.groups) <= set(offered.groups)),
            "request_reader_gone",
        ),
    ]
    return [Problem(step, field, Invalid(code)) for step, field, is_wrong, code in found if is_wrong]


def check_sharing(people: Collection[int], groups: Collection[int]) -> None:
    if max(len(people), len(groups)) > SHARED_MAX:
        raise Invalid("request_shared_too_many", shared_max=SHARED_MAX)


def may_share(access: Access) -> bool:
    """Whoever sees it; but for a partner's desk, which must not learn who else belongs to the customer (S003-39)."""
    return access.acts_as != AT_DESK


def require_sharing(access: Access) -> None:
    if not may_share(access):
        raise Forbidden(Right.ADMINISTER)


def may_take_away(access: Access, workspace_id: int, own: Collection[int | None]) -> bool:
    """Its opener and its primary contact (``own``), and whoever administers its workspace; nobody at a partner's desk,
    who wrote it down for somebody.
    """
    is_own = access.person_id is not None and access.person_id in own and may_share(access)
    return is_own or access.has(Right.ADMINISTER, workspace_id=workspace_id)


def may_be_taken(why: str) -> bool:
    """Whoever was named as primary contact when the request was created sees it for good (R1.5)."""
    return why != Why.PRIMARY
