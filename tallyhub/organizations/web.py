"""Choosing where to work: which customer, which workspace."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY, WORKSPACE_KEY
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.organizations import queries, who_sees


@signed_in
@require_safe
def who(request: HubRequest) -> HttpResponse:
    """Who can see a workspace, and why (R7.3). For those who administer it, and the account team."""
    access = request.access
    offered = access.workspaces_with(Right.VIEW_AUDIT)
    if not offered:
        raise Forbidden(Right.VIEW_AUDIT)
    current = access.workspace_id if access.workspace_id in offered else offered[0]
    wanted = request.GET.get("workspace") or str(current)
    if wanted not in map(str, offered):
        raise ObjectDoesNotExist
    with scope(access):
        held = queries.list_held(access, int(wanted))
        people = who_sees.people(held, queries.names_of_sources(access, (one.source for one in held)))
        names = {place.id: place.name for place in request.sign_on.places}
        context = {
            "people": people,
            "workspaces": [{"id": one, "label": names[one], "is_chosen": str(one) == wanted} for one in offered],
            "workspace": names[int(wanted)],
        }
        return render(request, "organizations/who.html", context)


@signed_in
@require_safe
def switch(request: HubRequest) -> HttpResponse:
    """The customers one belongs to, and the workspaces of the one that is worked inside."""
    with scope(request.access):
        customers = queries.list_own_customers(request.access, request.sign_on.vouched_by)
        return render(request, "organizations/switch.html", {"customers": customers})


@signed_in
@require_POST
def switch_workspace(request: HubRequest) -> HttpResponseBase:
    wanted = request.POST.get("workspace", "")
    if wanted not in map(str, request.access.workspaces):
        raise ObjectDoesNotExist
    request.session[CUSTOMER_KEY] = request.access.customer_id
    request.session[WORKSPACE_KEY] = int(wanted)
    return redirect(_next(request))


@signed_in
@require_POST
def switch_customer(request: HubRequest) -> HttpResponseBase:
    """Begin to work inside another of one's own customers, in its first workspace."""
    with scope(request.access):
        wanted = {str(one.pk): one.pk for one in queries.list_own_customers(request.access, request.sign_on.vouched_by)}
    if request.POST.get("customer") not in wanted:
        raise ObjectDoesNotExist
    request.session[CUSTOMER_KEY] = wanted[request.POST["customer"]]
    request.session[WORKSPACE_KEY] = None
    return redirect("/")


def _next(request: HubRequest) -> str:
    """Back to the page without its filters: another workspace is another choice. Never to another site."""
    wanted = request.POST.get("next", "/").partition("?")[0]
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed and wanted.startswith("/") else "/"
