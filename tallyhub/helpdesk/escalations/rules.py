"""What an escalation is, where it goes, and who may move it how. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tallyhub.agreements.rules import Severity
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.partners.rules import PartyType

TITLE_MAX, LINE_MAX, TEXT_MAX = 200, 300, 4_000  # characters
KEPT_MAX = 20_000  # of each text of a draft: what is too long to be sent is not lost
TENANTS_MAX = 50  # further customers of one escalation
HOURS_MAX = 240


class Category(StrEnum):
    """Why something goes to the provider, in the order of their letters; the last one where the provider allows it."""

    DEVIATION = "deviation"
    OUTAGE = "outage"
    DEFECT = "defect"
    NETWORK = "network"
    REGIONAL = "regional"
    AGREED = "agreed"


LETTERS = {
    Category.DEVIATION: "a",
    Category.OUTAGE: "b",
    Category.DEFECT: "c",
    Category.NETWORK: "d",
    Category.REGIONAL: "e",
    Category.AGREED: "",
}


class Status(StrEnum):
    DRAFT = "draft"
    AWAITING = "awaiting_indirect_provider"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned_incomplete"
    IN_PROGRESS = "in_progress"
    NEEDS_PARTNER = "needs_partner"
    SOLVED = "solution_provided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OVER = frozenset({Status.CLOSED, Status.WITHDRAWN})


class Side(StrEnum):
    """For whom somebody acts."""

    PARTNER = "partner"  # whose request it is
    INDIRECT = "indirect_provider"
    PROVIDER = "provider"
    HUB = "hub"


_WORKED = frozenset({Status.CLOSED})  # the partner needs no more help
# An indirect provider resolves, returns or passes on. What was returned is mended by whoever wrote it.
TRANSITIONS: dict[Status, dict[Side, frozenset[Status]]] = {
    Status.DRAFT: {Side.PARTNER: frozenset({Status.AWAITING, Status.SUBMITTED, Status.WITHDRAWN})},
    Status.AWAITING: {
        Side.PARTNER: frozenset({Status.WITHDRAWN}),
        Side.INDIRECT: frozenset({Status.SUBMITTED, Status.RETURNED, Status.SOLVED}),
    },
    Status.SUBMITTED: {
        Side.PARTNER: frozenset({Status.WITHDRAWN}),
        Side.PROVIDER: frozenset({Status.ACCEPTED, Status.RETURNED}),
    },
    Status.ACCEPTED: {
        Side.PARTNER: _WORKED,
        Side.PROVIDER: frozenset({Status.IN_PROGRESS, Status.NEEDS_PARTNER, Status.SOLVED, Status.RETURNED}),
    },
    Status.RETURNED: {Side.PARTNER: frozenset({Status.AWAITING, Status.SUBMITTED, Status.WITHDRAWN})},
    Status.IN_PROGRESS: {
        Side.PARTNER: _WORKED,
        Side.PROVIDER: frozenset({Status.NEEDS_PARTNER, Status.SOLVED}),
    },
    Status.NEEDS_PARTNER: {
        Side.PARTNER: frozenset({Status.IN_PROGRESS}) | _WORKED,
        Side.INDIRECT: frozenset({Status.IN_PROGRESS}),
        Side.PROVIDER: frozenset({Status.IN_PROGRESS, Status.SOLVED}),
    },
    Status.SOLVED: {
        Side.PARTNER: frozenset({Status.AWAITING, Status.IN_PROGRESS}) | _WORKED,
        Side.INDIRECT: frozenset({Status.AWAITING}),  # it solved it itself, and thinks again
        Side.PROVIDER: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    },
    Status.CLOSED: {},
    Status.WITHDRAWN: {},
}
SENT = frozenset({Status.AWAITING, Status.SUBMITTED})  # what is reached with evidence in full only


def next_statuses(status: Status, side: Side, *, was_submitted: bool, has_via: bool) -> frozenset[Status]:
    """What the side may make of it now. Only what the provider has seen goes on there, and only a reseller's waits for
    its indirect provider.
    """
    possible = TRANSITIONS[status].get(side, frozenset())
    if status is Status.SOLVED:
        again = Status.IN_PROGRESS if was_submitted else Status.AWAITING
        return possible - ({Status.AWAITING, Status.IN_PROGRESS} - {again})
    if side is Side.PARTNER:
        return possible - {Status.SUBMITTED if has_via else Status.AWAITING}
    return possible


def check_move(was: Status, becomes: Status, side: Side, *, was_submitted: bool, has_via: bool) -> None:
    """Raise Conflict for a step that there is not: somebody was faster, or a form is old."""
    if becomes not in next_statuses(was, side, was_submitted=was_submitted, has_via=has_via):
        raise Conflict("escalation_moved")


# A step that nobody understands without a word.
NEEDS_WORDS = frozenset({Status.NEEDS_PARTNER, Status.SOLVED})


def check_words(was: Status, becomes: Status, side: Side, text: str, items: Collection[str]) -> None:
    """Raise Invalid where a step is to be explained and is not."""
    if len(text) > TEXT_MAX:
        raise Invalid("text_too_long", length_max=TEXT_MAX)
    if becomes is Status.RETURNED and not items and not text:
        raise Invalid("escalation_gaps_unnamed")
    if becomes in NEEDS_WORDS and not text:
        raise Invalid("escalation_words_missing")
    is_again = was in (Status.NEEDS_PARTNER, Status.SOLVED) and becomes in (Status.IN_PROGRESS, Status.AWAITING)
    is_answer = is_again and side is not Side.PROVIDER
    is_given_up = side is Side.PARTNER and becomes is Status.CLOSED and was is not Status.SOLVED
    if (is_answer or is_given_up) and not text:
        raise Invalid("escalation_words_missing")


def holder_of(status: Status) -> Side | None:
    """Who has the ball; nobody where it is over."""
    if status in OVER:
        return None
    if status is Status.AWAITING:
        return Side.INDIRECT
    at_partner = (Status.DRAFT, Status.RETURNED, Status.NEEDS_PARTNER, Status.SOLVED)
    return Side.PARTNER if status in at_partner else Side.PROVIDER


def default_severity(category: Category, asked: str) -> Severity:
    """``asked``: of the customer's request."""
    if category in (Category.OUTAGE, Category.NETWORK, Category.REGIONAL):
        return Severity.A
    if category is Category.DEVIATION:
        return Severity.B
    return Severity.C if asked == Severity.C else Severity.B


def due_at(at: datetime, hours: int) -> datetime:
    """When the provider's first answer to what came in then is due. Around the clock."""
    return at + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Route:
    """Where an escalation goes. ``choices``: the indirect providers among which the partner says the right one.
    ``refusal``: the code of why it goes nowhere.
    """

    via_id: int | None = None
    choices: tuple[int, ...] = ()
    refusal: str = ""


def route_of(
    kind: PartyType, *, is_published: bool, is_suspended: bool, upstream: Sequence[int], sold_by: Collection[int]
) -> Route:
    """``is_published``: somebody else than the provider makes the product (edge 24). ``upstream``: the indirect
    providers whose partnership with the partner runs; ``sold_by``: who of them, and of others, sold the product to the
    customer. Who sold it is not chosen.
    """
    if is_published:
        return Route(refusal="escalation_of_publisher")
    if is_suspended:
        return Route(refusal="escalation_suspended")
    if kind is not PartyType.INDIRECT_RESELLER:
        return Route()
    if not upstream:
        return Route(refusal="escalation_no_provider")
    fitting = tuple(one for one in upstream if one in sold_by) or tuple(upstream)
    if len(fitting) == 1:
        return Route(via_id=fitting[0])
    return Route(choices=fitting)
