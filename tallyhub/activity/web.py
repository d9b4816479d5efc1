"""Home, the Management tab, Customer activity and its drill-downs. Each page runs in one read-only scope."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY
from tallyhub.activity import additional, drilldown, entry_grid, page, tiles
from tallyhub.activity.commands import note_export
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
from tallyhub.activity.grids import grid_of
from tallyhub.activity.people import count_people, is_about_people, people
from tallyhub.activity.queries import AgreementLines, DataState, data_state, list_agreements, list_views
from tallyhub.activity.rules import may_state
from tallyhub.activity.set_ups import count_set_ups
from tallyhub.activity.view_web import saved_views
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import csv_lines, cut, read_place
from tallyhub.kernel.http import HubRequest, attachment, etag_of, signed_in, unchanged, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.ledger import entries
from tallyhub.office.enquiries.queries import list_unmapped
from tallyhub.organizations.looks import told
from tallyhub.organizations.queries import list_customers_held
from tallyhub.support.placement.queries import list_sorts

HOME_TILES_MAX = 6  # per agreement; the page has them all
REFUSING_MAX = 5  # organisations that are named


@signed_in
@require_safe
@told("home")
def home(request: HubRequest) -> HttpResponse:
    """What is left, per active agreement of the workspace one is signed in to."""
    if _has_to_choose(request):
        return redirect("office:home")
    if not request.access.has_anywhere(Right.VIEW_ACTIVITY):
        with scope(request.access):
            return render(request, "activity/home.html", {"sections": [], "empty": _no_activity(request)})
    choice = read_choice(request.GET, request.access)
    with scope(request.access):
        agreements = _read_agreements(request, choice)
        sections = [
            _home_section(one, replace(choice, agreement_id=one.id))
            for one in page.chosen_agreements(agreements, choice)
        ]
        empty = None if sections else _("No agreement is in force in this workspace today.")
        return render(request, "activity/home.html", {"sections": sections, "empty": empty})


def _read_agreements(
    request: HubRequest, choice: Choice, *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """``named``: how many support contacts by agreement, where that was read already."""
    found = count_people(list_agreements(request.access, choice.workspaces), choice.workspaces, named=named)
    return count_set_ups(found, choice.workspaces)


def _has_to_choose(request: HubRequest) -> bool:
    """Of several customers whom one serves, the first by name may have nothing yet; so nobody begins inside it."""
    return (
        request.sign_on.customer_count > 1
        and CUSTOMER_KEY not in request.session
        and request.access.has_anywhere(Right.MANAGE_AGREEMENTS)
    )


def _home_section(agreement: AgreementLines, choice: Choice) -> dict[str, Any]:
    return {"agreement": page.card(agreement), "tiles": page.urgent(agreement, choice)[:HOME_TILES_MAX]}


def _no_activity(request: HubRequest) -> str:
    if not request.sign_on.customer_count:
        if refusing := list(list_customers_held(request.access)[:REFUSING_MAX]):
            return _refused(request.sign_on.vouched_by, [one.name for one in refusing])
        return _("You are not assigned to a customer yet. As soon as you are, you find it here.")
    return _(
        "What is left is shown to people with the role Customer activity. "
        "An administrator of your workspace can give it to you."
    )


def _refused(vouched_by: int | None, customers: list[str]) -> str:
    """Whoever has a role and still gets in nowhere must learn why (R3.6)."""
    named = {"customers": fmt.listed(customers)}
    if vouched_by is not None:
        return (
            _(
                "You are signed in by an organisation’s own sign-in, which opens that organisation alone. To work for "
                "%(customers)s, sign out and sign in as you do there."
            )
            % named
        )
    return (
        _(
            "Your account is a personal account; the workspaces of %(customers)s accept work accounts only. Sign in "
            "with your organisation’s account, or ask your administrator."
        )
        % named
    )


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
        agreements = _read_agreements(request, choice, named=dict(state.named))
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
        subject = find(_read_agreements(request, choice), choice)
        of_people = is_about_people(subject)
        records = _record_rows(request, subject, choice)
        context = {
            "title": subject.title,
            "views": saved_views(request, list_views(request.access)),
            "description": subject.description,
            "back_href": url("activity:customer_activity") + choice.query(),
            "workspaces": page.filters(choice, request.sign_on.places, [])["choice"],
            "members": _members(subject),
            "totals": drilldown.totals(subject) + (grid_of(subject).totals(records) if records else []),
            "action": _action(subject),
            "open_href": _open_href(request.access, subject, choice),
            "who_href": _who_of(request, subject, choice),
            "people": people(request.access, subject, choice.workspaces) if of_people else None,
            "charts": [] if of_people else drilldown.charts(subject, choice.workspaces),
            "grid": None if subject.is_benefit or of_people else _grid(request, base, subject, choice, records),
        }
        return render(request, "activity/drilldown.html", context)


def _action(subject: Subject) -> dict[str, str] | None:
    """Where something is done about it: at the provider, or on pages of the hub's own."""
    if subject.action_url:
        return {"title": _("Go to the service"), "href": subject.action_url}
    if subject.kinds == {ServiceKind.ASSESSMENTS}:
        return {"title": _("Go to assessments"), "href": url("assessments:overview")}
    return None


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
        records = _record_rows(request, subject, choice)
        return render(request, "site/_grid.html", {"grid": _grid(request, base, subject, choice, records)})


def _grid(request: HubRequest, base: str, subject: Subject, choice: Choice, records: Any) -> dict[str, Any]:
    if records:
        return _record_grid(request, base, subject, choice, records)
    workspaces = drilldown.row_workspaces(request.access, subject.kinds, choice.workspaces)
    wanted = entry_grid.read_filter(request.GET, subject, workspaces)
    place = read_place(request.GET, entries.SORTS)
    found = cut(entries.list_page(wanted, place), place)
    total = entries.count(replace(wanted, workspaces=choice.workspaces))
    shown = entries.count(wanted) if workspaces != choice.workspaces else total
    named = People(request.access) if shows_people(request.access, subject, workspaces) else None
    if named:
        named.learn(row.person_id for row in found.rows)
    columns = Columns(subject, _workspace_names(request, workspaces), named).declared()
    return entry_grid.grid(
        base, columns, found, place, wanted, [*choice.pairs()], shown=shown, total=total, kinds=subject.kinds
    )


def _record_rows(request: HubRequest, subject: Subject, choice: Choice) -> Any:
    """Records that one may see, and the entries that are no record's; None where rows are entries alone."""
    found = grid_of(subject)
    if found is None:
        return None
    wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
    entry_workspaces = drilldown.row_workspaces(request.access, subject.kinds, choice.workspaces)
    return found.rows_of(request.access, subject, wanted, entry_workspaces)


def _record_grid(request: HubRequest, base: str, subject: Subject, choice: Choice, rows: Any) -> dict[str, Any]:
    """The others are counted."""
    of_kind = grid_of(subject)
    wanted = entry_grid.read_filter(request.GET, subject, choice.workspaces)
    place = read_place(request.GET, of_kind.listing.SORTS)
    found = cut(of_kind.listing.list_page(rows, place), place)
    people = People(request.access)
    people.learn(map(of_kind.names_people, found.rows))
    columns = of_kind.Columns(subject, _workspace_names(request, choice.workspaces), people).declared()
    return entry_grid.grid(
        base,
        columns,
        found,
        place,
        wanted,
        [*choice.pairs()],
        shown=of_kind.listing.count(rows),
        total=of_kind.listing.count_all(rows),
        kinds=subject.kinds,
        may_export=of_kind.oversees(request.access, choice.workspaces),
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
