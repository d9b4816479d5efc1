"""Customers are told what staff of the provider or a partner look at (R7.3)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.http import HubRequest
from tallyhub.kernel.scope import command

P = ParamSpec("P")
View = Callable[Concatenate[HubRequest, P], HttpResponseBase]
_SHOWN = (200, 304)  # an unchanged page is looked at, too


@command
def note_look(access: Access, page: str) -> None:
    """By staff of the provider or a partner. The database keeps the first of each person, customer, page and day."""
    record(access, "activity.looked", page=page, day=clock.today("UTC").isoformat())


def told(page: str) -> Callable[[View[P]], View[P]]:
    """Note that staff saw this page, once the answer is made: its own scope is read only and over by then.

    Costs the customer's own people nothing.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def telling(request: HubRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            if request.access.is_staff and response.status_code in _SHOWN:
                note_look(request.access, page)
            return response

        return telling

    return decorate
