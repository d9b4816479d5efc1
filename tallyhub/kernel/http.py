"""What our views know of a request."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
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
