"""The list of engagements, what is coming, an engagement's page, and planning it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.engagements import queries, words
from tallyhub.engagements.deliveries.commands import may_judge
from tallyhub.engagements.forms import read_day, read_hours, read_instant, whole_day
from tallyhub.engagements.planning import commands, page
from tallyhub.engagements.planning import queries as planning
from tallyhub.engagements.planning.commands import Plan, may_cancel
from tallyhub.engagements.rules import NOTE_MAX, State
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.looks import told
from tallyhub.organizations.queries import names_of

WAITING_MAX = 3  # deliveries to accept that the list names
CONFIRMABLE = {"plan_beyond_left": "plan", "engineer_busy": "schedule", "delivery_beyond_planned": "log"}


@signed_in
@require_safe
@told("engagements")
def engagements(request: HubRequest) -> HttpResponse:
    state = read_word(State, chosen) if (chosen := request.GET.get("state")) else ""
    workspace_id = read_id(wanted) if (wanted := request.GET.get("workspace")) else None
    with scope(request.access):
        found = planning.list_engagements(request.access, state=state, workspace_id=workspace_id)
        shown = found[: planning.FOUND_MAX]
        people = names_of(request.access, [one.engineer_id for one in shown])
        waiting, more_waiting = queries.list_waiting(request.access, WAITING_MAX)
        context = {
            "rows": [page.row(one, people) for one in shown],
            "is_cut": len(found) > len(shown),
            "is_filtered": bool(state or workspace_id),
            "filters": _filters(request, state, workspace_id),
            "waiting": [page.waiting(one) for one in waiting],
            "more_waiting": more_waiting,
            "why_empty": page.why_empty(request.access),
            "disputed": [page.waiting(one) for one in queries.list_disputed(request.access)],
        }
        return render(request, "engagements/engagements.html", context)


def _filters(request: HubRequest, state: str, workspace_id: int | None) -> list[dict[str, Any]]:
    states = [{"id": "", "label": _("All states"), "is_chosen": not state}]
    states += [{"id": one, "label": words.state_name(one), "is_chosen": one == state} for one in State]
    places = [{"id": "", "label": _("All workspaces"), "is_chosen": workspace_id is None}]
    places += [{"id": one.id, "label": one.name, "is_chosen": one.id == workspace_id} for one in request.sign_on.places]
    return [
        {"name": "state", "label": _("State"), "options": states},
        {"name": "workspace", "label": _("Workspace"), "options": places},
    ]


@signed_in
@require_safe
@told("engagements")
def upcoming(request: HubRequest) -> HttpResponse:
    with scope(request.access):
        slots = queries.list_upcoming(request.access)
        people = names_of(request.access, [one.engineer_id for one in slots])
        clashing = page.clashing(slots) if request.access.is_staff else set()
        context = {
            "rows": [page.coming_row(one, people, clashing) for one in slots],
            "zone": timezone.get_current_timezone_name(),
            "why_empty": page.why_nothing_comes(request.access),
        }
        return render(request, "engagements/upcoming.html", context)


@signed_in
@require_safe
@told("engagements")
def engagement(request: HubRequest, number: str) -> HttpResponse:
    return show(request, number)


def show(
    request: HubRequest,
    number: str,
    *,
    error: HubError | None = None,
    said: str = "",
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page, with what went wrong and what was typed."""
    access = request.access
    with scope(access):
        one = queries.get_engagement(access, number)
        context = page.sections(access, one, may_cancel=may_cancel(access, one), may_judge=may_judge(access, one)) | {
            "said": said or (sentence(error) if error else ""),
            "confirm": CONFIRMABLE.get(error.code, "") if error else "",
            "typed": typed or {},
            "note_max": NOTE_MAX,
        }
        status = 200 if error is None else 409 if isinstance(error, Conflict) else 400
        return render(request, "engagements/engagement.html", context, status=status)


def act(request: HubRequest, number: str, do: Callable[[], Any], *, done: str = "") -> HttpResponseBase:
    """Do it, and back to the page; or the page again with why it could not be."""
    try:
        do()
    except Forbidden:
        raise
    except HubError as error:
        return show(request, number, error=error, said=_worded(request, number, error), typed=request.POST.dict())
    messages.success(request, done or _("Done."))
    return redirect("engagements:engagement", number)


def _worded(request: HubRequest, number: str, error: HubError) -> str:
    """The sentence of a refusal that can be confirmed says how much it is about."""
    if error.code == "plan_beyond_left":
        beyond = fmt.amount(error.params["beyond"], Unit(error.params["unit"]))
        return _("This is %(beyond)s more than is left and not planned yet. Confirm that you plan beyond it.") % {
            "beyond": beyond
        }
    if error.code == "engineer_busy":
        return _clash(request, number)
    return ""


def _clash(request: HubRequest, number: str) -> str:
    starts_at, ends_at, _is_whole = _hours(request)
    with scope(request.access):
        one = queries.get_engagement(request.access, number)
        busy = queries.list_busy(read_id(request.POST.get("engineer")), starts_at, ends_at, but=one.pk)
        return page.clash_text(busy, queries.titles_of(request.access, [each.engagement_id for each in busy]))


def version_of(request: HubRequest) -> int:
    return read_id(request.POST.get("version"))


@signed_in
@require_POST
def plan(request: HubRequest, number: str) -> HttpResponseBase:
    typed, version = request.POST, version_of(request)
    chosen = typed.get("entitlement") or ""
    entitlement_id = read_id(chosen) if chosen else None

    def do() -> None:
        wanted = Plan(
            read_hours(typed.get("hours", "")),
            entitlement_id,
            typed.get("title", "").replace("\x00", "").strip(),
            confirmed="confirmed" in typed,
        )
        commands.plan(request.access, number, wanted, version=version)

    return act(request, number, do, done=_("It is planned, and what was planned is held."))


def _hours(request: HubRequest) -> tuple[Any, Any, bool]:
    """From, until, and whether it is a whole day, by the clock of whoever types."""
    typed, zone = request.POST, timezone.get_current_timezone_name()
    if typed.get("part") == "day":
        return *whole_day(read_day(typed.get("starts_on", "")), zone), True
    ends_on = typed.get("ends_on") or typed.get("starts_on", "")
    return (
        read_instant(typed.get("starts_on", ""), typed.get("starts", ""), zone),
        read_instant(ends_on, typed.get("ends", ""), zone),
        False,
    )


@signed_in
@require_POST
def schedule(request: HubRequest, number: str) -> HttpResponseBase:
    version, engineer_id = version_of(request), find_id(request.POST.get("engineer"))

    def do() -> None:
        if engineer_id is None:
            raise Invalid("engineer_unknown")
        starts_at, ends_at, is_whole = _hours(request)
        fields = {"engineer_id": engineer_id, "starts_at": starts_at, "ends_at": ends_at, "version": version}
        confirmed = "confirmed" in request.POST
        if request.POST.get("dse"):
            commands.book_day(request.access, number, **fields, is_whole_day=is_whole, confirmed=confirmed)
        else:
            commands.schedule(request.access, number, **fields, confirmed=confirmed)

    return act(request, number, do, done=_("It is scheduled."))


@signed_in
@require_POST
def free_day(request: HubRequest, number: str) -> HttpResponseBase:
    version, slot_id = version_of(request), read_id(request.POST.get("slot"))
    return act(request, number, lambda: commands.free_day(request.access, number, slot_id, version=version))


@signed_in
@require_POST
def decline(request: HubRequest, number: str) -> HttpResponseBase:
    version, reason = version_of(request), request.POST.get("reason", "").replace("\x00", "")
    return act(request, number, lambda: commands.decline(request.access, number, reason, version=version))


@signed_in
@require_safe
def cancelling(request: HubRequest, number: str) -> HttpResponse:
    """Asks first, and says what it costs."""
    access = request.access
    with scope(access):
        one = queries.get_engagement(access, number)
        if not may_cancel(access, one):
            raise Forbidden("plan_services")
        charge, _today = planning.charge_now(access, one)
        paying = queries.get_paying(access, one)
        free = planning.free_until_of(access, one, paying.package if paying else None)
        context = {
            "one": one,
            "charge": charge,
            "cost": fmt.amount(charge, Unit(paying.service.unit)) if paying and charge else "",
            "free_until": fmt.day(free) if free else "",
            "days": paying.package.late_cancel_days if paying else None,
            "percent": paying.package.late_cancel_percent if paying else None,
            "note_max": NOTE_MAX,
        }
        return render(request, "engagements/cancel.html", context)


@signed_in
@require_POST
def cancel(request: HubRequest, number: str) -> HttpResponseBase:
    version, charge = version_of(request), read_id(request.POST.get("charge"))
    reason = request.POST.get("reason", "").replace("\x00", "")
    return act(
        request,
        number,
        lambda: commands.cancel(request.access, number, reason, version=version, charge=charge),
        done=_("It is cancelled."),
    )
