"""The links of a visitor's mail: signed, so that nobody answers for somebody else."""

from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse

from tallyhub.health.public.commands import CONFIRM_IN

_CONFIRM = TimestampSigner(salt="health.confirm")
_LEAVE = Signer(salt="health.unsubscribe")


def confirm_path(visitor_id: int) -> str:
    return reverse("health:visitor_confirm", args=[_CONFIRM.sign(str(visitor_id))])


def leave_path(visitor_id: int) -> str:
    return reverse("health:visitor_unsubscribe", args=[_LEAVE.sign(str(visitor_id))])


def read_confirm(signed: str) -> int:
    """Raises DoesNotExist for what the hub did not sign, or too long ago."""
    try:
        return int(_CONFIRM.unsign(signed, max_age=CONFIRM_IN))
    except (BadSignature, ValueError) as error:
        raise ObjectDoesNotExist from error


def read_leave(signed: str) -> int:
    try:
        return int(_LEAVE.unsign(signed))
    except (BadSignature, ValueError) as error:
        raise ObjectDoesNotExist from error
