"""The customer's side: what it has, through whom, until when; and what it asks for."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners import page as partners
from tallyhub.partners.card.page import cards
from tallyhub.partners.card.queries import Supported, read_supported
from tallyhub.partners.holdings import page as holdings
from tallyhub.partners.holdings.queries import list_held
from tallyhub.partners.holdings.rules import Subscription, soonest_first
from tallyhub.partners.subscriptions import commands, forms, page, queries
from tallyhub.partners.subscriptions.rules import ABOUT_A_SUBSCRIPTION, WishKind, may_ask
from tallyhub.partners.subscriptions.words import KIND_NAMES

ENDED = "ended"  # the address's word for what is over


def _require_reader(access: Access) -> None:
    partners.require_reader(access)
    if not access.has_anywhere(Right.VIEW_ACTIVITY):
        raise Forbidden(Right.VIEW_ACTIVITY)


@signed_in
@require_safe
def subscriptions(request: HubRequest) -> HttpResponse:
    """What the customer has, the soonest end first; what is over with ``which=ended``."""
    access = request.access
    _require_reader(access)
    shows_ended = request.GET.get("which") == ENDED
    with scope(access):
        held = soonest_first(list_held(access))
        own = queries.list_own(access)
        sellers = {one.pk: one for one in list_sellers()}
        names = {key: one.name for key, one in sellers.items()}
        provider = next((key for key, one in sellers.items() if one.kind == Kind.PROVIDER), None)
        products = {one.pk: one.name for one in list_products()}
        context = {
            "rows": [
                page.subscription(
                    one, products, names, provider, _open_about(own, one), may_ask=may_ask(access),
                )
                for one in held
                if one.is_over is shows_ended
            ],
            "shows_ended": shows_ended,
            "shows": _shows(sum(one.is_over for one in held), shows_ended=shows_ended),
            "wishes": [page.row(one) for one in own],
            "shown_max": queries.SHOWN_MAX,
            "may_ask": may_ask(access),
            "new_href": page.ask_href(WishKind.BUY),
            "zone": partners.zone_name(),
        }  # fmt: skip
        return render(request, "partners/subscriptions.html", context)


def _shows(ended: int, *, shows_ended: bool) -> list[dict[str, Any]]:
    here = url("partners:subscriptions")
    over = _("What is over (%(n)s)") % {"n": fmt.number(ended)}
    return [
        {"title": _("What you have"), "href": here, "is_current": not shows_ended},
        {"title": over, "href": f"{here}?which={ENDED}", "is_current": shows_ended},
    ]


def _open_about(own: list[queries.Wished], one: Subscription) -> list[queries.Wished]:
    return [each for each in own if each.wish.package_id == one.package_id and page.is_open(each)]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HubRequest) -> HttpResponseBase:
    """One wish: about something that it has, or for something new."""
    access = request.access
    if not may_ask(access):
        raise Forbidden(Right.ADMINISTER)
    kind = read_word(WishKind, request.GET.get("kind"))
    with scope(access):
        held = _held(access, kind, request.GET)
    if request.method == "POST":
        try:
            commands.ask(access, forms.read(request.POST, kind, held))
        except (Invalid, Conflict) as error:
            return _form(request, kind, held, error)
        messages.success(request, _("It is asked. You see here what becomes of it, and get a mail."))
        return redirect("partners:subscriptions")
    return _form(request, kind, held)


def _held(access: Access, kind: WishKind, query: QueryDict) -> Subscription | None:
    """Raises DoesNotExist for what is not held or is over."""
    if kind not in ABOUT_A_SUBSCRIPTION:
        return None
    wanted = find_id(query.get("package"))
    for one in list_held(access):
        if one.package_id == wanted and not one.is_over:
            return one
    raise ObjectDoesNotExist


def _form(
    request: HubRequest, kind: WishKind, held: Subscription | None, error: Invalid | Conflict | None = None
) -> HttpResponse:
    access, zone = request.access, partners.zone_name()
    data = request.POST if request.method == "POST" else request.GET
    with scope(access):
        supported = read_supported(access)
        products = [one for one in list_products() if one.is_offered] if held is None else []
        sellers = queries.sellers_offered(supported, None) if held is None else []
        names = {one: supported.organizations[one].name for one in sellers}
        form = forms.form(data, kind, held, products, names, error)
        context = {
            "form": form,
            "problem": sentence(error) if error and "" in form["errors"] else "",
            "kind_name": str(KIND_NAMES[kind]),
            "held": held,
            "to": _to(supported, held),
            "ends": holdings.ends(held) if held else "",
            "zone": zone,
        }
        return render(request, "partners/wish_ask.html", context, status=400 if error else 200)


def _to(supported: Supported, held: Subscription | None) -> str:
    """Who reads the wish; for something new, what is chosen says it."""
    if held is None:
        return ""
    return supported.organizations[queries.asked_instead(supported, held.seller_id)].name


@signed_in
@require_safe
def wish(request: HubRequest, wish_id: int) -> HttpResponse:
    """One's own wish: its state, and how it came to it."""
    access = request.access
    if not may_ask(access):
        raise Forbidden(Right.ADMINISTER)
    with scope(access):
        one = _own(access, wish_id)
        supported = read_supported(access)
        context = {
            "one": page.row(one),
            "facts": page.facts(one),
            "history": page.history(one),
            "is_open": page.is_open(one),
            "is_stuck": page.is_open(one) and _is_suspended(supported, one),
            "cards": _cards(supported, one),
            "zone": partners.zone_name(),
        }
        return render(request, "partners/wish_own.html", context)


def _own(access: Access, wish_id: int) -> queries.Wished:
    one = queries.get_wished(access, wish_id)
    if one.wish.customer_id not in access.customers:
        raise ObjectDoesNotExist
    return one


def _is_suspended(supported: Supported, one: queries.Wished) -> bool:
    standing = supported.standing.get(one.wish.organization_id)
    return standing is not None and standing.is_suspended


def _cards(supported: Supported, one: queries.Wished) -> list[dict[str, Any]]:
    """How whoever was asked is reached otherwise."""
    if one.is_providers or one.wish.organization_id not in supported.standing:
        return []
    return cards(supported, one.wish.organization_id, None, get_current_timezone_name())


@signed_in
@require_POST
def withdraw(request: HubRequest, wish_id: int) -> HttpResponseBase:
    if not may_ask(request.access):
        raise Forbidden(Right.ADMINISTER)
    with scope(request.access):
        _own(request.access, wish_id)
    commands.withdraw(request.access, wish_id)
    messages.success(request, _("The wish is withdrawn. Whoever was asked gets a mail."))
    return redirect("partners:wish_own", wish_id)
