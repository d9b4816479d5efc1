"""Logging deliveries, and what the customer says of them."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallyhub.engagements import queries
from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.forms import read_day, read_hours
from tallyhub.engagements.planning.web import act, version_of
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope


@signed_in
@require_POST
def log(request: HubRequest, number: str) -> HttpResponseBase:
    version = version_of(request)
    return act(
        request,
        number,
        lambda: commands.log_delivery(request.access, number, _worked(request), version=version),
        done=_("It is logged."),
    )


@signed_in
@require_POST
def finish(request: HubRequest, number: str) -> HttpResponseBase:
    version = version_of(request)
    return act(
        request,
        number,
        lambda: commands.finish(request.access, number, version=version),
        done=_("All is delivered. What was still held is free again."),
    )


@signed_in
@require_POST
def accept(request: HubRequest, delivery_id: int) -> HttpResponseBase:
    number, version = _number(request, delivery_id), version_of(request)
    return act(
        request,
        number,
        lambda: commands.accept_delivery(request.access, delivery_id, version=version),
        done=_("Thank you. The delivery is accepted."),
    )


@signed_in
@require_POST
def dispute(request: HubRequest, delivery_id: int) -> HttpResponseBase:
    number, version = _number(request, delivery_id), version_of(request)
    return act(
        request,
        number,
        lambda: commands.dispute_delivery(request.access, delivery_id, _text(request), version=version),
        done=_("Your account team answers, or corrects it."),
    )


@signed_in
@require_POST
def answer(request: HubRequest, delivery_id: int) -> HttpResponseBase:
    number, version = _number(request, delivery_id), version_of(request)
    return act(
        request,
        number,
        lambda: commands.answer_dispute(request.access, delivery_id, _text(request), version=version),
    )


@signed_in
@require_POST
def correct(request: HubRequest, delivery_id: int) -> HttpResponseBase:
    number, version = _number(request, delivery_id), version_of(request)

    def do() -> None:
        worked = None if request.POST.get("act") == "remove" else _worked(request)
        commands.correct_delivery(request.access, delivery_id, worked, _text(request), version=version)

    return act(request, number, do, done=_("It is corrected. The customer looks at it anew."))


def _number(request: HubRequest, delivery_id: int) -> str:
    """Of its engagement; also of one that was corrected meanwhile. Raises DoesNotExist."""
    with scope(request.access):
        return queries.number_of_delivery(request.access, delivery_id)


def _worked(request: HubRequest) -> Worked:
    typed = request.POST
    return Worked(
        read_day(typed.get("day", "")),
        read_hours(typed.get("hours", "")),
        typed.get("note", "").replace("\x00", ""),
        confirmed="confirmed" in typed,
    )


def _text(request: HubRequest) -> str:
    return request.POST.get("text", "").replace("\x00", "")
