"""The audit page, its rows and its file (R7.3)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.activity.audit import grid
from tallyhub.activity.commands import note_export
from tallyhub.journal import queries
from tallyhub.journal.queries import EventFilter
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.looks import told
from tallyhub.organizations.queries import list_role_holders, names_of


@signed_in
@require_safe
@told("audit")
def audit(request: HubRequest) -> HttpResponse:
    return _render(request, "activity/audit.html")


@signed_in
@require_safe
@told("audit")
def audit_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    _require_audit(request)
    wanted = grid.read_filter(request.GET, get_current_timezone_name())
    with scope(request.access):
        context = {
            "grid": _grid(request, wanted),
            "zone": wanted.zone,
            "is_part": not request.access.has(Right.VIEW_AUDIT),
        }
        return render(request, template, context)


def _require_audit(request: HubRequest) -> None:
    """In the customer, or in one of its workspaces: then those events that name it."""
    if not request.access.has_anywhere(Right.VIEW_AUDIT):
        raise Forbidden(Right.VIEW_AUDIT)


def _grid(request: HubRequest, wanted: EventFilter) -> dict[str, Any]:
    access = request.access
    place = read_place(request.GET, queries.SORTS)
    found = cut(queries.list_page(access, wanted, place), place)
    names = _names(request)
    names.learn(found.rows)
    declared = grid.columns(names, wanted.zone)
    count = queries.count(access, wanted)
    return grid.grid(url("activity:audit"), declared, found, place, wanted, count=count, people=_people(access, wanted))


def _people(access: Access, wanted: EventFilter) -> list[tuple[int, str]]:
    """Those whom the filter offers, and the one that it names."""
    offered = list_role_holders(access)
    chosen = find_id(wanted.actor)
    if chosen is None or chosen in dict(offered):
        return offered
    return [*offered, (chosen, names_of(access, [chosen]).get(chosen) or _("Erased person"))]


def _names(request: HubRequest) -> grid.Names:
    return grid.Names(request.access, {place.id: place.name for place in request.sign_on.places})


@signed_in
@require_safe
def audit_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filters show; that it was taken is an event, too, and stands in the file already."""
    _require_audit(request)
    wanted = grid.read_filter(request.GET, get_current_timezone_name())
    body = _csv_body(request, wanted, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    note_export(request.access, "audit")
    return response


def _csv_body(request: HubRequest, wanted: EventFilter, language: str) -> Iterator[str]:
    names = _names(request)
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        exported = [
            (one.key if has_keys else one.label, one.plain) for one in grid.columns(names, wanted.zone) if one.plain
        ]
        rows = _csv_rows(request, wanted, names, [plain for _label, plain in exported])
        yield from csv_lines([label for label, _plain in exported], rows)


def _csv_rows(
    request: HubRequest, wanted: EventFilter, names: grid.Names, cells: list[Any]
) -> Iterator[list[str | int]]:
    for batch in queries.stream(request.access, wanted):
        names.learn(batch)
        for event in batch:
            yield [cell(event) for cell in cells]
