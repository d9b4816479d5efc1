"""Saved views: the address of a page under a name of one's own. The state itself stays in the address."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.activity import commands, queries
from tallyhub.activity.filters import NoSuchChoice
from tallyhub.activity.queries import View
from tallyhub.activity.rules import VIEW_NAME_MAX
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.scope import scope

KEPT = {"activity:customer_activity", "activity:group", "activity:entitlement", "support:list", "support:queue"}
ADDRESS_MAX = 2_000
_PLACE = ("after", "before", "page")  # where one had come to; a view begins at its first page


def saved_views(request: HubRequest, views: Iterable[View]) -> dict[str, Any]:
    """What ``activity/_views.html`` shows: those of this page, and a form that saves where one is."""
    return {
        "views": [view for view in views if urlsplit(view.address).path == request.path],
        "address": _first_page(request.path, request.GET),
        "name_max": VIEW_NAME_MAX,
    }


@signed_in
@require_safe
def views(request: HubRequest) -> HttpResponse:
    with scope(request.access):
        context = {"views": queries.list_views(request.access), "name_max": VIEW_NAME_MAX}
        return render(request, "activity/views.html", context)


@signed_in
@require_POST
def view_save(request: HubRequest) -> HttpResponseBase:
    """Back to the page as it was saved."""
    address = _address(request.POST.get("address", ""))
    _require_customer(request)
    commands.save_view(request.access, name=request.POST.get("name", ""), address=address)
    messages.success(request, _("The view was saved."))
    return redirect(address)


@signed_in
@require_POST
def view_rename(request: HubRequest, view_id: int) -> HttpResponseBase:
    commands.rename_view(request.access, view_id, name=request.POST.get("name", ""))
    messages.success(request, _("The view was renamed."))
    return redirect(url("activity:views"))


@signed_in
@require_POST
def view_delete(request: HubRequest, view_id: int) -> HttpResponseBase:
    commands.delete_view(request.access, view_id)
    messages.success(request, _("The view was deleted."))
    return redirect(url("activity:views"))


def _address(text: str) -> str:
    """The address of a page that has views; anything else is none of ours, least of all one of another site."""
    try:
        parts = urlsplit(text)
        is_ours = resolve(parts.path).view_name in KEPT
    except (Resolver404, ValueError):  # http://[ is no address at all
        raise NoSuchChoice from None
    if parts.scheme or parts.netloc or not is_ours:
        raise NoSuchChoice
    address = _first_page(parts.path, QueryDict(parts.query))
    if len(address) > ADDRESS_MAX:  # as a browser is sent there, each letter but ASCII's takes six characters or more
        raise NoSuchChoice
    return address


def _first_page(path: str, query: QueryDict) -> str:
    kept = query.copy()
    for name in _PLACE:
        kept.pop(name, None)
    return f"{path}?{kept.urlencode()}" if kept else path


def _require_customer(request: HubRequest) -> None:
    """A view is kept inside a customer; who belongs to none has nothing to keep."""
    if not request.access.workspaces:
        raise NoSuchChoice
