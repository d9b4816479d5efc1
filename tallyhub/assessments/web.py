"""Pages of assessments: the catalogue and the set-ups, and one of them with its runs."""

from datetime import date
from functools import cache
from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.assessments import commands, page, queries, rules
from tallyhub.assessments.looking import get_for_reader, may_run, require_running, zone
from tallyhub.assessments.models import SetUp
from tallyhub.assessments.rules import LABEL_MAX
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.looks import told

RUNS_SHOWN = 50  # on a set-up's page
_BESIDE = ("assessment_none_left",)  # said beside the box by which an administrator decides


@signed_in
@require_safe
@told("assessments")
def overview(request: HubRequest) -> HttpResponse:
    """What the provider offers, for everybody; what is set up, for those who may read it."""
    access = request.access
    with scope(access):
        found = queries.list_set_ups(access) if access.has_anywhere(Right.VIEW_ASSESSMENTS) else None
        figures = queries.figures_of(access, found or [])
        context = {
            "definitions": page.definitions(queries.list_definitions()),
            "may_view": found is not None,
            "may_set_up": access.has_anywhere(Right.SET_UP_ASSESSMENTS),
            "is_cut": found is not None and len(found) == queries.SETUPS_MAX,
            "rows": [page.set_up_row(one, figures.get(one.pk), zone()) for one in found or []],
        }
        return render(request, "assessments/overview.html", context)


@signed_in
@require_safe
def definition(request: HubRequest, definition_id: int) -> HttpResponse:
    """The checks of a version; of the newest one, unless ``?version=`` names another."""
    with scope(request.access):
        one = queries.get_definition(definition_id)
        versions = queries.list_versions(one.pk)
        wanted = find_id(request.GET.get("version"))
        shown = next((each for each in versions if each.number == wanted), versions[0] if versions else None)
        context = {
            "one": one,
            "versions": [{"id": each.number, "label": each.number, "is_chosen": each == shown} for each in versions],
            "shown": shown,
            "areas": page.checks(queries.list_checks(shown.pk)) if shown else [],
            "may_set_up": request.access.has_anywhere(Right.SET_UP_ASSESSMENTS),
        }
        return render(request, "assessments/definition.html", context)


@require_safe
def schema(request: HubRequest) -> HttpResponse:
    """For everybody, signed in or not: who writes a collector needs it."""
    return HttpResponse(_schema(), content_type="application/schema+json")


@cache
def _schema() -> bytes:
    return (Path(__file__).parent / "result.schema.json").read_bytes()


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HubRequest) -> HttpResponseBase:
    """Set an assessment up in a workspace."""
    access = request.access
    places = access.workspaces_with(Right.SET_UP_ASSESSMENTS)
    if not places:
        raise Forbidden(Right.SET_UP_ASSESSMENTS)
    problem = code = ""
    typed = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            made = _set_up(request)
            messages.success(
                request, _("The assessment is set up. Bring in its first result, or answer its questions.")
            )
            return redirect("assessments:set_up", made.pk)
        except HubError as error:
            if isinstance(error, Forbidden):
                raise
            problem, code = sentence(error), error.code
    workspace = find_id(typed.get("workspace")) or access.workspace_id
    may_go_beyond = code in _BESIDE and access.has(Right.ADMINISTER, workspace_id=workspace)
    if may_go_beyond:  # who reads it is the one whom the sentence would send them to
        problem = _(
            "All set-ups that were bought are in use. Tick below that it is set up beyond them, and send again."
        )
    with scope(access):
        context = {
            "workspaces": [
                {"id": one.id, "label": one.name, "is_chosen": one.id == workspace}
                for one in request.sign_on.places
                if one.id in places
            ],
            "definitions": [
                {"id": one.pk, "label": one.name, "is_chosen": str(one.pk) == typed.get("definition")}
                for one in queries.list_definitions()
            ],
            "label": (typed.get("label") or "")[:LABEL_MAX],
            "label_max": LABEL_MAX,
            "configured_on": (typed.get("configured_on") or "")[:10],
            "problem": problem,
            "may_go_beyond": may_go_beyond,
        }
        return render(request, "assessments/new.html", context, status=400 if problem else 200)


def _set_up(request: HubRequest) -> SetUp:
    sent = request.POST
    return commands.set_up(
        request.access,
        read_id(sent.get("workspace")),
        read_id(sent.get("definition")),
        label=sent.get("label", ""),
        configured_on=_day(sent.get("configured_on")),
        goes_beyond=sent.get("goes_beyond") == "yes",
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("day_malformed") from None


@signed_in
@require_safe
@told("assessments")
def set_up(request: HubRequest, set_up_id: int) -> HttpResponse:
    """One of them: how it counts, its runs, its trend."""
    access = request.access
    with scope(access):
        one = get_for_reader(access, lambda: queries.get_set_up(access, set_up_id))
        runs = list(queries.runs_of(access, one.pk)[: RUNS_SHOWN + 1])
        valid = [each for each in runs if each.withdrawn_at is None]
        trend = valid[: rules.TREND_RUNS][::-1]
        draft = queries.find_draft(access, one)
        asked = queries.find_questioned(one.definition_id) if not draft else draft.version
        context = {
            "one": one,
            "row": page.set_up_row(one, queries.Figures(len(valid), valid[0] if valid else None), zone()),
            "counted": page.counted(one),
            "runs": [page.run_row(each, zone()) for each in runs[:RUNS_SHOWN]],
            "is_cut": len(runs) > RUNS_SHOWN,
            "bars": page.trend_bars(trend, zone()),
            "draft": draft,
            "has_questions": asked is not None,
            "may_run": may_run(access, one),
            "pending": [page.pending(each, zone()) for each in queries.list_pending(access, one.pk)],
        }
        return render(request, "assessments/set_up.html", context)


@signed_in
@require_POST
def end(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    require_running(request.access)
    commands.end(request.access, set_up_id)
    messages.success(request, _("The set-up has ended. What it found stays."))
    return redirect("assessments:set_up", set_up_id)
