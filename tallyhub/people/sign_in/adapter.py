"""What allauth asks us when somebody comes from a customer's identity provider."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.http import HttpRequest

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.people.sign_in import commands
from tallyhub.people.sign_in.openid import Provider
from tallyhub.people.sign_in.queries import find_provider


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """The apps of allauth are our identity providers, one per customer and found by its slug only."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        row = find_provider(provider) if isinstance(provider, str) else None
        return [Provider(request, row).app] if row else []

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Provider:
        row = find_provider(provider)
        if row is None:
            raise SocialApp.DoesNotExist
        return Provider(request, row)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False  # people are invited

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Who it is, or an error that says why nobody. Who vouches is written into the session when it begins."""
        row = sociallogin.provider.row
        entered = commands.sign_in(Access.of_system([row.customer_id]), row, sociallogin.claim)
        sociallogin.user = sociallogin.account.user = entered.person
        request.full_workspaces = [one.name for one in entered.full]  # type: ignore[attr-defined]
        request.vouched_by = row.customer_id  # type: ignore[attr-defined]
        if sociallogin.claim.is_cut:
            request.has_cut_groups = True  # type: ignore[attr-defined]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """allauth has found the answer to be no answer to a question of ours."""
        if error == AuthError.CANCELLED:
            raise Conflict("sso_cancelled")
        if exception is not None or request.GET.get("error"):
            raise Conflict("sso_answer_refused", reason="error")
        raise Conflict("sso_outdated")
