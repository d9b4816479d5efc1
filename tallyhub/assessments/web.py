"""Pages of assessments: the catalogue and the set-ups, a set-up with its runs, a run with what it found."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.assessments import commands, files, full, page, queries, rules
from tallyhub.assessments.models import Intake, Run, SetUp
from tallyhub.assessments.rules import LABEL_MAX, Focus, Outcome
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, HubError, Invalid
from tallyhub.kernel.grid import csv_lines, cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, attachment, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.looks import told
from tallyhub.organizations.queries import names_of

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
            "rows": [page.set_up_row(one, figures.get(one.pk), _zone()) for one in found or []],
        }
        return render(request, "assessments/overview.html", context)


def _zone() -> str:
    return get_current_timezone_name()


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
            "may_go_beyond": code in _BESIDE and access.has(Right.ADMINISTER, workspace_id=workspace),
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
        one = _get(access, lambda: queries.get_set_up(access, set_up_id))
        runs = list(queries.runs_of(access, one.pk)[: RUNS_SHOWN + 1])
        valid = [each for each in runs if each.withdrawn_at is None]
        trend = valid[: rules.TREND_RUNS][::-1]
        draft = queries.find_draft(access, one)
        asked = queries.find_questioned(one.definition_id) if not draft else draft.version
        context = {
            "one": one,
            "row": page.set_up_row(one, queries.Figures(len(valid), valid[0] if valid else None), _zone()),
            "counted": page.counted(one),
            "runs": [page.run_row(each, _zone()) for each in runs[:RUNS_SHOWN]],
            "is_cut": len(runs) > RUNS_SHOWN,
            "bars": page.trend_bars(trend, _zone()),
            "draft": draft,
            "has_questions": asked is not None,
            "may_run": _may_run(access, one),
            "pending": [page.pending(each, _zone()) for each in queries.list_pending(access, one.pk)],
        }
        return render(request, "assessments/set_up.html", context)


def _get(access: Access, find: Callable[[], Any]) -> Any:
    """Whoever reads results nowhere is told so, whether or not there is such a thing."""
    if not access.has_anywhere(Right.VIEW_ASSESSMENTS):
        raise Forbidden(Right.VIEW_ASSESSMENTS)
    return find()


@signed_in
@require_POST
def end(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    _require_running(request.access)
    commands.end(request.access, set_up_id)
    messages.success(request, _("The set-up has ended. What it found stays."))
    return redirect("assessments:set_up", set_up_id)


def _require_running(access: Access) -> None:
    """Before anything is looked up: whoever has the right nowhere learns nothing."""
    if not access.has_anywhere(Right.SET_UP_ASSESSMENTS):
        raise Forbidden(Right.SET_UP_ASSESSMENTS)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HubRequest) -> HttpResponseBase:
    """A collector's result, for the set-up that ``set_up`` names."""
    access = request.access
    _require_running(access)
    chosen = request.POST.get("set_up") if request.method == "POST" else request.GET.get("set_up")
    problem = ""
    if request.method == "POST":
        try:
            sent = _file(request)
            if sent.size > rules.READ_AT_ONCE_BYTES:
                return redirect("assessments:intake", _leave(access, read_id(chosen), sent).pk)
            taken = commands.upload(access, read_id(chosen), sent)
            if not taken.is_new:
                messages.info(request, _("This very file was brought in before. Nothing has changed."))
            return redirect("assessments:run", taken.run.pk)
        except HubError as error:
            if isinstance(error, Forbidden):
                raise
            problem = sentence(error)
    places = access.workspaces_with(Right.SET_UP_ASSESSMENTS)
    with scope(access):
        offered = [one for one in queries.list_set_ups(access) if one.ended_on is None and one.workspace_id in places]
        context = {
            "set_ups": [
                {"id": one.pk, "label": f"{one.name} · {one.workspace.name}", "is_chosen": str(one.pk) == chosen}
                for one in offered
            ],
            "chosen": chosen if any(str(one.pk) == chosen for one in offered) else "",
            "problem": problem,
            "megabytes_max": settings.TALLYHUB.import_megabytes,
            "objects_max": rules.OBJECTS_MAX,
        }
        return render(request, "assessments/upload.html", context, status=400 if problem else 200)


def _leave(access: Access, set_up_id: int, sent: Any) -> Intake:
    """For the worker; nobody waits for so long before a page that does nothing."""
    kept = files.keep(sent)
    try:
        return commands.leave(access, set_up_id, file=kept, size=sent.size)
    except BaseException:
        files.remove(kept)
        raise


def _file(request: HubRequest) -> Any:
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        megabytes = settings.TALLYHUB.import_megabytes
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > megabytes * 1024 * 1024
        raise Invalid("upload_too_large", megabytes_max=megabytes) if is_large else Invalid("upload_missing")
    return sent


@signed_in
@require_safe
def intake(request: HubRequest, intake_id: int) -> HttpResponse:
    """How far the reading of a long file is, and what came of it."""
    access = request.access
    with scope(access):
        one = _get(access, lambda: queries.get_intake(access, intake_id))
        context = {"one": one, "progress": page.progress(one), "may_run": _may_run(access, one.set_up)}
        return render(request, "assessments/intake.html", context)


def _may_run(access: Access, one: SetUp) -> bool:
    return access.has(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id) and one.ended_on is None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    """A page of the questionnaire; each is saved when one goes on, and is there when one comes back."""
    access = request.access
    _require_running(access)
    if request.method == "POST":
        _save_answers(request, set_up_id)
        return _after(request, set_up_id)
    with scope(access):
        one = queries.get_set_up(access, set_up_id)
        access.require(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id)
        draft = queries.find_draft(access, one)
        version = draft.version if draft else queries.find_questioned(one.definition_id)
        asked = queries.list_questions(version.pk) if version else []
        answers = draft.answers if draft else {}
        pages = page.question_pages(asked, answers)
        areas = [each["focus"] for each in pages]
        wanted = request.GET.get("area", "")
        area = Focus(wanted) if wanted in areas else (areas[0] if areas else None)
        context = {
            "one": one,
            "version": version,
            "pages": [each | {"is_current": each["focus"] == area} for each in pages],
            "area": area,
            "is_last": bool(areas) and area == areas[-1],
            "is_done": bool(pages) and all(each["is_done"] for each in pages),
            "questions": page.questions([each for each in asked if each.focus == area], answers),
            "has_draft": draft is not None,
        }
        return render(request, "assessments/questions.html", context)


def _save_answers(request: HubRequest, set_up_id: int) -> None:
    said: dict[str, str] = {}
    for name in request.POST:
        if name.startswith("answer-"):
            value = request.POST.get(name)  # the last one: an empty one stands before the choices
            said[name.removeprefix("answer-")] = str(read_word(Outcome, value)) if value else ""
    commands.save_answers(request.access, set_up_id, said)


def _after(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    """To the area that the button names, or back to the set-up."""
    area = request.POST.get("go", "")
    if area not in list(Focus):
        messages.success(request, _("Your answers are saved. Go on whenever you like."))
        return redirect("assessments:set_up", set_up_id)
    return redirect(f"{url('assessments:questions', set_up_id)}?area={area}")


@signed_in
@require_POST
def finish(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    _require_running(request.access)
    if any(name.startswith("answer-") for name in request.POST):
        _save_answers(request, set_up_id)
    try:
        made = commands.finish_answers(request.access, set_up_id)
    except Invalid as error:
        messages.error(request, sentence(error))
        return redirect("assessments:questions", set_up_id)
    return redirect("assessments:run", made.pk)


@signed_in
@require_POST
def discard(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    _require_running(request.access)
    commands.discard_answers(request.access, set_up_id)
    messages.success(request, _("The answers are gone."))
    return redirect("assessments:set_up", set_up_id)


@signed_in
@require_safe
def run(request: HubRequest, run_id: int) -> HttpResponse:
    """What a run found, what changed, and what to do first."""
    access = request.access
    with scope(access):
        one: Run = _get(access, lambda: queries.get_run(access, run_id))
        trend = queries.list_trend(access, one)
        before = trend[-2] if len(trend) > 1 else None
        found = queries.list_findings(access, one)
        results = {each.checked.code: each.outcome for each in found}
        changed = rules.changes(queries.results_of(access, before) if before else None, results)
        failed = [each for each in found if each.outcome == Outcome.FAILED]
        objects = queries.first_objects(failed, page.OBJECTS_SHOWN)
        context = {
            "one": one,
            "facts": page.run_facts(one, _zone(), names_of(access, [one.by_id]).get(one.by_id or 0, "")),
            "ring": page.ring(one),
            "totals": page.run_totals(one),
            "against": page.against(changed, has_before=before is not None),
            "before": {"id": before.pk, "at": fmt.minute(before.collected_at, _zone())} if before else None,
            "sectors": page.sectors(trend, queries.sectors_of(trend)),
            "trend_count": len(trend),
            "findings": page.findings(found, objects, changed, has_before=before is not None),
            "others": page.others(found),
            "prerequisites": page.prerequisites(queries.list_prerequisites(access, one)),
            "may_withdraw": one.withdrawn_at is None
            and access.has(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id),
        }
        response = render(request, "assessments/run.html", context)
    _tell_look(access, one)
    return response


def _tell_look(access: Access, one: Run) -> None:
    """Of staff (R7.3), once the answer is made: its own scope is read only."""
    if access.is_staff:
        commands.note_look(access, one)


@signed_in
@require_safe
def finding(request: HubRequest, run_id: int, finding_id: int) -> HttpResponse:
    """One check of a run, with every object that it is about, page by page."""
    access = request.access
    with scope(access):
        one = _get(access, lambda: queries.get_finding(access, run_id, finding_id))
        place = read_place(request.GET.copy() if "sort" in request.GET else _upwards(request), queries.OBJECT_SORTS)
        found = cut(queries.list_objects(access, one, place), place)
        context = {
            "one": one,
            "run": one.run,
            "check": page._check(one.checked),
            "affected": page.affected_text(one.affected),
            "objects": found.rows,
            "pager": page_links(
                url("assessments:finding", run_id, finding_id), (), found, place, lambda row: f"{row.pk}~{row.pk}"
            ),
        }
        response = render(request, "assessments/finding.html", context)
    _tell_look(access, one.run)
    return response


def _upwards(request: HubRequest) -> Any:
    """In the order of the file."""
    query = request.GET.copy()
    query["sort"] = "id"
    return query


@signed_in
@require_safe
def findings_csv(request: HubRequest, run_id: int) -> HttpResponseBase:
    """The full list: every check with every object."""
    access = request.access
    with scope(access):
        one = _get(access, lambda: queries.get_run(access, run_id))
    body = _csv_body(request, one, translation.get_language() or "en")
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(full.file_name_of(one, "csv"))
    commands.note_export(access, one)
    return response


def _csv_body(request: HubRequest, one: Run, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        columns = full.columns()
        cells = [column.plain for column in columns if column.plain]
        lines = ([cell(row) for cell in cells] for batch in queries.stream_full(one) for row in batch)
        yield from csv_lines([column.key if has_keys else column.label for column in columns], lines)


@signed_in
@require_POST
def withdraw(request: HubRequest, run_id: int) -> HttpResponseBase:
    _require_running(request.access)
    one = commands.withdraw(request.access, run_id)
    messages.success(request, _("The run counts for nothing any more."))
    return redirect("assessments:set_up", one.set_up_id)
