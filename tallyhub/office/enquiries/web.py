"""What administrators ask the account team for, and the account team's list across its customers."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.office.enquiries import commands, page, queries
from tallyhub.office.enquiries.forms import NoteForm, WishForm
from tallyhub.office.rules import Answer, Wish


@signed_in
@require_safe
def enquiries(request: HubRequest) -> HttpResponse:
    """What one's customer asked for."""
    if not request.access.has_anywhere(Right.ADMINISTER):
        raise Forbidden(Right.ADMINISTER)
    with scope(request.access):
        rows = [page.row(one) for one in queries.list_own(request.access)]
        context = {"rows": rows, "may_ask": request.access.has(Right.ADMINISTER), "shown_max": queries.SHOWN_MAX}
        return render(request, "office/enquiries.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HubRequest) -> HttpResponseBase:
    """For a workspace: in words, because its goal is to be agreed on."""
    request.access.require(Right.ADMINISTER)
    form = WishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        commands.ask_for_workspace(request.access, **form.cleaned_data)
        messages.success(request, _("Your account team has your enquiry. You get a mail when it is answered."))
        return redirect("office:enquiries")
    return render(request, "office/ask.html", {"form": form}, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def ask_for_package(request: HubRequest) -> HttpResponseBase:
    """One click on Customer activity, and back to it."""
    if not request.access.has_anywhere(Right.ADMINISTER):
        raise Forbidden(Right.ADMINISTER)
    package_id, workspace_id = (read_id(request.POST.get(name)) for name in ("package", "workspace"))
    commands.ask_for_package(request.access, package_id=package_id, workspace_id=workspace_id)
    messages.success(request, _("Your account team has your enquiry. You get a mail when it is answered."))
    return redirect("/customer-activity/")


# The account team


@signed_in
@require_safe
def served(request: HubRequest) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        found = queries.list_served(request.access)
        rows = [page.row(one, customer_id=request.access.customer_id) for one in found]
        return render(request, "office/served.html", {"rows": rows, "shown_max": queries.SHOWN_MAX})


@signed_in
@require_safe
def enquiry(request: HubRequest, enquiry_id: int) -> HttpResponse:
    return _enquiry(request, enquiry_id, NoteForm())


def _enquiry(request: HubRequest, enquiry_id: int, form: NoteForm) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        asked = queries.get_asked(request.access, enquiry_id)
        context = {
            "row": page.row(asked, customer_id=request.access.customer_id),
            "enquiry": asked.enquiry,
            "is_open": asked.enquiry.answer == Answer.OPEN,
            "is_workspace": asked.enquiry.wish == Wish.WORKSPACE,
            "form": form,
        }
        return render(request, "office/enquiry.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def grant(request: HubRequest, enquiry_id: int) -> HttpResponseBase:
    """The package; a workspace is granted by making it."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _enquiry(request, enquiry_id, form)
    commands.grant_package(request.access, enquiry_id, **form.cleaned_data)
    messages.success(request, _("Granted: the package reaches the workspace. Whoever asked gets a mail."))
    return redirect("office:served")


@signed_in
@require_POST
def decline(request: HubRequest, enquiry_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            commands.decline(request.access, enquiry_id, **form.cleaned_data)
        except Invalid as error:
            form.add_error("note", sentence(error))
        else:
            messages.success(request, _("Declined. Whoever asked gets a mail with your note."))
            return redirect("office:served")
    return _enquiry(request, enquiry_id, form)
