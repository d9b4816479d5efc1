"""What every reader has: the list, one message, what they did with them, and the log of what was sent and refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.agreements.queries import list_buyers, list_products
from tallyhub.kernel.http import HubRequest, address_here, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.messages import page, queries, words
from tallyhub.messages.queries import EVENT, LIST_PAGE, LOG_PAGE, POST, Line, Place, Reach, Wanted
from tallyhub.messages.reading import commands
from tallyhub.messages.reading.commands import Act
from tallyhub.organizations.queries import list_sellers

TEXT_MAX = 100  # characters of a search
MARKED_MAX = 100  # lines that one button marks
_NAMES = ("show", "kind", "unread", "category", "severity", "tag", "product", "text")


@signed_in
@require_safe
def messages(request: HubRequest) -> HttpResponse:
    """Filters, search and place are in the address."""
    access, zone = request.access, get_current_timezone_name()
    wanted = _read(request)
    with scope(access):
        reach = queries.find_reach(access)
        found = queries.list_lines(access, reach, wanted, _read_place(request.GET.get("after", "")))
        shown = found[:LIST_PAGE]
        products = _offered(reach)
        context = {
            "lines": [page.line(one, zone) for one in shown],
            "unread": queries.count_unread(access, reach),
            "next_href": _next(request, shown[-1]) if len(found) > len(shown) else "",
            "is_later": "after" in request.GET,
            "is_filtered": any(request.GET.get(name) for name in _NAMES if name != "show"),
            "show": wanted.show,
            "shows": _shows(request, wanted.show),
            "wanted": wanted,
            "first_href": _address(request, {}),
            "here": request.get_full_path(),
            **_filters(wanted, products),
        }
        return render(request, "messages/list.html", context)


def _read(request: HubRequest) -> Wanted:
    data = request.GET
    product = data.get("product", "")
    return Wanted(
        show=data.get("show", "") if data.get("show", "") in _SHOWS else "",
        kind=data.get("kind", ""),
        unread="unread" in data,
        category=data.get("category", ""),
        severity=data.get("severity", ""),
        tag=data.get("tag", ""),
        product=read_id(product) if product else None,
        text=data.get("text", "").strip()[:TEXT_MAX].replace("\0", ""),
    )


_SHOWS: dict[str, Callable[[], str]] = {
    "": lambda: _("Current"),
    "favourites": lambda: _("Favourites"),
    "archived": lambda: _("Archived"),
    "over": lambda: _("No longer current"),
}


def _shows(request: HubRequest, chosen: str) -> list[dict[str, Any]]:
    return [
        {"title": name(), "href": _address(request, {"show": show}), "is_current": show == chosen}
        for show, name in _SHOWS.items()
    ]


def _address(request: HubRequest, over: dict[str, str]) -> str:
    """The list with its filters, from its beginning."""
    kept = {name: request.GET[name] for name in _NAMES if request.GET.get(name)} | over
    said = urlencode({name: value for name, value in kept.items() if value})
    return url("messages:list") + (f"?{said}" if said else "")


def _offered(reach: Reach) -> list[tuple[str, str]]:
    there = [one for one in list_products() if reach.products is None or one.pk in reach.products]
    return [(str(one.pk), one.name) for one in there]


def _filters(wanted: Wanted, products: list[tuple[str, str]]) -> dict[str, Any]:
    kinds = [(kind, name()) for kind, name in page.KIND_NAMES.items()]
    product = str(wanted.product or "")
    return {
        "kinds": page.choices([("", _("Messages and service health")), *kinds], wanted.kind),
        "categories": page.choices([("", _("Any category")), *words.CATEGORY_NAMES.items()], wanted.category),
        "severities": page.choices([("", _("Any importance")), *words.SEVERITY_NAMES.items()], wanted.severity),
        "tags": page.choices([("", _("Any tag")), *words.TAG_NAMES.items()], wanted.tag),
        "products": page.choices([("", _("Any product")), *products], product),
    }


def _read_place(text: str) -> Place | None:
    """Where the page before ended. Raises DoesNotExist for what no page of ours says."""
    if not text:
        return None
    at, kind, serial = ([*text.split("_"), "", ""])[:3]
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise ObjectDoesNotExist from error
    if instant.tzinfo is None or kind not in (POST, EVENT):
        raise ObjectDoesNotExist
    return instant, kind, read_id(serial)


def _next(request: HubRequest, last: Line) -> str:
    return _address(request, {"after": f"{last.at.isoformat()}_{last.kind}_{last.id}"})


@signed_in
@require_safe
def message(request: HubRequest, post_id: int) -> HttpResponse:
    """Whoever opens it has read it."""
    access, zone = request.access, get_current_timezone_name()
    if not commands.mark(access, Act.READ, [post_id], []):
        raise ObjectDoesNotExist
    with scope(access):
        reach = queries.find_reach(access)
        post: Any = queries.get_post(access, reach, post_id)
        versions = page.versions(queries.list_versions(post), zone)
        context = {
            "about": page.about(post, zone),
            "versions": versions[1:],
            "changed": versions[0]["when"] if len(versions) > 1 else "",
            "is_archived": post.mine_archived is not None,
            "is_favourite": bool(post.mine_liked),
            "key": f"{POST}-{post.pk}",
            "here": request.get_full_path(),
            "edit_href": url("messages:edit_message", post.pk) if _is_own(request, post.organization_id) else "",
        }
        return render(request, "messages/message.html", context)


def _is_own(request: HubRequest, organization_id: int) -> bool:
    return queries.is_editor(request.access) and organization_id in request.access.organizations


@signed_in
@require_safe
def event(request: HubRequest, event_id: int) -> HttpResponseBase:
    """From the list to an event of service health, which is read by that."""
    if not commands.mark(request.access, Act.READ, [], [event_id]):
        raise ObjectDoesNotExist
    return redirect("health:event", event_id)


@signed_in
@require_POST
def mark(request: HubRequest, act: str) -> HttpResponseBase:
    """``what``: the lines, as ``message-1`` and ``health-2``; then back to where one was."""
    chosen = [one.partition("-") for one in request.POST.getlist("what")[:MARKED_MAX]]
    ids: dict[str, list[int]] = {POST: [], EVENT: []}
    for kind, _dash, serial in chosen:
        if kind not in ids:
            raise ObjectDoesNotExist
        ids[kind].append(read_id(serial))
    marked = commands.mark(request.access, read_word(Act, act), ids[POST], ids[EVENT])
    if marked < len(set(chosen)):
        raise ObjectDoesNotExist
    return redirect(address_here(request, request.POST.get("next", ""), url("messages:list")))


@signed_in
@require_safe
def log(request: HubRequest) -> HttpResponse:
    """What the provider sent, and what the rules of communication refused, for the customer and its partners."""
    access, zone = request.access, get_current_timezone_name()
    refused, after = "refused" in request.GET, find_id(request.GET.get("after"))
    with scope(access):
        reach = queries.find_reach(access)
        found = queries.list_sendings(access, reach, refused=refused, after=after)
        shown = found[:LOG_PAGE]
        products = {one.pk: one.name for one in list_products()}
        sellers = {one.pk: one.name for one in list_sellers()}
        customers = {one.customer_id: one.name for one in list_buyers()} if access.organizations else {}
        kept = {"refused": "1"} if refused else {}
        context = {
            "rows": [page.sending(one, zone, products, sellers, customers) for one in shown],
            "next_href": f"?{urlencode({**kept, 'after': shown[-1].pk})}" if len(found) > len(shown) else "",
            "is_later": after is not None,
            "is_refused": refused,
            "has_customers": bool(access.organizations),
            "zone": zone,
        }
        return render(request, "messages/log.html", context)
