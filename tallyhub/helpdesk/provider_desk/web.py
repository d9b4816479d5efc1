"""The list of escalations, for each side its own; and what the provider's desk alone does."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.rules import Severity
from tallyhub.helpdesk.allowances.page import balance_text
from tallyhub.helpdesk.allowances.queries import read_balance
from tallyhub.helpdesk.escalations.queries import find_settings
from tallyhub.helpdesk.escalations.rules import Category, Status
from tallyhub.helpdesk.escalations.steps import require_provider
from tallyhub.helpdesk.models import DeskSettings
from tallyhub.helpdesk.provider_desk import commands, page, queries
from tallyhub.helpdesk.provider_desk.queries import Wanted
from tallyhub.helpdesk.provider_desk.rules import Said
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.grid import cut, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence

_PLACE = ("after", "before", "page", "sort")
WHICH = ("open", "ours", "over", "all")


def require_desk(access: Access) -> None:
    """Who works on escalations at the provider, or has some at a partner."""
    if not access.serves(Right.WORK_ESCALATIONS):
        access.require_serving(Right.ESCALATE)


@signed_in
@require_safe
def escalations(request: HubRequest) -> HttpResponse:
    access, zone = request.access, get_current_timezone_name()
    require_desk(access)
    wanted, place = _read_wanted(request.GET), read_place(request.GET, queries.SORTS)
    with scope(access):
        found = cut(queries.list_page(access, wanted, place), place)
        carried = [(name, said) for name, said in request.GET.dict().items() if name not in _PLACE]
        context = {
            "rows": page.rows(access, found.rows, zone),
            "filters": page.filters(access, wanted),
            "is_filtered": wanted != Wanted(),
            "balance": _balance(access),
            "counts": page.counts(queries.count(access), wanted),
            "pager": page.pager(found, place, url("helpdesk:escalations"), carried),
            "is_desk": access.serves(Right.WORK_ESCALATIONS),
            "zone": zone.replace("_", " "),
        }
        return render(request, "helpdesk/escalations.html", context)


def _balance(access: Access) -> str:
    """What is left for a partner to escalate; the desk reads that of each on a page of its own."""
    if access.serves(Right.WORK_ESCALATIONS) or access.organization_id is None:
        return ""
    return balance_text(read_balance(access.organization_id))


def _read_wanted(query: QueryDict) -> Wanted:
    which = query.get("which") or "open"
    partner = query.get("partner") or ""
    return Wanted(
        which=which if which in WHICH else "open",
        status=read_word(Status, said) if (said := query.get("status")) else "",
        category=read_word(Category, said) if (said := query.get("category")) else "",
        severity=read_word(Severity, said) if (said := query.get("severity")) else "",
        partner_id=read_id(partner) if partner else None,
        is_mine=query.get("mine") == "yes",
    )


@signed_in
@require_POST
def assign(request: HubRequest, escalation_id: int) -> HttpResponseBase:
    chosen, version = request.POST.get("person") or "", find_id(request.POST.get("version")) or 0
    person_id = read_id(chosen) if chosen else None
    done = _("It is assigned.") if person_id else _("It is assigned to nobody now.")
    return _do(request, escalation_id, lambda: commands.assign(request.access, escalation_id, person_id, version), done)


@signed_in
@require_POST
def tie(request: HubRequest, escalation_id: int) -> HttpResponseBase:
    chosen, version = request.POST.get("incident") or "", find_id(request.POST.get("version")) or 0
    event_id = read_id(chosen) if chosen else None
    done = _("It belongs to the incident, and gets its news.") if event_id else _("It belongs to no incident now.")
    return _do(request, escalation_id, lambda: commands.tie(request.access, escalation_id, event_id, version), done)


def _do(request: HubRequest, escalation_id: int, act: Callable[[], None], done: str) -> HttpResponseBase:
    """Nothing is typed here that could be lost."""
    try:
        act()
    except (Conflict, Invalid) as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, done)
    return redirect("helpdesk:escalation", escalation_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HubRequest) -> HttpResponseBase:
    """How the desk works with all partners."""
    access = request.access
    if request.method != "POST":
        with scope(access):
            kept = find_settings(require_provider(access, Right.WORK_ESCALATIONS))
            return _form(request, _said(kept), kept.version)
    said, version = _read_said(request.POST), find_id(request.POST.get("version")) or 0
    try:
        commands.save_settings(access, said, version)
    except (Conflict, Invalid) as error:
        return _form(request, said, version, str(sentence(error)))
    messages.success(request, _("That is what partners read from now on."))
    return redirect("helpdesk:desk_settings")


def _said(kept: DeskSettings) -> Said:
    hours = (str(kept.hours_a), str(kept.hours_b), str(kept.hours_c))
    return Said(kept.takes_agreed, kept.security_channel, kept.security_note, hours)


def _read_said(data: QueryDict) -> Said:
    def text(name: str) -> str:
        return data.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()

    hours = (text("hours_a"), text("hours_b"), text("hours_c"))
    return Said(data.get("takes_agreed") == "yes", text("security_channel"), text("security_note"), hours)


def _form(request: HubRequest, said: Said, version: int, problem: str = "") -> HttpResponse:
    hours: Sequence[tuple[str, Any, str]] = [
        ("hours_a", _("Severity A"), said.hours[0]),
        ("hours_b", _("Severity B"), said.hours[1]),
        ("hours_c", _("Severity C"), said.hours[2]),
    ]
    context = {"said": said, "hours": hours, "version": version, "problem": problem}
    return render(request, "helpdesk/desk_settings.html", context, status=400 if problem else 200)
