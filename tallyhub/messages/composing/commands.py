"""What editors of the provider do with messages, and what the hub does when their time has come."""

from dataclasses import dataclass
from datetime import datetime

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.messages import queries, steps
from tallyhub.messages.models import Post, PostCustomer, PostProduct
from tallyhub.messages.rules import Audience, Said, Text, check_said, check_text, check_version, fingerprint
from tallyhub.messages.steps import About


def about_of(said: Said) -> About:
    return About(said.about, said.audience, said.products, said.customers)


@dataclass(frozen=True, slots=True)
class Published:
    """``post_id`` None: the rules refused it for everybody, which is written down, and nothing was sent."""

    post_id: int | None
    sent: int
    refused: int


@command
def publish(access: Access, said: Said, *, seen: str, is_confirmed: bool) -> Published:
    """Send a message to those to whom the rules of communication let it, or keep it until its time.

    ``seen`` names what the editor was shown of whom it reaches. Where it is refused for some, they must have confirmed
    that it goes to the others. Each refusal is written down, where the customer and its partners read it (R5.6).
    """
    access.require_serving(Right.EDIT_MESSAGES)
    now = clock.now()
    check_said(said, now)
    steps.check_products(said.products)
    planned = steps.plan(about_of(said))
    if not planned:
        raise Invalid("message_reaches_nobody")
    if fingerprint(planned) != seen:
        raise Conflict("message_reach_changed")
    refused = [one for one in planned if one.decision.reason]
    if len(refused) == len(planned):
        outcome = steps.decide_for(access, about_of(said), planned, None)
        return Published(None, outcome.sent, outcome.refused)
    if refused and not is_confirmed:
        raise Invalid("message_refusals_unconfirmed")
    post = _add(access, said, now)
    if post.starts_at > now:
        record_many(access, [News("messages.scheduled", None, post.pk)])
        return Published(post.pk, 0, 0)
    outcome = steps.release(access, post, planned)
    return Published(post.pk, outcome.sent, outcome.refused)


def _add(access: Access, said: Said, now: datetime) -> Post:
    provider = access.organizations[0]
    post = Post(
        organization_id=provider,
        message_class=said.about,
        audience=said.audience,
        starts_at=said.starts_at or now,
        changed_at=now,
    )
    steps.put(post, said.text)
    post.save()
    of = {"organization_id": provider, "post": post}
    PostProduct.objects.bulk_create(PostProduct(**of, product_id=one) for one in sorted(said.products))
    if said.audience is Audience.NAMED:
        PostCustomer.objects.bulk_create(PostCustomer(**of, customer_id=one) for one in sorted(said.customers))
    steps.add_version(access, post, said.text)
    return post


@command
def correct(access: Access, post_id: int, version: int, text: Text) -> bool:
    """Say something else from now on. What was said before stays readable as a version of its own. Whom it reaches
    stays as it is. False: nothing has changed.
    """
    access.require_serving(Right.EDIT_MESSAGES)
    post = queries.lock_edited(access, post_id)
    check_version(version, post.version)
    if post.withdrawn_at:
        raise Conflict("message_is_withdrawn")
    known = steps.text_of(post)
    now = clock.now()
    check_text(text, max(post.starts_at, now), known=known)
    if text == known:
        return False
    steps.put(post, text)
    post.version, post.changed_at = post.version + 1, now
    post.save()
    steps.add_version(access, post, text)
    record_many(access, [News("messages.corrected", None, post.pk, details={"version": post.version})])
    return True


@command
def withdraw(access: Access, post_id: int) -> None:
    """It is over at once; one that waits for its time is not sent at all. Whoever had it may go on reading it."""
    access.require_serving(Right.EDIT_MESSAGES)
    post = queries.lock_edited(access, post_id)
    if post.withdrawn_at:
        raise Conflict("message_is_withdrawn")
    post.withdrawn_at = post.changed_at = clock.now()
    post.save(update_fields=["withdrawn_at", "changed_at"])
    record_many(access, [News("messages.withdrawn", None, post.pk)])


@command
def release_to_new(access: Access, post_id: int) -> int:
    """Send a message whose time has come; and one that runs, to those who hold one of its products since. The rules
    are asked anew. Returns for how many customers it was decided. For the hub itself.
    """
    post = queries.lock_edited(access, post_id)
    now = clock.now()
    if post.withdrawn_at or post.starts_at > now or (post.ends_at and post.ends_at <= now):
        return 0
    known = queries.list_decided(post.pk)
    planned = [one for one in steps.plan(steps.about_of(post)) if one.customer_id not in known]
    if planned or post.released_at is None:
        steps.release(access, post, planned)
    return len(planned)
