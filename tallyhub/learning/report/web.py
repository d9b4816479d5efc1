"""The education report: its page, its rows, and its file. The spreadsheet is made by a job of ``activity``."""

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, attachment, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.learning.report import commands, queries
from tallyhub.learning.report.grid import grid
from tallyhub.learning.report.reading import Report


@signed_in
@require_safe
def report(request: HubRequest) -> HttpResponse:
    return _render(request, "learning/report.html")


@signed_in
@require_safe
def report_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    queries.read_workspaces(request.access)
    place = read_place(request.GET, queries.SORTS)
    with scope(request.access):
        made = Report.read(request.access, request.GET, _names(request))
        found = cut(queries.list_page(made.wanted, place), place)
        made.words.learn(found.rows)
        context = {
            "grid": grid(
                made.words.columns(),
                found,
                place,
                made.wanted,
                workspace=made.workspace,
                places=made.places,
                period=made.period,
                total=queries.count(made.wanted),
            )
        }
        return render(request, template, context)


@signed_in
@require_safe
def report_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filters show. The rows are read inside a scope of the stream's own: ours is over by then."""
    queries.read_workspaces(request.access)
    with scope(request.access):
        made = Report.read(request.access, request.GET, _names(request))
    body = _csv_body(request, made, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(made.file_name("csv"))
    commands.note_export(request.access, made.wanted.workspaces)
    return response


def _csv_body(request: HubRequest, made: Report, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        exported = [(one.key if has_keys else one.label, one.plain) for one in made.words.columns() if one.plain]
        rows = ([plain(row) for _label, plain in exported] for batch in made.batches() for row in batch)
        yield from csv_lines([label for label, _plain in exported], rows)


def _names(request: HubRequest) -> dict[int, str]:
    return {place.id: place.name for place in request.sign_on.places}
