"""Spreadsheets that a job makes: asking for one, seeing how far it is, and taking it."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.activity import commands, export_files, queries
from tallyhub.activity.exports import is_still_allowed, language_of, open_source
from tallyhub.activity.models import Export
from tallyhub.activity.rows import Reader
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import HubRequest, attachment, signed_in, url
from tallyhub.kernel.progress import Progress, Stage
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence


@signed_in
@require_POST
def export_make(request: HubRequest) -> HttpResponseBase:
    """For the page whose address the form names; what that page refuses is refused here."""
    address = request.POST.get("address", "")
    rows_max = settings.TALLYHUB.export_rows_max
    reader = Reader.of(request.sign_on)
    with scope(request.access):
        language = language_of(reader, address, translation.get_language() or "en")
        with translation.override(language):
            source = open_source(reader, address, rows_max=rows_max)
    if source.total > rows_max:
        raise Conflict("export_too_large", rows_max=fmt.number(rows_max))
    made = commands.ask_for_export(
        request.access,
        address=address,
        name=source.name,
        total=source.total,
        workspaces=source.workspaces,
        names_people=source.names_people,
    )
    return redirect("activity:export", made.pk)


@signed_in
@require_safe
def exports(request: HubRequest) -> HttpResponse:
    with scope(request.access):
        found = [_shown(one) for one in queries.list_exports(request.access) if not _is_over(one)]
        return render(request, "activity/exports.html", {"exports": found, "hours": settings.TALLYHUB.export_hours})


@signed_in
@require_safe
def export(request: HubRequest, export_id: int) -> HttpResponse:
    with scope(request.access):
        found = _get(request, export_id)
        return render(request, "activity/export.html", {"export": _shown(found)})


@signed_in
@require_safe
def export_file(request: HubRequest, export_id: int) -> HttpResponseBase:
    """Only for whoever asked, and only while they may still see all that is in it."""
    with scope(request.access):
        found = _get(request, export_id)
        source = open_source(Reader.of(request.sign_on), found.address, rows_max=settings.TALLYHUB.export_rows_max)
    if not is_still_allowed(found.workspaces, names_people=found.names_people, source=source):
        raise Conflict("export_not_allowed")
    if found.stage != Stage.DONE:
        raise Conflict("export_not_ready")
    file = export_files.open_file(found.pk)
    commands.record_export_download(request.access, found.pk)
    response = FileResponse(file, content_type=export_files.CONTENT_TYPE)
    response.headers["Content-Disposition"] = attachment(found.name)
    return response


def _get(request: HubRequest, export_id: int) -> Export:
    found = queries.get_export(request.access, export_id)
    if _is_over(found):
        raise Export.DoesNotExist
    return found


def _is_over(one: Export) -> bool:
    """Its hours have passed; row and file go with the next run of the job that removes them."""
    return one.asked_at <= clock.now() - export_files.kept_for()


def _shown(one: Export) -> dict[str, Any]:
    here = url("activity:export", one.pk)
    file_href = url("activity:export_file", one.pk) if one.stage == Stage.DONE else None
    until = timezone.localtime(one.asked_at + export_files.kept_for())
    said = {"day": fmt.day(until.date()), "time": until.strftime("%H:%M")}
    return {
        "name": one.name,
        "href": here,
        "file_href": file_href,
        "back_href": one.address,
        "until": _("Here until %(day)s, %(time)s") % said,
        "progress": Progress(here, Stage(one.stage), _sentence(one), one.done, one.total, file_href),
    }


def _sentence(one: Export) -> str:
    counted = {"done": fmt.number(one.done), "total": fmt.number(one.total)}
    if one.stage == Stage.FAILED:
        return sentence(Conflict(one.problem))
    if one.stage == Stage.DONE:
        return _("The file is ready: %(done)s rows.") % counted
    if one.stage == Stage.ASKED:
        return _("The file is waiting for its turn: %(total)s rows.") % counted
    return _("The file is being made: %(done)s of %(total)s rows.") % counted
