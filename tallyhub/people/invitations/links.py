"""The link of an invitation: signed from its id and serial, and stored nowhere.

``of``: of which kind of invitation; a link of one is none of another.
"""

import re
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, Signer
from django.urls import reverse

INTO_WORKSPACE = "people.invitation"
_VALUE = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,8})", re.ASCII)


class DamagedLink(ObjectDoesNotExist):
    """Whatever the hub did not sign for this."""


@dataclass(frozen=True, slots=True)
class Link:
    invitation_id: int
    serial: int


def _signer(of: str) -> Signer:
    return Signer(sep=".", salt=of)  # with the former secrets, too


def token_of(link: Link, of: str = INTO_WORKSPACE) -> str:
    return _signer(of).sign(f"{link.invitation_id}-{link.serial}")


def path_of(link: Link) -> str:
    return reverse("people:invitation", args=[token_of(link)])


def read_token(token: str, of: str = INTO_WORKSPACE) -> Link:
    """Raises DamagedLink for whatever the hub did not sign for this; it tells nothing of what there is."""
    try:
        value = _VALUE.fullmatch(_signer(of).unsign(token))
    except BadSignature as error:
        raise DamagedLink from error
    if value is None:
        raise DamagedLink
    return Link(int(value[1]), int(value[2]))
