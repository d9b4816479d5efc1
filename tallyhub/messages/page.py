"""What pages say of messages: plain values for templates, in the reader's language and zone."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.health import page as health
from tallyhub.kernel import clock, markdown
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url
from tallyhub.messages import words
from tallyhub.messages.models import Content, Post, PostVersion, Sending
from tallyhub.messages.queries import EVENT, POST, Line
from tallyhub.messages.rules import MessageSeverity, language_of

Badge = dict[str, str]


def badges(post: Content, *, is_over: bool = False, is_withdrawn: bool = False) -> list[Badge]:
    """Category; importance where it is more than normal; major; over."""
    found = [{"text": str(words.CATEGORY_NAMES[post.category]), "tone": "plain"}]
    if post.severity != MessageSeverity.NORMAL:
        tone = words.SEVERITY_TONES[MessageSeverity(post.severity)]
        found.append({"text": str(words.SEVERITY_NAMES[post.severity]), "tone": tone})
    if post.is_major:
        found.append({"text": _("Major change"), "tone": "low"})
    if is_withdrawn:
        found.append({"text": _("Taken back"), "tone": "plain"})
    elif is_over:
        found.append({"text": _("No longer current"), "tone": "plain"})
    return found


def is_over(post: Post) -> bool:
    return post.withdrawn_at is not None or (post.ends_at is not None and post.ends_at <= clock.now())


def products_of(post: Post) -> str:
    return fmt.listed([one.product.name for one in post.products.all()])


def other_language(post: Content) -> str:
    """Says that the text is not there in the reader's language; empty where it is."""
    wanted = get_language() or "en"
    given = language_of(post.titles, wanted)
    return "" if given == wanted else _("Only in %(language)s") % {"language": dict(LANGUAGES)[given]}


def act_by(post: Content) -> str:
    return _("Act by %(day)s") % {"day": fmt.day(post.act_by_on)} if post.act_by_on else ""


def line(one: Line, zone: str) -> dict[str, Any]:
    """One message or event in the list."""
    said = _post_line(one.what) if one.kind == POST else _event_line(one.what, zone)
    return {
        **said,
        "key": f"{one.kind}-{one.id}",
        "when": fmt.minute(one.at, zone),
        "instant": one.at.isoformat(),
        "is_unread": one.is_unread,
        "is_archived": one.is_archived,
        "is_favourite": one.is_favourite,
    }


def _post_line(post: Post) -> dict[str, Any]:
    withdrawn = post.withdrawn_at is not None
    return {
        "title": post.title,
        "href": url("messages:message", post.pk),
        "badges": badges(post, is_over=is_over(post), is_withdrawn=withdrawn),
        "products": products_of(post),
        "act_by": act_by(post),
        "language": other_language(post),
        "lang": post.language,
    }


def _event_line(event: Any, zone: str) -> dict[str, Any]:
    said = health.line(event, zone)
    return {
        "title": event.title,
        "href": url("messages:event", event.pk),
        "badges": said["badges"],
        "products": said["products"],
        "act_by": "",
        "language": "",
        "lang": "",
    }


def about(post: Post, zone: str) -> dict[str, Any]:
    """All of one message."""
    facts = [(_("What it is about"), str(words.CLASS_NAMES[post.message_class]))]
    if products := products_of(post):
        facts.append((_("Products"), products))
    if post.act_by_on:
        facts.append((_("Act by"), fmt.day(post.act_by_on)))
    if post.tags:
        facts.append((_("Tags"), fmt.listed([str(words.TAG_NAMES[one]) for one in post.tags])))
    if post.released_at:
        facts.append((_("Sent"), fmt.minute(post.released_at, zone)))
    if post.ends_at:
        facts.append((_("Current until"), fmt.minute(post.ends_at, zone)))
    facts.append((_("Times are those of"), zone))
    return {
        **_post_line(post),
        "id": post.pk,
        "body": markdown.render(post.body, 2),
        "facts": facts,
        "version": post.version,
        "is_withdrawn": post.withdrawn_at is not None,
    }


def versions(found: Iterable[PostVersion], zone: str) -> list[dict[str, Any]]:
    """Newest first; each as it read then."""
    return [
        {
            "number": one.number,
            "when": fmt.minute(one.at, zone),
            "instant": one.at.isoformat(),
            "title": one.title,
            "lang": one.language,
            "body": markdown.render(one.body, 4),
            "badges": badges(one),
            "act_by": act_by(one),
        }
        for one in found
    ]


def sending(
    one: Sending, zone: str, products: Mapping[int, str], names: Mapping[int, str], customers: Mapping[int, str]
) -> dict[str, Any]:
    """A line of the log. ``names`` are the sellers', ``customers`` those that the reader knows."""
    partners = fmt.listed([names[each] for each in one.partners if each in names])
    is_sent = not one.reason
    return {
        "when": fmt.minute(one.at, zone),
        "instant": one.at.isoformat(),
        "customer": customers.get(one.customer_id, ""),
        "class": str(words.CLASS_NAMES[one.message_class]),
        "products": fmt.listed([products[each] for each in one.products if each in products]),
        "badge": {
            "text": pgettext("a message", "Sent") if is_sent else _("Refused"),
            "tone": "ok" if is_sent else "critical",
        },
        "why": "" if is_sent else str(words.REASON_NAMES[one.reason]),
        "partners": partners,
        "is_sent": is_sent,
        "title": one.post.title if is_sent and one.post else "",
        "href": url("messages:message", one.post_id) if is_sent and one.post_id else "",
    }


def choices(items: Iterable[tuple[str, Any]], chosen: str) -> list[dict[str, Any]]:
    return [{"id": str(value), "label": str(label), "is_chosen": str(value) == chosen} for value, label in items]


KIND_NAMES: dict[str, Any] = {POST: lambda: _("Messages"), EVENT: lambda: _("Service health")}
