"""A partner's adviser view of one customer, and its follow-ups there."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_colleagues
from tallyhub.partners import page as partners
from tallyhub.partners.advising import commands, forms, page, queries
from tallyhub.partners.advising.commands import require_adviser
from tallyhub.partners.delegations.queries import list_of_customer
from tallyhub.partners.holdings.queries import list_sold
from tallyhub.partners.holdings.rules import soonest_first
from tallyhub.partners.models import FollowUp
from tallyhub.partners.queries import Known, get_known

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def adviser(request: HubRequest, customer_id: int) -> HttpResponse:
    """What the partner knows of the customer from its own work there. A fixed number of statements."""
    access, zone = request.access, get_current_timezone_name()
    require_adviser(access)
    with scope(access):
        known = get_known(customer_id)
        products = {one.pk: one.name for one in list_products()}
        sold = soonest_first(list_sold([customer_id]))
        held = {key for one in sold if one.is_active for key in (products if one.products is None else one.products)}
        figures = queries.read_figures(access, customer_id, zone)
        serves = access.serves(Right.SERVE_CUSTOMERS)
        services = queries.list_suggestible()
        context = {
            "customer": known,
            "held": page.held(sold, products),
            "expiring": page.expiring(sold, list_of_customer(access, customer_id)),
            "requests": page.requests(figures, products),
            "themes": page.themes(figures.themes, products, services, sold, customer_id, serves=serves),
            "articles": page.articles(queries.list_articles(access, customer_id, zone)),
            "suffered": page.suffered(queries.list_suffered(access, held), {key: products[key] for key in held}, zone),
            "follow_ups": [page.follow_up(one) for one in queries.list_follow_ups(access, customer_id)],
            "serves": serves,
            "wishes_href": f"{url('partners:wishes')}?customer={known.code}&state=all",
            "zone": partners.zone_name(),
        }
        return render(request, "partners/adviser.html", context)


@signed_in
@GET_POST
def add(request: HubRequest, customer_id: int) -> HttpResponseBase:
    """A new one; the address may say what it begins with, from a theme."""
    access = request.access
    require_adviser(access)
    with scope(access):
        known = get_known(customer_id)
    if request.method == "POST":
        try:
            commands.add_follow_up(access, customer_id, forms.read(request.POST))
        except (Invalid, Conflict) as error:
            return _form(request, known, None, error)
        messages.success(request, _("The follow-up is kept. Only people of your organisation read it."))
        return redirect("partners:adviser", customer_id)
    return _form(request, known, None)


@signed_in
@GET_POST
def follow_up(request: HubRequest, follow_up_id: int) -> HttpResponseBase:
    access = request.access
    require_adviser(access)
    with scope(access):
        one = queries.get_follow_up(access, follow_up_id)
        known = get_known(one.customer_id)
    if request.method == "POST":
        try:
            commands.change_follow_up(
                access, follow_up_id, read_id(request.POST.get("version")), forms.read(request.POST)
            )
        except (Invalid, Conflict) as error:
            return _form(request, known, one, error)
        messages.success(request, _("The follow-up is changed."))
        return redirect("partners:adviser", one.customer_id)
    return _form(request, known, one)


def _form(
    request: HubRequest, known: Known, one: FollowUp | None, error: Invalid | Conflict | None = None
) -> HttpResponse:
    data = request.POST if request.method == "POST" else forms.typed_of(one) if one else request.GET
    with scope(request.access):
        form = forms.form(data, list_products(), queries.list_suggestible(), list_colleagues(request.access), error)
        context = {
            "customer": known,
            "one": one,
            "form": form,
            "problem": sentence(error) if error and "" in form["errors"] else "",
        }
        return render(request, "partners/follow_up.html", context, status=400 if error else 200)
