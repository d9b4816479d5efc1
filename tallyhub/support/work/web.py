"""The queue, and the buttons by which a request goes on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.accounts.queries import names_by_id
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import names_of
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_queue
from tallyhub.support.rules import RequestClass, Severity, Status
from tallyhub.support.words import CLASS_NAMES, SEVERITY_NAMES, STATUS_NAMES
from tallyhub.support.work import commands, page, queries
from tallyhub.support.work.queries import QueueFilter


@signed_in
@require_safe
def queue(request: HubRequest) -> HttpResponse:
    """What there is to do at all customers whose staff one is, whichever is worked inside."""
    wanted = _read_filter(request.GET)
    with scope(request.access):
        places = queries.list_places()
        queries.require_queue(request.access, places)
        found = queries.list_queue(places, wanted)
        by_workspace = {one.workspace_id: one for one in places}
        assigned = {one.assigned_to_id for one in found if one.assigned_to_id}
        people = names_by_id(assigned)
        if chosen := find_id(wanted.assigned):  # whoever it is, only those who are known here are called by name
            people.setdefault(chosen, names_of(request.access, [chosen]).get(chosen) or _("Somebody who has left"))
        shown = found[: queries.QUEUE_MAX]
        here = request.access.customer_id
        context = {
            "rows": [page.queue_row(one, by_workspace[one.workspace_id], people, here=here) for one in shown],
            "filters": page.queue_filters(places, sorted(people.items(), key=lambda one: one[1]), wanted,
                                          request.access.person_id),
            "is_filtered": wanted != QueueFilter(),
            "is_cut": len(found) > len(shown),
            "shown_max": queries.QUEUE_MAX,
        }  # fmt: skip
        response = render(request, "support/queue.html", context)
    tell_queue(request.access, {one.customer_id for one in shown})
    return response


def _read_filter(query: QueryDict) -> QueueFilter:
    assigned, customer = query.get("assigned") or "", query.get("customer") or ""
    if assigned not in ("", "nobody"):
        read_id(assigned)
    return QueueFilter(
        customer_id=read_id(customer) if customer else None,
        severity=read_word(Severity, severity) if (severity := query.get("severity")) else "",
        status=read_word(Status, status) if (status := query.get("status")) else "",
        assigned=assigned,
        is_called=query.get("called") == "yes",
    )


@signed_in
@of_request
@require_POST
def change_status(request: HubRequest, number: str) -> HttpResponseBase:
    becomes = read_word(Status, request.POST.get("becomes"))
    return _do(request, number, lambda: commands.change_status(
        request.access, number, becomes=becomes, version=_version(request)
    ), done=_("Its status is now: %(status)s.") % {"status": STATUS_NAMES[becomes]})  # fmt: skip


@signed_in
@of_request
@require_POST
def assign(request: HubRequest, number: str) -> HttpResponseBase:
    chosen = request.POST.get("person") or ""
    person_id = read_id(chosen) if chosen else None
    done = _("The request is assigned.") if person_id else _("The request is assigned to nobody now.")
    return _do(request, number, lambda: commands.assign(
        request.access, number, person_id=person_id, version=_version(request)
    ), done=done)  # fmt: skip


@signed_in
@of_request
@require_POST
def change_severity(request: HubRequest, number: str) -> HttpResponseBase:
    severity = read_word(Severity, request.POST.get("severity"))
    return _do(request, number, lambda: commands.change_severity(
        request.access, number, severity=severity, version=_version(request)
    ), done=_("Its severity is now: %(severity)s.") % {"severity": SEVERITY_NAMES[severity]})  # fmt: skip


@signed_in
@of_request
@require_POST
def classify(request: HubRequest, number: str) -> HttpResponseBase:
    request_class = read_word(RequestClass, request.POST.get("class", "none"))
    return _do(request, number, lambda: commands.classify(
        request.access, number, request_class=request_class, version=_version(request)
    ), done=_("Its class is now: %(request_class)s.") % {"request_class": CLASS_NAMES[request_class]})  # fmt: skip


@signed_in
@of_request
@require_POST
def call(request: HubRequest, number: str) -> HttpResponseBase:
    reason = (request.POST.get("reason") or "").replace("\x00", "").strip()[: commands.REASON_MAX]
    return _do(request, number, lambda: commands.call(
        request.access, number, reason=reason, version=_version(request)
    ), done=_("Your call is made. Somebody of the staff has to acknowledge it."))  # fmt: skip


@signed_in
@of_request
@require_POST
def hear_call(request: HubRequest, number: str) -> HttpResponseBase:
    done = _("The priority call is acknowledged.")
    return _do(request, number, lambda: commands.hear_call(request.access, number), done=done)


def _do(request: HubRequest, number: str, act: Callable[[], Any], *, done: str) -> HttpResponseBase:
    """And back to the request's page, which says what was done, or why it could not be."""
    try:
        act()
    except Forbidden:
        raise
    except HubError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, done)
    return redirect("support:request", number)


def _version(request: HubRequest) -> int:
    return read_id(request.POST.get("version"))
