"""OpenID Connect by allauth, and what we ask more of an answer: signature, nonce, issuer, one subject.

allauth keeps the state and PKCE's verifier in the session, uses each state once and for ten minutes, and signs in.
"""

import secrets
from base64 import b64encode
from functools import cached_property
from typing import Any
from urllib.parse import quote

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.people.sign_in import discovery, id_tokens, queries
from tallyhub.people.sign_in.discovery import Directions
from tallyhub.people.sign_in.rules import account_id, read_claim

SCOPES = ("openid", "profile", "email")
_ADDRESS = ("email", "email_verified", "xms_edov")


class Client(OAuth2Client):  # type: ignore[misc]  # allauth is not typed
    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> dict[str, Any]:
        """By our own way to strangers: a checked address, no redirect, an end to time and size."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        if pkce_code_verifier:
            form["code_verifier"] = pkce_code_verifier
        headers = {}
        if self.basic_auth:
            pair = f"{quote(self.consumer_key, safe='')}:{quote(self.consumer_secret, safe='')}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        answer = discovery.ask("POST", self.access_token_url, form=form, headers=headers)
        if not isinstance(answer.get("access_token"), str) or not isinstance(answer.get("id_token"), str):
            raise Conflict("provider_answer_malformed")
        if not (answer["access_token"].isascii() and answer["access_token"].isprintable()):  # it becomes a header
            raise Conflict("sso_answer_refused", reason="malformed")
        return answer


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One request's talk with one customer's provider."""

    client_class = Client
    nonce = ""

    def get_provider(self) -> "Provider":
        return self._provider

    @cached_property
    def _provider(self) -> "Provider":
        row = queries.find_provider(self.provider_id)
        if row is None:
            raise SocialApp.DoesNotExist
        return Provider(self.request, row)

    @cached_property
    def directions(self) -> Directions:
        return discovery.read_directions(self.get_provider().row.issuer)

    @property
    def basic_auth(self) -> bool:
        return self.directions.is_basic_only

    @property
    def access_token_url(self) -> str:
        return self.directions.token

    @property
    def authorize_url(self) -> str:
        return self.directions.authorization

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Never from what a request says its host is, where the operator says it."""
        path = reverse("people:sso_return", args=[self.provider_id])
        base = settings.TALLYHUB.base_url.rstrip("/")
        return f"{base}{path}" if base else request.build_absolute_uri(path)

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Used once and kept nowhere, so how long it would be good for does not matter, nor what is said of that."""
        return SocialToken(token=data["access_token"])

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """The ID token decides who it is. What it leaves out of address and groups is asked for, and must be about
        the same subject."""
        row = self.get_provider().row
        claims = id_tokens.verify(
            kwargs["response"]["id_token"],
            discovery.ask("GET", self.directions.keys),
            issuer=row.issuer,
            client_id=row.client_id,
            nonce=self.nonce,
        )
        wanted = {"email", *filter(None, [row.groups_claim])}
        if wanted - claims.keys() and self.directions.userinfo:
            more = discovery.ask("GET", self.directions.userinfo, headers={"authorization": f"Bearer {token.token}"})
            if more.get("sub") != claims["sub"]:
                raise Conflict("sso_answer_refused", reason="userinfo")
            claims = _joined(claims, more)
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claim = read_claim(claims, row.groups_claim)
        return login


def _joined(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The token's word first. An address and whether it is verified come from one of both, never half from each."""
    left_out = more if "email" in claims else claims
    for name in _ADDRESS:
        left_out.pop(name, None)
    return more | claims


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, row: queries.Provider) -> None:
        self.row = row
        app = SocialApp(
            provider="openid_connect",
            provider_id=row.slug,
            name=row.name,
            client_id=row.client_id,
            secret=row.client_secret,
            settings={"server_url": row.issuer},
        )
        super().__init__(request, app=app)

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponseBase:
        """To the provider. Nothing that the address asks for counts, but where to go afterwards."""
        nonce = secrets.token_urlsafe(24)
        answer: HttpResponseBase = super().redirect(
            request,
            AuthProcess.LOGIN,
            next_url,
            None,
            scope=list(SCOPES),
            auth_params={"nonce": nonce},
            nonce=nonce,
            instead_of=_signed_in(request),
        )
        return answer

    def extract_uid(self, data: dict[str, Any]) -> str:
        return account_id(self.row.issuer, data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}  # nothing of it is kept

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class Returned(OAuth2CallbackView):  # type: ignore[misc]
    """Somebody comes back from the provider."""

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        """Each state counts once; with it comes the nonce that the token must hold, and who agreed to be replaced."""
        state, answer = super()._get_state(request, provider)
        if state is not None:
            if state.get("instead_of") != _signed_in(request):
                raise Conflict("sso_outdated")
            self.adapter.nonce = state.get("nonce") or secrets.token_urlsafe(24)
        if request.GET.get("iss", provider.row.issuer) != provider.row.issuer:  # RFC 9207
            raise Conflict("sso_answer_refused", reason="issuer")
        return state, answer


def _signed_in(request: HttpRequest) -> int | None:
    access: Access = request.access  # type: ignore[attr-defined]  # a HubRequest, in allauth's hands
    return access.person_id


def begin(request: HttpRequest, slug: str, next_url: str | None) -> str:
    """The address at the customer's provider to go on to. Raises SocialApp.DoesNotExist where there is none."""
    adapter = Adapter(request, slug)
    return str(adapter.get_provider().redirect(request, AuthProcess.LOGIN, next_url)["Location"])


def complete(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Signed in and on to where they wanted to go. Raises HubError with what is wrong."""
    answer: HttpResponseBase = Returned.adapter_view(Adapter(request, slug))(request)
    return answer
