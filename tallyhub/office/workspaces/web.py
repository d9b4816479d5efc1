"""Workspaces of the customer that is worked inside, and the activation of its agreements."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import get_agreement
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.office.enquiries.queries import find_address_of_asker, get_wished_workspace
from tallyhub.office.workspaces import commands, page, queries
from tallyhub.office.workspaces.forms import GoalForm, NewWorkspaceForm
from tallyhub.organizations.queries import get_customer, list_own_workspaces

_FIELD_OF = {  # where an error is shown, where it is not the name
    "goal_missing": "goal",
    "administrator_missing": "administrators",
    "administrators_too_many": "administrators",
}


@signed_in
@require_safe
def workspaces(request: HubRequest) -> HttpResponse:
    """For the account team: all of them, and the agreements that wait for their first day."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        context = {
            "rows": [page.row(one) for one in queries.list_homes(request.access)],
            "waiting": [
                {"id": one.id, "name": one.name, "number": one.number, "begins": fmt.day(one.starts_on)}
                for one in queries.list_waiting(request.access)
            ],
        }
        return render(request, "office/workspaces.html", context)


@signed_in
@require_safe
def own(request: HubRequest) -> HttpResponse:
    """For those who administer them: to read."""
    places = request.access.workspaces_with(Right.ADMINISTER)
    if not places:
        raise Forbidden(Right.ADMINISTER)
    with scope(request.access):
        rows = [page.row(one) for one in queries.list_homes(request.access, among=places)]
        may_ask = request.access.has(Right.ADMINISTER)
        return render(request, "office/own_workspaces.html", {"rows": rows, "may_ask": may_ask})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HubRequest) -> HttpResponseBase:
    """An additional workspace. ``?enquiry=7`` begins with the words of whoever asked, and grants it."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    asked = read_ids([one for one in [request.GET.get("enquiry", "")] if one])
    if request.method == "POST" and "begin" not in request.POST:
        form = NewWorkspaceForm(request.POST, answers=bool(asked))
        if form.is_valid() and (made := _make(request, form, asked)):
            messages.success(request, _("The workspace is there, and its administrators are invited."))
            if not request.POST.getlist("packages"):
                said = _("No package reaches it yet, so its people see nothing. Choose what it gets in Mapping.")
                messages.warning(request, said)
            return redirect("office:workspace", made)
    else:  # from the page of the enquiry comes the note that was begun there
        begin = _beginning(request.access, asked) | {"note": request.POST.get("note", "")}
        form = NewWorkspaceForm(initial=begin, answers=bool(asked))
    with scope(request.access):
        packages = page.offered(queries.list_offered(request.access), request.POST.getlist("packages"))
        back = url("office:enquiry", asked[0]) if asked else url("office:workspaces")
        context = {"form": form, "packages": packages, "is_asked": bool(asked), "back": back}
        return render(request, "office/new_workspace.html", context, status=400 if form.is_bound else 200)


def _make(request: HubRequest, form: NewWorkspaceForm, asked: list[int]) -> int | None:
    """The new one's id; None where the person must correct something."""
    wanted = form.new(read_ids(request.POST.getlist("packages")))
    note = form.cleaned_data.get("note", "")
    try:
        return commands.make_workspace(request.access, wanted, enquiry_id=asked[0] if asked else None, note=note).pk
    except HubError as error:
        if error.code == "enquiry_answered":
            raise
        form.add_error(_FIELD_OF.get(error.code, "name"), sentence(error))
        return None


def _beginning(access: Access, asked: list[int]) -> dict[str, Any]:
    begin: dict[str, Any] = {"language": translation.get_language()}
    if asked:
        with scope(access):
            enquiry = get_wished_workspace(access, asked[0])
            asker = find_address_of_asker(access, enquiry)
            begin |= {"name": enquiry.name, "goal": enquiry.goal, "administrators": asker}
    return begin


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: HubRequest, workspace_id: int) -> HttpResponseBase:
    """One of them: who administers it, what reaches it; name and goal can be changed."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    form = GoalForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        try:
            commands.change_goal(request.access, workspace_id, **form.cleaned_data)
        except HubError as error:
            form.add_error("name", sentence(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("office:workspace", workspace_id)
    with scope(request.access):
        homes = queries.list_homes(request.access)
        home = queries.pick(homes, workspace_id)
        form = form or GoalForm(initial={"name": home.workspace.name, "goal": home.workspace.goal})
        context = {"row": page.row(home), "form": form, "may_archive": queries.may_be_archived(homes, home)}
        return render(request, "office/workspace.html", context, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def archive(request: HubRequest, workspace_id: int) -> HttpResponseBase:
    found = commands.archive_workspace(request.access, workspace_id)
    messages.success(request, _("%(name)s is archived. Its data stays and can be read.") % {"name": found.name})
    return redirect("office:workspace", workspace_id)


@signed_in
@require_POST
def restore(request: HubRequest, workspace_id: int) -> HttpResponseBase:
    found = commands.restore_workspace(request.access, workspace_id)
    messages.success(request, _("%(name)s is in use again.") % {"name": found.name})
    return redirect("office:workspace", workspace_id)


# Activation


@signed_in
@require_safe
def activation(request: HubRequest, agreement_id: int) -> HttpResponse:
    """What will happen when the agreement begins; afterwards, how things stand."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        agreement = get_agreement(request.access, agreement_id)
        default = next((one for one in list_own_workspaces(request.access) if one.is_default), None)
        people = queries.list_welcomes(request.access, agreement, default.pk if default else None)
        count = sum(one.is_over for one in people)
        context = {
            "agreement": agreement,
            "begins": fmt.day(agreement.starts_on),
            "is_to_come": clock.today(agreement.zone) < agreement.starts_on,
            "active_since": _moment(agreement.activated_at),
            "may_activate": agreement.approved_at and not agreement.activated_at and _is_not_over(agreement),
            "workspace": default.name if default else get_customer(request.access).name,
            "is_new": default is None,
            "people": [page.contact(one, is_active=bool(agreement.activated_at)) for one in people],
            "over": page.over(count) % {"n": fmt.number(count)} if count and agreement.activated_at else "",
        }
        return render(request, "office/activation.html", context)


def _moment(instant: Any) -> str:
    return fmt.instant(instant, timezone.get_current_timezone_name()) if instant else ""


def _is_not_over(agreement: Any) -> bool:
    return bool(clock.today(agreement.zone) <= agreement.ends_on)


@signed_in
@require_POST
def activate(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    """Now: the same as on the first day."""
    done = commands.activate_agreement(request.access, agreement_id)
    for text in page.done(done) if done else [_("The agreement is set up already.")]:
        messages.success(request, text)
    return redirect("office:activation", agreement_id)
