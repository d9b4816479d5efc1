"""Home, the Management tab, Customer activity and its drill-downs. Each page runs in one read-only scope."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.activity import additional, contact_grid, drilldown, education_grid, entry_grid, page, request_grid, tiles
from tallyhub.activity.commands import note_export
from tallyhub.activity.contact_grid import Contacts, is_about_people
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.entry_grid import Columns, People
from tallyhub.activity.exports import (
    Find,
    Reader,
    Rows,
    find_entitlement,
    find_group,
    read_rows,
    require_rows,
    shows_people,
)
from tallyhub.activity.filters import Choice, read_choice
from tallyhub.activity.people import count_people
from tallyhub.activity.queries import AgreementLines, DataState, data_state, list_agreements, list_views
from tallyhub.activity.rules import may_state
from tallyhub.activity.view_web import saved_views
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import COUNT_MAX, csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, attachment, etag_of, signed_in, unchanged, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.learning import listing as learning
from tallyhub.ledger import entries
from tallyhub.ledger.entries import EntryFilter
from tallyhub.office.enquiries.queries import list_unmapped
from tallyhub.organizations.looks import told
from tallyhub.people.naming import queries as namings
from tallyhub.support.placement.queries import list_sorts
from tallyhub.support.time import listing
from tallyhub.support.time.listing import RowFilter


def read_agreements(
    request: HubRequest, choice: Choice, *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """``named``: how many support contacts by agreement, where that was read already."""
    return count_people(list_agreements(request.access, choice.workspaces), choice.workspaces, named=named)


@signed_in
@require_safe
def management(request: HubRequest) -> HttpResponse:
    """The second step of the way to Customer activity (R1.3). Its cards are those of the ribbon's second line."""
    return render(request, "activity/management.html", {"empty": _no_management(request)})


def _no_management(request: HubRequest) -> str:
    """For whom there is no card."""
    if not request.sign_on.customer_count:
        return _("You are not assigned to a customer yet. As soon as you are, you find it here.")
    return _(
        "Your roles open no page of Management. Its pages are for administrators, for people with the role Customer "
        "activity, and for the account team. An administrator of your workspace can give you a role."
    )


@signed_in
@require_safe
@told("customer_activity")
def customer_activity(request: HubRequest) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    with scope(request.access):
        state = data_state(request.access)
        cases = additional.services(list_sorts(choice.workspaces), choice)
        etag = etag_of(request, state, cases)
        if unchanged(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        agreements = read_agreements(request, choice, named=dict(state.named))
        context = {"page": _page(request, choice, agreements, state) | {"additional": cases}}
        response = render(request, "activity/customer_activity.html", context)
    if etag:
        response.headers["ETag"] = etag
    return response


def _page(request: HubRequest, choice: Choice, agreements: list[AgreementLines], state: DataState) -> dict[str, Any]:
    found, enterprise_empty = page.enterprise(agreements, choice)
    cards, other_cards = page.cards(agreements, choice)
    return {
        "as_of": page.as_of(state.changed_at),
        "customer": request.sign_on.customer_name,
        "printed_on": fmt.day(clock.today(timezone.get_current_timezone_name())),
        "statements_href": url("activity:statements") if may_state(request.access) else None,
        "who_href": _who_href(request, choice),
        "views": saved_views(request, state.views),
        "filters": page.filters(choice, request.sign_on.places, agreements),
        "cards": cards,
        "other_cards": other_cards,
        "tiles": found,
        "enterprise_empty": enterprise_empty,
        "addon": page.addon(agreements, choice),
        "unmapped": _unmapped(request, state),
    }


def _unmapped(request: HubRequest, state: DataState) -> dict[str, Any] | None:
    """Asked for in the workspace one is signed in to, or in the first one that one administers."""
    administered = request.access.workspaces_with(Right.ADMINISTER)
    if not administered:
        return None
    here = request.access.workspace_id if request.access.workspace_id in administered else administered[0]
    return page.unmapped(list_unmapped(request.access), state.asked, request.sign_on.places, here)


def _who_href(request: HubRequest, choice: Choice) -> str | None:
    """Where it is said who can see this, for whoever may read that in a chosen workspace."""
    may_ask = any(request.access.has(Right.VIEW_AUDIT, workspace_id=one) for one in choice.workspaces)
    return url("people:who") if may_ask else None


# A drill-down is one entitlement, or one kind of the enterprise-wide section; both have page, rows and CSV.


@signed_in
@require_safe
@told("drill_down")
def entitlement(request: HubRequest, entitlement_id: int) -> HttpResponse:
    base = url("activity:entitlement", entitlement_id)
    return _drilldown(request, base, find_entitlement(entitlement_id))


@signed_in
@require_safe
@told("drill_down")
def entitlement_rows(request: HubRequest, entitlement_id: int) -> HttpResponse:
    base = url("activity:entitlement", entitlement_id)
    return _rows(request, base, find_entitlement(entitlement_id))


@signed_in
@require_safe
def entitlement_csv(request: HubRequest, entitlement_id: int) -> HttpResponseBase:
    return _csv(request, find_entitlement(entitlement_id))


@signed_in
@require_safe
@told("drill_down")
def group(request: HubRequest, group: str) -> HttpResponse:
    return _drilldown(request, url("activity:group", group), find_group(group))


@signed_in
@require_safe
@told("drill_down")
def group_rows(request: HubRequest, group: str) -> HttpResponse:
    return _rows(request, url("activity:group", group), find_group(group))


@signed_in
@require_safe
def group_csv(request: HubRequest, group: str) -> HttpResponseBase:
    return _csv(request, find_group(group))


def _drilldown(request: HubRequest, base: str, find: Find) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    with scope(request.access):
        subject = find(read_agreements(request, choice), choice)
        of_people = is_about_people(subject)
        requests = _request_rows(request, subject, choice) if subject.is_support else None
        context = {
            "title": subject.title,
            "views": saved_views(request, list_views(request.access)),
            "description": subject.description,
            "back_href": url("activity:customer_activity") + choice.query(),
            "workspaces": page.filters(choice, request.sign_on.places, [])["choice"],
            "members": _members(subject),
            "totals": drilldown.totals(subject) + _more_totals(request, subject, choice, requests),
            "action": {"title": _("Go to the service"), "href": subject.action_url} if subject.action_url else None,
            "learning": _learning_links(request.access, subject, choice),
            "open_href": _open_href(request.access, subject, choice),
            "who_href": _who_of(request, subject, choice),
            "people": None,
            "charts": [],
            "grid": None,
            "grid_title": "",
        }
        if of_people:
            context |= _contacts(request, base, subject, choice)
        elif not subject.is_benefit:
            context["charts"] = drilldown.charts(subject, choice.workspaces)
            context["grid"] = _grid(request, base, subject, choice, requests)
        return render(request, "activity/drilldown.html", context)


def _more_totals(
    request: HubRequest, subject: Subject, choice: Choice, requests: RowFilter | None
) -> list[dict[str, Any]]:
    """What the kind counts beside its balance."""
    if requests:
        return request_grid.totals(requests)
    if subject.is_education:
        wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
        return education_grid.totals(subject, education_grid.rows_of(wanted, choice.workspaces))
    return []


def _learning_links(access: Access, subject: Subject, choice: Choice) -> list[dict[str, str]]:
    """Where one learns; and for learning managers the report (R2.2)."""
    if not subject.is_education:
        return []
    found = [{"title": _("Go to learning"), "href": url("learning:catalogue"), "icon": "school"}]
    if any(access.has(Right.VIEW_LEARNING, workspace_id=one) for one in choice.workspaces):
        found.append({"title": _("Education report"), "href": url("learning:report"), "icon": "download"})
    return found


def _open_href(access: Access, subject: Subject, choice: Choice) -> str | None:
    """Where a request is opened, for whoever may do that in a chosen workspace."""
    may_open = any(access.has(Right.OPEN_REQUESTS, workspace_id=one) for one in choice.workspaces)
    return url("support:open") if subject.is_support and may_open else None


def _who_of(request: HubRequest, subject: Subject, choice: Choice) -> str | None:
    """The same for one entitlement; a kind is of many, each with its own readers."""
    base = _who_href(request, choice)
    return f"{base}?entitlement={subject.lines[0].id}" if base and len(subject.lines) == 1 else None


def _members(subject: Subject) -> list[dict[str, str]]:
    """Which packages the figures are of, and until when."""
    return [
        {
            "name": f"{agreement.name} · {package.name}",
            "ends": tiles.end_text(package.state, package.starts_on, package.ends_on, agreement.today),
        }
        for agreement, package in {(m[0].id, m[1].id): m[:2] for m in subject.members}.values()
    ]


def _rows(request: HubRequest, base: str, find: Find) -> HttpResponse:
    choice = read_choice(request.GET, request.access)
    with scope(request.access):
        subject = find(list_agreements(request.access, choice.workspaces), choice)
        require_rows(request.access, subject, choice)
        if is_about_people(subject):
            return render(request, "site/_grid.html", {"grid": _contact_grid(request, base, subject, choice)})
        requests = _request_rows(request, subject, choice) if subject.is_support else None
        return render(request, "site/_grid.html", {"grid": _grid(request, base, subject, choice, requests)})


def _grid(
    request: HubRequest, base: str, subject: Subject, choice: Choice, requests: RowFilter | None
) -> dict[str, Any]:
    if requests:
        return _request_grid(request, base, subject, choice, requests)
    if subject.is_education:
        return _education_grid(request, base, subject, choice)
    workspaces = drilldown.row_workspaces(request.access, subject.kinds, choice.workspaces)
    wanted = entry_grid.read_filter(request.GET, subject, workspaces)
    place = read_place(request.GET, entries.SORTS)
    found = cut(entries.list_page(wanted, place), place)
    shown = entries.count(wanted)
    is_all_told = workspaces == choice.workspaces or _asks_for_one(wanted)
    total = shown if is_all_told else entries.count(replace(wanted, workspaces=choice.workspaces))
    named = People(request.access) if shows_people(request.access, subject, workspaces) else None
    if named:
        named.learn(row.person_id for row in found.rows)
    columns = Columns(subject, _workspace_names(request, workspaces), named).declared()
    return entry_grid.grid(
        base, columns, found, place, wanted, [*choice.pairs()], shown=shown, total=total, kinds=subject.kinds
    )


def _contacts(request: HubRequest, base: str, subject: Subject, choice: Choice) -> dict[str, Any]:
    wanted = contact_grid.read_filter(QueryDict(), request.access, subject)
    names = _workspace_names(request, wanted.workspaces)
    return {
        "workspaces": _("All workspaces of the agreement"),
        "people": contact_grid.named_now(request.access, subject, wanted, names, base, [*choice.pairs()]),
        "charts": contact_grid.chart(subject, wanted),
        "grid": _contact_grid(request, base, subject, choice),
        "grid_title": _("Who was named when"),
    }


def _contact_grid(request: HubRequest, base: str, subject: Subject, choice: Choice) -> dict[str, Any]:
    access = request.access
    wanted = contact_grid.read_filter(request.GET, access, subject)
    place = read_place(request.GET, namings.SORTS)
    found = cut(namings.list_page(access, wanted, place) if wanted.workspaces else [], place)
    people = Contacts(access, wanted)
    people.learn(found.rows)
    columns = contact_grid.Columns(subject, _workspace_names(request, wanted.workspaces), people)
    return contact_grid.grid(
        base,
        columns.declared(with_end=True),
        found,
        place,
        wanted,
        [*choice.pairs()],
        shown=people.count(exact_max=COUNT_MAX),
        total=namings.count_all(wanted),
        said=contact_grid.on_day(wanted),
    )


def _asks_for_one(wanted: EntryFilter) -> bool:
    """Hidden rows are counted, but not one by one: a number that is hidden and one that is not there look alike."""
    return bool(wanted.reference)


def _request_rows(request: HubRequest, subject: Subject, choice: Choice) -> RowFilter:
    """Requests that one may see, and for administrators the entries that are no request's."""
    wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
    entry_workspaces = drilldown.row_workspaces(request.access, subject.kinds, choice.workspaces)
    return request_grid.rows_of(request.access, subject, wanted, entry_workspaces)


def _request_grid(request: HubRequest, base: str, subject: Subject, choice: Choice, rows: RowFilter) -> dict[str, Any]:
    """The others are counted."""
    wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
    place = read_place(request.GET, listing.SORTS)
    found = cut(listing.list_page(rows, place), place)
    people = People(request.access)
    people.learn(row.person_id for row in found.rows)
    columns = request_grid.Columns(subject, _workspace_names(request, choice.workspaces), people).declared()
    shown = listing.count(rows)
    return entry_grid.grid(
        base,
        columns,
        found,
        place,
        wanted,
        [*choice.pairs()],
        shown=shown,
        total=shown if _asks_for_one(wanted) else listing.count_all(rows),
        kinds=subject.kinds,
        may_export=request_grid.oversees(request.access, choice.workspaces),
    )


def _education_grid(request: HubRequest, base: str, subject: Subject, choice: Choice) -> dict[str, Any]:
    """Named people's learning for learning managers; the others' rows are counted (R2.2)."""
    wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
    workspaces = drilldown.row_workspaces(request.access, subject.kinds, choice.workspaces)
    rows, everything = (education_grid.rows_of(wanted, one) for one in (workspaces, choice.workspaces))
    place = read_place(request.GET, learning.SORTS)
    found = cut(learning.list_page(rows, place), place)
    people = People(request.access)
    people.learn(education_grid.people_of(found.rows))
    total = learning.count(everything)
    return entry_grid.grid(
        base,
        education_grid.Columns(subject, _workspace_names(request, workspaces), people).declared(),
        found,
        place,
        replace(wanted, workspaces=workspaces),
        [*choice.pairs()],
        shown=learning.count(rows) if workspaces != choice.workspaces else total,
        total=total,
        kinds=subject.kinds,
        may_export=bool(workspaces),
    )


def _workspace_names(request: HubRequest, workspaces: tuple[int, ...]) -> dict[int, str]:
    return {place.id: place.name for place in request.sign_on.places if place.id in workspaces}


def _csv(request: HubRequest, find: Find) -> HttpResponseBase:
    """Exactly what the filters show. The rows are read inside a scope of the stream's own: ours is over by then."""
    with scope(request.access):
        rows = read_rows(Reader.of(request.sign_on), find, request.GET)
    body = _csv_body(request, rows, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(rows.file_name("csv"))
    note_export(request.access, "entries", rows.only_line, workspace_id=rows.only_workspace)
    return response


def _csv_body(request: HubRequest, rows: Rows, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    exported = [(column.key if has_keys else column.label, column.plain) for column in rows.columns if column.plain]
    cells = [plain for _label, plain in exported]
    with translation.override(language), scope(request.access):
        lines = ([cell(row) for cell in cells] for batch in rows.batches() for row in batch)
        yield from csv_lines([label for label, _plain in exported], lines)
