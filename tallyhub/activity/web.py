"""Home, the Management tab, Customer activity and its drill-downs. Each page runs in one read-only scope."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.activity import additional, drilldown, page, tiles
from tallyhub.activity.commands import note_export
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.exports import Find, find_entitlement, find_group, read_rows
from tallyhub.activity.filters import Choice, read_choice
from tallyhub.activity.gauges import count_gauges
from tallyhub.activity.grids import rows_of
from tallyhub.activity.queries import AgreementLines, DataState, data_state, list_agreements, list_views
from tallyhub.activity.rows import Reader, Rows
from tallyhub.activity.rules import may_state
from tallyhub.activity.view_web import saved_views
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import csv_lines, read_place
from tallyhub.kernel.http import HubRequest, attachment, etag_of, signed_in, unchanged, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.streams import LongAnswer
from tallyhub.office.enquiries.queries import list_unmapped
from tallyhub.organizations.looks import told
from tallyhub.organizations.rules import INSIDE_NO_CUSTOMER
from tallyhub.support.placement.queries import list_sorts
from tallyhub.support.requests.queries import may_ask_provider


def read_agreements(
    request: HubRequest, choice: Choice, *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """``named``: how many support contacts by agreement, where that was read already."""
    return count_gauges(list_agreements(request.access, choice.workspaces), choice.workspaces, named=named)


@signed_in
@require_safe
def management(request: HubRequest) -> HttpResponse:
    """The second step of the way to Customer activity (R1.3). Its cards are those of the ribbon's second line."""
    return render(request, "activity/management.html", {"empty": _no_management(request)})


def _no_management(request: HubRequest) -> str:
    """For whom there is no card."""
    if not request.sign_on.customer_count:
        if request.access.organization_rights:
            return str(INSIDE_NO_CUSTOMER)
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
        context = {
            "title": subject.title,
            "views": saved_views(request, list_views(request.access)),
            "description": subject.description,
            "back_href": url("activity:customer_activity") + choice.query(),
            "workspaces": page.filters(choice, request.sign_on.places, [])["choice"],
            "members": _members(subject),
            "totals": drilldown.totals(subject),
            "action": {"title": _("Go to the service"), "href": subject.action_url} if subject.action_url else None,
            "links": _links(request.access, subject, choice),
            "open_href": _open_href(request.access, subject, choice),
            "who_href": _who_of(request, subject, choice),
            "people": None,
            "charts": [],
            "grid": None,
            "grid_title": "",
        }
        if not subject.is_benefit:
            rows = rows_of(Reader.of(request.sign_on), subject, request.GET, choice)
            context["totals"] += rows.totals()
            context |= rows.parts(base)
            context["grid"] = rows.grid(base, read_place(request.GET, rows.sorts))
        return render(request, "activity/drilldown.html", context)


def _links(access: Access, subject: Subject, choice: Choice) -> list[dict[str, str]]:
    """To pages of the hub's own: where one learns, with the report for learning managers (R2.2); assessments (R2.4)."""
    if subject.kinds == {ServiceKind.ASSESSMENTS}:
        return [{"title": _("Go to assessments"), "href": url("assessments:overview"), "icon": "clipboard-check"}]
    if not subject.is_education:
        return []
    found = [{"title": _("Go to learning"), "href": url("learning:catalogue"), "icon": "school"}]
    if any(access.has(Right.VIEW_LEARNING, workspace_id=one) for one in choice.workspaces):
        found.append({"title": _("Education report"), "href": url("learning:report"), "icon": "download"})
    return found


def _open_href(access: Access, subject: Subject, choice: Choice) -> str | None:
    """Where a request is opened with the provider, for whoever may do that in a chosen workspace."""
    may_open = any(access.has(Right.OPEN_REQUESTS, workspace_id=one) for one in choice.workspaces)
    return url("support:open") if subject.is_support and may_open and may_ask_provider(access) else None


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
    with scope(request.access):
        rows = read_rows(Reader.of(request.sign_on), find, request.GET)
        grid = rows.grid(base, read_place(request.GET, rows.sorts))
        return render(request, "site/_grid.html", {"grid": grid})


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
    with translation.override(language), scope(request.access):
        columns = rows.columns()  # which may read, too
        exported = [(column.key if has_keys else column.label, column.plain) for column in columns if column.plain]
        cells = [plain for _label, plain in exported]
        lines = ([cell(row) for cell in cells] for batch in rows.batches() for row in batch)
        yield from csv_lines([label for label, _plain in exported], lines)
