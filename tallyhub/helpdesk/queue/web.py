"""The queue of a partner's desk: what all its customers ask of it, whichever of them is worked inside."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_safe

from tallyhub.helpdesk.gates.rules import Stage
from tallyhub.helpdesk.mails import page as mails_page
from tallyhub.helpdesk.mails import queries as mails
from tallyhub.helpdesk.queue import page, queries
from tallyhub.helpdesk.queue.queries import NOBODY, QueueFilter
from tallyhub.kernel.access import Right
from tallyhub.kernel.grid import TEXT_MAX, cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import get_seller
from tallyhub.support.rules import Severity, Status

_CARRIED = ("customer", "product", "severity", "status", "stage", "assigned", "outside", "text")


@signed_in
@require_safe
def queue(request: HubRequest) -> HttpResponse:
    """Filters, order and place are in the address."""
    access, query = request.access, request.GET
    access.require_serving(Right.SERVE_CUSTOMERS)
    wanted, place = _read_filter(query), read_place(query, queries.SORTS)
    carried = [(name, query[name]) for name in _CARRIED if query.get(name)]
    with scope(access):
        read = queries.read_queue(access, wanted, place)
        found = cut(read.rows, place)
        places, products, agents = (
            queries.list_places(access),
            queries.list_asked_products(access),
            queries.list_agents(access),
        )
        people = queries.names_of_assigned(one.assigned_to_id for one in found.rows)
        context = {
            "rows": [page.row(access, one, read.standings.get(one.pk), places, people) for one in found.rows],
            "filters": page.filters(wanted, list(places.values())[: queries.CHOICES_MAX], products, agents,
                                    access.person_id),
            "text": wanted.text,
            "counts": page.counts(queries.count_open(access), access.person_id, carried),
            "orders": page.orders(f"{'-' if place.is_descending else ''}{place.sort}", carried),
            "sort": f"{'-' if place.is_descending else ''}{place.sort}",
            "pager": page_links(url("helpdesk:queue"), carried, found, place, lambda one: queries.key_of(place, one)),
            "is_filtered": bool(carried),
            "looked_through": queries.STAGED_MAX if read.is_cut else 0,
            "desk": mails_page.desk(get_seller(access.organization_id or 0), mails.count_waiting(access)),
            "zone": get_current_timezone_name().replace("_", " "),
        }  # fmt: skip
        return render(request, "helpdesk/queue.html", context)


def _read_filter(query: QueryDict) -> QueueFilter:
    assigned, customer, product = (query.get(name) or "" for name in ("assigned", "customer", "product"))
    if assigned not in ("", NOBODY):
        read_id(assigned)
    return QueueFilter(
        customer_id=read_id(customer) if customer else None,
        product_id=read_id(product) if product else None,
        severity=read_word(Severity, severity) if (severity := query.get("severity")) else "",
        status=read_word(Status, status) if (status := query.get("status")) else "",
        stage=read_word(Stage, stage) if (stage := query.get("stage")) else "",
        assigned=assigned,
        is_outside=query.get("outside") == "yes",
        text=query.get("text", "").replace("\x00", "").strip()[:TEXT_MAX],
    )
