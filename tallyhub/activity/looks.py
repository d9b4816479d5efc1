"""Customers are told what staff of the provider or a partner look at (R7.3)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase

from tallyhub.activity import commands
from tallyhub.kernel.http import HubRequest

P = ParamSpec("P")
View = Callable[Concatenate[HubRequest, P], HttpResponseBase]
_SHOWN = (200, 304)  # an unchanged page is looked at, too


def told(page: str) -> Callable[[View[P]], View[P]]:
    """Note that staff saw this page, once the answer is made: its own scope is read only and over by then.

    Costs the customer's own people nothing.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def telling(request: HubRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            if request.access.is_staff and response.status_code in _SHOWN:
                commands.note_look(request.access, page)
            return response

        return telling

    return decorate
