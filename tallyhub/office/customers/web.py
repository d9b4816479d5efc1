"""Making a customer, and the one that is worked inside. The list of those one serves is `activity`'s."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY, WORKSPACE_KEY
from tallyhub.agreements.queries import list_agreements
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.office import forms as ask
from tallyhub.office.customers import commands, page
from tallyhub.office.customers.forms import CustomerForm, NewCustomerForm, StaffForm
from tallyhub.organizations.queries import get_customer, list_served, list_staff
from tallyhub.organizations.rules import ASSIGNED, Role
from tallyhub.organizations.work.queries import list_domains

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
_FIELD_OF = {
    "code_taken": "code",
    "zone_unknown": "zone",
    "market_unknown": "market",
    "word_unknown": "role",
    "role_beyond_own": "role",
    "staff_unknown": "address",
}


def _field_of(error: HubError, typed: dict[str, str]) -> str:
    """Beside which field an error stands: that it is about, or else the first that is empty."""
    empty = (name for name, text in typed.items() if not text)
    return _FIELD_OF.get(error.code) or next(empty, "name")


@signed_in
@GET_POST
def make(request: HubRequest) -> HttpResponseBase:
    with scope(request.access):
        if not list_served():
            raise Forbidden(Right.MANAGE_AGREEMENTS)
    typed = ask.read(NewCustomerForm, request.POST) if request.method == "POST" else None
    if typed is None:
        return render(
            request, "office/customer_new.html", {"form": NewCustomerForm(initial={"zone": request.user.zone})}
        )
    try:
        customer_id = commands.make_customer(request.access, **typed)
    except HubError as error:
        form = ask.show(NewCustomerForm, typed, {_field_of(error, typed): error})
        return render(request, "office/customer_new.html", {"form": form}, status=400)
    request.session[CUSTOMER_KEY], request.session[WORKSPACE_KEY] = customer_id, None
    messages.success(request, _("The customer is there. You work inside it now."))
    return redirect("office:customer")


@signed_in
@require_safe
def customer(request: HubRequest) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    return _customer(request)


def _customer(request: HubRequest, status: int = 200, **forms: Any) -> HttpResponse:
    with scope(request.access):
        one = get_customer(request.access)
        missing = {
            "domain": not any(each.proved_at for each in list_domains(request.access)),
            "agreement": not list_agreements(request.access).exists(),
        }
        context: dict[str, Any] = {
            "customer": one,
            "steps": missing if any(missing.values()) else None,
            "form": CustomerForm(initial={"name": one.name, "zone": one.zone, "market": one.market}),
            "staff": [page.staff(each) for each in list_staff(request.access) if each.role in ASSIGNED],
            "staff_form": StaffForm(initial={"role": Role.ENGINEER}),
            **forms,
        }
        ask.offer(context["staff_form"], "role", page.given_roles(request.access))
        return render(request, "office/customer.html", context, status=status)


@signed_in
@require_POST
def change(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    typed = ask.read(CustomerForm, request.POST)
    try:
        commands.change_customer(request.access, **typed)
    except Invalid as error:
        return _customer(request, 400, form=ask.show(CustomerForm, typed, {_field_of(error, typed): error}))
    messages.success(request, _("Saved."))
    return redirect("office:customer")


@signed_in
@require_POST
def staff_add(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    typed = ask.read(StaffForm, request.POST)
    try:
        commands.add_staff(request.access, address=typed["address"], role=_role(typed["role"]))
    except Invalid as error:
        return _customer(request, 400, staff_form=ask.show(StaffForm, typed, {_field_of(error, typed): error}))
    messages.success(request, _("Added. It counts from their next request."))
    return redirect("office:customer")


@signed_in
@require_POST
def staff_remove(request: HubRequest, person_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    try:
        commands.remove_staff(request.access, person_id=person_id, role=_role(request.POST.get("role", "")))
    except HubError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("Removed."))
    return redirect("office:customer")


def _role(text: str) -> Role:
    if text not in ASSIGNED:
        raise Invalid("word_unknown", words=", ".join(sorted(ASSIGNED)))
    return Role(text)
