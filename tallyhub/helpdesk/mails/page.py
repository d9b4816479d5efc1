"""What pages say of mails to a desk: plain values for templates, in the reader's language."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.helpdesk.mails.queries import Sender
from tallyhub.helpdesk.mails.rules import ASIDE, Adding, Outcome
from tallyhub.helpdesk.mails.words import OUTCOME_NAMES
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url
from tallyhub.organizations.models import Organization
from tallyhub.support.conversation import fetching
from tallyhub.support.rules import TEXT_MAX
from tallyhub.support.words import size_text


def desk(own: Organization, waiting: int) -> dict[str, Any]:
    """For the head of the queue and of the list. ``address``: empty where the hub reads no mailbox."""
    return {
        "address": fetching.desk_address_of(own),
        "waiting": ngettext("%(n)s mail to take in", "%(n)s mails to take in", waiting) % {"n": fmt.number(waiting)}
        if waiting
        else "",
    }


def tabs(*, is_done: bool) -> list[dict[str, Any]]:
    here = url("helpdesk:mails")
    return [
        {"title": _("To take in"), "href": here, "is_current": not is_done},
        {"title": _("Done"), "href": f"{here}?state=done", "is_current": is_done},
    ]


def row(one: DeskMail, senders: Sequence[Sender], names: Mapping[int, str]) -> dict[str, Any]:
    """Of ``queries.list_mails``."""
    files: int = getattr(one, "files_count", 0)
    return {
        **_head(one),
        "href": url("helpdesk:mail", one.pk),
        "customers": fmt.listed([each.customer for each in senders]) if senders else "",
        "files": ngettext("%(n)s file", "%(n)s files", files) % {"n": fmt.number(files)} if files else "",
        "done": _done(one, names),
    }


def mail(one: DeskMail, files: Sequence[DeskMailFile], senders: Sequence[Sender], names: Mapping[int, str],
         hints: Sequence[tuple[str, str]]) -> dict[str, Any]:  # fmt: skip
    """``hints``: requests that its subject may name."""
    return {
        **_head(one),
        "id": one.pk,
        "text": one.text,
        "files": [
            {"name": each.name, "size": size_text(each.size), "href": url("helpdesk:mail_file", one.pk, each.pk)}
            for each in files
        ],
        "left_out": one.left_out,
        "senders": [{"person": each.person, "customer": each.customer, "href": _new(one, each)} for each in senders],
        "other_href": f"{url('helpdesk:new')}?{urlencode({'mail': one.pk})}",
        "hints": [{"text": f"{number} · {title}", "href": url("helpdesk:request", number)} for number, title in hints],
        "done": _done(one, names),
        "is_taken": one.outcome == Outcome.TAKEN,
        "reasons": [{"id": each.value, "label": OUTCOME_NAMES[each], "is_chosen": False} for each in ASIDE],
    }


def adding(
    one: DeskMail, files: Iterable[DeskMailFile], hints: Sequence[tuple[str, str]], typed: Adding | None
) -> dict[str, Any]:
    """The form that adds it to a request: as it was sent, else what the mail says and the request that it may name."""
    first = _("From a mail of %(name)s, %(when)s:") % _head(one)
    return {
        "number": typed.number if typed else hints[0][0] if hints else "",
        "body": typed.body if typed else f"{first}\n\n{one.text}"[:TEXT_MAX],
        "files": files_to_choose(files, typed.files if typed else None),
        "is_open": bool(hints) or typed is not None,
    }


def files_to_choose(files: Iterable[DeskMailFile], chosen: Collection[int] | None) -> list[dict[str, Any]]:
    """``chosen``: None until somebody has sent the form, and then all go along."""
    return [{"id": each.pk, "label": each.name, "is_chosen": chosen is None or each.pk in chosen} for each in files]


def _new(one: DeskMail, sender: Sender) -> str:
    chosen = {"mail": one.pk, "customer": sender.customer_id, "contact": sender.person_id}
    return f"{url('helpdesk:new')}?{urlencode(chosen)}"


def _head(one: DeskMail) -> dict[str, Any]:
    return {
        "title": one.subject or _("No subject"),
        "name": one.sender_name or one.sender,
        "address": one.sender,
        "when": fmt.minute(one.at, get_current_timezone_name()),
    }


def _done(one: DeskMail, names: Mapping[int, str]) -> dict[str, Any] | None:
    """None: it waits."""
    if one.done_at is None:
        return None
    taken = one.outcome == Outcome.TAKEN
    return {
        "what": OUTCOME_NAMES[one.outcome],
        "tone": "ok" if taken else "plain",
        "number": one.number,
        "href": url("helpdesk:request", one.number) if taken else "",
        "by": names.get(one.done_by_id or 0) or _("Somebody who has left"),
        "when": fmt.minute(one.done_at, get_current_timezone_name()),
    }
