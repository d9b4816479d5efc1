"""Mails that came in and became no message: when, why, and in answer to which request; never from whom."""

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import (
    Column,
    Page,
    Place,
    cell,
    count_text,
    cut,
    heading,
    moment,
    page_links,
    read_place,
)
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.support.conversation import fetching, queries
from tallyhub.support.conversation.incoming import Verdict
from tallyhub.support.models import Incoming
from tallyhub.support.rules import number_of
from tallyhub.support.work.queries import list_places, require_queue

WHY: dict[str, Any] = {
    Verdict.TOO_MUCH: gettext_lazy("It was larger, or had more parts, than a mail may have."),
    Verdict.UNREADABLE: gettext_lazy("It could not be read as a mail."),
    Verdict.AUTOMATIC: gettext_lazy("No person wrote it: it was a notice of absence, a report or a mailing list."),
    Verdict.OWN: gettext_lazy("The hub itself had sent it."),
    Verdict.TOO_OFTEN: gettext_lazy("Too many mails of its sender had come within an hour."),
    Verdict.NO_ADDRESS: gettext_lazy("It answered no mail of the hub, and went to no partner’s desk."),
    Verdict.NO_DESK: gettext_lazy("No partner’s desk has this address, or its partner is suspended."),
    Verdict.FULL: gettext_lazy("Too many mails waited at the partner’s desk already."),
    Verdict.FORGED: gettext_lazy("It did not come from the person whose mail it answered."),
    Verdict.NOT_THERE: gettext_lazy("Its sender does not see the support request any more."),
    Verdict.EMPTY: gettext_lazy("Nothing new was written in it. Who answered a support request with it was told."),
    Verdict.FILES: gettext_lazy("Its files were too many or too large. Its sender was told."),
    Verdict.CLOSED: gettext_lazy("Nothing more is said in the support request. Its sender was told."),
}


@signed_in
@require_safe
def refused(request: HubRequest) -> HttpResponse:
    return _render(request, "support/refused.html")


@signed_in
@require_safe
def refused_rows(request: HubRequest) -> HttpResponse:
    return _render(request, "site/_grid.html")


def _render(request: HubRequest, template: str) -> HttpResponse:
    """For whoever has the queue."""
    place = read_place(request.GET, queries.REFUSED_SORTS)
    with scope(request.access):
        places = list_places()
        require_queue(request.access, places)
        workspaces = [one.workspace_id for one in places]
        found = cut(queries.list_refused(workspaces, place), place)
        customers = queries.customers_of(one.serial for one in found.rows if one.serial)
        here = {serial for serial, customer_id in customers.items() if customer_id == request.access.customer_id}
        context = {
            "grid": _grid(found, place, here, queries.count_refused(workspaces)),
            "days": queries.REFUSED_SHOWN.days,
            "folder": settings.TALLYHUB.imap_refused,
        }
        return render(request, template, context)


def _grid(found: Page[Incoming], place: Place, here: Collection[int], count: int) -> dict[str, Any]:
    base, columns = url("support:refused"), _columns(here)
    return {
        "columns": [heading(column, place, base, []) for column in columns],
        "rows": [{"cells": [cell(column, one) for column in columns]} for one in found.rows],
        "filters": [],
        "action": base,
        "label": _("Refused mails"),
        "hidden": [],
        "count": ngettext("%(n)s mail", "%(n)s mails", count) % {"n": count_text(count, fmt.number)},
        "shown": None,
        **page_links(base, [], found, place, lambda one: f"{moment(one.at)}~{one.pk}"),
        "csv_href": None,
        "address": None,
        "empty": None if found.rows else _nothing(),
    }


def _columns(here: Collection[int]) -> list[Column[Incoming]]:
    """``here``: requests of the customer that is worked inside, which can be opened at once."""
    zone = get_current_timezone_name()
    when = _("When (%(zone)s)") % {"zone": zone.replace("_", " ")}
    return [
        Column("at", when, lambda one: fmt.instant(one.at, zone), sort="at"),
        Column("why", _("Why it was not taken"), lambda one: str(WHY.get(one.verdict, one.verdict))),
        Column("request", _("Support request"), _number, href=_leads_to(here)),
    ]


def _number(one: Incoming) -> str:
    return number_of(one.serial) if one.serial else "–"


def _leads_to(here: Collection[int]) -> Callable[[Incoming], str]:
    return lambda one: url("support:request", _number(one)) if one.serial in here else ""


def _nothing() -> dict[str, str]:
    title = _("No mail was refused")
    if not fetching.is_ready():
        return {"title": title, "sentence": _("The hub reads no mailbox, so nothing comes in by mail.")}
    return {"title": title, "sentence": _("Every mail that came in became a message of its support request.")}
