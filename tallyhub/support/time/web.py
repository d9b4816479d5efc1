"""Time of a request: a page of its own for those who log and correct, and a section of the request's page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.support.looks import tell_look
from tallyhub.support.models import Request
from tallyhub.support.parts import assemble
from tallyhub.support.queries import get_request
from tallyhub.support.rules import is_number
from tallyhub.support.time import commands, page, queries
from tallyhub.support.time.forms import WorkForm, form_of

_STATUS = {Invalid: 400, Conflict: 409}


@signed_in
@require_safe
def time(request: HubRequest, number: str) -> HttpResponse:
    return _time(request, number)


@signed_in
@require_POST
def log(request: HubRequest, number: str) -> HttpResponseBase:
    form = WorkForm(request.POST)
    try:
        commands.log_work(request.access, number, form.read(_zone()))
    except (Invalid, Conflict) as error:
        with scope(request.access):  # what is hidden stays hidden, whatever was typed
            get_request(request.access, number)
        form.say(error)
        return _time(request, number, form, status=_STATUS[type(error)])
    messages.success(request, _("Time logged."))
    return redirect("support:time", number)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HubRequest, work_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return _edit(request, work_id)
    form = WorkForm(request.POST)

    def act(serial: int) -> None:
        commands.edit_work(request.access, work_id, form.read(_zone()), serial=serial)

    return _act(request, work_id, act, _("Time changed."), form)


@signed_in
@require_POST
def move(request: HubRequest, work_id: int) -> HttpResponseBase:
    number = request.POST.get("number", "").strip()[:40]

    def act(serial: int) -> None:
        try:
            commands.move_work(request.access, work_id, number if is_number(number) else "0", serial=serial)
        except Request.DoesNotExist:
            raise Invalid("work_request_unknown") from None

    return _act(request, work_id, act, _("Time moved."))


@signed_in
@require_POST
def remove(request: HubRequest, work_id: int) -> HttpResponseBase:
    return _act(
        request,
        work_id,
        lambda serial: commands.remove_work(request.access, work_id, serial=serial),
        _("Time removed. What it had drawn was given back."),
    )


def _act(
    request: HubRequest, work_id: int, act: Callable[[int], None], done: str, form: WorkForm | None = None
) -> HttpResponseBase:
    with scope(request.access):
        number = queries.get_work(request.access, work_id).request.number
    try:
        act(_serial(request))
    except HubError as error:
        if type(error) not in _STATUS:
            raise
        if form is not None:
            form.say(error)
        return _edit(request, work_id, form, said="" if form else sentence(error), status=_STATUS[type(error)])
    messages.success(request, done)
    return redirect("support:time", number)


def _serial(request: HubRequest) -> int:
    return find_id(request.POST.get("serial")) or 0


def _zone() -> str:
    """Of whoever is signed in."""
    return timezone.get_current_timezone_name()


def _time(request: HubRequest, number: str, form: WorkForm | None = None, status: int = 200) -> HttpResponse:
    with scope(request.access):
        one = get_request(request.access, number)
        found = assemble(request.access, one, [page.read(request.access, one)])["time"]
        if form is not None and found["log_form"]:
            found["log_form"] = form
        response = render(request, "support/time.html", {"one": one, "time": found}, status=status)
    tell_look(request.access, one)
    return response


def _edit(
    request: HubRequest, work_id: int, form: WorkForm | None = None, *, said: str = "", status: int = 200
) -> HttpResponse:
    with scope(request.access):
        work = queries.get_work(request.access, work_id)
        request.access.require(Right.WORK_REQUESTS, workspace_id=work.workspace_id)
        context: dict[str, Any] = {
            "work": work,
            "number": work.request.number,
            "zone": _zone(),
            "said": said,
            "form": form or _filled(work),
        }
        response = render(request, "support/time_edit.html", context, status=status)
    tell_look(request.access, work.request)
    return response


def _filled(work: Any) -> WorkForm:
    local = timezone.localtime(work.starts_at)
    return form_of(
        {
            "day": local.date().isoformat(),
            "starts": f"{local:%H:%M}",
            "which": ("second" if local.fold else "first") if page.is_twice(work.starts_at) else "",
            "minutes": work.minutes,
            "what": work.what,
            "note": work.note,
            "is_goodwill": work.is_goodwill,
        }
    )
