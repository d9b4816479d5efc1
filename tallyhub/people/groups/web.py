"""Groups of the workspaces that one manages (R7.1)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import scope
from tallyhub.organizations.rules import ROLE_NAMES, barred_roles
from tallyhub.people.groups import commands, queries
from tallyhub.people.groups.forms import NAME_MAX, AddressForm, NameForm
from tallyhub.people.users.forms import managed_by
from tallyhub.people.users.rules import WORKSPACE_ROLES


@signed_in
@require_safe
def groups(request: HubRequest) -> HttpResponse:
    names = _names(request)
    with scope(request.access):
        found = queries.list_groups(request.access, list(names))
        context = {
            "groups": [_line(one, names) for one in found],
            "workspaces": [
                {"id": one, "label": name, "is_chosen": one == request.access.workspace_id}
                for one, name in names.items()
            ],
            "form": NameForm(),
        }
        return render(request, "people/groups.html", context)


def _names(request: HubRequest) -> dict[int, str]:
    managed = managed_by(request.access)
    return {place.id: place.name for place in request.sign_on.places if place.id in managed}


def _line(one: queries.GroupLine, names: dict[int, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "workspace": names[one.workspace_id],
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in one.roles),
        "members": one.members,
    }


@signed_in
@require_safe
def group(request: HubRequest, group_id: int) -> HttpResponse:
    names = _names(request)
    with scope(request.access):
        found = queries.get_group(request.access, group_id)
        barred = barred_roles(request.access)
        context = {
            "group": _line(found, names),
            "people": queries.list_people(request.access, group_id),
            "roles": [
                {"value": role.value, "name": ROLE_NAMES[role], "is_chosen": role in found.roles}
                for role in WORKSPACE_ROLES
                if role not in barred
            ],
            "is_barred": bool(barred & set(found.roles)),
            "name_form": NameForm(initial={"name": found.name}),
            "address_form": AddressForm(),
        }
        return render(request, "people/group.html", context)


@signed_in
@require_POST
def group_make(request: HubRequest) -> HttpResponseBase:
    managed_by(request.access)
    workspace_id, name = read_id(request.POST.get("workspace")), _name(request)
    made = commands.make_group(request.access, workspace_id, name=name)
    messages.success(request, _("The group was made. Choose what it gives, and add people."))
    return redirect("people:group", made.pk)


@signed_in
@require_POST
def group_rename(request: HubRequest, group_id: int) -> HttpResponseBase:
    managed_by(request.access)
    commands.rename_group(request.access, group_id, name=_name(request))
    return _back(request, group_id, _("The group was renamed."))


@signed_in
@require_POST
def group_roles(request: HubRequest, group_id: int) -> HttpResponseBase:
    managed_by(request.access)
    commands.change_roles(request.access, group_id, request.POST.getlist("role"))
    return _back(request, group_id, _("Its members have these roles from now on."))


@signed_in
@require_POST
def group_delete(request: HubRequest, group_id: int) -> HttpResponseBase:
    managed_by(request.access)
    commands.delete_group(request.access, group_id)
    messages.success(request, _("The group was deleted, and what it gave has ended."))
    return redirect("people:groups")


@signed_in
@require_POST
def group_add(request: HubRequest, group_id: int) -> HttpResponseBase:
    managed_by(request.access)
    form = AddressForm(request.POST)
    if not form.is_valid():
        raise Invalid("group_member_unknown")
    commands.add_by_address(request.access, group_id, address=form.cleaned_data["address"])
    return _back(request, group_id, _("Added to the group."))


@signed_in
@require_POST
def group_remove(request: HubRequest, group_id: int) -> HttpResponseBase:
    managed_by(request.access)
    commands.remove_person(request.access, group_id, read_id(request.POST.get("person")))
    return _back(request, group_id, _("Taken out of the group."))


def _name(request: HubRequest) -> str:
    name = read_name(request.POST.get("name", ""), length_max=NAME_MAX)
    if not name:
        raise Invalid("group_name_missing")
    return name


def _back(request: HubRequest, group_id: int, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("people:group", group_id)
