"""Pages of results: bringing one in, a run with what it found, its full list."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.assessments import commands, files, full, page, queries, rules
from tallyhub.assessments.looking import get_for_reader, may_run, require_running, zone
from tallyhub.assessments.models import Intake, Run
from tallyhub.assessments.rules import Outcome
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, HubError, Invalid
from tallyhub.kernel.grid import csv_lines, cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, attachment, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.queries import names_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HubRequest) -> HttpResponseBase:
    """A collector's result, for the set-up that ``set_up`` names."""
    access = request.access
    require_running(access)
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
            "objects_max": fmt.number(rules.OBJECTS_MAX),
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
        one = get_for_reader(access, lambda: queries.get_intake(access, intake_id))
        context = {"one": one, "progress": page.progress(one), "may_run": may_run(access, one.set_up)}
        return render(request, "assessments/intake.html", context)


@signed_in
@require_safe
def run(request: HubRequest, run_id: int) -> HttpResponse:
    """What a run found, what changed, and what to do first."""
    access = request.access
    with scope(access):
        one: Run = get_for_reader(access, lambda: queries.get_run(access, run_id))
        trend = queries.list_trend(access, one)
        before = trend[-2] if len(trend) > 1 else None
        found = queries.list_findings(access, one)
        results = {each.checked.code: each.outcome for each in found}
        changed = rules.changes(queries.results_of(access, before) if before else None, results)
        failed = [each for each in found if each.outcome == Outcome.FAILED]
        objects = queries.first_objects(failed, page.OBJECTS_SHOWN)
        context = {
            "one": one,
            "facts": page.run_facts(one, zone(), names_of(access, [one.by_id]).get(one.by_id or 0, "")),
            "ring": page.ring(one),
            "totals": page.run_totals(one),
            "against": page.against(changed, has_before=before is not None),
            "before": {"id": before.pk, "at": fmt.minute(before.collected_at, zone())} if before else None,
            "sectors": page.sectors(trend, queries.sectors_of(trend)),
            "days": [fmt.short_day(each.collected_at.date()) for each in trend],
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
        one = get_for_reader(access, lambda: queries.get_finding(access, run_id, finding_id))
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
        one = get_for_reader(access, lambda: queries.get_run(access, run_id))
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
    require_running(request.access)
    one = commands.withdraw(request.access, run_id)
    messages.success(request, _("The run counts for nothing any more."))
    return redirect("assessments:set_up", one.set_up_id)
