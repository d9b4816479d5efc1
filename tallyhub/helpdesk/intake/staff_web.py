"""What a partner's people write down for a customer; and what a supplier gives back."""

import secrets
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.helpdesk.intake import commands, forms, page, queries
from tallyhub.helpdesk.intake.draft_web import Form, answer, send
from tallyhub.helpdesk.intake.rules import Asked, Problem
from tallyhub.helpdesk.mails.page import files_to_choose
from tallyhub.helpdesk.mails.queries import get_mail, list_files
from tallyhub.helpdesk.models import ContactDraft, ContactFile
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError
from tallyhub.kernel.grid import TEXT_MAX
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import get_seller
from tallyhub.partners.queries import get_party
from tallyhub.support.desk import of_request

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def new(request: HubRequest) -> HttpResponseBase:
    """``customer``: its id; without one, whoever the partner sells to, searched by ``text``. ``mail``: the one that is
    taken in; ``contact``: who may have sent it.
    """
    request.access.require_serving(Right.SERVE_CUSTOMERS)
    chosen = request.POST.get("customer") or request.GET.get("customer")
    mail_id = find_id(request.POST.get("mail") or request.GET.get("mail"))
    if not chosen:
        return _choose(request, mail_id)
    try:
        return _answer(request, read_id(chosen), mail_id)
    except Conflict as error:
        if error.code != "mail_taken" or mail_id is None:
            raise
        messages.error(request, sentence(error))
        return redirect("helpdesk:mail", mail_id)


def _answer(request: HubRequest, customer_id: int, mail_id: int | None) -> HttpResponseBase:
    """Raises Conflict where somebody else has taken the mail in."""
    if request.method != "POST":
        return _show(request, customer_id, mail_id, None)
    form = _form(request, customer_id, mail_id)
    if mail_id:  # it keeps what it says, and its files
        return send(request, form, forms.read(request.POST))
    return answer(request, form)


def _form(request: HubRequest, customer_id: int, mail_id: int | None) -> Form:
    access, here = request.access, f"{url('helpdesk:new')}?customer={customer_id}"
    return Form(
        drop=lambda: commands.drop_told(access, customer_id),
        save=lambda asked, kept: commands.save_told(access, customer_id, asked, kept),
        remove=lambda file_id: commands.remove_told_file(access, customer_id, file_id),
        show=lambda asked, wrong: _show(request, customer_id, mail_id, asked, wrong),
        send=lambda asked: commands.take_in(
            access,
            customer_id,
            asked,
            mail_id=mail_id,
            mail_files=read_ids(request.POST.getlist("mail_files")),
            takes_draft=mail_id is None,
        ),
        sent=_("It is written down. The number of the request is %(number)s."),
        here=here,
        away=here,
    )


def _begun(access: Access, customer_id: int) -> tuple[ContactDraft | None, list[ContactFile]]:
    """What one has begun to write down for the customer."""
    with scope(access):
        inside = commands.at_draft(access, customer_id)
    if inside is None:
        return None, []
    with scope(inside):
        draft = queries.find_draft(inside, access.organization_id or 0)
        return draft, queries.list_draft_files(inside, draft)


def _choose(request: HubRequest, mail_id: int | None) -> HttpResponse:
    text = request.GET.get("text", "").replace("\x00", "").strip()[:TEXT_MAX]
    with scope(request.access):
        found = queries.list_served(text)
        context = {
            "customers": [
                {"id": one.customer_id, "name": one.name, "code": one.code} for one in found[: queries.CUSTOMERS_MAX]
            ],
            "is_cut": len(found) > queries.CUSTOMERS_MAX,
            "text": text,
            "mail": get_mail(request.access, mail_id) if mail_id else None,
        }
        return render(request, "helpdesk/new_customer.html", context)


def _show(
    request: HubRequest,
    customer_id: int,
    mail_id: int | None,
    asked: Asked | None,
    wrong: list[Problem] | None = None,
) -> HttpResponse:
    access = request.access
    chosen = read_ids(request.POST.getlist("mail_files")) if request.method == "POST" else None
    draft, files = (None, []) if mail_id else _begun(access, customer_id)
    with scope(access):
        mail = get_mail(access, mail_id) if mail_id else None
        served = queries.get_served(customer_id)
        own = get_seller(access.organization_id or 0)
        places = queries.list_served_places(customer_id)
        terms = queries.read_own_terms(access)
        contacts, once = queries.list_contacts(customer_id), secrets.token_hex(16)
        contact = find_id(request.GET.get("contact"))
        if asked is None and draft:
            asked = replace(Asked.of(draft.typed), once=once)
        asked = asked or page.begun(places, contacts, contact, mail, once)
        context: dict[str, Any] = {
            **page.fields(asked, places, commands.products_sold(access, customer_id), wrong or (), is_told=True),
            **page.files(files),
            "begun": fmt.minute(draft.changed_at, get_current_timezone_name()) if draft and wrong is None else "",
            "customer": served.name,
            "customer_id": served.customer_id,
            "channels": page.channels(asked.channel),
            "contacts": page.contacts(contacts, dict(places), asked.contact),
            "mail": mail,
            "mail_files": files_to_choose(list_files(access, mail) if mail else (), chosen),
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
