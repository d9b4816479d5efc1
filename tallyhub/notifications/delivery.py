"""Hands a mail to the mail server, between two commands: no transaction is open while a server may let us wait."""

import smtplib

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import get_connection

from tallyhub.notifications import commands, message
from tallyhub.notifications.queries import Reader
from tallyhub.notifications.rules import State


def is_ready() -> bool:
    """Server and sender are set. Otherwise mails are kept, and ``tallyhub doctor`` says so."""
    return bool(settings.TALLYHUB.smtp_url and settings.TALLYHUB.mail_from)


def deliver(key: str, reader: Reader) -> None:
    """Try once. Who is killed in the middle may send it twice, with the same Message-ID; it is never lost."""
    if not is_ready():
        return
    access = reader.access
    trying = commands.claim(access, key)
    if trying is None:
        return
    try:
        mail = message.build(trying.mail, trying.earlier)
    except ObjectDoesNotExist:  # what it tells about is gone, is no longer so, or is nothing for this reader any more
        commands.settle(access, key, State.STOPPED, "outdated")
        return
    try:
        get_connection().send_messages([mail])
    except (smtplib.SMTPException, OSError) as error:
        commands.settle(access, key, *_outcome(error))
    else:
        commands.settle(access, key, State.SENT)


def _outcome(error: Exception) -> tuple[State, str]:
    """What a failure means. Only what a server says about the reader's own address stops mail to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _text in error.recipients.values())
        return (State.REFUSED if code >= 500 else State.WAITING), str(code)
    if isinstance(error, smtplib.SMTPAuthenticationError):  # a wrong setting; whoever mends it wants the mail sent
        return State.WAITING, "sign_in"
    if isinstance(error, smtplib.SMTPResponseException):
        return (State.FAILED if error.smtp_code >= 500 else State.WAITING), str(error.smtp_code)
    return State.WAITING, type(error).__name__[:40]
