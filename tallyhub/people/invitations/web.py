"""Inviting people: the list, the preview, and what is done about an invitation (R7.1)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Forbidden, HubError
from tallyhub.kernel.http import HubRequest, address_here, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import get_workspace
from tallyhub.people.invitations import commands, page, queries
from tallyhub.people.invitations.forms import InviteForm, keep, read_kept
from tallyhub.people.invitations.lists import COLUMNS
from tallyhub.people.invitations.preview import Planned, find_refusal, invitees, plan, rows_of
from tallyhub.people.invitations.rules import LIST_BYTES_MAX, PEOPLE_MAX
from tallyhub.people.rules import check_roles
from tallyhub.people.users.queries import get_user


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HubRequest) -> HttpResponse:
    """The form, and, when it is sent, the preview: nothing has happened by then."""
    _require_anywhere(request)
    with scope(request.access):
        places = list(queries.list_workspaces(request.access))
        form = _form(request, places)
        if not form.is_valid():
            return _form_page(request, form, places)
        try:
            return _preview(request, form, places)
        except HubError as error:
            form.add_error(_field_of(error, form), sentence(error))
            return _form_page(request, form, places)


def _require_anywhere(request: HubRequest) -> None:
    if not request.access.has_anywhere(Right.MANAGE_USERS):
        raise Forbidden(Right.MANAGE_USERS)


def _form(request: HubRequest, places: list[Workspace]) -> InviteForm:
    choices = [(one.pk, one.name) for one in places]
    if request.method == "POST":
        wanted = request.POST.get("workspace", "")
        if wanted not in {str(pk) for pk, _name in choices}:
            raise ObjectDoesNotExist
        return InviteForm(choices, request.POST, request.FILES)
    initial = {"workspace": request.access.workspace_id, "language": request.user.language}
    return InviteForm(choices, initial=initial | _asked_for(request, places))


def _asked_for(request: HubRequest, places: list[Workspace]) -> dict[str, Any]:
    """From the page of somebody who cannot sign in yet: whom, where, and as what."""
    if "person" not in request.GET:
        return {}
    workspace_id = read_id(request.GET.get("workspace"))
    if workspace_id not in {one.pk for one in places}:
        raise ObjectDoesNotExist
    return page.asked_for(get_user(request.access, read_id(request.GET.get("person")), [workspace_id]), workspace_id)


def _form_page(request: HubRequest, form: InviteForm, places: list[Workspace]) -> HttpResponse:
    context = {
        "form": form,
        "workspace": places[0] if len(places) == 1 else None,
        "has_workspaces": bool(places),
        "roles": page.offered_roles(form["roles"].value() or (), request.access),
        "people_max": fmt.number(PEOPLE_MAX),
        "kilobytes_max": fmt.number(LIST_BYTES_MAX // 1024),
        "columns": ", ".join(COLUMNS),
        "languages": ", ".join(code for code, _name in LANGUAGES),
    }
    return render(request, "people/invite.html", context, status=400 if form.is_bound else 200)


def _is_whole(request: HubRequest) -> bool:
    return request.access.has(Right.MANAGE_USERS)


def _field_of(error: HubError, form: InviteForm) -> str:
    if error.code.startswith(("role_", "contacts_")):
        return "roles"
    return "file" if form.cleaned_data["file"] is not None else "people"


def _preview(request: HubRequest, form: InviteForm, places: list[Workspace]) -> HttpResponse:
    """Raises Invalid for what cannot be read or may not be given, Conflict where there are too few places."""
    check_roles(form.cleaned_data["roles"], in_whole=_is_whole(request))
    workspace = next(one for one in places if one.pk == form.cleaned_data["workspace"])
    planned = plan(request.access, workspace, form.rows(in_whole=_is_whole(request)))
    wanted = invitees(planned)
    if refusal := find_refusal(request.access, workspace, wanted):
        raise refusal
    return _preview_page(request, workspace, planned)


def _preview_page(request: HubRequest, workspace: Workspace, planned: list[Planned], problem: str = "") -> HttpResponse:
    wanted = invitees(planned)
    said = ngettext("Send %(n)s invitation", "Send %(n)s invitations", len(wanted)) % {"n": fmt.number(len(wanted))}
    context = {
        "workspace": workspace,
        "problem": problem,
        "counts": page.counts(planned),
        "rows": page.rows(planned),
        "kept": keep(workspace.pk, wanted, queries.marks_of(workspace, [one.email for one in wanted]))
        if wanted
        else "",
        "send": said,
    }
    return _unkept(render(request, "people/invite_preview.html", context, status=409 if problem else 200))


def _unkept(response: HttpResponse) -> HttpResponse:
    """Names of others, which no browser should keep."""
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@require_POST
def send(request: HubRequest) -> HttpResponseBase:
    """What was previewed. Whoever has joined meanwhile gets no mail. Where it is refused, the list is there still."""
    _require_anywhere(request)
    workspace_id, people, marks = read_kept(request.POST.get("kept", ""))
    try:
        count = commands.invite_people(request.access, workspace_id, people, marks)
    except Conflict as error:
        with scope(request.access):
            workspace = get_workspace(request.access, workspace_id)
            planned = plan(request.access, workspace, rows_of(people))
            return _preview_page(request, workspace, planned, problem=sentence(error))
    said: Any = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", count)
    messages.success(request, said % {"n": fmt.number(count)})
    return redirect("people:users")


@signed_in
@require_POST
def resend(request: HubRequest, invitation_id: int) -> HttpResponseBase:
    _require_anywhere(request)
    commands.resend_invitation(request.access, invitation_id)
    messages.success(request, _("The invitation is sent again. The link that was sent before opens nothing any more."))
    return redirect(_back(request))


@signed_in
@require_POST
def revoke(request: HubRequest, invitation_id: int) -> HttpResponseBase:
    _require_anywhere(request)
    commands.revoke_invitation(request.access, invitation_id)
    messages.success(request, _("The invitation was taken back. Its link opens nothing any more."))
    return redirect(_back(request))


def _back(request: HubRequest) -> str:
    """To the list from which it was done, with its filters; never to another site."""
    return address_here(request, request.POST.get("next", ""), otherwise="people:users")
