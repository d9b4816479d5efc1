"""Technical support, as a customer meets it: resources first, then whoever supports the product (R5.3, R5.8)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import Bought, get_bought
from tallyhub.articles import page as articles
from tallyhub.articles.queries import list_offered
from tallyhub.health import page as health
from tallyhub.health.queries import list_active
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.learning.catalogue.queries import list_about
from tallyhub.organizations.queries import get_customer
from tallyhub.partners import page
from tallyhub.partners.card import page as cards
from tallyhub.partners.card.queries import Supported, read_supported
from tallyhub.support.requests.commands import note_refusal
from tallyhub.support.requests.rules import HeldThroughPartner

OTHER = "other"  # the address's word for what is not named
ACTIVITIES_SHOWN = ARTICLES_SHOWN = 4


@signed_in
@require_safe
def technical(request: HubRequest) -> HttpResponse:
    """``product``: its id, or ``other``; ``partner``: whom one takes it to be, of one's own."""
    access, zone = request.access, get_current_timezone_name()
    wanted, partner = request.GET.get("product", ""), find_id(request.GET.get("partner"))
    page.require_reader(access)
    with scope(access):
        supported = read_supported(access)
        product = next((one for one in supported.products if str(one.pk) == wanted), None)
        if partner not in supported.partners:
            partner = None
        context = {
            "products": _products(supported, product, wanted),
            "product": product.name if product else "",
            "resources": _resources(access, supported, product, zone),
            **_answer(access, supported, product, partner, zone, is_asked=bool(product or partner or wanted == OTHER)),
            "code": get_customer(access).code if access.customers else "",
            "may_contact": not access.is_staff,  # staff write down at their helpdesk what they are told
        }
        return render(request, "partners/technical.html", context)


def _products(supported: Supported, chosen: Product | None, wanted: str) -> list[dict[str, Any]]:
    named = [{"id": one.pk, "label": one.name, "is_chosen": one is chosen} for one in supported.products]
    return [*named, {"id": OTHER, "label": _("Something else, or I do not know"), "is_chosen": wanted == OTHER}]


def _resources(access: Access, supported: Supported, product: Product | None, zone: str) -> dict[str, Any]:
    """What one can find out by oneself, before anybody is asked (S003-49)."""
    about = [product.pk] if product else [one.pk for one in supported.products]
    events = list_active(access, about) if about else []
    learning = url("learning:catalogue")
    key = product.pk if product else None
    return {
        "articles": [articles.offered(one, key) for one in list_offered(access, key, ARTICLES_SHOWN)],
        "product": key or "",
        "events": [health.line(one, zone) for one in events[:ACTIVITIES_SHOWN]],
        "activities": [
            {"name": one.name, "href": url("learning:activity", one.pk)}
            for one in (list_about(product.pk, ACTIVITIES_SHOWN) if product else [])
        ],
        "learning_href": f"{learning}?product={product.pk}" if product else learning,
        "tasks_href": f"{url('partners:tasks')}?product={product.pk}" if product else url("partners:tasks"),
    }


def _answer(
    access: Access, supported: Supported, product: Product | None, partner: int | None, zone: str, *, is_asked: bool
) -> dict[str, Any]:
    """Whose cards are shown, and whether the provider is asked. A product decides; without one, a request is the
    partner's as soon as anything is held through one (R5.3), and of several the customer says which.
    """
    bought = get_bought(access.customers[0]) if access.customers else Bought(*[frozenset[int]()] * 3)
    if partner is not None:
        sellers: tuple[int, ...] = (partner,)
        asks_provider = partner in bought.stood_in
    elif product is not None:
        sellers, asks_provider = supported.sellers.get(product.pk, ()), not bought.is_partners(product.pk)
    else:
        sellers, asks_provider = supported.partners, not bought.is_partners(None)
    picks = len(sellers) > 1
    is_shown = is_asked or (not picks and not (supported.partners and supported.direct))
    return {
        "is_shown": is_shown,
        "picks": [
            {"name": supported.organizations[one].name, "href": _pick(product, one)} for one in sellers
        ] if picks and is_shown else [],
        "cards": [card for one in sellers for card in cards.cards(supported, one, product, zone)]
        if is_shown and not picks else [],
        "asks_provider": asks_provider and is_shown,
        "is_direct": product.pk in supported.direct if product else not supported.partners,
        "may_open": access.has_anywhere(Right.OPEN_REQUESTS),
        "may_name": access.has_anywhere(Right.MANAGE_USERS),
        "provider": supported.organizations[supported.provider_id].name if supported.provider_id else "",
        "publisher": page.publisher(product),
    }  # fmt: skip


def refused(request: HttpRequest, error: HeldThroughPartner) -> HttpResponse:
    """Instead of a form of the provider's: whose the matter is, with the card. The attempt is written down."""
    access, zone = request.access, get_current_timezone_name()  # type: ignore[attr-defined]  # a HubRequest
    note_refusal(access, error.product)
    with scope(access):
        supported = read_supported(access)
        product = next((one for one in supported.products if one.pk == error.product), None)
        sellers = supported.sellers.get(product.pk, ()) if product else supported.partners
        context = {
            "sentence": sentence(error),
            "cards": [card for one in sellers for card in cards.cards(supported, one, product, zone)],
            "may_contact": not access.is_staff,
        }
        return render(request, "partners/refused.html", context, status=403, using="jinja2")


def _pick(product: Product | None, partner_id: int) -> str:
    wanted = product.pk if product else OTHER
    return f"{url('partners:technical')}?product={wanted}&partner={partner_id}"
