"""Choosing where to work: which customer, which workspace."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY, WORKSPACE_KEY
from tallyhub.kernel.http import HubRequest, address_here, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.organizations import queries


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
    """Begin to work inside another of one's own customers, in its first workspace, at home or where ``next`` says."""
    with scope(request.access):
        wanted = {str(one.pk): one.pk for one in queries.list_own_customers(request.access, request.sign_on.vouched_by)}
    if request.POST.get("customer") not in wanted:
        raise ObjectDoesNotExist
    request.session[CUSTOMER_KEY] = wanted[request.POST["customer"]]
    request.session[WORKSPACE_KEY] = None
    return redirect(_next(request))


def _next(request: HubRequest) -> str:
    """Back to the page without its filters: another workspace is another choice. Never to another site."""
    return address_here(request, request.POST.get("next", "/").partition("?")[0], otherwise="/")
