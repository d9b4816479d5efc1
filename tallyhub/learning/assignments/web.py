"""Learning managers: their people, what each learns, and what they are asked to do."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.grid import cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.learning import queries as learning
from tallyhub.learning.assignments import commands, grid, queries
from tallyhub.learning.assignments.queries import PeopleFilter, choose_workspace
from tallyhub.learning.report import queries as report
from tallyhub.learning.report.queries import ReportFilter
from tallyhub.organizations.queries import find_members, names_of

FIND_MAX = 100  # characters of what is searched for
OFFERED_MAX = 50  # people in a form


@signed_in
@require_safe
def people(request: HubRequest) -> HttpResponse:
    return _people(request, "learning/people.html")


@signed_in
@require_safe
def people_rows(request: HubRequest) -> HttpResponse:
    return _people(request, "site/_grid.html")


def _people(request: HubRequest, template: str) -> HttpResponse:
    access = request.access
    wanted = PeopleFilter(
        choose_workspace(access, request.GET.get("workspace") or ""),
        _read_text(request.GET.get("text")),
        request.GET.get("overdue") == "yes",
    )
    place = read_place(request.GET, queries.SORTS)
    with scope(access):
        found = cut(queries.list_page(access, wanted, place, learning.today(access)), place)
        context = {"grid": grid.grid(found, place, wanted, _places(request, Right.VIEW_LEARNING))}
        return render(request, template, context)


def _read_text(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()[:FIND_MAX]


def _places(request: HubRequest, right: Right) -> dict[int, str]:
    """Names of the workspaces in which one has the right."""
    managed = request.access.workspaces_with(right)
    return {place.id: place.name for place in request.sign_on.places if place.id in managed}


@signed_in
@require_safe
def person(request: HubRequest, person_id: int) -> HttpResponse:
    """What somebody learns in the workspaces that one follows. Whoever has nothing to do with them is not there."""
    access = request.access
    places = _places(request, Right.VIEW_LEARNING)
    report.read_workspaces(access)
    place = read_place(request.GET, report.SORTS)
    with scope(access):
        name = names_of(access, [person_id]).get(person_id)
        rows = cut(report.list_page(ReportFilter(tuple(places), person_id=person_id), place), place)
        if name is None or not (rows.rows or queries.is_followed(access, person_id)):
            raise ObjectDoesNotExist
        today = learning.today(access)
        names = names_of(access, (one.assigned_by for one in rows.rows))
        base = url("learning:person", person_id)
        context = {
            "name": name,
            "rows": [grid.learning_row(one, places, names, today) for one in rows.rows],
            "several": len(places) > 1,
            "pager": page_links(base, (), rows, place, lambda one: f"{getattr(one, place.sort)}~{one.id}"),
        }
        return render(request, "learning/person.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HubRequest, activity_id: int) -> HttpResponseBase:
    """Choose whom, and until when. A search keeps nothing: what was ticked stays in the form that was sent."""
    if request.method != "POST":
        return _assign(request, activity_id, request.GET.get("workspace") or "", [], "", "")
    workspace = choose_workspace(request.access, request.POST.get("workspace") or "", Right.ASSIGN_LEARNING)
    chosen, due = read_ids(request.POST.getlist("people")), request.POST.get("due") or ""
    if request.POST.get("act") != "assign":
        return _assign(request, activity_id, str(workspace), chosen, _read_text(request.POST.get("find")), due)
    try:
        count = commands.assign(
            request.access, activity_id, workspace_id=workspace, people=chosen, due_on=_read_day(due)
        )
    except HubError as error:
        find = _read_text(request.POST.get("find"))
        return _assign(request, activity_id, str(workspace), chosen, find, due, said=sentence(error), status=400)
    said = ngettext("It is assigned to %(n)s person.", "It is assigned to %(n)s people.", count)
    messages.success(request, said % {"n": fmt.number(count)})
    return redirect("learning:activity", activity_id)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("due_missing") from None


def _assign(
    request: HubRequest,
    activity_id: int,
    workspace: str,
    chosen: list[int],
    find: str,
    due: str,
    *,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    access = request.access
    wanted = choose_workspace(access, workspace, Right.ASSIGN_LEARNING)
    with scope(access):
        activity = learning.get_activity(access, activity_id)
        offered = find_members(access, wanted, find, OFFERED_MAX + 1)
        kept = queries.list_named(access, wanted, [one for one in chosen if one not in {each[0] for each in offered}])
        context: dict[str, Any] = {
            "activity": activity,
            "said": said,
            "workspace": wanted,
            "workspaces": [
                {"id": one, "label": name, "is_chosen": one == wanted}
                for one, name in _places(request, Right.ASSIGN_LEARNING).items()
            ],
            "find": find,
            "due": due,
            "people": [
                {"id": one, "name": name, "address": address, "is_chosen": one in chosen}
                for one, name, address in (*kept, *offered[:OFFERED_MAX])
            ],
            "has_more": len(offered) > OFFERED_MAX,
        }
        return render(request, "learning/assign.html", context, status=status)


@signed_in
@require_POST
def withdraw(request: HubRequest, assignment_id: int) -> HttpResponseBase:
    learner = commands.withdraw(request.access, assignment_id)
    messages.success(request, _("The assignment was withdrawn. What was learnt stays."))
    return redirect("learning:person", learner)
