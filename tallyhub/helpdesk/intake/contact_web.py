"""The customer's form to its partner. What is typed is kept until it is sent, whatever is wrong with it."""

import secrets
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.helpdesk.intake import commands, page, queries
from tallyhub.helpdesk.intake.asking import require_own
from tallyhub.helpdesk.intake.draft_web import Form, answer
from tallyhub.helpdesk.intake.rules import OTHER, Addressee, Asked, Problem, choose_sellers
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import find_archived
from tallyhub.partners.card.queries import Supported, read_supported

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def contact(request: HubRequest) -> HttpResponseBase:
    """``product``: its id, or ``other``; ``partner``: who sold it. Whoever is meant must be clear from these: else the
    page of technical support asks, or names the provider.
    """
    require_own(request.access)
    with scope(request.access):
        supported = read_supported(request.access)
        wanted = request.GET.get("product", "")
        product = next((one.pk for one in supported.products if str(one.pk) == wanted), None)
        sellers = choose_sellers(product, find_id(request.GET.get("partner")), supported.sellers, supported.partners)
        addressee = queries.find_addressee(supported, sellers[0]) if len(sellers) == 1 else None
        if addressee is None:
            return redirect(f"{url('partners:technical')}?product={product or OTHER}")
        if request.method != "POST":
            return _show(request, supported, addressee, _begun(request, sellers[0], str(product or "")))
    return answer(request, _form(request, sellers[0]))


def _begun(request: HubRequest, seller_id: int, product: str) -> Asked:
    """What one has begun to write to this partner, or an empty form."""
    once = secrets.token_hex(16)
    draft = queries.find_draft(request.access, seller_id)
    if draft:
        return replace(Asked.of(draft.typed), once=once)
    here = request.access.workspace_id or request.access.workspaces[0]
    return Asked(workspace=here, product=product or OTHER if request.GET.get("product") else "", once=once)


def _form(request: HubRequest, seller_id: int) -> Form:
    access = request.access
    return Form(
        drop=lambda: commands.drop_draft(access, seller_id),
        save=lambda asked, kept: commands.save_draft(access, seller_id, asked, kept),
        remove=lambda file_id: commands.remove_file(access, seller_id, file_id),
        show=lambda asked, wrong: _again(request, seller_id, asked, wrong),
        send=lambda asked: commands.contact_partner(access, seller_id, asked),
        sent=_("Your partner has it. The number of the request is %(number)s."),
        here=request.get_full_path(),
        away=f"{url('partners:technical')}?product={OTHER}",
    )


def _again(request: HubRequest, seller_id: int, asked: Asked, wrong: list[Problem]) -> HttpResponse:
    with scope(request.access):
        supported = read_supported(request.access)
        addressee = queries.find_addressee(supported, seller_id) or Addressee(seller_id, seller_id)
        return _show(request, supported, addressee, asked, wrong)


def _show(
    request: HubRequest, supported: Supported, addressee: Addressee, asked: Asked, wrong: list[Problem] | None = None
) -> HttpResponse:
    access = request.access
    partner = supported.organizations[addressee.organization_id].name
    seller = supported.organizations[addressee.seller_id].name
    terms = queries.terms_for(supported, addressee.organization_id)
    draft = queries.find_draft(access, addressee.seller_id)
    archived = find_archived(access.workspaces)
    places = [(one.id, one.name) for one in request.sign_on.places if one.id in set(access.workspaces) - archived]
    context = {
        **page.fields(asked, places, supported.products_of(addressee.seller_id), wrong or ()),
        "partner": partner,
        "seller": seller if addressee.stands_in_for else "",
        "plan_href": url("partners:plan_read", addressee.organization_id),
        "price": page.price(terms),
        "hours": page.hours(terms, partner),
        **page.files(queries.list_draft_files(access, draft)),
        "begun": fmt.minute(draft.changed_at, get_current_timezone_name()) if draft and wrong is None else "",
    }
    return render(request, "helpdesk/contact.html", context, status=400 if wrong else 200)


@signed_in
@require_http_methods(["POST"])
def accept(request: HubRequest, number: str) -> HttpResponseBase:
    """The price of what the partner wrote down for one."""
    commands.accept_price(request.access, number, read_id(request.POST.get("plan")))
    messages.success(request, _("The price is accepted."))
    return redirect("helpdesk:request", number)
