"""Reads about messages. ``access``: who asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, DateTimeField, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import get_language

from tallyhub.agreements.queries import list_channels, products_held
from tallyhub.health.queries import events_of, with_parts
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.parts import Part, part
from tallyhub.messages.models import (
    MailChoice,
    Post,
    PostCustomer,
    PostProduct,
    PostVersion,
    PromotionChoice,
    Reading,
    Sending,
)
from tallyhub.messages.rules import (
    LANGUAGE,
    OVER_KEPT,
    Audience,
    Bought,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Seller,
    Tag,
)
from tallyhub.organizations.rules import reads_customer

LIST_PAGE, LOG_PAGE = 25, 50  # rows of one page


def is_editor(access: Access) -> bool:
    """Of messages, so that all of the provider's are there to be read."""
    return access.serves(Right.EDIT_MESSAGES)


@dataclass(frozen=True, slots=True)
class Reach:
    """What concerns whoever asks: products held by the customer worked inside or by those that the partner acted for
    serves, and the latter. For the provider's editors: everything (``products`` None).
    """

    products: Any  # ids, or what selects them
    served: frozenset[int]


def find_reach(access: Access) -> Reach:
    """One statement at most."""
    if is_editor(access):
        return Reach(None, frozenset())
    channels, inside = list_channels(), set(access.customers)
    if not reads_customer(access):  # let into single requests: no more than from outside
        channels, inside = [one for one in channels if one.seller_id in access.organizations], set()
    return Reach(
        frozenset(one.product_id for one in channels),
        frozenset(one.customer_id for one in channels if one.is_partner and one.customer_id not in inside),
    )


# --- the list --------------------------------------------------------------------------------------------------

TO_ACT_ON = "to_act_on"  # a sort of home's rows
POST, EVENT = "message", "health"  # kinds of a line, in this order where two are of one instant
Place = tuple[datetime, str, int]  # where the page before ended


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list. Empty: of whatever kind."""

    show: str = ""  # "", "archived", "favourites", "over"
    kind: str = ""  # POST, EVENT
    unread: bool = False
    category: str = ""
    severity: str = ""
    tag: str = ""
    product: int | None = None
    text: str = ""

    @property
    def is_about_posts(self) -> bool:
        """Asks for what only messages have."""
        return bool(
            self.category in set(MessageCategory) or self.severity in set(MessageSeverity) or self.tag in set(Tag)
        )


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    id: int
    at: datetime
    what: Any  # a Post or a HealthEvent
    is_unread: bool
    is_archived: bool
    is_favourite: bool


def list_lines(access: Access, reach: Reach, wanted: Wanted, after: Place | None = None) -> list[Line]:
    """Messages and events of service health, newest first; one more than a page holds."""
    found: list[Line] = []
    if wanted.kind != EVENT:
        posts = _after(_posts(access, reach, wanted), POST, "released_at", after)
        found += [_line(POST, one, one.released_at) for one in posts.prefetch_related(_with_products())]
    if wanted.kind != POST and not wanted.is_about_posts:
        events = _after(_events(access, reach, wanted), EVENT, "published_at", after)
        found += [_line(EVENT, one, one.published_at) for one in with_parts(events)]
    return sorted(found, key=lambda one: (one.at, one.kind == POST, one.id), reverse=True)[: LIST_PAGE + 1]


def _with_products() -> "Prefetch[Any]":
    return Prefetch("products", PostProduct.objects.select_related("product").order_by("product__code"))


def _line(kind: str, what: Any, at: datetime | None) -> Line:
    is_unread = what.mine_read_at is None or what.mine_read_at < what.changed_at
    return Line(kind, what.pk, at or what.changed_at, what, is_unread, bool(what.mine_archived), bool(what.mine_liked))


def _after(rows: QuerySet[Any], kind: str, field: str, after: Place | None) -> QuerySet[Any]:
    if after is not None:
        at, of_kind, last = after
        same = Q(**{field: at})
        if kind == of_kind:
            same &= Q(pk__lt=last)
        elif kind == POST:  # stands before whatever else is of the same instant
            same &= Q(pk=None)
        rows = rows.filter(Q(**{f"{field}__lt": at}) | same)
    return rows.order_by(f"-{field}", "-pk")[: LIST_PAGE + 1]


def _with_mine(access: Access, rows: QuerySet[Any]) -> QuerySet[Any]:
    """With what the person did with each."""
    mine = FilteredRelation("readings", condition=Q(readings__person_id=access.person_id or 0))
    annotated: QuerySet[Any] = rows.annotate(
        mine=mine,
        mine_read_at=F("mine__read_at"),
        mine_archived=F("mine__archived_at"),
        mine_liked=F("mine__is_favourite"),
    )
    return annotated


def _shown(rows: QuerySet[Any], wanted: Wanted, is_over: Q) -> QuerySet[Any]:
    """By what the reader did with each, and whether it is over."""
    if wanted.unread:
        rows = rows.filter(Q(mine_read_at=None) | Q(mine_read_at__lt=F("changed_at")))
    if wanted.show == "archived":
        return rows.filter(mine_archived__isnull=False)
    if wanted.show == "favourites":
        return rows.filter(mine_liked=True)
    rows = rows.filter(mine_archived=None)
    return rows.filter(is_over) if wanted.show == "over" else rows.exclude(is_over)


def _over_post(now: datetime) -> Q:
    return Q(ends_at__isnull=False, ends_at__lte=now) | Q(withdrawn_at__isnull=False)


def _readable(access: Access, reach: Reach) -> QuerySet[Post]:
    return Post.objects.visible_to(access, reach.served).filter(released_at__isnull=False)


def _posts(access: Access, reach: Reach, wanted: Wanted) -> QuerySet[Any]:
    rows = _shown(_with_mine(access, _readable(access, reach)), wanted, _over_post(clock.now()))
    if wanted.category in set(MessageCategory):
        rows = rows.filter(category=wanted.category)
    if wanted.severity in set(MessageSeverity):
        rows = rows.filter(severity=wanted.severity)
    if wanted.tag in set(Tag):
        rows = rows.filter(tags__contains=[wanted.tag])
    if wanted.product is not None:
        rows = rows.filter(pk__in=PostProduct.objects.filter(product_id=wanted.product).values("post_id"))
    if wanted.text:
        rows = rows.annotate(title_read=_read("titles"), body_read=_read("bodies"))
        rows = rows.filter(Q(title_read__icontains=wanted.text) | Q(body_read__icontains=wanted.text))
    return rows


def _read(field: str) -> Coalesce:
    """In the language that the reader gets."""
    return Coalesce(KeyTextTransform(get_language() or LANGUAGE, field), KeyTextTransform(LANGUAGE, field))


def _events(access: Access, reach: Reach, wanted: Wanted) -> QuerySet[Any]:
    products = reach.products
    if wanted.product is not None:
        products = frozenset({wanted.product}) & (products if products is not None else {wanted.product})
    over = Q(ended_at__isnull=False, ended_at__lte=clock.now() - OVER_KEPT)
    rows = _shown(_with_mine(access, events_of(access, products, reaching=wanted.product is None)), wanted, over)
    return rows.filter(title__icontains=wanted.text) if wanted.text else rows


def count_unread(access: Access, reach: Reach) -> int:
    """Of what is current. One statement."""
    wanted = Wanted(unread=True)
    posts, events = _posts(access, reach, wanted), _events(access, reach, wanted)
    return posts.order_by().values("pk").union(events.order_by().values("pk"), all=True).count()


def count_news(access: Access) -> int:
    """What waits in the message centre for somebody, on a page that is about something else. One statement, for whoever
    acts for an organisation two, and for the account team, who read along, none.
    """
    if access.is_staff or not (access.customers or access.organizations):
        return 0
    reach = find_reach(access) if access.organizations else Reach(products_held(), frozenset())
    return count_unread(access, reach)


def to_act_on(access: Access) -> Part:
    """A part of home: what one has not read and is to act on, or is critical; what is due first comes first."""
    read = Reading.objects.filter(
        person_id=access.person_id or 0, post_id=OuterRef("post_id"), read_at__gte=OuterRef("post__changed_at")
    )
    sent = Sending.objects.visible_to(access).filter(customer_id__in=access.customers, reason="")
    is_over = Q(post__ends_at__isnull=False, post__ends_at__lte=clock.now()) | Q(post__withdrawn_at__isnull=False)
    urgent = Q(post__act_by_on__isnull=False) | Q(post__severity=MessageSeverity.CRITICAL)
    rows = sent.filter(urgent, ~Exists(read)).exclude(is_over)
    order = F("post__act_by_on").asc(nulls_first=True)
    return part(
        TO_ACT_ON,
        rows,
        order,
        "-post_id",
        at=Cast("post__act_by_on", DateTimeField()),
        key=F("post_id"),
        text=_read("post__titles"),
    )


# --- one message -----------------------------------------------------------------------------------------------


def get_post(access: Access, reach: Reach, post_id: int) -> Post:
    """With what the reader did with it. Raises DoesNotExist for what was not sent to them."""
    found: Post = _with_mine(access, _readable(access, reach)).prefetch_related(_with_products()).get(pk=post_id)
    return found


def find_readable(
    access: Access, reach: Reach, posts: Collection[int], events: Collection[int]
) -> tuple[set[int], set[int]]:
    """Those of these messages and events that one may read."""
    there = set(_readable(access, reach).filter(pk__in=posts).values_list("pk", flat=True)) if posts else set()
    if not events:
        return there, set()
    known = events_of(access, reach.products, reaching=True).filter(pk__in=events)
    return there, set(known.values_list("pk", flat=True))


def list_versions(post: Post) -> list[PostVersion]:
    """Newest first; of a message that was read with the rights of whoever asks."""
    return list(PostVersion.objects.filter(post_id=post.pk).order_by("-number"))


def list_after(access: Access, reach: Reach, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Post]:
    """In the order of their ids, for programs. ``wanted``: ``category``, ``severity``, ``product`` (a code)."""
    rows = _readable(access, reach).filter(pk__gt=after)
    fields = {name: wanted[name] for name in ("category", "severity") if name in wanted}
    if "product" in wanted:
        about = PostProduct.objects.filter(product__code=wanted["product"])
        rows = rows.filter(pk__in=about.values("post_id"))
    return list(rows.filter(**fields).prefetch_related(_with_products()).order_by("pk")[:limit])


# --- the log ---------------------------------------------------------------------------------------------------


def list_sendings(
    access: Access, reach: Reach, *, refused: bool = False, after: int | None = None, post_id: int | None = None
) -> list[Sending]:
    """What was sent and what was refused, newest first; one more than a page holds."""
    rows = Sending.objects.visible_to(access, reach.served).select_related("post")
    if refused:
        rows = rows.exclude(reason="")
    if post_id is not None:
        rows = rows.filter(post_id=post_id)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return list(rows.order_by("-pk")[: LOG_PAGE + 1])


# --- for editors -----------------------------------------------------------------------------------------------


def list_edited(access: Access, *, after: int | None = None) -> list[Post]:
    """One's own organisation's, newest first; one more than a page holds."""
    rows = Post.objects.filter(organization_id__in=access.organizations)
    rows = rows.filter(pk__lt=after) if after is not None else rows
    return list(rows.prefetch_related(_with_products()).order_by("-pk")[: LIST_PAGE + 1])


def get_edited(access: Access, post_id: int) -> Post:
    mine = Post.objects.filter(organization_id__in=access.organizations)
    return mine.prefetch_related(_with_products()).get(pk=post_id)


def lock_edited(access: Access, post_id: int) -> Post:
    """Locked, so that two editors write one after the other, and a message is sent once."""
    return Post.objects.select_for_update().get(organization_id__in=access.organizations, pk=post_id)


def list_named(post_id: int) -> list[int]:
    """The customers that a message of one's own organisation names."""
    return list(PostCustomer.objects.filter(post_id=post_id).values_list("customer_id", flat=True))


def list_decided(post_id: int) -> set[int]:
    """The customers for which it is decided already whether a message goes to them."""
    return set(Sending.objects.filter(post_id=post_id).values_list("customer_id", flat=True))


def count_sendings(post_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """(sent, refused) by message, of one's own organisation."""
    found = Sending.objects.filter(post_id__in=post_ids).values("post_id").order_by()
    rows = found.annotate(sent=Count("pk", filter=Q(reason="")), refused=Count("pk", filter=~Q(reason="")))
    return {one["post_id"]: (one["sent"], one["refused"]) for one in rows}


def list_bought(customers: Collection[int] | None = None) -> dict[int, Bought]:
    """How each customer bought what it holds today. One statement."""
    bought: dict[int, dict[int, frozenset[Seller]]] = {}
    for one in list_channels(customers):
        of_customer = bought.setdefault(one.customer_id, {})
        known = of_customer.get(one.product_id, frozenset())
        of_customer[one.product_id] = known | {Seller(one.seller_id, one.is_partner)}
    return dict(bought)


def list_promoted() -> set[int]:
    """The customers that want advertising, for whoever acts for the provider."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT messages_promoted()")
        return set(cursor.fetchone()[0])


def list_due(access: Access) -> list[int]:
    """Messages of the provider acted for whose time has come and that were sent to nobody yet."""
    found = Post.objects.filter(organization_id__in=access.organizations, released_at=None, withdrawn_at=None)
    return list(found.filter(starts_at__lte=clock.now()).order_by("starts_at", "pk").values_list("pk", flat=True))


def list_running(access: Access) -> list[int]:
    """Messages that whoever newly holds a product is to get."""
    found = Post.objects.filter(organization_id__in=access.organizations, released_at__isnull=False)
    current = found.filter(audience=Audience.HOLDERS).exclude(_over_post(clock.now()))
    return list(current.order_by("pk").values_list("pk", flat=True))


# --- for mail --------------------------------------------------------------------------------------------------

Reader = tuple[int, int | None, int | None]  # person, customer, partner


def list_readers(post_id: int, first: datetime) -> list[Reader]:
    """Who gets mail at once about a message, of those to whom it was sent since ``first`` and that were not told yet;
    each person once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messages_readers(%s, %s, %s)", [post_id, first, clock.now()])
        return list(cursor.fetchall())


def list_untold(post_id: int, first: datetime) -> list[int]:
    """The customers to whose mailboxes a message goes: it was sent to them since ``first``, and mail about it was not
    written yet. What is about privacy is for people alone, who are administrators.
    """
    sent = Sending.objects.filter(post_id=post_id, reason="", told_at=None, at__gte=first)
    rows = sent.exclude(message_class=MessageClass.PRIVACY).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True))


def get_version(access: Access, post_id: int) -> PostVersion:
    """The newest, of one's own organisation's message."""
    mine = PostVersion.objects.filter(organization_id__in=access.organizations, post_id=post_id)
    return mine.latest("number")


def list_digest_readers(first: datetime, last: datetime) -> list[Reader]:
    """Who wants a digest and has not read something that was sent in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messages_digest_readers(%s, %s)", [first, last])
        return list(cursor.fetchall())


def list_unread_between(access: Access, reach: Reach, first: datetime, last: datetime) -> list[Post]:
    """What a digest tells: of whatever age, where it was sent to this customer then."""
    sent = Sending.objects.visible_to(access, reach.served).filter(post=OuterRef("pk"), reason="")
    rows = _posts(access, reach, Wanted(unread=True)).filter(Exists(sent.filter(at__gte=first, at__lt=last)))
    return list(rows.order_by("-released_at", "-pk"))


# --- choices ---------------------------------------------------------------------------------------------------


def find_mail_choice(access: Access) -> MailChoice | None:
    return MailChoice.objects.filter(person_id=access.person_id or 0).first()


def takes_promotions(access: Access) -> bool:
    """Of the customer worked inside."""
    return PromotionChoice.objects.visible_to(access).filter(takes_promotions=True).exists()


def is_told_unasked(access: Access) -> bool:
    """Whether somebody who has chosen nothing gets mail; as ``messages_readers`` has it, too."""
    return access.has(Right.ADMINISTER) or access.serves(Right.SERVE_CUSTOMERS)
