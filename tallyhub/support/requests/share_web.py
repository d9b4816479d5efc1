"""Sharing a request after it was opened, and one's default group."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id, read_ids
from tallyhub.kernel.scope import scope
from tallyhub.people.groups.queries import list_own
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_look
from tallyhub.support.queries import get_request
from tallyhub.support.requests import commands, page, queries
from tallyhub.support.requests.opening import read_find
from tallyhub.support.requests.rules import require_opening, require_sharing

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@of_request
@GET_POST
def share(request: HubRequest, number: str) -> HttpResponseBase:
    """Choose whom to share it with. A search keeps nothing: what was ticked stays in the form that was sent."""
    if request.method != "POST":
        return _share(request, number, read_find(request.GET), [], [])
    people, groups = read_ids(request.POST.getlist("people")), read_ids(request.POST.getlist("groups"))
    if request.POST.get("act") == "find":
        return _share(request, number, read_find(request.POST), people, groups)
    commands.share_request(request.access, number, people=people, groups=groups)
    if people or groups:
        messages.success(request, _("The request is shared with them from now on."))
    return redirect("support:request", number)


def _share(request: HubRequest, number: str, find: str, people: list[int], groups: list[int]) -> HttpResponse:
    access = request.access
    with scope(access):
        ask = get_request(access, number)
        require_sharing(access)
        readers = queries.list_readers(access, ask)
        there = {one.person_id for one in readers if one.person_id}
        given = {one.group_id for one in readers}
        chosen = [one for one in people if one not in there]
        choices, has_more = page.people_choices(access, ask.workspace_id, find, chosen, but=there)
        context: dict[str, Any] = {
            "ask": ask,
            "find": find,
            "people": choices,
            "has_more": has_more,
            "groups": [one for one in page.group_choices(access, ask.workspace_id, groups) if one["id"] not in given],
        }
        response = render(request, "support/share.html", context)
    tell_look(access, ask)
    return response


@signed_in
@of_request
@require_POST
def unshare(request: HubRequest, number: str) -> HttpResponseBase:
    """Back to the request, or to the list where it was one's own way to see it."""
    commands.unshare_request(request.access, number, read_id(request.POST.get("viewer")))
    messages.success(request, _("It is not shared with them any more."))
    with scope(request.access):
        is_seen = queries.is_visible(request.access, number)
    return redirect("support:request", number) if is_seen else redirect("support:list")


@signed_in
@require_safe
def settings(request: HubRequest) -> HttpResponse:
    """For whoever opens requests: the group with which those of each workspace are shared."""
    access = request.access
    opening = require_opening(request.access)
    with scope(access):
        defaults, own = queries.default_groups(access), list_own(access)
        places = [
            {
                "id": one.id,
                "name": one.name,
                "groups": [
                    {"id": group, "label": name, "is_chosen": defaults.get(one.id) == group}
                    for workspace, group, name in own
                    if workspace == one.id
                ],
            }
            for one in request.sign_on.places
            if one.id in opening
        ]
        return render(request, "support/settings.html", {"places": places})


@signed_in
@require_POST
def choose_group(request: HubRequest) -> HttpResponseBase:
    require_opening(request.access)
    group = request.POST.get("group")
    workspace_id = read_id(request.POST.get("workspace"))
    commands.choose_default_group(request.access, workspace_id, read_id(group) if group else None)
    messages.success(request, _("Your default group was saved. It is ticked when you open your next request."))
    return redirect("support:settings")
