"""A mail that came in becomes a message, or is refused with a reason. Each is taken once; nothing is lost silently.

What answers no mail of the hub may be another package's, which says so when it is loaded (``also_for``).

The order of the checks is that of what they cost and betray: bounds, known, machine, signature, sender, sight.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.crypto import salted_hmac

from tallyhub.accounts.queries import find_person
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.organizations.sign_on import act_at_work, act_for
from tallyhub.support.conversation import commands, mail_reader, queries, storage
from tallyhub.support.conversation.addresses import ReplyTo, list_reply_to
from tallyhub.support.conversation.mail_reader import Read, TooMuch
from tallyhub.support.conversation.quoting import cut_quotation
from tallyhub.support.conversation.steps import Mail
from tallyhub.support.conversation.storage import Sent
from tallyhub.support.desk import at_desk
from tallyhub.support.rules import TEXT_MAX, number_of

RATE_MAX, RATE_WITHIN = 30, timedelta(hours=1)  # mails of one sender; more are a loop
_OWN_KEY = re.compile(r"<[0-9a-f]{32}@([^>]*)>")


class Verdict(StrEnum):
    """What became of a mail. All but the first two are kept apart, for whoever runs the hub."""

    TAKEN = "taken"
    KNOWN = "known"  # taken before
    TOO_MUCH = "too_much"  # larger, or of more parts, than a mail may be
    UNREADABLE = "unreadable"  # no mail
    AUTOMATIC = "automatic"  # a vacation notice, a report, a mailing list
    OWN = "own"  # the hub wrote it
    TOO_OFTEN = "too_often"
    NO_ADDRESS = "no_address"  # none of its recipients is an address that the hub has made
    FORGED = "forged"  # it is not from the person whose address it answers to
    NOT_THERE = "not_there"  # the person sees the request no more
    EMPTY = "empty"  # nothing is above the quotation, and no file with it
    FILES = "files"  # too many, or too large
    NO_DESK = "no_desk"  # to the desk of nobody, or of a partner that is suspended
    FULL = "full"  # the desk has more mails waiting than it may
    CLOSED = "closed"  # nothing more is said in the request; its writer gets a mail that says why


# Before it was shown that the mail answers one that was sent to its sender.
UNPROVED = frozenset({Verdict.OWN, Verdict.AUTOMATIC, Verdict.NO_ADDRESS, Verdict.NO_DESK, Verdict.FORGED})
_OF_CODE = {"message_missing": Verdict.EMPTY, "file_too_large": Verdict.FILES, "files_too_many": Verdict.FILES}


# Takes a mail that is addressed to something of another package, or raises Refused. None: it is none of these.
Taker = Callable[[Read], Verdict | None]
_takers: list[Taker] = []


def also_for(taker: Taker) -> None:
    """Ask this one, too, of each mail that answers none of the hub's. Once, before any mail is read."""
    _takers.append(taker)


class Refused(Exception):
    def __init__(self, verdict: Verdict, serial: int = 0, mail: Mail | None = None) -> None:
        """``serial``: of the request whose address it was sent to, where the hub had made that. ``mail``: as which it
        counts, where that is not as an answer of its sender.
        """
        super().__init__(verdict)
        self.verdict, self.mail = verdict, mail
        self.number = number_of(serial) if serial else ""


def take(content: bytes) -> Verdict:
    """Raises only what may pass, as when the database is away: then the mail is to be taken later."""
    known = queries.find_verdict(mail_reader.digest_of(content))
    if known is not None:
        return Verdict.KNOWN if known == Verdict.TAKEN else Verdict(known)
    try:
        read = mail_reader.read(content)
    except TooMuch:
        return _refuse(_unread(content), Verdict.TOO_MUCH)
    except Exception:  # the library may stumble over anything that somebody has made up
        return _refuse(_unread(content), Verdict.UNREADABLE)
    mail = Mail(read.digest, digest_of_sender(read.sender), read.message_id)
    try:
        return _place(read, mail)
    except Refused as refused:
        if refused.verdict in UNPROVED:  # mails in somebody's name count for nobody: theirs must still come in
            mail = _unread(content)
        return _refuse(refused.mail or mail, refused.verdict, refused.number)


def refuse_too_large(head: bytes) -> Verdict:
    """One of which only the beginning was fetched, because all of it is too much."""
    return _refuse(_unread(head), Verdict.TOO_MUCH)


def _refuse(mail: Mail, verdict: Verdict, number: str = "") -> Verdict:
    commands.refuse_mail(Access(), mail, verdict, number=number)
    return verdict


def _unread(content: bytes) -> Mail:
    return Mail(mail_reader.digest_of(content), digest_of_sender(""))


def digest_of_sender(address: str) -> bytes:
    """Keyed, so that nobody finds an address by trying."""
    return salted_hmac("support.sender", address, algorithm="sha256").digest()


def _place(read: Read, mail: Mail) -> Verdict:
    _check_no_machine(read, mail)
    addresses = list_reply_to(read.recipients)
    if not addresses:
        return _place_elsewhere(read)
    access, serial = _writer(read, addresses)
    if queries.count_from(mail.sender, RATE_WITHIN) >= RATE_MAX:
        raise Refused(Verdict.TOO_OFTEN, serial)
    body, files = _said(read)
    number = number_of(serial)
    try:
        with storage.keeping(files) as kept:
            taken = commands.take_reply(access, mail, number=number, body=body, files=kept)
            if taken is None:
                storage.remove(one.key for one in kept)
    except ObjectDoesNotExist:
        raise Refused(Verdict.NOT_THERE, serial) from None
    except (Conflict, Invalid) as error:
        verdict = _OF_CODE.get(error.code, Verdict.CLOSED)
        # Its writer is known and hears of it: nobody else gets a mail because somebody wrote one in their name.
        if commands.refuse_mail(access, mail, verdict, number=number):
            commands.answer_refused(access, number)
        return verdict
    return Verdict.TAKEN if taken else Verdict.KNOWN


def _check_no_machine(read: Read, mail: Mail) -> None:
    config = settings.TALLYHUB
    ours = {parseaddr(one)[1].lower() for one in (config.mail_from, config.reply_address, config.mail_bounces)} - {""}
    domains = {one.rpartition("@")[2] for one in ours}
    own_key = _OWN_KEY.fullmatch(read.message_id)
    if _untagged(read.sender) in ours or (own_key and own_key[1].lower() in domains):
        raise Refused(Verdict.OWN)
    if read.is_automatic:
        raise Refused(Verdict.AUTOMATIC)


def _untagged(address: str) -> str:
    """Without what stands behind a plus sign: the hub's own addresses have much there."""
    name, at, domain = address.rpartition("@")
    return f"{name.partition('+')[0]}{at}{domain}"


def _place_elsewhere(read: Read) -> Verdict:
    for taker in _takers:
        if (verdict := taker(read)) is not None:
            return verdict
    raise Refused(Verdict.NO_ADDRESS)


def _writer(read: Read, addresses: Sequence[ReplyTo]) -> tuple[Access, int]:
    """What the person may do inside the request's customer now, and the request's serial."""
    to = next((one for one in addresses if _is_from(read.sender, one.person_id)), None)
    if to is None:
        raise Refused(Verdict.FORGED, addresses[0].serial)
    access = _access_of(to.person_id, to.serial)
    if access.person_id is None:
        raise Refused(Verdict.NOT_THERE, to.serial)
    return access, to.serial


def _access_of(person_id: int, serial: int) -> Access:
    """Of whoever works at a desk for the request, or else inside its customer."""
    with suppress(ObjectDoesNotExist):
        return at_desk(act_at_work(person_id), number_of(serial))
    customer_id = queries.customer_of(serial)
    return act_for(person_id, customer_id).access if customer_id else Access()


def _is_from(sender: str, person_id: int) -> bool:
    person = find_person(person_id)
    return person is not None and person.is_active and bool(sender) and (person.email or "").lower() == sender


def _said(read: Read) -> tuple[str, list[Sent]]:
    """The answer without what it quotes; one that is too long is cut, and comes whole as a file."""
    answer = cut_quotation(read.text)
    files = [_file(one.name, one.content) for one in read.attached]
    if len(answer) <= TEXT_MAX:
        return answer, files
    return answer[:TEXT_MAX], [*files, _file("mail.txt", answer.encode(errors="replace"))]


def _file(name: str, content: bytes) -> Sent:
    return Sent(name, len(content), lambda: [content])
