"""What the queue shows: rows and filters in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.helpdesk.gates.words import STAGE_NAMES, STAGE_TONES
from tallyhub.helpdesk.queue.queries import NOBODY, Counts, QueueFilter
from tallyhub.helpdesk.stages import Standing
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.http import url
from tallyhub.support.models import Request
from tallyhub.support.queries import DeskPlace
from tallyhub.support.rules import Severity, Status
from tallyhub.support.words import SEVERITY_NAMES, STATUS_NAMES, severity_badge, status_badge


def row(
    access: Access,
    one: Request,
    standing: Standing | None,
    places: Mapping[int, DeskPlace],
    people: Mapping[int, str],
) -> dict[str, Any]:
    place = places.get(one.workspace_id)
    is_own_desk = one.desk_id in access.organizations
    intake = getattr(one, "intake", None)
    return {
        "number": one.number,
        "title": one.title,
        "href": url("helpdesk:request", one.number),
        "customer": place.customer if place else "",
        "workspace": place.workspace if place else "",
        "product": one.product.name if one.product else _("none named"),
        "severity": severity_badge(Severity(one.severity)),
        "stage": _stage(one, standing),
        "status": str(STATUS_NAMES[Status(one.status)]),
        "opened": fmt.minute(one.opened_at, get_current_timezone_name()),
        "is_outside": intake is not None and intake.is_outside_hours,
        "assigned": people.get(one.assigned_to_id) or _("Somebody who has left") if one.assigned_to_id else "",
        "desk": _desk(access, one),
        "may_take": is_own_desk and one.assigned_to_id is None,
        "version": one.version,
        "me": access.person_id,
    }


def _stage(one: Request, standing: Standing | None) -> dict[str, Any]:
    """None is known where the request came in this very moment."""
    if standing is None:
        return status_badge(Status(one.status))
    return {"text": STAGE_NAMES[standing.stage], "tone": STAGE_TONES.get(standing.stage, "plain")}


def _desk(access: Access, one: Request) -> str:
    """With whom it is, where the reader's own people do not work on it for their own customer."""
    if one.partner_id not in access.organizations and one.partner is not None:
        return _("for %(partner)s") % {"partner": one.partner.name}
    return "" if one.desk_id in access.organizations else _("with the supplier")


def filters(
    wanted: QueueFilter,
    places: Iterable[DeskPlace],
    products: Iterable[Product],
    people: Mapping[int, str],
    me: int | None,
) -> list[dict[str, Any]]:
    customers = {str(one.customer_id): one.customer for one in places}
    assigned = [("", _("Anybody")), (NOBODY, _("Nobody yet")), (str(me), _("Me"))]
    others = sorted(((str(one), name) for one, name in people.items() if one != me), key=lambda one: one[1].casefold())
    return [
        _select("customer", _("Customer"), [("", _("All customers")), *customers.items()], wanted.customer_id),
        _select(
            "product",
            _("Product"),
            [("", _("Every product")), *((str(one.pk), one.name) for one in products)],
            wanted.product_id,
        ),
        _select("severity", _("Severity"), [("", _("Any severity")), *SEVERITY_NAMES.items()], wanted.severity),
        _select("status", _("Status"), [("", _("What is open")), *STATUS_NAMES.items()], wanted.status),
        _select("stage", _("Where it stands"), [("", _("Any stage")), *STAGE_NAMES.items()], wanted.stage),
        _select("assigned", _("Assigned to"), [*assigned, *others], wanted.assigned),
        _select(
            "outside",
            _("Hours"),
            [("", _("At any time")), ("yes", _("Came in outside the hours"))],
            "yes" if wanted.is_outside else "",
        ),
    ]


def _select(name: str, label: str, options: Sequence[tuple[Any, Any]], chosen: object) -> dict[str, Any]:
    value = "" if chosen is None else str(chosen)
    offered = [{"id": str(one), "label": text, "is_chosen": str(one) == value} for one, text in options]
    return {"name": name, "label": label, "options": offered}


def counts(found: Counts, me: int | None, carried: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each leads to what it counts. ``carried``: the filters that are on."""
    said: list[tuple[str, int, list[tuple[str, str]]]] = [
        (_("Open: %(n)s"), found.all, []),
        (_("Severity A: %(n)s"), found.severe, [("severity", "A")]),
        (_("Nobody’s yet: %(n)s"), found.unassigned, [("assigned", NOBODY)]),
        (_("Mine: %(n)s"), found.mine, [("assigned", str(me))]),
        (_("Outside the hours: %(n)s"), found.outside, [("outside", "yes")]),
    ]
    here = url("helpdesk:queue")
    return [
        {
            "title": text % {"n": fmt.number(n)},
            "href": f"{here}?{urlencode(query)}" if query else here,
            "is_current": list(carried) == query,
        }
        for text, n, query in said
    ]


def orders(sort: str, base: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Both orders of the queue, as links that keep the filters."""
    names = [("-opened", _("Newest first")), ("severity", _("Most severe first"))]
    return [
        {"title": name, "href": f"?{urlencode([*base, ('sort', value)])}", "is_current": value == sort}
        for value, name in names
    ]
