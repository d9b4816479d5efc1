"""The list of requests, its rows and its file; a request's page; who can see it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import csv_lines, cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.looks import told
from tallyhub.people.rights.queries import SORTS as BY_NAME
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_look
from tallyhub.support.queries import get_request, names_of_desks
from tallyhub.support.requests import commands, page, queries
from tallyhub.support.requests.grid import ALL, Choice, Words, grid, nothing, read_choice, too_many
from tallyhub.support.requests.queries import RequestFilter
from tallyhub.support.requests.who import list_seers
from tallyhub.support.rooms import sections


@signed_in
@require_safe
@told("support")
def requests(request: HubRequest) -> HttpResponse:
    return _render(request, "support/list.html")


@signed_in
@require_safe
@told("support")
def requests_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    with scope(request.access):
        may_open = queries.may_ask_provider(request.access)
        may_ask = not may_open and not request.access.is_staff and bool(request.access.workspaces)
        context = {"grid": _grid(request, choice), "may_open": may_open, "may_ask": may_ask}
        return render(request, template, context)


def _grid(request: HubRequest, choice: Choice) -> dict[str, Any]:
    access = request.access
    place = read_place(request.GET, queries.SORTS)
    wanted = _wanted(access, choice)
    found = cut(queries.list_page(access, wanted, place), place)
    words = _words(request, choice)
    words.learn(found.rows)
    return grid(
        words,
        found,
        place,
        choice,
        workspaces={one.id: one.name for one in request.sign_on.places},
        products=list_products(),
        empty=None if found.rows else nothing(choice, access),
        note=too_many(wanted.found),
    )


def _wanted(access: Access, choice: Choice) -> RequestFilter:
    wanted = choice.wanted()
    if not choice.text:
        return wanted
    return replace(wanted, found=queries.search(access, choice.text, wanted.workspaces, wanted.statuses))


def _words(request: HubRequest, choice: Choice) -> Words:
    return Words(request.access, get_current_timezone_name(), is_all=choice.workspace == ALL)


@signed_in
@require_safe
def requests_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filters show."""
    choice = read_choice(request.GET, request.access)
    body = _csv_body(request, choice, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="requests.csv"'
    commands.note_export(request.access)
    return response


def _csv_body(request: HubRequest, choice: Choice, language: str) -> Iterator[str]:
    words = _words(request, choice)
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        exported = [(one.key if has_keys else one.label, one.plain) for one in words.columns() if one.plain]
        rows = _csv_rows(request, choice, words, [plain for _label, plain in exported])
        yield from csv_lines([label for label, _plain in exported], rows)


def _csv_rows(request: HubRequest, choice: Choice, words: Words, cells: list[Any]) -> Iterator[list[str | int]]:
    wanted = _wanted(request.access, choice)
    for batch in queries.stream(request.access, wanted):
        words.learn(batch)
        for one in batch:
            yield [cell(one) for cell in cells]


@signed_in
@of_request
@require_safe
def request_page(request: HubRequest, number: str) -> HttpResponseBase:
    """The customer is told that staff looked, once the answer is made: its own scope is read only."""
    access = request.access
    with scope(access):
        ask = get_request(access, number)
        if ask.partner_id is not None:  # its page has more to say, and counts the look
            return redirect("helpdesk:request", number)
        response = render(request, "support/request.html", {"ask": ask, **sections(access, ask)})
    tell_look(access, ask)
    return response


@signed_in
@of_request
@require_safe
def request_who(request: HubRequest, number: str) -> HttpResponse:
    """Who can see this, and why? The same number of statements, whoever can."""
    access = request.access
    with scope(access):
        ask = get_request(access, number)
        if not page.may_ask_who(access, ask):
            raise Forbidden(Right.VIEW_AUDIT)
        place = read_place(request.GET, BY_NAME)
        found = cut(queries.list_candidates(access, ask, place), place)
        context = {
            "ask": ask,
            "desks": fmt.listed(names_of_desks(ask)),
            "people": list_seers(access, ask, found.rows, {ask.workspace_id: ask.workspace.name}),
            "pager": page_links(
                url("support:request_who", number), (), found, place, lambda one: f"{one.sort_value}~{one.id}"
            ),
        }
        response = render(request, "support/who.html", context)
    tell_look(access, ask)
    return response
