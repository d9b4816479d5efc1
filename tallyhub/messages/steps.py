"""Pieces of writing about messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tallyhub.agreements.queries import list_partner_sellers, list_products
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.messages import queries
from tallyhub.messages.models import Content, Digest, Post, PostVersion, Sending
from tallyhub.messages.rules import Audience, MessageCategory, MessageClass, MessageSeverity, Planned, Tag, Text, decide


@dataclass(frozen=True, slots=True)
class About:
    """What the rules of communication ask of a message."""

    message_class: MessageClass
    audience: Audience
    products: frozenset[int]
    customers: frozenset[int]  # that are named


def check_products(products: Collection[int]) -> None:
    """Raises Invalid for one that is not there."""
    if set(products) - {one.pk for one in list_products()}:
        raise Invalid("product_unknown")


def plan(about: About) -> list[Planned]:
    """What becomes of it for each customer, in the order of their ids; for whoever acts for the provider."""
    named = about.audience is Audience.NAMED
    wanted = sorted(about.customers) if named else None
    bought, partners = queries.list_bought(wanted), list_partner_sellers(wanted)
    promoted = queries.list_promoted()
    customers = about.customers if named else {one for one, held in bought.items() if _is_meant(about, held)}
    return [
        Planned(
            one,
            decide(
                about.message_class,
                about.products,
                bought.get(one, {}),
                others=partners.get(one, ()),
                takes_promotions=one in promoted,
            ),
        )
        for one in sorted(customers)
    ]


def _is_meant(about: About, held: Collection[int]) -> bool:
    return bool(not about.products or about.products & set(held))


def about_of(post: Post) -> About:
    return About(
        MessageClass(post.message_class),
        Audience(post.audience),
        frozenset(one.product_id for one in post.products.all()),
        frozenset(queries.list_named(post.pk)) if post.audience == Audience.NAMED else frozenset(),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    sent: int
    refused: int


def decide_for(access: Access, about: About, planned: Sequence[Planned], post: Post | None) -> Outcome:
    """Write down for each customer that the message was sent or refused, in the journal of each as well. All of them
    and their partners read it from one moment on (S003-30): that of the commit.

    The last act of a command: the scope is widened to these customers, because their journals are.
    """
    require_transaction()
    now = clock.now()
    Sending.objects.bulk_create(
        Sending(
            organization_id=access.organizations[0],
            post=post,
            customer_id=one.customer_id,
            message_class=about.message_class,
            products=sorted(about.products),
            reason=one.decision.reason or "",
            partners=sorted(one.decision.partners),
            author_id=access.person_id,
            at=now,
        )
        for one in planned
    )
    subject = post.pk if post else None
    refused = [one for one in planned if one.decision.reason]
    sent = [one for one in planned if not one.decision.reason]
    news = [_sent(one, subject, about) for one in sent] + [_refused(one, subject, about) for one in refused]
    widen(replace(access, system_customers=tuple(one.customer_id for one in planned), in_whole=True))
    record_many(access, news)
    return Outcome(len(sent), len(refused))


def _sent(one: Planned, subject: int | None, about: About) -> News:
    return News("messages.sent", one.customer_id, subject, details={"what": about.message_class.value})


def _refused(one: Planned, subject: int | None, about: About) -> News:
    why = str(one.decision.reason)
    return News("messages.refused", one.customer_id, subject, details={"what": about.message_class.value, "why": why})


def release(access: Access, post: Post, planned: Sequence[Planned]) -> Outcome:
    """Send a message to those for whom it is not decided yet. ``post`` is locked, or new."""
    require_transaction()
    post.released_at = post.released_at or clock.now()
    post.save(update_fields=["released_at"])
    outcome = Outcome(*(len([one for one in planned if bool(one.decision.reason) is no]) for no in (False, True)))
    details = {"sent": outcome.sent, "refused": outcome.refused}
    record_many(access, [News("messages.released", None, post.pk, details=details)])
    return decide_for(access, about_of(post), planned, post)


CONTENT = ("category", "severity", "is_major", "act_by_on", "ends_at")


def put(row: Content, text: Text) -> None:
    """What is read of a message, into a row that is not saved yet."""
    for name in CONTENT:
        setattr(row, name, getattr(text, name))
    row.tags, row.titles, row.bodies = list(text.tags), dict(text.titles), dict(text.bodies)


def text_of(row: Content) -> Text:
    said: dict[str, Any] = {name: getattr(row, name) for name in ("is_major", "act_by_on", "ends_at")}
    return Text(
        category=MessageCategory(row.category),
        severity=MessageSeverity(row.severity),
        titles=row.titles,
        bodies=row.bodies,
        tags=tuple(map(Tag, row.tags)),
        **said,
    )


def add_version(access: Access, post: Post, text: Text) -> None:
    """Nobody changes it afterwards."""
    require_transaction()
    version = PostVersion(
        organization_id=post.organization_id,
        post=post,
        number=post.version,
        author_id=access.person_id,
        at=post.changed_at,
    )
    put(version, text)
    version.save()


def mark_mailed(post: Post) -> None:
    """Mail about it is written, for all to whom it was sent so far. ``post`` is locked."""
    require_transaction()
    Sending.objects.filter(post=post, told_at=None, reason="").update(told_at=clock.now())


def begin_week(access: Access, week_on: date) -> bool:
    """False where the digests of that week were written already."""
    require_transaction()
    row = Digest(organization_id=access.organizations[0], week_on=week_on, at=clock.now())
    if Digest.objects.filter(organization_id=row.organization_id, week_on=week_on).exists():
        return False
    row.save()
    return True
