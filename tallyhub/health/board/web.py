"""What everybody signed in reads: their products, what goes on, what was, and one event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_products
from tallyhub.health import page, queries, words
from tallyhub.health.models import HealthEvent
from tallyhub.health.rules import EventKind
from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope


@signed_in
@require_safe
def overview(request: HubRequest) -> HttpResponse:
    """One's own products; ``?all`` shows the others, too."""
    access, zone = request.access, get_current_timezone_name()
    with scope(access):
        own = queries.list_own_products(access)
        products = _everything(own) if "all" in request.GET else own
        ids = [one.pk for one in products]
        active = queries.list_active(access, ids)
        components = queries.list_components(ids)
        context = {
            "cards": page.board(products, components, active),
            "events": [page.line(one, zone) for one in active],
            "is_all": "all" in request.GET,
        }
        return render(request, "health/overview.html", context)


def _everything(own: Sequence[Product]) -> list[Product]:
    """One's own first."""
    known = {one.pk for one in own}
    return [*own, *(one for one in list_products() if one.is_offered and one.pk not in known)]


@signed_in
@require_safe
def history(request: HubRequest) -> HttpResponse:
    """What ended within a year; filters and place are in the address."""
    access, zone = request.access, get_current_timezone_name()
    kind, product = request.GET.get("kind", ""), request.GET.get("product", "")
    with scope(access):
        offered = [one for one in list_products() if one.is_offered]
        chosen = [read_id(product)] if product else None
        found = queries.list_history(access, chosen, kind, _read_place(request.GET.get("after", "")))
        shown = found[: queries.HISTORY_PAGE]
        context = {
            "events": [page.line(one, zone) for one in shown],
            "next_href": _next(request, shown[-1]) if len(found) > len(shown) else "",
            "kinds": _choices([("", _("Any kind")), *words.KIND_NAMES.items()], kind),
            "products": _choices([("", _("Any product")), *((str(one.pk), one.name) for one in offered)], product),
            "is_filtered": bool(kind or product),
            "is_later": "after" in request.GET,
        }
        return render(request, "health/history.html", context)


def _choices(items: Sequence[tuple[str, Any]], chosen: str) -> list[dict[str, Any]]:
    return [{"id": value, "label": str(label), "is_chosen": value == chosen} for value, label in items]


def _read_place(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended. Raises DoesNotExist for what no page of ours says."""
    if not text:
        return None
    at, _sep, serial = text.partition("_")
    try:
        ended_at = datetime.fromisoformat(at)
    except ValueError as error:
        raise ObjectDoesNotExist from error
    if ended_at.tzinfo is None:
        raise ObjectDoesNotExist
    return ended_at, read_id(serial)


def _next(request: HubRequest, last: HealthEvent) -> str:
    kept = {name: value for name in ("kind", "product") if (value := request.GET.get(name))}
    place = f"{last.ended_at.isoformat() if last.ended_at else ''}_{last.pk}"
    return "?" + urlencode({**kept, "after": place})


@signed_in
@require_safe
def event(request: HubRequest, event_id: int) -> HttpResponse:
    """For good, under one address, however old it is. Of another customer's: nothing is there."""
    access, zone = request.access, get_current_timezone_name()
    with scope(access):
        found = queries.get_event(access, event_id)
        updates = queries.list_updates(found)
        names = queries.find_component_names(page.named_components(updates))
        context = {
            "about": page.about(found, zone),
            "story": page.story(updates, names, zone),
            "edit_href": url("health:edit_event", found.pk) if _may_edit(request, found) else "",
            "kind_name": str(words.KIND_NAMES[EventKind(found.kind)]),
        }
        return render(request, "health/event.html", context)


def _may_edit(request: HubRequest, found: HealthEvent) -> bool:
    return request.access.serves(Right.EDIT_HEALTH) and found.organization_id == request.access.organization_id
