"""Where answers go: an address for each request and reader, signed, so that nobody makes one up. And where mail to a
partner's desk goes: an address that anybody may know, because nothing follows from a mail to it by itself.
"""

import re
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "support.reply"
_SIGNATURE_LENGTH = 16  # characters of five bits; in small letters, because mail servers may change their case
_TAGGED = re.compile(r"\+([1-9][0-9]{0,17})\.([1-9][0-9]{0,17})\.([a-z2-7]{16})@", re.ASCII | re.IGNORECASE)
_CODE = re.compile(r"[\w.-]{1,40}", re.ASCII)
_FOUND_MAX = 20  # addresses that are tried of one mail


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Of an address that the hub has made."""

    serial: int  # of the request
    person_id: int


def reply_address(serial: int, person_id: int) -> str:
    """``support+SERIAL.PERSON.SIGNATURE@…``; empty where no address is set."""
    name, _, domain = parseaddr(settings.TALLYHUB.reply_address)[1].rpartition("@")
    if not name:
        return ""
    return f"{name}+{serial}.{person_id}.{_sign(serial, person_id, settings.SECRET_KEY)}@{domain}"


def list_reply_to(texts: Iterable[str]) -> list[ReplyTo]:
    """The addresses of ours in headers, made with the secret or with a former one."""
    ours = []
    found = [match for text in texts for match in _TAGGED.finditer(text)]
    for match in found[:_FOUND_MAX]:
        serial, person_id, signature = int(match[1]), int(match[2]), match[3].lower()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if constant_time_compare(signature, _sign(serial, person_id, secret)):
                ours.append(ReplyTo(serial, person_id))
                break
    return ours


def desk_address(code: str) -> str:
    """``support+desk.CODE@…`` of the partner with this code; empty where no address is set, or the code fits none."""
    before, behind = _around_code()
    return f"{before}{code}{behind}" if before and _CODE.fullmatch(code) else ""


def _around_code() -> tuple[str, str]:
    name, _, domain = parseaddr(settings.TALLYHUB.reply_address)[1].rpartition("@")
    return (f"{name}+desk.", f"@{domain}") if name else ("", "")


def list_desk_codes(texts: Iterable[str]) -> list[str]:
    """Codes in the addresses of desks in headers, in small letters, each once. Whose they are is not known here."""
    before, behind = map(re.escape, _around_code())
    if not before:
        return []
    tagged = re.compile(rf"(?<![\w.+-]){before}({_CODE.pattern}){behind}(?![\w.-])", re.ASCII | re.IGNORECASE)
    found = [match[1].lower() for text in texts for match in tagged.finditer(text)]
    return list(dict.fromkeys(found[:_FOUND_MAX]))


def _sign(serial: int, person_id: int, secret: str) -> str:
    digest = salted_hmac(_SALT, f"{serial}.{person_id}", secret=secret, algorithm="sha256").digest()
    return b32encode(digest).decode().lower()[:_SIGNATURE_LENGTH]
