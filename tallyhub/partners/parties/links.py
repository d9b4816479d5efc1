"""The link by which a partner asks a customer to be sold to: signed, and stored nowhere."""

from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, Signer
from django.urls import reverse

TOKEN_MAX = 100  # characters
_SIGNER = Signer(sep=".", salt="partners.resale")


def path_of(resale_id: int) -> str:
    return reverse("partners:join", args=[_SIGNER.sign(str(resale_id))])


def read(token: str) -> int:
    """Raises DoesNotExist for what the hub did not sign for this."""
    try:
        if len(token) > TOKEN_MAX:
            raise ObjectDoesNotExist
        return int(_SIGNER.unsign(token))
    except (BadSignature, ValueError) as error:
        raise ObjectDoesNotExist from error
