"""Endpoints of the customer worked inside: list, add, try, pause, replay (R8.2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.integrations.models import Endpoint
from tallyhub.integrations.webhooks import commands, page, queries
from tallyhub.integrations.webhooks.forms import TYPE_NAMES, EndpointForm, SinceForm
from tallyhub.integrations.webhooks.rules import CHOSEN
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def endpoints(request: HubRequest) -> HttpResponse:
    request.access.require(Right.MANAGE_WEBHOOKS)
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _show_secret(request, commands.add_endpoint(request.access, **form.cleaned_data))
        except HubError as error:
            form.add_error("types" if error.code == "webhook_type_unknown" else "url", sentence(error))
    with scope(request.access):
        chosen = request.POST.getlist("types") if form.is_bound else CHOSEN
        context = {
            "cards": [page.card(one) for one in queries.list_endpoints(request.access)],
            "form": form,
            "types": [(one, TYPE_NAMES[one], one in chosen) for one in CHOSEN],
        }
        return render(request, "integrations/webhooks.html", context, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def rotate(request: HubRequest, endpoint_id: int) -> HttpResponse:
    return _show_secret(request, commands.rotate_secret(request.access, endpoint_id))


def _show_secret(request: HubRequest, endpoint: Endpoint) -> HttpResponse:
    """Once: in this answer and nowhere else, so it is not kept by the browser either."""
    response = render(request, "integrations/webhook_secret.html", {"endpoint": endpoint})
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@require_safe
def endpoint(request: HubRequest, endpoint_id: int) -> HttpResponse:
    return _endpoint(request, endpoint_id, SinceForm.of_last_day())


def _endpoint(request: HubRequest, endpoint_id: int, form: SinceForm) -> HttpResponse:
    request.access.require(Right.MANAGE_WEBHOOKS)
    with scope(request.access):
        found = queries.get_endpoint(request.access, endpoint_id)
        context = {
            "endpoint": found,
            "badge": page.badge(found),
            "types": [f"{one}: {TYPE_NAMES[one]}" for one in found.types],
            "rows": [page.row(one) for one in queries.list_deliveries(request.access, endpoint_id)],
            "shown_max": queries.SHOWN_MAX,
            "form": form,
            "zone": get_current_timezone_name(),
        }
        return render(request, "integrations/webhook.html", context, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def ping(request: HubRequest, endpoint_id: int) -> HttpResponseBase:
    commands.ping(request.access, endpoint_id)
    return _done(request, endpoint_id, _("The ping is on its way. Reload the page to see what was answered."))


@signed_in
@require_POST
def pause(request: HubRequest, endpoint_id: int) -> HttpResponseBase:
    commands.pause_endpoint(request.access, endpoint_id)
    return _done(request, endpoint_id, _("Paused. Messages are kept until you resume."))


@signed_in
@require_POST
def resume(request: HubRequest, endpoint_id: int) -> HttpResponseBase:
    commands.resume_endpoint(request.access, endpoint_id)
    return _done(request, endpoint_id, _("Resumed. What waits is sent within a minute."))


@signed_in
@require_POST
def replay(request: HubRequest, delivery_id: int) -> HttpResponseBase:
    endpoint_id = commands.replay(request.access, delivery_id)
    return _done(request, endpoint_id, _("The message is sent again."))


@signed_in
@require_POST
def replay_since(request: HubRequest, endpoint_id: int) -> HttpResponseBase:
    form = SinceForm(request.POST)
    if not form.is_valid():
        return _endpoint(request, endpoint_id, form)
    count = commands.replay_since(request.access, endpoint_id, form.cleaned_data["since"])
    said = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", count)
    return _done(request, endpoint_id, said % {"n": fmt.number(count)})


@signed_in
@require_POST
def delete(request: HubRequest, endpoint_id: int) -> HttpResponseBase:
    commands.delete_endpoint(request.access, endpoint_id)
    messages.success(request, _("The endpoint was deleted."))
    return redirect("integrations:webhooks")


def _done(request: HubRequest, endpoint_id: int, said: Any) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("integrations:webhook", endpoint_id)
