"""Who asks: by the token alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from tallyhub.accounts.tokens import PREFIX, TokenScope
from tallyhub.integrations.api.problems import Stop, scope_missing, unknown_token
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations import sign_on

SECONDS_PER_WINDOW = 60


class Token(HttpBearer):  # its name is that of the scheme in the OpenAPI document
    """``Authorization: Bearer thub_…``, with this scope. Raises Stop: 401, 403 or 429."""

    def __init__(self, scope: TokenScope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> sign_on.TokenHolder:
        holder = sign_on.use_token(token) if token.startswith(PREFIX) else None
        if holder is None:
            raise unknown_token()
        if holder.requests > settings.TALLYHUB.api_rate:
            wait = SECONDS_PER_WINDOW - clock.now().second
            raise Stop(429, "rate_exceeded", {"Retry-After": str(wait)}, rate=settings.TALLYHUB.api_rate)
        if self.scope not in holder.scopes:
            raise scope_missing(self.scope)
        return holder


def holder_of(request: Any) -> sign_on.TokenHolder:
    holder: sign_on.TokenHolder = request.auth
    return holder


def reading(request: Any) -> Access:
    """What the pages would show to this holder: the workspaces whose activity may be opened, and in whole only for
    administrators, who see what is not mapped. Raises Forbidden."""
    return holder_of(request).access.inside(Right.VIEW_ACTIVITY, in_whole_with=Right.ADMINISTER)
