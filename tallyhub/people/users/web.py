"""Manage users: the list, somebody's page, and what is changed there (R7.1)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id, read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.rules import barred_roles
from tallyhub.people import contacts
from tallyhub.people.groups import commands as group_commands
from tallyhub.people.groups import queries as groups
from tallyhub.people.users import bulk, commands, grid, page, queries
from tallyhub.people.users.forms import managed_by, read_filter, read_ticked
from tallyhub.people.users.queries import User, UserFilter
from tallyhub.people.users.rules import TICKED_MAX


@signed_in
@require_safe
def users(request: HubRequest) -> HttpResponse:
    return _render(request, "people/users.html")


@signed_in
@require_safe
def users_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    wanted = read_filter(request.GET, request.access)
    with scope(request.access):
        offered = groups.list_choices(request.access, wanted.workspaces)
        _require_group(wanted, offered)
        context = {
            "grid": _grid(request, wanted, offered),
            "rooms": [contacts.room_text(room) for room in contacts.rooms(request.access, wanted.workspaces)],
            "bulk": None
            if wanted.is_all
            else {"workspace": wanted.workspaces[0], "acts": bulk.options(offered, barred_roles(request.access))},
            "form_id": grid.BULK_FORM,
        }
        return render(request, template, context)


def _require_group(wanted: UserFilter, offered: list[tuple[int, str]]) -> None:
    if wanted.group_id is not None and wanted.group_id not in dict(offered):
        raise ObjectDoesNotExist


def _grid(request: HubRequest, wanted: UserFilter, offered: list[tuple[int, str]]) -> dict[str, Any]:
    place = read_place(request.GET, queries.SORTS)
    found = cut(queries.list_page(request.access, wanted, place), place)
    return grid.grid(
        url("people:users"),
        _words(request, wanted),
        found,
        place,
        wanted,
        count=queries.count(request.access, wanted),
        workspaces=_names(request),
        may_see_all=request.access.has(Right.MANAGE_USERS),
        groups=offered,
    )


def _names(request: HubRequest) -> dict[int, str]:
    """The workspaces that one manages."""
    managed = managed_by(request.access)
    return {place.id: place.name for place in request.sign_on.places if place.id in managed}


def _words(request: HubRequest, wanted: UserFilter) -> grid.Words:
    return grid.Words(_names(request), get_current_timezone_name(), is_all=wanted.is_all)


@signed_in
@require_safe
def users_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filters show, by name."""
    wanted = read_filter(request.GET, request.access)
    with scope(request.access):
        _require_group(wanted, groups.list_choices(request.access, wanted.workspaces))
    body = _csv_body(request, wanted, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="users.csv"'
    commands.note_download(request.access, None if wanted.is_all else wanted.workspaces[0])
    return response


def _csv_body(request: HubRequest, wanted: UserFilter, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        exported = [
            (one.key if has_keys else one.label, one.plain) for one in _words(request, wanted).columns() if one.plain
        ]
        rows = ([plain(user) for _label, plain in exported] for user in queries.stream(request.access, wanted))
        yield from csv_lines([label for label, _plain in exported], rows)


@signed_in
@require_safe
def user(request: HubRequest, person_id: int) -> HttpResponse:
    return _user_page(request, queries.get_user, person_id)


@signed_in
@require_safe
def user_invited(request: HubRequest, invitation_id: int) -> HttpResponse:
    """Somebody who has not joined, named by the invitation."""
    return _user_page(request, queries.get_asked, invitation_id)


def _user_page(request: HubRequest, get: Callable[[Access, int, list[int]], User], user_id: int) -> HttpResponse:
    names = _names(request)
    with scope(request.access):
        found = get(request.access, user_id, list(names))
        return render(request, "people/user.html", page.person(request.access, found, names))


@signed_in
@require_POST
def user_roles(request: HubRequest, person_id: int) -> HttpResponseBase:
    workspace_id = _workspace(request)
    commands.change_roles(request.access, workspace_id, person_id, request.POST.getlist("role"))
    return _back(request, person_id, _("The roles were changed. They count from now on."))


@signed_in
@require_POST
def user_contact(request: HubRequest, person_id: int) -> HttpResponseBase:
    is_contact = request.POST.get("contact") == "yes"
    commands.switch_contact(request.access, _workspace(request), person_id, is_contact=is_contact)
    said = _("Is a support contact from now on.") if is_contact else _("Is no support contact any more.")
    return _back(request, person_id, said)


@signed_in
@require_POST
def user_groups(request: HubRequest, person_id: int) -> HttpResponseBase:
    workspace_id = _workspace(request)
    commands.change_groups(request.access, workspace_id, person_id, read_ids(request.POST.getlist("group")))
    return _back(request, person_id, _("The groups were changed."))


@signed_in
@require_POST
def user_administration_give(request: HubRequest, person_id: int) -> HttpResponseBase:
    commands.make_administrator(request.access, person_id)
    return _back(request, person_id, _("Administers the whole customer from now on."))


@signed_in
@require_POST
def user_administration_take(request: HubRequest, person_id: int) -> HttpResponseBase:
    commands.unmake_administrator(request.access, person_id)
    return _back(request, person_id, _("Administers the whole customer no more."))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def user_remove(request: HubRequest, person_id: int) -> HttpResponseBase:
    """First what will happen; then it does."""
    if request.method == "POST":
        return _remove(request, [person_id])
    names = _names(request)
    workspace_id = read_id(request.GET.get("workspace"))
    with scope(request.access):
        if workspace_id not in names:
            raise ObjectDoesNotExist
        found = queries.get_user(request.access, person_id, [workspace_id])
        return _plan_page(request, bulk.Wish(bulk.Act.REMOVE), [found], workspace_id)


@signed_in
@require_safe
def users_bulk(request: HubRequest) -> HttpResponseBase:
    """What will happen with those who were ticked."""
    names = _names(request)
    workspace_id = read_id(request.GET.get("workspace"))
    if workspace_id not in names:
        raise ObjectDoesNotExist
    ticked = set(request.GET.getlist("person"))
    people, asked = read_ticked(ticked)
    if not 0 < len(ticked) <= TICKED_MAX:
        messages.error(request, sentence(Invalid("people_not_chosen", count=TICKED_MAX)))
        return redirect(f"{url('people:users')}?workspace={workspace_id}")
    with scope(request.access):
        wish = bulk.read_wish(request.GET.get("act", ""), dict(groups.list_choices(request.access, [workspace_id])))
        people += queries.list_asked(request.access, asked, [workspace_id])
        found = queries.list_users(request.access, people, [workspace_id])
        if {one.handle for one in found} != ticked:
            raise ObjectDoesNotExist
        return _plan_page(request, wish, found, workspace_id)


def _plan_page(request: HubRequest, wish: bulk.Wish, found: list[queries.User], workspace_id: int) -> HttpResponse:
    offered = groups.list_choices(request.access, [workspace_id])
    plan = bulk.plan(wish, found, _names(request)[workspace_id], offered, barred_roles(request.access))
    context = {
        "plan": plan,
        "fields": bulk.fields(wish),
        "workspace": workspace_id,
        "is_removal": wish.act is bulk.Act.REMOVE,
        "is_oneself": request.access.person_id in [one.person_id for one in plan.people],
        "sees_still": request.access.in_whole,
    }
    return render(request, "people/bulk.html", context)


@signed_in
@require_POST
def users_give(request: HubRequest) -> HttpResponseBase:
    workspace_id, people = _workspace(request), _people(request)
    commands.give_role(request.access, workspace_id, people, request.POST.get("role", ""))
    return _changed(request, workspace_id, len(people))


@signed_in
@require_POST
def users_take(request: HubRequest) -> HttpResponseBase:
    workspace_id, people = _workspace(request), _people(request)
    commands.take_role(request.access, workspace_id, people, request.POST.get("role", ""))
    return _changed(request, workspace_id, len(people))


@signed_in
@require_POST
def users_group(request: HubRequest) -> HttpResponseBase:
    workspace_id, people = _workspace(request), _people(request)
    group_commands.add_people(request.access, read_id(request.POST.get("group")), people, workspace_id=workspace_id)
    return _changed(request, workspace_id, len(people))


@signed_in
@require_POST
def users_remove(request: HubRequest) -> HttpResponseBase:
    managed_by(request.access)
    return _remove(request, *read_ticked(request.POST.getlist("person")))


def _remove(request: HubRequest, people: list[int], asked: Sequence[int] = ()) -> HttpResponseBase:
    workspace_id = _workspace(request)
    is_oneself_meant = request.POST.get("oneself") == "yes"
    commands.remove_people(request.access, workspace_id, people, invitations=asked, is_oneself_meant=is_oneself_meant)
    if request.access.person_id in people:  # who may not be let in to the list any more
        messages.success(request, _("You left the workspace."))
        return redirect("activity:home")
    count = len(people) + len(asked)
    said = ngettext("Removed %(n)s person.", "Removed %(n)s people.", count)
    return _listed(request, workspace_id, said % {"n": fmt.number(count)})


def _workspace(request: HubRequest) -> int:
    """Of the form. Forbidden comes first, so that nobody without the right learns what is there."""
    managed_by(request.access)
    return read_id(request.POST.get("workspace"))


def _people(request: HubRequest) -> list[int]:
    return read_ids(request.POST.getlist("person"))


def _back(request: HubRequest, person_id: int, said: str) -> HttpResponseBase:
    """To the person's page; to the home page where one's own rights have gone with it."""
    messages.success(request, said)
    if person_id == request.access.person_id:
        return redirect("activity:management")
    return redirect("people:user", person_id)


def _changed(request: HubRequest, workspace_id: int, count: int) -> HttpResponseBase:
    said = ngettext("Changed for %(n)s person.", "Changed for %(n)s people.", count)
    return _listed(request, workspace_id, said % {"n": fmt.number(count)})


def _listed(request: HubRequest, workspace_id: int, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect(f"{url('people:users')}?workspace={workspace_id}")
