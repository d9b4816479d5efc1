"""Mails about the provider's messages, to people of customers and of partners."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.messages import page
from tallyhub.messages.models import Post
from tallyhub.messages.queries import find_reach, get_post, list_unread_between
from tallyhub.messages.rules import MessageSeverity
from tallyhub.notifications.letter import Kind, Letter, reader_access
from tallyhub.notifications.models import NewsAddress

TITLES_MAX = 20  # of a digest; of more it says how many


def _message(person: Person, params: Mapping[str, Any]) -> Letter:
    return _told(reader_access(person, params), params, reverse("messages:mail"))


def _address_message(address: NewsAddress, params: Mapping[str, Any]) -> Letter:
    """To a mailbox of a customer. Its administrators choose who gets these."""
    return _told(Access.of_system([address.customer_id]), params, reverse("notifications:addresses"))


def _told(access: Access, params: Mapping[str, Any], leave_path: str) -> Letter:
    """As the reader may read it now. ``version``: it tells of the correction that made it; a later one has its own."""
    with scope(access):
        post = get_post(access, find_reach(access), params["message"])
        version = params.get("version")
        if page.is_over(post) or version not in (None, post.version):
            raise ObjectDoesNotExist
        products = page.products_of(post)
    said = (
        _("The provider has corrected a message that you got. What it said before stands on its page.")
        if version
        else "",
        page.act_by(post),
        _("Products: %(products)s") % {"products": products} if products else "",
        post.body,
        page.other_language(post),
    )
    return Letter(
        subject=_subject(post, is_correction=bool(version)),
        paragraphs=tuple(filter(None, said)),
        button=_("Open the message"),
        path=reverse("messages:message", args=[post.pk]),
        leave_path=leave_path,
    )


def _subject(post: Post, *, is_correction: bool) -> str:
    if is_correction:
        return _("Corrected message: %(title)s") % {"title": post.title}
    return _("Critical: %(title)s") % {"title": post.title} if post.severity == MessageSeverity.CRITICAL else post.title


def _digest(person: Person, params: Mapping[str, Any]) -> Letter:
    """What was sent in a week and is unread when the mail is made; without anything there is no mail."""
    access = reader_access(person, params)
    first, last = (datetime.combine(date.fromisoformat(params[day]), time(), UTC) for day in ("first", "last"))
    with scope(access):
        posts = list_unread_between(access, find_reach(access), first, last)
    if not posts:
        raise ObjectDoesNotExist
    count, more = len(posts), len(posts) - TITLES_MAX
    said = ngettext(
        "You have not read %(n)s message of last week.", "You have not read %(n)s messages of last week.", count
    )
    lines = [_titled(one) for one in posts[:TITLES_MAX]]
    if more > 0:
        lines.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    return Letter(
        subject=ngettext("%(n)s new message in the message centre", "%(n)s new messages in the message centre", count)
        % {"n": count},
        paragraphs=(said % {"n": count}, *lines),
        button=_("Open the message centre"),
        path=reverse("messages:list"),
        leave_path=reverse("messages:mail"),
    )


def _titled(post: Post) -> str:
    by = page.act_by(post)
    return _("%(title)s (%(act_by)s)") % {"title": post.title, "act_by": by} if by else post.title


ADDRESS_LETTERS = {"messages.address_corrected": _address_message, "messages.address_told": _address_message}
LETTERS: dict[str, Kind] = {
    "messages.corrected": Kind(_message),
    "messages.digest": Kind(_digest, is_digest=True),
    "messages.told": Kind(_message),
}
