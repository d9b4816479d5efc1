"""What an identity provider says about itself (OpenID Connect Discovery 1.0), and asking it anything."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.outbound import Request, check_target, exchange
from tallyhub.people.sign_in.rules import ISSUER_MAX

ANSWER_BYTES_MAX = 1024 * 1024
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Directions:
    """Where the provider answers what."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str  # empty: it has none
    is_basic_only: bool  # the secret is sent in a header, not in the form


def check_issuer(issuer: str) -> str:
    return check_target(issuer, settings.TALLYHUB.sign_in_networks, length_max=ISSUER_MAX)


def read_directions(issuer: str) -> Directions:
    """Ask the provider. Raises Conflict or Invalid with what is wrong with it."""
    said = ask("GET", issuer.rstrip("/") + _WELL_KNOWN)
    if said.get("issuer") != issuer:
        other = str(said.get("issuer"))[:ISSUER_MAX]
        raise Invalid("provider_issuer_differs", said=other.encode(errors="replace").decode())
    methods = said.get("token_endpoint_auth_methods_supported")
    return Directions(
        issuer=issuer,
        authorization=_place(said, "authorization_endpoint"),
        token=_place(said, "token_endpoint"),
        keys=_place(said, "jwks_uri"),
        userinfo=_place(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else "",
        is_basic_only=isinstance(methods, list) and "client_secret_post" not in methods,
    )


def _place(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise Invalid("provider_incomplete", name=name)
    try:
        return check_target(value, settings.TALLYHUB.sign_in_networks, length_max=2_000)
    except HubError:
        raise Invalid("provider_incomplete", name=name) from None


def ask(
    method: str, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A JSON object from the provider. Raises Conflict where there is none."""
    body = urlencode(form).encode() if form is not None else None
    told = {"accept": "application/json", **(headers or {})}
    if body is not None:
        told["content-type"] = "application/x-www-form-urlencoded"
    got = exchange(
        Request(method, url, told, body), allowed=settings.TALLYHUB.sign_in_networks, body_bytes_max=ANSWER_BYTES_MAX
    )
    if got.status is None:
        raise Conflict("provider_unreachable", problem=got.problem)
    if got.status != 200:
        raise Conflict("provider_refused", status=got.status)
    try:
        found = json.loads(got.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Conflict("provider_answer_malformed")
    return found
