"""What every reader has: the list with its search, and one article with the question whether it helped."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.articles import page, queries
from tallyhub.articles.reading import commands
from tallyhub.articles.rules import TEXT_MAX, counts
from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope

PAGES_MAX = 999
SENT_SHOWN = 4
OTHER = "other"  # what technical support calls what is not named


@signed_in
@require_safe
def articles(request: HubRequest) -> HttpResponse:
    """Search, product and page are in the address."""
    access, zone = request.access, get_current_timezone_name()
    text = request.GET.get("text", "").replace("\0", "").strip()[:TEXT_MAX]
    product, at = find_id(request.GET.get("product")), read_page(request)
    with scope(access):
        products = queries.list_own_products(access)
        names = {one.pk: one.name for one in products}
        product = product if product in names else None
        found = queries.list_page(access, text=text, product=product, page=at)
        sent = queries.list_unanswered(access, SENT_SHOWN) if counts(access) else []
        context = {
            "lines": [page.line(one, names, zone, product) for one in found.articles],
            "sent": [page.offered(one) for one in sent],
            "has_all": found.has_all,
            "text": text,
            "text_max": TEXT_MAX,
            "products": [{"id": one.pk, "label": one.name, "is_chosen": one.pk == product} for one in products],
            "product": names.get(product or 0, ""),
            "support_href": _support(product) if access.customers else "",
            "is_reader": bool(access.customers or access.organizations),
            "pager": pager(request, at, has_more=found.has_more),
        }
        return render(request, "articles/list.html", context)


def read_page(request: HubRequest) -> int:
    """Of the address. Raises DoesNotExist for what no page of ours says."""
    at = read_id(request.GET.get("page", "1"))
    if not 1 <= at <= PAGES_MAX:
        raise ObjectDoesNotExist
    return at


def pager(request: HubRequest, at: int, *, has_more: bool) -> dict[str, str]:
    """Links to the page before and the next one, with the filters that are set."""
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}
    return {
        "prev_href": f"?{urlencode(kept | {'page': at - 1})}" if at > 1 else "",
        "next_href": f"?{urlencode(kept | {'page': at + 1})}" if has_more else "",
    }


def _support(product: int | None) -> str:
    """Where whoever supports the product is shown; a package above answers there."""
    return f"{url('partners:technical')}?{urlencode({'product': product or OTHER})}"


@signed_in
@require_safe
def article(request: HubRequest, article_id: int) -> HttpResponse:
    """Whoever opens it for a customer has read it."""
    access, zone = request.access, get_current_timezone_name()
    if counts(access):
        commands.open_article(access, article_id)
    with scope(access):
        found = queries.get_article(access, article_id)
        product = find_id(request.GET.get("product"))
        is_own = access.serves(Right.EDIT_GUIDES) and found.organization_id in access.organizations
        context = {
            "about": page.about(found, queries.names_of_products(found.products), zone),
            "answer": queries.find_answer(access, found),
            "may_answer": counts(access),
            "product": product or "",
            "support_href": _support(_asked_about(found.products, product)) if access.customers else "",
            "edit_href": url("articles:edit_article", found.pk) if is_own else "",
        }
        return render(request, "articles/article.html", context)


def _asked_about(products: list[int], product: int | None) -> int | None:
    """Which product support is asked about: the one that somebody comes from, or else the article's own."""
    if product and (not products or product in products):
        return product
    return products[0] if len(products) == 1 else None


@signed_in
@require_POST
def answer(request: HubRequest, article_id: int) -> HttpResponseBase:
    """Solved: thanks. Not solved: on to whoever supports the product (S003-49)."""
    access, said = request.access, request.POST.get("solved")
    if said not in ("yes", "no"):
        raise ObjectDoesNotExist
    commands.answer(access, article_id, read_id(request.POST.get("number")), is_solved=said == "yes")
    product = find_id(request.POST.get("product"))
    if said == "yes":
        messages.success(request, _("Thank you. Good to know that it helped."))
        return redirect(url("articles:article", article_id) + (f"?product={product}" if product else ""))
    with scope(access):
        found: Any = queries.get_article(access, article_id)
    messages.info(request, _("Thank you for saying so. Here is who supports you with it."))
    return redirect(_support(_asked_about(found.products, product)))
