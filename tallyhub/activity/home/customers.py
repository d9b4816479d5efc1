"""Where whoever serves several customers begins: what waits at each of them, and the way into one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tallyhub.engagements.home.queries import Waiting, count_round
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.office.customers import page as office
from tallyhub.office.customers.queries import Served, list_round

SEARCH_FROM = 10  # customers; fewer are seen at a glance


@signed_in
@require_safe
def customers(request: HubRequest) -> HttpResponse:
    """For whoever serves a customer, wherever they work at the moment. Two statements, however many there are."""
    with scope(request.access):
        found = list_round()
        if not found:
            raise Forbidden(Right.MANAGE_AGREEMENTS)
        services = count_round()
        text = request.GET.get("text", "").strip()
        context = {
            "rows": [_row(one, services) for one in _order(found, services, text)],
            "text": text,
            "has_many": len(found) > SEARCH_FROM,
            "here": request.access.customer_id,
        }
        return render(request, "activity/round.html", context)


def _order(found: Iterable[Served], services: Mapping[int, Waiting], text: str) -> list[Served]:
    """What waits comes first; ``text`` is a part of name or code."""
    wanted = text.casefold()
    named = (one for one in found if wanted in one.name.casefold() or wanted in one.code.casefold())
    return sorted(named, key=lambda one: not (one.waits or one.id in services))


def _row(one: Served, services: Mapping[int, Waiting]) -> dict[str, Any]:
    """``services`` leads to the customer's home, which names each of them."""
    return office.row(one) | {"services": _services(services[one.id]) if one.id in services else []}


def _services(waiting: Waiting) -> list[str]:
    counted = (
        (
            ngettext(
                "%(n)s requested service waits for a plan",
                "%(n)s requested services wait for a plan",
                waiting.requested,
            ),
            waiting.requested,
        ),
        (
            ngettext(
                "%(n)s disputed delivery waits for an answer",
                "%(n)s disputed deliveries wait for an answer",
                waiting.disputed,
            ),
            waiting.disputed,
        ),
    )
    return [said % {"n": fmt.number(count)} for said, count in counted if count]
