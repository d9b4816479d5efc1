"""A partner's overview of all its customers, and its file."""

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import TEXT_MAX, Place, csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.partners import page
from tallyhub.partners.portfolio import commands, grid, queries


@signed_in
@require_safe
def portfolio(request: HubRequest) -> HttpResponse:
    return _render(request, "partners/portfolio.html")


@signed_in
@require_safe
def portfolio_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    page.require_partner(request.access)
    access, place, text = request.access, _place(request.GET), _text(request.GET)
    serves = _serves(access)
    with scope(access):
        found = cut(queries.list_page(access, text, place), place)
        return render(request, template, {"grid": grid.grid(found, place, text, serves=serves), "serves": serves})


def _serves(access: Access) -> bool:
    """Whether the reader works at the desk: to nobody else its queue opens."""
    return access.serves(Right.SERVE_CUSTOMERS)


def _place(query: QueryDict) -> Place:
    """The soonest end first, where nothing else is chosen."""
    asked = query.copy()
    asked.setdefault("sort", "ends_on")
    return read_place(asked, queries.SORTS)


def _text(query: QueryDict) -> str:
    return query.get("text", "").replace("\0", "").strip()[:TEXT_MAX]


@signed_in
@require_safe
def portfolio_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the search shows, the soonest end first."""
    page.require_partner(request.access)
    body = _csv_body(request, _text(request.GET), translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="portfolio.csv"'
    commands.note_export(request.access)
    return response


def _csv_body(request: HubRequest, text: str, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        heads, cells = grid.exported(has_keys=has_keys, serves=_serves(request.access))
        rows = ([plain(one) for plain in cells] for batch in queries.stream(request.access, text) for one in batch)
        yield from csv_lines(heads, rows)
