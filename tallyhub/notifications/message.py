"""From a letter to a message: headers, text and HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tallyhub.notifications.health_letters import VISITOR_LETTERS
from tallyhub.notifications.letter import Letter
from tallyhub.notifications.letters import ADDRESS_LETTERS, LETTERS
from tallyhub.notifications.models import Mail
from tallyhub.notifications.rules import one_line, return_path
from tallyhub.support.conversation.quoting import MARK

_READERS = Signer(salt="notifications.unsubscribe")


def build(mail: Mail, earlier: Sequence[str]) -> EmailMultiAlternatives:
    """In the reader's zone and language, or the language that the mail was given.

    ``earlier`` are keys of the thread, oldest first. Raises DoesNotExist where what it would say is no longer so.
    """
    config, to = settings.TALLYHUB, _reader_of(mail)
    language = str(mail.params.get("language") or to.language)
    with translation.override(language), timezone.override(to.zone):
        letter = to.make(mail.params)
        subject = one_line(letter.subject)
        context = {
            "letter": letter,
            "greeting": _("Hello %(name)s,") % {"name": to.name} if to.name else _("Hello,"),
            "link": config.address + letter.path if letter.path else "",
            "leave": config.address + letter.leave_path if letter.leave_path else "",
            "footer": _footer(letter),
            "mark": MARK % _("Write your answer above this line.") if letter.reply_to else "",
            "language": language,
        }
        text = render_to_string("notifications/mail.txt", context, using="jinja2")
        html = render_to_string("notifications/mail.html", context, using="jinja2")
    message = EmailMultiAlternatives(
        subject,
        text,
        return_path(parseaddr(config.mail_bounces)[1], mail.key) if config.mail_bounces else sender_address(),
        [formataddr((to.name, one_line(to.address)))],
        reply_to=[answered] if (answered := letter.reply_to or config.mail_reply_to) else None,
        headers=_headers(mail, earlier, to.leave_path or letter.leave_once_path),
    )
    message.attach_alternative(html, "text/html")
    return message


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who gets a mail: a person, or a visitor, of whom nothing but the address is known."""

    name: str
    address: str
    language: str
    zone: str
    make: Callable[[Mapping[str, Any]], Letter]
    leave_path: str = ""  # ends mails of this sort, without signing in


def _reader_of(mail: Mail) -> _Reader:
    if mail.visitor is not None:
        visitor = mail.visitor
        return _Reader("", visitor.address, visitor.language, "UTC", partial(VISITOR_LETTERS[mail.letter], visitor))
    if mail.address is not None:
        box = mail.address
        return _Reader("", box.address, box.language, box.customer.zone, partial(ADDRESS_LETTERS[mail.letter], box))
    person, kind = mail.person, LETTERS[mail.letter]
    if person is None:
        raise ObjectDoesNotExist
    path = reverse("notifications:unsubscribe", args=[_READERS.sign(str(person.pk))]) if kind.is_digest else ""
    name = one_line(person.name)
    return _Reader(name, person.email or "", person.language, person.zone, partial(kind.make, person), path)


def sender_address() -> str:
    """The address of our own From, without the name."""
    return parseaddr(settings.TALLYHUB.mail_from)[1]


def read_reader(signed: str) -> int:
    """The person of an unsubscribe link. Raises BadSignature."""
    return int(_READERS.unsign(signed))


def _footer(letter: Letter) -> str:
    config = settings.TALLYHUB
    if letter.reply_to:
        return _("Sent by Tallyhub, %(address)s. Answer this mail, and your answer stands in the request.") % {
            "address": config.address
        }
    if config.mail_reply_to:
        return _("Sent by Tallyhub, %(address)s.") % {"address": config.address}
    return _("Sent by Tallyhub, %(address)s. Nobody reads answers to this mail.") % {"address": config.address}


def _headers(mail: Mail, earlier: Sequence[str], leave_path: str) -> dict[str, str]:
    headers = {
        "From": settings.TALLYHUB.mail_from,
        "Message-ID": _message_id(mail.key),
        "Auto-Submitted": "auto-generated",  # so that no vacation notice answers
        "X-Auto-Response-Suppress": "All",  # the same for servers that do not know the standard
    }
    if earlier:
        headers["In-Reply-To"] = _message_id(earlier[-1])
        headers["References"] = " ".join(map(_message_id, earlier))
    if leave_path:
        headers["List-Unsubscribe"] = f"<{settings.TALLYHUB.address}{leave_path}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _message_id(key: str) -> str:
    return f"<{key}@{sender_address().rpartition('@')[2]}>"
