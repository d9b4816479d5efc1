"""The list of requests: its columns for page and CSV, its filters, its links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.models import Product
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import (
    PAGE_ROWS,
    Column,
    Page,
    Place,
    cell,
    harmless,
    heading,
    link,
    moment,
    page_links,
    select,
)
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.organizations.queries import names_of
from tallyhub.organizations.rules import INSIDE_NO_CUSTOMER
from tallyhub.support.models import Request
from tallyhub.support.queries import names_at_desk
from tallyhub.support.requests.queries import FOUND_MAX, RequestFilter
from tallyhub.support.rules import OPEN, Kind, Severity, Status
from tallyhub.support.words import KIND_NAMES, SEVERITY_NAMES, STATUS_NAMES

ALL, CLOSED, ONLY_OPEN = "all", "closed", "open"
TEXT_MAX = 200  # characters of what is searched for


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address says. ``workspace``: one, or ALL of one's own; ``status``: ONLY_OPEN, CLOSED, ALL or one."""

    workspace: str
    workspaces: tuple[int, ...]
    status: str = ONLY_OPEN
    severity: Severity | None = None
    kind: Kind | None = None
    product: int | None = None
    is_mine: bool = False
    text: str = ""

    def wanted(self) -> RequestFilter:
        """All but what a search finds."""
        return RequestFilter(
            self.workspaces, _statuses(self.status), self.severity, self.kind, self.product, self.is_mine
        )


def read_choice(query: QueryDict, access: Access) -> Choice:
    """Without a workspace the one that one is signed in to (R1.7). Raises DoesNotExist for what is not on offer."""
    wanted = query.get("workspace") or (str(access.workspace_id) if access.workspace_id else ALL)
    if wanted != ALL and wanted not in map(str, access.workspaces):
        raise ObjectDoesNotExist
    status = query.get("status") or ONLY_OPEN
    if status not in {ONLY_OPEN, CLOSED, ALL, *Status}:
        raise ObjectDoesNotExist
    return Choice(
        workspace=wanted,
        workspaces=access.workspaces if wanted == ALL else (int(wanted),),
        status=status,
        severity=read_word(Severity, severity) if (severity := query.get("severity")) else None,
        kind=read_word(Kind, kind) if (kind := query.get("kind")) else None,
        product=read_id(product) if (product := query.get("product")) else None,
        is_mine=query.get("mine") == "yes",
        text=(query.get("text") or "").replace("\x00", "").strip()[:TEXT_MAX],
    )


def _statuses(status: str) -> tuple[Status, ...]:
    if status == ALL:
        return ()
    if status in (ONLY_OPEN, CLOSED):
        return tuple(one for one in Status if (one in OPEN) is (status == ONLY_OPEN))
    return (Status(status),)


class Words:
    """What the list says of a request. Names of people are looked up a page or a batch at a time."""

    def __init__(self, access: Access, zone: str, *, is_all: bool) -> None:
        self._access = access
        self._zone = ZoneInfo(zone)
        self._is_all = is_all
        self._names: dict[int, str] = {}
        self._asks_partners = False  # where nothing is asked of one, a column would say "the provider" in each row

    def learn(self, requests: Iterable[Request]) -> None:
        people = {person for one in requests for person in (one.primary_contact_id, one.opened_by_id)} - set(
            self._names
        )
        self._names |= names_of(self._access, people)
        if any(one.partner_id for one in requests):
            self._asks_partners = True
            self._names |= names_at_desk(people)

    def columns(self) -> list[Column[Request]]:
        """The one declaration, for page and CSV."""
        zone = {"zone": self._zone.key.replace("_", " ")}
        workspace: Column[Request] = Column(
            "workspace", _("Workspace"), _workspace, lambda one: harmless(_workspace(one))
        )
        return [
            Column("number", _("Number"), lambda one: one.number, lambda one: one.number, href=_address),
            Column("title", _("Title"), lambda one: one.title, lambda one: harmless(one.title), href=_address),
            Column("kind", _("Kind"), _kind, lambda one: one.kind),
            Column("severity", _("Severity"), _severity, lambda one: one.severity),
            Column("status", _("Status"), _status, lambda one: one.status),
            Column("product", _("Product"), lambda one: _product(one) or "–", lambda one: harmless(_product(one))),
            Column("asked", _("Asked of"), _asked if self._asks_partners else None,
                   lambda one: harmless(_partner(one))),
            *([workspace] if self._is_all else []),
            Column("primary_contact", _("Primary contact"), self._contact, lambda one: harmless(self._contact(one))),
            Column("opened_by", _("Opened by"), plain=lambda one: harmless(self._name(one.opened_by_id))),
            Column("opened_at", _("Opened (%(zone)s)") % zone, self._when, self._iso, sort="opened"),
            Column("changed_at", _("Changed (%(zone)s)") % zone,
                   plain=lambda one: one.changed_at.astimezone(self._zone).isoformat(timespec="seconds")),
        ]  # fmt: skip

    def _contact(self, request: Request) -> str:
        return self._name(request.primary_contact_id)

    def _name(self, person_id: int | None) -> str:
        if person_id is None:
            return "–"
        return self._names.get(person_id or 0, "") or _("Erased person")

    def _when(self, request: Request) -> str:
        return fmt.minute(request.opened_at, self._zone.key)

    def _iso(self, request: Request) -> str:
        return request.opened_at.astimezone(self._zone).isoformat(timespec="seconds")


def _address(request: Request) -> str:
    return url("support:request", request.number)


def _kind(request: Request) -> str:
    return str(KIND_NAMES[request.kind])


def _severity(request: Request) -> str:
    return str(SEVERITY_NAMES[request.severity])


def _status(request: Request) -> str:
    return str(STATUS_NAMES[request.status])


def _product(request: Request) -> str:
    return request.product.name if request.product else ""


def _partner(request: Request) -> str:
    return request.partner.name if request.partner else ""


def _asked(request: Request) -> str:
    return _partner(request) or _("the provider")


def _workspace(request: Request) -> str:
    return request.workspace.name


def grid(
    words: Words,
    found: Page[Request],
    place: Place,
    choice: Choice,
    *,
    workspaces: Mapping[int, str],
    products: Sequence[Product],
    empty: dict[str, Any] | None,
    note: str | None,
) -> dict[str, Any]:
    """The list, ready to be placed."""
    base, carried = url("support:list"), carried_by(choice)
    on_page = [column for column in words.columns() if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, one) for column in on_page]} for one in found.rows],
        "filters": _filters(choice, workspaces, products),
        "action": base,
        "label": _("Support requests"),
        "search_label": _("Filter the requests"),
        "hidden": [],
        "count": _count(found),
        "shown": note,
        **page_links(base, carried, found, place, lambda one: f"{moment(one.opened_at)}~{one.pk}"),
        "csv_href": f"{url('support:list_csv')}{link(carried)}",
        "address": None,
        "empty": empty,
    }


def too_many(found: Sequence[int] | None) -> str | None:
    """What is said where a search found more than the list looks through."""
    if found is None or len(found) < FOUND_MAX:
        return None
    said = _("Very many requests hold these words. Only the newest %(n)s of them are looked through: add a word.")
    return said % {"n": fmt.number(FOUND_MAX)}


def _count(found: Page[Request]) -> str:
    """Exact where one page holds all: to count what is beyond would cost more than the page."""
    if found.has_before or found.has_after:
        return _("More than %(n)s requests") % {"n": fmt.number(PAGE_ROWS)}
    return ngettext("%(n)s request", "%(n)s requests", len(found.rows)) % {"n": fmt.number(len(found.rows))}


def carried_by(choice: Choice) -> list[tuple[str, str]]:
    """What the address says of the filters."""
    named = {
        "workspace": choice.workspace,
        "status": choice.status,
        "severity": choice.severity,
        "kind": choice.kind,
        "product": str(choice.product or ""),
        "mine": "yes" if choice.is_mine else "",
        "text": choice.text,
    }
    return [(name, str(value)) for name, value in named.items() if value]


def _filters(choice: Choice, workspaces: Mapping[int, str], products: Sequence[Product]) -> list[dict[str, Any]]:
    places = [(str(one), name) for one, name in workspaces.items()]
    statuses = [(ONLY_OPEN, _("All that are open")), (CLOSED, _("All that are closed")), (ALL, _("Any status"))]
    found = [
        select("workspace", _("Workspace"), [(ALL, _("All workspaces")), *places], choice.workspace),
        {"name": "text", "label": _("Number or words"), "type": "search", "value": choice.text, "options": []},
        select("status", _("Status"), [*statuses, *_named(STATUS_NAMES)], choice.status),
        select("severity", _("Severity"), [("", _("Any severity")), *_named(SEVERITY_NAMES)], choice.severity or ""),
        select("kind", _("Kind"), [("", _("Any kind")), *_named(KIND_NAMES)], choice.kind or ""),
        select("mine", _("Whose"), [("", _("Everybody’s")), ("yes", _("Mine: opened by me or for me"))],
                "yes" if choice.is_mine else ""),
    ]  # fmt: skip
    if products:
        offered = [(str(one.pk), one.name) for one in products]
        found.append(select("product", _("Product"), [("", _("Any product")), *offered], str(choice.product or "")))
    return found if len(places) > 1 else found[1:]


def _named(names: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(value), str(name)) for value, name in names.items()]


def nothing(choice: Choice, access: Access) -> dict[str, Any]:
    """Why the list is empty, for whoever reads it."""
    everything = {"href": f"{url('support:list')}{link([('workspace', choice.workspace), ('status', ALL)])}"}
    everything["link"] = _("Show all requests")
    if not choice.workspaces:
        if access.organization_rights:
            return {"title": _("No requests"), "sentence": str(INSIDE_NO_CUSTOMER)}
        return {
            "title": _("No requests"),
            "sentence": _("You are not assigned to a customer yet. As soon as you are, you find its requests here."),
        }
    if set(dict(carried_by(choice))) - {"workspace", "status"}:
        return {"title": _("No requests fit the filters"), "sentence": _("Widen them."), **everything}
    if choice.status != ALL:
        return {
            "title": _("No requests with this status"),
            "sentence": _("Those with another status are not shown."),
            **everything,
        }
    return {"title": _("No requests yet"), "sentence": _why_none(choice, access)}


def _why_none(choice: Choice, access: Access) -> str:
    here = set(choice.workspaces)
    if here & set(access.workspaces_with(Right.VIEW_ALL_REQUESTS)):
        return _("Nobody has opened a request here.")
    if here & set(access.workspaces_with(Right.OPEN_REQUESTS)):
        return _("You see what you open, and what others share with you or with a group of yours.")
    return _(
        "You see a request when it is shared with you or with a group of yours, or when you are its primary contact. "
        "None is yet. Support contacts open requests."
    )
