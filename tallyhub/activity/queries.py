"""What the page shows, read in one wide statement; a second pair only where a snapshot is out of date."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.utils.translation import get_language

from tallyhub.activity.filters import NoSuchChoice
from tallyhub.activity.models import Export, SavedView, Statement
from tallyhub.agreements.queries import list_entitlements
from tallyhub.agreements.rules import ACTIVE_STATES, Scope, ServiceKind, State, state_of_agreement, state_of_package
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.parts import Part, part
from tallyhub.ledger.engine import Segment
from tallyhub.ledger.figures import Balance, balance_of
from tallyhub.ledger.queries import read_segment_on, replay


@dataclass(frozen=True, slots=True)
class Line:
    """One entitlement of a package; a benefit has no balance (R1.12)."""

    id: int
    kind: ServiceKind
    unit: Unit
    title: str  # in the reader's language
    description: str
    action_url: str
    balance: Balance | None
    code: str
    service: str  # its code
    is_as_needed: bool
    rounding_step: int
    request_cap: int | None = None  # smallest steps that one support request may draw


@dataclass(frozen=True, slots=True)
class PackageLines:
    id: int
    code: str
    name: str
    scope: Scope
    starts_on: date
    ends_on: date  # the last day in force
    state: State
    is_mapped: bool  # to one of the chosen workspaces
    lines: list[Line] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES


@dataclass(frozen=True, slots=True)
class AgreementLines:
    id: int
    number: str
    name: str
    plan: str
    seller: str
    zone: str
    starts_on: date
    ends_on: date  # the last day in force
    state: State
    today: date  # in the agreement's zone
    packages: list[PackageLines] = field(default_factory=list)

    @property
    def mapped(self) -> list[PackageLines]:
        return [package for package in self.packages if package.is_mapped]


# The WHERE clause is the first wall once more: inside the customer, in a chosen workspace or, in whole, everywhere.
_READ = """
SELECT a.id, a.number, a.name, a.plan, seller.name, a.zone, lower(a.term), upper(a.term), a.terminated_on,
       p.id, p.code, p.name, p.scope, lower(p.term), upper(p.term), p.terminated_on,
       EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id AND m.workspace_id = ANY (%(chosen)s)),
       e.id, e.is_as_needed, s.kind, s.unit, coalesce(s.names ->> %(language)s, s.names ->> 'en'),
       coalesce(s.descriptions ->> %(language)s, s.descriptions ->> 'en', ''), s.action_url,
       t.version, coalesce(t.charged, 0),
       (SELECT coalesce(sum(w.charged), 0) FROM ledger_workspacetotal w
        WHERE w.entitlement_id = e.id AND w.workspace_id = ANY (%(chosen)s))::bigint,
       n.from_day, n.segments, e.code, s.code, e.rounding_step, e.request_cap, coalesce(t.held, 0)
FROM agreements_agreement a
JOIN organizations_organization seller ON seller.id = a.seller_id
JOIN agreements_package p ON p.agreement_id = a.id
LEFT JOIN agreements_entitlement e ON e.package_id = p.id
LEFT JOIN agreements_service s ON s.id = e.service_id
LEFT JOIN ledger_entitlementtotal t ON t.entitlement_id = e.id
LEFT JOIN ledger_snapshot n ON n.entitlement_id = e.id AND n.version = t.version
WHERE a.customer_id = %(customer)s
  AND (%(in_whole)s OR EXISTS (
       SELECT FROM agreements_mapping m WHERE m.package_id = p.id AND m.workspace_id = ANY (%(chosen)s)))
ORDER BY upper(a.term) DESC, a.number, a.id, upper(p.term), p.name, p.id, s.kind, e.code, e.id
"""


def list_agreements(access: Access, workspaces: Sequence[int]) -> list[AgreementLines]:
    """Agreements tied to the chosen workspaces, with their packages and balances.

    Packages that reach no chosen workspace are among them for whoever administers the whole customer (R3.7); an
    agreement of which nothing is left after that is not.
    """
    rows = _read_rows(access, workspaces, in_whole=access.in_whole and access.has(Right.ADMINISTER))
    return _assemble(rows, _segments(rows))


Member = tuple[AgreementLines, PackageLines, Line]


def list_members(access: Access, entitlement_ids: Sequence[int]) -> list[Member]:
    """These entitlements with their packages and names, in their order; their balances are not read.

    Raises NoSuchChoice where one of them does not, or no longer, reach this person.
    """
    rows = _read_rows(access, access.workspaces, in_whole=access.in_whole)
    found = {
        line.id: (agreement, package, line)
        for agreement in _assemble(rows, {})
        for package in agreement.packages
        for line in package.lines
    }
    if not found.keys() >= set(entitlement_ids):
        raise NoSuchChoice
    return [found[one] for one in entitlement_ids]


def names_of_entitlements(access: Access, wanted: Collection[int]) -> dict[int, str]:
    """Service and package by id, of those that reach this person."""
    language = get_language() or "en"
    return {
        one.pk: f"{one.service.names.get(language) or one.service.names['en']}, {one.package.name}"
        for one in list_entitlements(access, wanted)
    }


def _read_rows(access: Access, chosen: Sequence[int], *, in_whole: bool) -> "list[_Row]":
    parameters = {
        "chosen": list(chosen),
        "customer": access.customer_id,
        "in_whole": in_whole,
        "language": get_language(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, parameters)
        return [_Row(*row) for row in cursor.fetchall()]


def _assemble(rows: "Iterable[_Row]", segments: Mapping[int, Segment]) -> list[AgreementLines]:
    agreements: dict[int, AgreementLines] = {}
    for row in rows:
        agreement = agreements.get(row.agreement_id) or agreements.setdefault(row.agreement_id, _agreement(row))
        if not agreement.packages or agreement.packages[-1].id != row.package_id:
            agreement.packages.append(_package(row, agreement))
        if row.entitlement_id:
            package = agreement.packages[-1]
            package.lines.append(_line(row, package, segments.get(row.entitlement_id)))
    return list(agreements.values())


class _Row(NamedTuple):  # a dataclass of thirty fields takes ten times as long to make
    agreement_id: int
    number: str
    agreement_name: str
    plan: str
    seller: str
    zone: str
    agreement_starts_on: date
    agreement_until: date
    agreement_terminated_on: date | None
    package_id: int
    package_code: str
    package_name: str
    scope: str
    package_starts_on: date
    package_until: date
    package_terminated_on: date | None
    is_mapped: bool
    entitlement_id: int | None
    is_as_needed: bool
    kind: str
    unit: str
    title: str
    description: str
    action_url: str
    version: int | None
    used: int
    used_here: int
    snapshot_from: date | None
    snapshot: str | None
    code: str
    service: str
    rounding_step: int
    request_cap: int | None
    held: int


def _agreement(row: _Row) -> AgreementLines:
    today = clock.today(row.zone)
    last = row.agreement_until - timedelta(days=1)
    state = state_of_agreement(row.agreement_starts_on, last, row.agreement_terminated_on, today)
    ends_on = min(last, row.agreement_terminated_on or last)
    return AgreementLines(
        row.agreement_id, row.number, row.agreement_name, row.plan, row.seller, row.zone,
        row.agreement_starts_on, ends_on, state, today,
    )  # fmt: skip


def _package(row: _Row, agreement: AgreementLines) -> PackageLines:
    """A package never outlives its agreement."""
    last = row.package_until - timedelta(days=1)
    state = state_of_package(row.package_starts_on, last, row.package_terminated_on, agreement.today)
    if agreement.state in (State.TERMINATED, State.EXPIRED) and state in ACTIVE_STATES:
        state = agreement.state
    ends_on = min(last, row.package_terminated_on or last, agreement.ends_on)
    return PackageLines(
        row.package_id, row.package_code, row.package_name, Scope(row.scope), row.package_starts_on, ends_on, state,
        row.is_mapped,
    )  # fmt: skip


def _line(row: _Row, package: PackageLines, segment: Segment | None) -> Line:
    kind, unit = ServiceKind(row.kind), Unit(row.unit)
    balance = None
    if kind is not ServiceKind.BENEFIT:
        has_ended = package.state in (State.EXPIRED, State.TERMINATED)
        balance = balance_of(
            segment or _NOTHING_BOUGHT, kind, unit,
            is_as_needed=row.is_as_needed, has_ended=has_ended, used_here=row.used_here, used=row.used, held=row.held,
        )  # fmt: skip
    return Line(
        row.entitlement_id or 0, kind, unit, row.title, row.description, row.action_url, balance,
        row.code, row.service, row.is_as_needed, row.rounding_step, row.request_cap,
    )  # fmt: skip


_NOTHING_BOUGHT = Segment(date.min, None, 0, 0, 0, 0, 0, 0, None, 0)


def _segments(rows: Iterable[_Row]) -> dict[int, Segment]:
    """Today's segment of every entitlement with a quantity: from its snapshot, or replayed where that is stale."""
    found: dict[int, Segment] = {}
    stale: dict[int, date] = {}
    for row in rows:
        if row.entitlement_id is None or row.version is None or row.is_as_needed:
            continue
        today = clock.today(row.zone)
        if row.snapshot and row.snapshot_from and row.snapshot_from <= today:
            found[row.entitlement_id] = read_segment_on(json.loads(row.snapshot), today)
        else:
            stale[row.entitlement_id] = today
    if stale:
        found |= {one: timeline[0] for one, timeline in replay(stale.keys(), stale).items()}
    return found


class View(NamedTuple):
    """A saved view."""

    id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class DataState:
    """What every page of a customer depends on; the same state is the same page."""

    data_version: int
    ledger_version: int
    days: tuple[str, ...]  # which day it is in each agreement's zone
    changed_at: datetime | None  # when the ledger last changed; None before the first entry
    views: tuple[View, ...]  # the reader's own
    asked: tuple[int, ...]  # packages that one's part of the customer has asked for, and nobody has answered
    named: tuple[tuple[int, int], ...] = ()  # (agreement, support contacts): naming somebody changes no version


_STATE = """
SELECT o.data_version, coalesce(l.version, 0), v.at,
       (SELECT array_agg(DISTINCT a.zone ORDER BY a.zone) FROM agreements_agreement a WHERE a.customer_id = o.id),
       (SELECT json_agg(json_build_array(w.id, w.name, w.address) ORDER BY w.name, w.id) FROM activity_savedview w
        WHERE w.customer_id = o.id AND w.person_id = %s),
       (SELECT array_agg(q.package_id ORDER BY q.package_id) FROM office_enquiry q
        WHERE q.customer_id = o.id AND q.answer = 'open' AND q.package_id IS NOT NULL),
       (SELECT json_agg(json_build_array(c.agreement_id, c.named) ORDER BY c.agreement_id)
        FROM people_contacts_named(%s::bigint[], '{}', %s) c
        WHERE EXISTS (SELECT FROM agreements_entitlement e JOIN agreements_service s ON s.id = e.service_id
                      WHERE e.customer_id = o.id AND s.kind = 'contacts'))
FROM organizations_organization o
LEFT JOIN ledger_customerledger l ON l.customer_id = o.id
LEFT JOIN ledger_ledgerversion v ON v.customer_id = o.id AND v.version = l.version
WHERE o.id = %s
"""


def data_state(access: Access) -> DataState:
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [access.person_id, list(access.workspaces), clock.now(), access.customer_id])
        data_version, ledger_version, changed_at, zones, views, asked, named = cursor.fetchone()
    days = tuple(clock.today(zone).isoformat() for zone in zones or ())
    own = tuple(View(*one) for one in views or ())
    counted = tuple((agreement_id, count) for agreement_id, count in named or ())
    return DataState(data_version, ledger_version, days, changed_at, own, tuple(asked or ()), counted)


def list_views(access: Access) -> list[View]:
    """One's own saved views, by name."""
    mine = SavedView.objects.visible_to(access).order_by("name", "pk")
    return [View(*row) for row in mine.values_list("pk", "name", "address")]


def list_statements(access: Access, *, at_most: int) -> list[Statement]:
    """The newest first, with their agreements."""
    return list(Statement.objects.visible_to(access).select_related("agreement").order_by("-pk")[:at_most])


def get_statement(access: Access, statement_id: int) -> Statement:
    return Statement.objects.visible_to(access).select_related("agreement").get(pk=statement_id)


def news_of_statements(access: Access, since: datetime) -> Part:
    """A part of home: the statements that others made since then."""
    made = Statement.objects.visible_to(access).filter(made_at__gte=since).exclude(made_by_id=access.person_id or 0)
    return part("statement", made, "-made_at", at=F("made_at"), key=F("pk"), text=F("agreement__name"))


def list_exports(access: Access) -> list[Export]:
    return list(Export.objects.visible_to(access).order_by("-pk"))


def get_export(access: Access, export_id: int) -> Export:
    return Export.objects.visible_to(access).get(pk=export_id)


def customers_with_exports_before(instant: datetime) -> list[int]:
    """Of all customers: a definer function that tells ids only, because a job begins without knowing any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT activity_customers_with_exports_before(%s)", [instant])
        return [row[0] for row in cursor.fetchall()]
