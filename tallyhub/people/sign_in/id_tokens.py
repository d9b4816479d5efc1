"""Whether an ID token is the provider's, meant for us, fresh, and the answer to our own question.

OpenID Connect Core 1.0, 3.1.3.7. The signature is checked although the token came by TLS from the provider itself:
then a wrong address in what it says about itself does not make somebody else believed.
"""

import json
from collections.abc import Mapping
from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

from tallyhub.kernel.errors import Conflict

# No "none" and nothing with a shared secret: the client's secret is known to more people than a signing key.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
LEEWAY_SECONDS = 60  # between their clock and ours
_NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")


def verify(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """What it says. Raises Conflict ``sso_answer_refused`` with a code of what is wrong."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise Conflict("sso_answer_refused", reason="algorithm")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(keys, header.get("kid"), algorithm),
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": list(_NEEDED)},
        )
        json.dumps(claims, ensure_ascii=False).encode()  # nothing that no column and no page could hold
    except jwt.PyJWTError as error:
        raise Conflict("sso_answer_refused", reason=_reason(error)) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError):  # half a letter, no time, too deep
        raise Conflict("sso_answer_refused", reason="malformed") from None
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise Conflict("sso_answer_refused", reason="nonce")
    # A token for several must say which of them asked for it, and one that says so must name us.
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_for_several else client_id) != client_id:
        raise Conflict("sso_answer_refused", reason="audience")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise Conflict("sso_answer_refused", reason="subject")
    return claims


def _key(keys: Mapping[str, Any], key_id: Any, algorithm: str) -> Any:
    """The one that the token names; without a name the only one there is."""
    said = keys.get("keys")
    listed = said if isinstance(said, list) else []
    offered = [one for one in listed if isinstance(one, dict) and one.get("use", "sig") == "sig"]
    named = [one for one in offered if one.get("kid") == key_id] if key_id is not None else offered
    fitting = [one for one in named if one.get("alg", algorithm) == algorithm]
    if len(fitting) != 1:
        raise Conflict("sso_answer_refused", reason="key")
    try:
        return jwt.PyJWK(fitting[0], algorithm=algorithm).key
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        raise Conflict("sso_answer_refused", reason="key") from None


def _reason(error: jwt.PyJWTError) -> str:
    for kind, reason in (
        (jwt.ExpiredSignatureError, "expired"),
        (jwt.ImmatureSignatureError, "early"),
        (jwt.InvalidAudienceError, "audience"),
        (jwt.InvalidIssuerError, "issuer"),
        (jwt.MissingRequiredClaimError, "incomplete"),
        (jwt.InvalidSignatureError, "signature"),
    ):
        if isinstance(error, kind):
            return reason
    return "malformed"
