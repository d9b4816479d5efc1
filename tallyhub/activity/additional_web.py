"""Additional cases: the list, its rows and its CSV; and the way to mend them, for the account team."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.activity import additional, page
from tallyhub.activity.commands import note_export
from tallyhub.activity.filters import Choice, read_choice
from tallyhub.kernel import clock
from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, attachment, file_name, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.looks import told
from tallyhub.support.placement.queries import list_sorts


@signed_in
@require_safe
@told("additional_cases")
def cases(request: HubRequest) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    wanted = additional.read_filter(request.GET)
    with scope(request.access):
        sorts = wanted.chosen(list_sorts(choice.workspaces))
        context = {
            "title": _("Additional cases"),
            "back_href": url("activity:customer_activity") + choice.query(),
            "workspaces": page.filters(choice, request.sign_on.places, [])["choice"],
            "grid": _grid(request, choice, wanted, sorts),
            "mends": additional.mends(request.access, sorts, _names(request, choice)),
        }
        return render(request, "activity/additional.html", context)


@signed_in
@require_safe
@told("additional_cases")
def rows(request: HubRequest) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    wanted = additional.read_filter(request.GET)
    with scope(request.access):
        sorts = wanted.chosen(list_sorts(choice.workspaces))
        return render(request, "site/_grid.html", {"grid": _grid(request, choice, wanted, sorts)})


def _names(request: HubRequest, choice: Choice) -> dict[int, str]:
    return {place.id: place.name for place in request.sign_on.places if place.id in choice.workspaces}


def _grid(request: HubRequest, choice: Choice, wanted: additional.Filter, sorts: list[Any]) -> dict[str, Any]:
    place = read_place(request.GET, additional.SORTS)
    rows = additional.list_rows(request.access, sorts)
    found = cut(additional.list_page(rows, place), place)
    total = sum(one.requests for one in sorts)
    columns = additional.Columns(sorts, _names(request, choice)).declared()
    return additional.grid(columns, found, place, wanted, choice, shown=rows.count(), total=total)


@signed_in
@require_safe
def cases_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filters show, read in a scope of the stream's own."""
    choice = read_choice(request.GET, request.access)
    wanted = additional.read_filter(request.GET)
    body = _csv_body(request, choice, wanted, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    name = file_name([_("Additional cases"), clock.today("UTC").isoformat()], "csv")
    response.headers["Content-Disposition"] = attachment(name)
    note_export(request.access, "additional_cases")
    return response


def _csv_body(request: HubRequest, choice: Choice, wanted: additional.Filter, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"
    with translation.override(language), scope(request.access):
        sorts = wanted.chosen(list_sorts(choice.workspaces))
        columns = additional.Columns(sorts, _names(request, choice)).declared()
        exported = [(column.key if has_keys else column.label, column.plain) for column in columns if column.plain]
        cells = [plain for _label, plain in exported]
        lines = (
            [plain(row) for plain in cells] for row in additional.stream(additional.list_rows(request.access, sorts))
        )
        yield from csv_lines([label for label, _plain in exported], lines)
