"""The catalogue, an activity's page with its buttons, and one's own transcript."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.learning import queries, words
from tallyhub.learning.catalogue import commands, page, transcript
from tallyhub.learning.catalogue import queries as catalogue_queries
from tallyhub.learning.catalogue.grid import grid, read_filter


@signed_in
@require_safe
def catalogue(request: HubRequest) -> HttpResponse:
    return _catalogue(request, "learning/catalogue.html")


@signed_in
@require_safe
def catalogue_rows(request: HubRequest) -> HttpResponse:
    return _catalogue(request, "site/_grid.html")


def _catalogue(request: HubRequest, template: str) -> HttpResponse:
    access = request.access
    wanted = read_filter(request.GET)
    place = read_place(request.GET, catalogue_queries.SORTS)
    with scope(access):
        found = cut(catalogue_queries.list_page(access, wanted, place), place)
        today = queries.today(access) if access.customers else None
        due, more_due = queries.due(access)
        languages = catalogue_queries.list_languages()
        context = {
            "grid": grid(found, place, wanted, products=list_products(), languages=languages),
            "due": [page.due_row(one, today) for one in due] if today else [],
            "more_due": words.more_due(more_due),
        }
        return render(request, template, context)


@signed_in
@require_safe
def activity(request: HubRequest, activity_id: int) -> HttpResponse:
    access = request.access
    with scope(access):
        found = queries.get_activity(access, activity_id)
        record, assignment = queries.find_own(access, activity_id), queries.find_assignment(access, activity_id)
        may_learn = page.may_learn(access)
        context = {
            "activity": found,
            "facts": page.facts(found),
            "own": page.own(record, assignment, queries.today(access)) if may_learn else None,
            "may_assign": page.may_assign(access) and found.is_offered,
        }
        return render(request, "learning/activity.html", context)


@signed_in
@require_POST
def start(request: HubRequest, activity_id: int) -> HttpResponseBase:
    """Started, or gone on with; then the page shows where the content is."""
    if commands.open_activity(request.access, activity_id):
        messages.success(request, _("Started. Open the content below; it opens in a new tab."))
    return redirect("learning:activity", activity_id)


@signed_in
@require_POST
def complete(request: HubRequest, activity_id: int) -> HttpResponseBase:
    commands.complete_activity(request.access, activity_id)
    messages.success(request, _("Completed. It stands in your transcript."))
    return redirect("learning:activity", activity_id)


@signed_in
@require_safe
def own_transcript(request: HubRequest) -> HttpResponse:
    return _transcript(request, "learning/transcript.html")


@signed_in
@require_safe
def transcript_rows(request: HubRequest) -> HttpResponse:
    return _transcript(request, "site/_grid.html")


def _transcript(request: HubRequest, template: str) -> HttpResponse:
    place = read_place(request.GET, catalogue_queries.OWN_SORTS)
    with scope(request.access):
        found = cut(catalogue_queries.list_own_page(request.access, place), place)
        return render(request, template, {"grid": transcript.grid(found, place, _places(request))})


@signed_in
@require_safe
def transcript_csv(request: HubRequest) -> HttpResponseBase:
    body = _csv_body(request, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="transcript.csv"'
    commands.note_export(request.access)
    return response


def _csv_body(request: HubRequest, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        exported = [one for one in transcript.columns(_places(request)) if one.plain]
        header = [one.key if has_keys else one.label for one in exported]
        rows: Any = (
            [one.plain(row) for one in exported if one.plain] for row in catalogue_queries.list_own(request.access)
        )
        yield from csv_lines(header, rows)


def _places(request: HubRequest) -> dict[int, str]:
    return {place.id: place.name for place in request.sign_on.places}
