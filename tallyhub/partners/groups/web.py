"""Security groups of a partner."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.rules import STAFF_ROLE_NAMES
from tallyhub.partners import page
from tallyhub.partners.groups import commands, queries
from tallyhub.partners.rules import NAME_MAX

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def groups(request: HubRequest) -> HttpResponseBase:
    """All of them; and a new one."""
    access, problem = request.access, ""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    name = " ".join(request.POST.get("name", "").split())
    if request.method == "POST":
        try:
            made = commands.add_group(access, name)
        except (Invalid, Conflict) as error:
            problem = str(sentence(error))
        else:
            messages.success(request, _("The group was made. Add people, then assign roles of a delegation to it."))
            return redirect("partners:group", made)
    with scope(access):
        context = {"groups": queries.list_groups(access), "name": name, "name_max": NAME_MAX, "problem": problem}
        return render(request, "partners/groups.html", context, status=400 if problem else 200)


@signed_in
@require_safe
def group(request: HubRequest, group_id: int) -> HttpResponse:
    access = request.access
    access.require_serving(Right.MANAGE_DELEGATIONS)
    with scope(access):
        found = queries.get_group(access, group_id)
        members = queries.list_members(access, group_id)
        people = queries.list_people(access)
        held = queries.list_held(access, group_id)
        context = {
            "group": found,
            "members": [_person(one) for one in people if one.staff_id in members],
            "others": [_person(one) for one in people if one.staff_id not in members],
            "held": [
                {
                    **page.line(one.delegation, href=url("partners:delegation", one.delegation_id)),
                    "roles": page.role_names(one.roles),
                }
                for one in held
            ],
            "follows": _follows_removal(len(members))
            if held
            else _("Nothing is assigned to it, so nobody loses anything."),
            "zone": page.zone_name(),
        }
        return render(request, "partners/group.html", context)


def _follows_removal(people: int) -> str:
    text = ngettext(
        "%(n)s person is in it. What they have by it ends at once.",
        "%(n)s people are in it. What they have by it ends at once.",
        people,
    )
    return text % {"n": fmt.number(people)}


def _person(one: queries.Colleague) -> dict[str, Any]:
    return {
        "id": one.staff_id,
        "name": one.name,
        "roles": fmt.listed([str(STAFF_ROLE_NAMES[role]) for role in one.roles]),
        "serves": one.serves,
    }


@signed_in
@require_POST
def add_members(request: HubRequest, group_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.add_members(request.access, group_id, read_ids(request.POST.getlist("staff")))
    messages.success(request, _("Added. What the group has counts from their next click."))
    return redirect("partners:group", group_id)


@signed_in
@require_POST
def remove_member(request: HubRequest, group_id: int, staff_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.remove_member(request.access, group_id, staff_id)
    messages.success(request, _("Removed. What they had by the group has ended."))
    return redirect("partners:group", group_id)


@signed_in
@require_POST
def remove(request: HubRequest, group_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.remove_group(request.access, group_id)
    messages.success(request, _("The group is gone, and what its people had by it has ended."))
    return redirect("partners:groups")
