"""Additional cases (R2.6): what Customer activity says of them, and the grid of those that one may see."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.filters import Choice, NoSuchChoice
from tallyhub.agreements.rules import ServiceKind
from tallyhub.agreements.words import kind_name
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import (
    PAGE_ROWS,
    Column,
    Page,
    Place,
    SortKind,
    cell,
    harmless,
    heading,
    link,
    page_links,
    select,
)
from tallyhub.kernel.http import url
from tallyhub.support import words
from tallyhub.support.models import Request
from tallyhub.support.placement.page import mend_href
from tallyhub.support.placement.queries import Sort, additional, list_of, wanted_of
from tallyhub.support.placement.rules import Reason, Wanted
from tallyhub.support.rules import SERVICE_OF

SORTS: Mapping[str, SortKind] = {"opened": date}
STREAM_ROWS = 2_000  # per fetch of an export


def request_href(number: str) -> str:
    """The request's page."""
    return url("support:request", number)


def service_of(wanted: Wanted) -> ServiceKind:
    return SERVICE_OF[wanted.kind]


def services(sorts: Iterable[Sort], choice: Choice) -> dict[str, Any] | None:
    """For Customer activity: each service with the number of its requests, and why they are here."""
    counts: dict[ServiceKind, Counter[Reason]] = {}
    for one in additional(sorts):
        if one.placement.reason:
            counts.setdefault(service_of(one.wanted), Counter())[one.placement.reason] += one.requests
    if not counts:
        return None
    return {
        "href": url("activity:additional") + choice.query(),
        "services": [
            {
                "name": kind_name(service),
                "kind": service,
                "count": count_label(sum(reasons.values())),
                "reasons": ", ".join(
                    _("%(reason)s: %(n)s") % {"reason": words.reason_name(one), "n": fmt.number(reasons[one])}
                    for one in Reason
                    if reasons[one]
                ),
                "href": url("activity:additional") + link([*choice.pairs(), ("service", service)]),
            }
            for service, reasons in sorted(counts.items())
        ],
    }


def count_label(count: int) -> str:
    return ngettext("%(n)s request", "%(n)s requests", count) % {"n": fmt.number(count)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of them. Empty: all."""

    service: str = ""
    reason: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in (("service", self.service), ("reason", self.reason)) if value]

    def chosen(self, sorts: Iterable[Sort]) -> list[Sort]:
        return [
            one
            for one in additional(sorts)
            if self.service in ("", service_of(one.wanted)) and self.reason in ("", one.placement.reason)
        ]


def read_filter(query: QueryDict) -> Filter:
    """Raises NoSuchChoice for a service or reason that is none."""
    service, reason = query.get("service", ""), query.get("reason", "")
    if service not in {"", *SERVICE_OF.values()} or reason not in {"", *Reason}:
        raise NoSuchChoice
    return Filter(service, reason)


def list_rows(access: Access, sorts: Iterable[Sort]) -> QuerySet[Any]:
    """Those that one may see; what they name is there where it reaches the reader."""
    found = list_of(access, (one.wanted for one in sorts))
    return found.select_related("agreement", "product").annotate(opened_on=TruncDate("opened_at", tzinfo=UTC))


def list_page(rows: QuerySet[Any], place: Place) -> list[Request]:
    """Up to a page of rows and one more, in the place's reading order."""
    goes_down = place.reads_descending
    if place.key:
        day, beyond = place.key.value, "lt" if goes_down else "gt"
        later = rows.filter(**{f"opened_on__{beyond}": day}) | rows.filter(
            opened_on=day, **{f"pk__{beyond}": place.key.id}
        )
        rows = later
    return list(rows.order_by(*(["-opened_on", "-pk"] if goes_down else ["opened_on", "pk"]))[: PAGE_ROWS + 1])


def stream(rows: QuerySet[Any]) -> Iterator[Request]:
    return rows.order_by("opened_on", "pk").iterator(STREAM_ROWS)


class Columns:
    """The one declaration of the grid, for page and CSV."""

    def __init__(self, sorts: Iterable[Sort], workspaces: Mapping[int, str]) -> None:
        self._reasons = {one.wanted: one.placement.reason for one in sorts if one.placement.reason}
        self._workspaces = workspaces

    def declared(self) -> list[Column[Request]]:
        several = len(self._workspaces) > 1
        return [
            Column("number", _("Number"), _number, _number, href=lambda row: request_href(row.number)),
            _text("title", _("Title"), lambda row: row.title),
            _text("service", _("Service"), lambda row: kind_name(service_of(wanted_of(row)))),
            _text("case_class", _("Case class"), lambda row: words.class_name(row.request_class)),
            _text("reason", _("Reason"), self._reason),
            Column("opened", _("Opened"), _short_day, _iso_day, sort="opened"),
            _text("status", _("Status"), lambda row: words.status_name(row.status)),
            _text("agreement", _("Agreement named"), lambda row: row.agreement.number if row.agreement else ""),
            _text("product", _("Product"), lambda row: row.product.name if row.product else ""),
            _text("workspace", _("Workspace"), lambda row: self._workspaces[row.workspace_id], on_page=several),
        ]

    def _reason(self, row: Request) -> str:
        return words.reason_sentence(self._reasons[wanted_of(row)])


def _text(key: str, label: str, of: Any, *, on_page: bool = True) -> Column[Request]:
    return Column(key, label, of if on_page else None, lambda row: harmless(of(row)), of)


def _number(row: Request) -> str:
    return row.number


def _opened_on(row: Any) -> date:
    found: date = row.opened_on
    return found


def _short_day(row: Request) -> str:
    return fmt.short_day(_opened_on(row))


def _iso_day(row: Request) -> str:
    return _opened_on(row).isoformat()


def grid(
    columns: Sequence[Column[Request]],
    found: Page[Request],
    place: Place,
    wanted: Filter,
    choice: Choice,
    *,
    shown: int,
    total: int,
) -> dict[str, Any]:
    """The grid, ready to be placed."""
    base, carried = url("activity:additional"), [*choice.pairs(), *wanted.pairs]
    on_page = [column for column in columns if column.text]
    return {
        "label": _("Additional cases"),
        "search_label": _("Filter the additional cases"),
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, row) for column in on_page]} for row in found.rows],
        "filters": [
            select(
                "service",
                _("Service"),
                [("", _("All services")), *((one, kind_name(one)) for one in SERVICE_OF.values())],
                wanted.service,
            ),
            select(
                "reason",
                _("Reason"),
                [("", _("All reasons")), *((one, words.reason_name(one)) for one in Reason)],
                wanted.reason,
            ),
        ],
        "action": base,
        "hidden": choice.pairs(),
        "count": count_label(shown),
        "shown": hidden_notice(shown, total),
        **page_links(base, carried, found, place, lambda row: f"{_iso_day(row)}~{row.pk}"),
        "csv_href": f"{base}cases.csv{link(carried)}",
        "address": "",
        "empty": None if found.rows else _no_rows(wanted, total),
    }


def hidden_notice(shown: int, total: int) -> str | None:
    """Requests that one may not see are counted."""
    if shown >= total:
        return None
    return _("%(shown)s of %(total)s shown. The others are not shared with you.") % {
        "shown": fmt.number(shown),
        "total": fmt.number(total),
    }


def _no_rows(wanted: Filter, total: int) -> dict[str, str]:
    if total:
        return {
            "title": _("No requests that you may see"),
            "sentence": _("There are additional cases, but they are not shared with you."),
        }
    if wanted.pairs:
        return {"title": _("No additional case fits the filters"), "sentence": _("Choose another service or reason.")}
    return {
        "title": _("No additional cases"),
        "sentence": _("Every request of the chosen workspaces is listed under an entitlement."),
    }


def mends(access: Access, sorts: Iterable[Sort], workspaces: Mapping[int, str]) -> list[dict[str, Any]]:
    """For the account team: the groups of requests whose cause can be mended."""
    if not access.has(Right.MANAGE_AGREEMENTS):
        return []
    return [
        {
            "href": mend_href(one.wanted),
            "count": count_label(one.requests),
            "service": kind_name(service_of(one.wanted)),
            "workspace": workspaces[one.wanted.workspace_id],
            "reason": words.reason_sentence(one.placement.reason),
        }
        for one in sorts
        if one.placement.reason and one.placement.reason is not Reason.CLASS
    ]
