"""What a partner's people write down for a customer; and what a supplier gives back."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.helpdesk.intake import commands, forms, page, queries
from tallyhub.helpdesk.intake.asking import Refused
from tallyhub.helpdesk.intake.rules import Asked, Channel, Problem
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError
from tallyhub.kernel.grid import TEXT_MAX
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import get_seller
from tallyhub.partners.queries import get_party
from tallyhub.support.desk import of_request

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def new(request: HubRequest) -> HttpResponseBase:
    """``customer``: its id; without one, whoever the partner sells to, searched by ``text``."""
    request.access.require_serving(Right.SERVE_CUSTOMERS)
    chosen = request.POST.get("customer") or request.GET.get("customer")
    if not chosen:
        return _choose(request)
    customer_id = read_id(chosen)
    if request.method != "POST":
        return _show(request, customer_id, None)
    asked = forms.read(request.POST)
    try:
        number = commands.take_in(request.access, customer_id, asked)
    except Refused as refused:
        return _show(request, customer_id, asked, refused.problems)
    messages.success(request, _("It is written down. The number of the request is %(number)s.") % {"number": number})
    return redirect("helpdesk:request", number)


def _choose(request: HubRequest) -> HttpResponse:
    text = request.GET.get("text", "").replace("\x00", "").strip()[:TEXT_MAX]
    with scope(request.access):
        found = queries.list_served(text)
        context = {
            "customers": [
                {"id": one.customer_id, "name": one.name, "code": one.code} for one in found[: queries.CUSTOMERS_MAX]
            ],
            "is_cut": len(found) > queries.CUSTOMERS_MAX,
            "text": text,
        }
        return render(request, "helpdesk/new_customer.html", context)


def _show(
    request: HubRequest, customer_id: int, asked: Asked | None, wrong: list[Problem] | None = None
) -> HttpResponse:
    access = request.access
    with scope(access):
        served = queries.get_served(customer_id)
        own = get_seller(access.organization_id or 0)
        places = queries.list_served_places(customer_id)
        terms = queries.read_own_terms(access)
        asked = asked or Asked(
            workspace=places[0][0] if places else None, channel=Channel.PHONE.value, once=secrets.token_hex(16)
        )
        context: dict[str, Any] = {
            **page.fields(asked, places, commands.products_sold(access, customer_id), wrong or (), is_told=True),
            "customer": served.name,
            "customer_id": served.customer_id,
            "channels": page.channels(asked.channel),
            "contacts": page.contacts(queries.list_contacts(customer_id), dict(places), asked.contact),
            "price": page.price(terms),
            "hours": page.hours(terms, own.name),
            "is_suspended": get_party(own.pk).suspended_at is not None,
        }
        return render(request, "helpdesk/new.html", context, status=400 if wrong else 200)


@signed_in
@of_request
@require_POST
def give_back(request: HubRequest, number: str) -> HttpResponseBase:
    """To the partner; whoever gave it back does not see it any more, so they are led to their queue."""
    version = read_id(request.POST.get("version"))
    try:
        commands.give_back(request.access, number, request.POST.get("reason", ""), version)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("helpdesk:request", number)
    except HubError as error:
        if not error.code.startswith("handover") and error.code != "text_too_long":
            raise
        messages.error(request, sentence(error))
        return redirect("helpdesk:request", number)
    messages.success(request, _("The request %(number)s is the partner’s again.") % {"number": number})
    return redirect("helpdesk:queue")
