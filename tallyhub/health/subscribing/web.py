"""Mail about products: what somebody signed in gets."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.health import queries, words
from tallyhub.health.rules import EventKind
from tallyhub.health.subscribing import commands
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.kernel.scope import scope


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HubRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request)
    data = request.POST
    wanted: dict[int | None, list[EventKind]] = {None: [read_word(EventKind, one) for one in data.getlist("kinds")]}
    for product in map(read_id, data.getlist("own")):
        wanted[product] = [read_word(EventKind, one) for one in data.getlist(f"kinds_{product}")]
    commands.subscribe(request.access, wanted)
    messages.success(request, _("Your choice was saved."))
    return redirect("health:subscriptions")


def _show(request: HubRequest) -> HttpResponse:
    access = request.access
    with scope(access):
        kept = {one.product_id: set(one.kinds) for one in queries.list_subscriptions(access)}
        products = queries.list_own_products(access)
        context = {
            "is_chosen": bool(kept),
            "kinds": _ticks(kept.get(None, set())),
            "products": [
                {
                    "id": one.pk,
                    "name": one.name,
                    "is_own": one.pk in kept,
                    "kinds": _ticks(kept.get(one.pk, kept.get(None, set()))),
                }
                for one in products
            ],
        }
        return render(request, "health/subscriptions.html", context)


def _ticks(chosen: set[str]) -> list[dict[str, Any]]:
    return [
        {"value": kind.value, "name": str(name), "is_chosen": kind in chosen}
        for kind, name in ((one, words.KIND_NAMES[one]) for one in EventKind)
    ]
