"""A partner's people at their desk: they work on what a customer asks of their partner from outside that customer.

Whoever works on one such request is inside its workspace for it alone, as staff are, and holds nothing else there: no
grant is given for it, and what the customer delegates is another matter (partners).
"""

from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec

from django.http import HttpResponseBase

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import HubRequest, View
from tallyhub.kernel.scope import scope
from tallyhub.organizations.rules import AT_DESK
from tallyhub.support.models import Request
from tallyhub.support.queries import place_at_desk

P = ParamSpec("P")
RIGHTS = frozenset({Right.WORK_REQUESTS, Right.READ_NOTES})  # of one request's workspace


def inside(access: Access, customer_id: int, workspace_id: int) -> Access:
    """Of somebody at a desk, inside a workspace for one request there.

    The caller has made sure that the request is theirs, or that the customer may be served by their partner.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    return replace(
        access,
        customer_id=customer_id,
        in_whole=False,
        workspaces=(workspace_id,),
        rights={workspace_id: RIGHTS},
        customer_rights=frozenset(),
        workspace_id=workspace_id,
        is_staff=True,
        acts_as=AT_DESK,
    )


def at_desk(access: Access, number: str) -> Access:
    """Inside the workspace of a partner request of one's own desk. Raises DoesNotExist for any other.

    Opens a scope of its own.
    """
    with scope(access):
        found = place_at_desk(access, number)
    return inside(access, *found)


def of_request(view: View[P]) -> View[P]:
    """Mark a view of one request, whose ``number`` the address names: at a desk it is opened from there.

    Costs nobody else a statement.
    """

    @wraps(view)
    def seen(request: HubRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        number: Any = kwargs.get("number")
        if number and request.access.serves(Right.SERVE_CUSTOMERS):
            with suppress(Request.DoesNotExist):  # the provider's, perhaps, as far as one may see that
                request.access = at_desk(request.access, number)
        return view(request, *args, **kwargs)

    return seen
