"""What our views know of a request."""

from collections.abc import Callable
from functools import lru_cache, wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from tallyhub.kernel.access import Access

P = ParamSpec("P")


class HubRequest(HttpRequest):
    """A request that has passed our middlewares."""

    access: Access
    htmx: HtmxDetails
    sign_on: Any  # organizations.sign_on.SignOn: this package knows no tables
    if TYPE_CHECKING:
        user: Any


View = Callable[Concatenate[HubRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Ask for sign-in first, and come back afterwards."""

    @wraps(view)
    def asking(request: HubRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.access.person_id is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return asking


@lru_cache(8_192)
def url(name: str, *args: str | int) -> str:
    """An address of ours by its name. Kept, because working it out anew took a tenth of a page's time."""
    return reverse(name, args=args)


def etag_of(request: HubRequest, *depends_on: object) -> str:
    """Names the page that this person gets: release, rights, language, zone, theme, address and what it depends on.

    Empty for a page that carries a message: it is shown once.
    """
    if len(get_messages(request)):
        return ""
    parts = (
        settings.TALLYHUB_RELEASE,
        request.access.fingerprint,
        get_language(),
        get_current_timezone_name(),
        getattr(request.user, "theme", ""),
        request.META.get("CSRF_COOKIE"),
        request.get_full_path(),
        depends_on,
    )
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: HubRequest, etag: str) -> bool:
    """True when the browser has this very page."""
    known = request.headers.get("If-None-Match", "")
    return bool(etag) and etag in (one.strip().removeprefix("W/") for one in known.split(","))
