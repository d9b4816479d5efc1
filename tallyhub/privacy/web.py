"""My data, and erasing a person: first what goes and what stays, then a typed confirmation."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import clock
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations import queries as organizations
from tallyhub.privacy import commands, export, queries
from tallyhub.privacy.forms import EraseOneselfForm, ErasePersonForm, FindForm
from tallyhub.privacy.queries import Plan
from tallyhub.privacy.registry import HOLDINGS

SHOWN_MAX = 50  # people of one search


@signed_in
@require_safe
def my_data(request: HubRequest) -> HttpResponse:
    return render(request, "privacy/my_data.html", {"holdings": HOLDINGS})


@signed_in
@require_POST
def export_me(request: HubRequest) -> HttpResponseBase:
    """Made while one waits and kept nowhere: it holds what only this person should have."""
    _require_oneself(request)
    commands.note_export(request.access)
    made = export.write(request.access.person_id or 0)
    return FileResponse(made, as_attachment=True, filename=f"my-data-{clock.today('UTC')}.zip")


@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # a browser left open must not erase anybody
@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: HubRequest) -> HttpResponseBase:
    _require_oneself(request)
    form = EraseOneselfForm(request.POST or None)
    if form.is_valid() and _confirmed(form, lambda typed: commands.erase_oneself(request.access, confirmation=typed)):
        request.session.flush()
        messages.success(request, _("Your account was erased."))
        return redirect("account_login")
    with scope(request.access):
        whole = queries.access_to(request.access.person_id or 0)
    with scope(whole):
        plan = queries.plan_whole(whole, request.user)
        return _plan_page(request, form, plan, request.user.email or request.user.name)


def _require_oneself(request: HubRequest) -> None:
    """What all customers know is for the person; the word of one customer’s identity provider does not open it."""
    with scope(request.access):
        if organizations.is_bound(request.access, request.sign_on.vouched_by):
            raise Conflict("session_bound")


@signed_in
@require_safe
def people(request: HubRequest) -> HttpResponse:
    request.access.require(Right.ERASE_PEOPLE)
    form = FindForm(request.GET)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    with scope(request.access):
        found = list(queries.list_erasable(request.access, text)[: SHOWN_MAX + 1])
    context = {"form": form, "people": found[:SHOWN_MAX], "has_more": len(found) > SHOWN_MAX, "shown_max": SHOWN_MAX}
    return render(request, "privacy/people.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HubRequest, person_id: int) -> HttpResponseBase:
    form = ErasePersonForm(request.POST or None)
    if form.is_valid() and _confirmed(
        form, lambda typed: commands.end_part(request.access, person_id, confirmation=typed)
    ):
        messages.success(request, _("The person was erased. What must stay holds a number and no name."))
        return redirect("privacy:people")
    request.access.require(Right.ERASE_PEOPLE)
    with scope(request.access):
        person = queries.get_erasable(request.access, person_id)
        return _plan_page(request, form, queries.plan_part(request.access, person), person.name)


def _confirmed(form: Form, erase_them: Callable[[str], object]) -> bool:
    """Do it; where the confirmation is another, say so beside the field."""
    try:
        erase_them(form.cleaned_data["confirmation"])
    except Invalid as error:
        form.add_error("confirmation", sentence(error))
        return False
    return True


def _plan_page(request: HubRequest, form: Form, plan: Plan, wanted: str) -> HttpResponse:
    """``wanted`` is what must be typed. The person themselves sees another heading."""
    is_oneself = isinstance(form, EraseOneselfForm)
    context = {"form": form, "plan": plan, "wanted": wanted, "is_oneself": is_oneself}
    return render(request, "privacy/erase.html", context, status=400 if form.errors else 200)
