"""The systems that tell what people learn: list, add, revoke. For whoever administers a workspace."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.learning.models import Source
from tallyhub.learning.xapi import commands, queries
from tallyhub.learning.xapi.forms import SourceForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HubRequest) -> HttpResponse:
    """The secret is on the page that answers its making and nowhere afterwards: so no redirect."""
    places = _places(request)
    form = SourceForm(places, request.POST) if request.method == "POST" else SourceForm(places)
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = commands.make_source(request.access, workspace_id=said.pop("workspace"), **said)
            return _show_secret(request, made)
        except HubError as error:
            form.add_error("home_page" if error.code == "source_names_nobody" else None, str(sentence(error)))
    with scope(request.access):
        cards = [_card(one) for one in queries.list_sources(request.access)]
        context = {"cards": cards, "form": form, "endpoint": request.build_absolute_uri("/api/xapi/")}
        return render(request, "learning/sources.html", context, status=400 if form.is_bound else 200)


def _places(request: HubRequest) -> list[tuple[int, str]]:
    administered = request.access.workspaces_with(Right.ADMINISTER)
    if not administered:
        raise Forbidden(Right.ADMINISTER)
    return [(place.id, place.name) for place in request.sign_on.places if place.id in administered]


def _show_secret(request: HubRequest, made: commands.NewSource) -> HttpResponse:
    context = {"made": made, "endpoint": request.build_absolute_uri("/api/xapi/")}
    response = render(request, "learning/source_secret.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _card(one: Source) -> dict[str, Any]:
    zone = get_current_timezone_name()
    used = fmt.instant(one.used_at, zone) if one.used_at else ""
    speaks = [one.home_page] if one.home_page else []
    if one.takes_addresses:
        speaks.append(_("email addresses of the workspace’s people"))
    return {
        "id": one.pk,
        "name": one.name,
        "key": one.key,
        "workspace": one.workspace.name,
        "speaks": fmt.listed(speaks),
        "used": _("Last used %(at)s") % {"at": used} if used else _("Never used"),
        "badge": {"tone": "plain", "text": _("revoked")} if one.revoked_at else {"tone": "ok", "text": _("active")},
        "is_revoked": one.revoked_at is not None,
    }


@signed_in
@require_POST
def revoke(request: HubRequest, source_id: int) -> HttpResponseBase:
    _places(request)
    commands.revoke_source(request.access, source_id)
    messages.success(request, _("The source was revoked. What it told stays."))
    return redirect("learning:sources")
