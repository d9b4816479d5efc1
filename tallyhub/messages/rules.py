"""What a message may be, and to whom the provider may write about what (R5.6). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from tallyhub.kernel.errors import Conflict, Invalid

TITLE_MAX, BODY_MAX = 200, 10_000  # characters
CUSTOMERS_MAX = 500  # that one message names
MAJOR_AHEAD = timedelta(days=30)  # a major change is told so long before one must have acted
OVER_KEPT = timedelta(days=30)  # an event that ended stays so long among what is current
LANGUAGE = "en"  # of the text that stands wherever another language has none


class MessageClass(StrEnum):
    """What a message is about, as far as the rules of communication ask."""

    SUBSCRIPTION = "subscription"  # renewal, price, invoice
    OPERATIONAL = "operational"
    DIRECT_PRODUCT = "direct_product"  # about a product that the customer bought from the provider itself
    SECURITY = "security"
    PRIVACY = "privacy"
    DELEGATION = "delegation"
    PROMOTION = "promotion"


class MessageCategory(StrEnum):
    PREVENT = "prevent"
    PLAN = "plan"
    INFORM = "inform"


class MessageSeverity(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Tag(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    RETIRED = "retired"
    USERS = "users"
    ADMINISTRATORS = "administrators"
    DATA = "data"


class Audience(StrEnum):
    HOLDERS = "holders"  # of the products; without any: of whatever product
    NAMED = "named"


class Reason(StrEnum):
    """Why a message is not sent to a customer."""

    THROUGH_PARTNER = "through_partner"
    NO_PRODUCT = "no_product"  # bought in several ways, and no product is named
    NOT_HELD = "not_held"
    NOTHING_HELD = "nothing_held"
    UNASKED = "unasked"  # advertising for what a partner sells


class AtOnce(StrEnum):
    """What somebody gets mail about as soon as it is sent."""

    NOTHING = "nothing"
    CRITICAL = "critical"
    EVERYTHING = "everything"


# --- to whom ---------------------------------------------------------------------------------------------------

# About the customer's account rather than a product: who sold what makes no difference.
_ABOUT_NO_PRODUCT = frozenset({MessageClass.SECURITY, MessageClass.PRIVACY, MessageClass.DELEGATION})
# The partner's to talk about, where the customer bought through one.
_PARTNERS = frozenset({MessageClass.SUBSCRIPTION, MessageClass.DIRECT_PRODUCT, MessageClass.PROMOTION})


@dataclass(frozen=True, slots=True)
class Seller:
    """Through whom a product was bought. ``is_partner``: not from the provider itself."""

    id: int
    is_partner: bool


Bought = Mapping[int, frozenset[Seller]]  # product: all through whom the customer holds it today


@dataclass(frozen=True, slots=True)
class Decision:
    """``reason`` None: it may be sent. ``partners``: who read it as well, or whom to ask instead."""

    reason: Reason | None
    partners: frozenset[int] = frozenset()


def decide(
    about: MessageClass,
    products: Collection[int],
    bought: Bought,
    *,
    others: Collection[int] = (),
    takes_promotions: bool = False,
) -> Decision:
    """Whether the provider may write to a customer: by the message's class and how each product was bought.

    ``products`` are those that the message names. A customer that holds one of them is judged by those that it holds.
    ``others``: partners whose agreements with it are in force, also those that cover no product; they count where none
    is named.
    """
    held = {product: sellers for product, sellers in bought.items() if not products or product in products}
    sellers = frozenset[Seller]().union(*held.values())
    partners = frozenset(one.id for one in sellers if one.is_partner)
    if not products:
        partners |= frozenset(others)
    all_partners = frozenset(one.id for all_of in bought.values() for one in all_of if one.is_partner)
    if about is MessageClass.PRIVACY:  # for the customer's administrators alone
        partners = frozenset()
    if about is MessageClass.PROMOTION and products and not held:  # of something that it does not have yet
        return _promotion(all_partners, takes_promotions=takes_promotions)
    if products and not held:
        return Decision(Reason.NOT_HELD, all_partners)
    if about in _ABOUT_NO_PRODUCT:
        return Decision(None, partners)
    if not held and about in _PARTNERS:
        return Decision(Reason.NOTHING_HELD)
    if about is MessageClass.PROMOTION:
        return _promotion(partners, takes_promotions=takes_promotions)
    if not products and partners and any(not one.is_partner for one in sellers):
        return Decision(Reason.NO_PRODUCT, partners)
    if about in _PARTNERS and partners:
        return Decision(Reason.THROUGH_PARTNER, partners)
    return Decision(None, partners)


def _promotion(partners: frozenset[int], *, takes_promotions: bool) -> Decision:
    return Decision(Reason.UNASKED if partners and not takes_promotions else None, partners)


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen to a message for one customer."""

    customer_id: int
    decision: Decision


def fingerprint(planned: Iterable[Planned]) -> str:
    """Names what an editor has seen before they send."""
    said = sorted((one.customer_id, one.decision.reason or "", sorted(one.decision.partners)) for one in planned)
    return sha256(repr(said).encode()).hexdigest()[:32]


# --- what ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """What is read of a message, and what a correction may change. Titles and bodies by language."""

    category: MessageCategory
    severity: MessageSeverity
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    tags: tuple[Tag, ...] = ()
    is_major: bool = False
    act_by_on: date | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A new message. ``starts_at`` None: at once."""

    about: MessageClass
    text: Text
    audience: Audience
    products: frozenset[int] = field(default_factory=frozenset)
    customers: frozenset[int] = field(default_factory=frozenset)
    starts_at: datetime | None = None


def check_text(text: Text, starts_at: datetime, *, known: Text | None = None) -> None:
    """Raises Invalid. ``known``: what stood there before, of which the days need no notice any more."""
    if LANGUAGE not in text.titles or LANGUAGE not in text.bodies:
        raise Invalid("message_text_missing")
    if half := set(text.titles) ^ set(text.bodies):
        raise Invalid("message_text_half", language=min(half))
    if text.ends_at and text.ends_at <= starts_at:
        raise Invalid("message_end_before_start")
    if text.act_by_on and text.act_by_on < starts_at.date() and text.act_by_on != (known and known.act_by_on):
        raise Invalid("message_act_by_past")
    _check_major(text, starts_at, known)


def _check_major(text: Text, starts_at: datetime, known: Text | None) -> None:
    if not text.is_major:
        return
    if text.category is not MessageCategory.PLAN:
        raise Invalid("message_major_category")
    if text.act_by_on is None:
        raise Invalid("message_major_day_missing")
    was_told = known is not None and known.is_major and known.act_by_on is not None
    if was_told and known is not None and known.act_by_on is not None and text.act_by_on >= known.act_by_on:
        return
    earliest = starts_at.date() + MAJOR_AHEAD
    if text.act_by_on < earliest:
        raise Invalid("message_major_too_soon", days=MAJOR_AHEAD.days, earliest=earliest)


def check_said(said: Said, now: datetime) -> None:
    """Raises Invalid."""
    if said.starts_at and said.starts_at < now - timedelta(minutes=1):
        raise Invalid("message_start_past")
    if said.audience is Audience.NAMED and not said.customers:
        raise Invalid("message_nobody_named")
    if len(said.customers) > CUSTOMERS_MAX:
        raise Invalid("message_customers_too_many", customers_max=CUSTOMERS_MAX)
    check_text(said.text, said.starts_at or now)


def check_version(known: int, current: int) -> None:
    """Somebody else wrote meanwhile: what they said is read before it is written over."""
    if known != current:
        raise Conflict("message_changed_meanwhile")


def language_of(texts: Mapping[str, str], wanted: str) -> str:
    """Which language a reader gets: theirs, or the one that is always there."""
    return wanted if texts.get(wanted) else LANGUAGE
