"""Data to measure with: valid rows by the makers, and as many entries as wanted straight in SQL.

Ids count from 1 in a fresh database, which reference.sql relies on.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import psycopg

from benchmarks.ground import Database, Ground

WHO = "admin"
AMOUNT_MEAN = 30
WORKSPACES = 6
_ROWS_PER_INSERT = 1_000_000

# Of the enterprise-wide section; the page adds them up to six tiles, and shows each benefit.
_ENTERPRISE = (
    ("reactive", "cases"), ("advisory", "minutes"), ("proactive", "minutes"), ("dse", "minutes"),
    ("credits", "credits"), ("education", "activities"), ("contacts", "people"), ("assessments", "setups"),
    ("benefit", "cases"), ("benefit", "cases"), ("benefit", "cases"), ("benefit", "cases"),
)  # fmt: skip
_ADDON = (("proactive", "minutes"), ("dse", "minutes"), ("credits", "credits"), ("education", "activities"),
          ("benefit", "cases"))  # fmt: skip
_ADDON_PACKAGES = 6
_COUNTED = 32  # entitlements that entries are spread over
TILES = 6 + 4 + _ADDON_PACKAGES * len(_ADDON)
_AS_NEEDED = ("reactive", "advisory")


def wide(ground: Ground, entries: int) -> Database:
    """One customer with a page of 40 tiles, its entries spread over all of them and over two years."""
    return ground.database(f"wide_{entries}", partial(_fill_wide, entries=entries))


def deep(ground: Ground, entries: int) -> Database:
    """One customer with all entries in one entitlement."""
    return ground.database(f"deep_{entries}", partial(fill_deep, entries=entries))


def unused(ground: Ground) -> Database:
    """As ``wide`` before the first entry, made anew."""
    return ground.fresh("unused", partial(_fill_wide, entries=0))


def crowd(ground: Ground, count: int) -> Database:
    """So many customers with so many entitlements each, made anew."""
    return ground.fresh("crowd", partial(_fill_crowd, count=count))


def first_day() -> date:
    """Of every agreement here. Each runs for three years, the middle one of which is this."""
    return date(today().year - 1, 1, 1)


def today() -> date:
    from tallyhub.kernel import clock

    return clock.today("Europe/Berlin")


def _term() -> Any:
    from tests import make

    return make.days(first_day(), date(today().year + 1, 12, 31))


def _fill_wide(database: Database, entries: int) -> None:
    from tests import make

    agreement, workspaces = customer("c1")
    base = make.make_package(agreement, *workspaces, code="BASE", name="Basispaket")
    counted = [_line(base, place, kind, unit, entries) for place, (kind, unit) in enumerate(_ENTERPRISE)]
    for number in range(_ADDON_PACKAGES):
        name = f"Zusatzpaket {number + 1}"
        package = make.make_package(agreement, *workspaces, code=f"ADD{number + 1}", name=name, scope="addon")
        counted += [_line(package, place + number, kind, unit, entries) for place, (kind, unit) in enumerate(_ADDON)]
    ids = [one.pk for one in counted if one is not None]
    _spread(database, agreement.customer_id, ids, workspaces, entries)


def fill_deep(database: Database, entries: int) -> None:
    from tests import make

    agreement, workspaces = customer("c1")
    package = make.make_package(agreement, *workspaces, code="BASE", name="Basispaket")
    line = _line(package, 0, "proactive", "minutes", entries)
    assert line
    _spread(database, agreement.customer_id, [line.pk], workspaces, entries)


def _fill_crowd(_database: Database, count: int) -> None:
    from tests import make

    for number in range(count):
        agreement, workspaces = customer(f"c{number + 1}")
        package = make.make_package(agreement, *workspaces, code="BASE", name="Basispaket")
        for place in range(count):
            _line(package, place, "reactive", "cases", 0)


def customer(code: str) -> tuple[Any, list[Any]]:
    """An agreement of a new customer, its workspaces, and at the first customer somebody who may see everything."""
    from tallyhub.organizations.models import Organization
    from tests import make

    customer = make.make_organization(code)
    seller = Organization.objects.using("owner").filter(code="seller").first()
    seller = seller or make.make_organization("seller", kind="provider")
    workspaces = [make.make_workspace(customer, f"w{n + 1}", is_default=n == 0) for n in range(WORKSPACES)]
    if code == "c1":
        make.prove_domain(customer, "example.test")
        person = make.make_person(WHO, language="de", zone="Europe/Berlin")
        make.grant(person, "customer_administrator", customer)
    return make.make_agreement(customer, seller, number=f"A-{code}", term=_term()), workspaces


def _line(package: Any, place: int, kind: str, unit: str, entries: int) -> Any:
    """An entitlement with three yearly allotments, so that some tiles run low and some are over; None for a benefit."""
    from tests import make

    names = {"en": f"{kind.title()} {place}", "de": f"Leistung {kind} {place}"}
    service = make.make_service(kind, unit, names=names, descriptions={"en": "What it gives.", "de": "Was es bringt."})
    as_needed = kind in _AS_NEEDED
    line = make.make_entitlement(package, service, code=f"E{place}", is_as_needed=as_needed)
    if service.is_benefit:
        return None
    if not as_needed:
        yearly = max(entries * AMOUNT_MEAN // _COUNTED, 1_000) * (3 + place % 7) // 10
        for year in range(first_day().year, first_day().year + 3):
            make.allot(line, yearly, date(year, 1, 1), date(year, 12, 31))
    return line


_ENTRIES = """
INSERT INTO ledger_entry (customer_id, workspace_id, entitlement_id, occurred_on, real_amount, multiplier_numerator,
    multiplier_denominator, rounding_step, charged, source, external_id, reason, ledger_version, recorded_at)
SELECT %(customer)s, workspaces[1 + n / cardinality(lines) %% cardinality(workspaces)],
    lines[1 + n %% cardinality(lines)], %(first)s::date + (n * %(days)s / %(entries)s)::int,
    1 + n * 7919 %% 59, 1, 1, 1, 1 + n * 7919 %% 59, 'bench', 'R-' || lpad(n::text, 9, '0'), '', %(version)s, now()
FROM generate_series(%(from)s::bigint, %(to)s::bigint - 1) n,
    (SELECT %(lines)s::bigint[] AS lines, %(workspaces)s::bigint[] AS workspaces) places ORDER BY n
"""
_TITLES = """
INSERT INTO ledger_entrydetail (entry_id, customer_id, workspace_id, title)
SELECT id, customer_id, workspace_id, 'Proactive review of platform ' || id FROM ledger_entry
"""
_TOTALS = (
    """INSERT INTO ledger_workspacetotal (customer_id, entitlement_id, workspace_id, charged, entries)
    SELECT customer_id, entitlement_id, workspace_id, sum(charged), count(*) FROM ledger_entry GROUP BY 1, 2, 3""",
    """INSERT INTO ledger_dailytotal (customer_id, entitlement_id, workspace_id, day, charged, entries)
    SELECT customer_id, entitlement_id, workspace_id, occurred_on, sum(charged), count(*) FROM ledger_entry
    GROUP BY 1, 2, 3, 4""",
    """INSERT INTO ledger_entitlementday (customer_id, entitlement_id, day, charged, entries)
    SELECT customer_id, entitlement_id, occurred_on, sum(charged), count(*) FROM ledger_entry GROUP BY 1, 2, 3""",
    """INSERT INTO ledger_entitlementtotal AS t (customer_id, entitlement_id, charged, entries, version)
    SELECT customer_id, entitlement_id, sum(charged), count(*), max(ledger_version) FROM ledger_entry GROUP BY 1, 2
    ON CONFLICT (entitlement_id) DO UPDATE
    SET charged = excluded.charged, entries = excluded.entries, version = excluded.version""",
)
_VERSION = """
WITH raised AS (
    UPDATE ledger_customerledger SET version = version + 1, at = now() WHERE customer_id = %s
    RETURNING customer_id, version, at
), noted AS (
    INSERT INTO ledger_ledgerversion (customer_id, version, at) SELECT * FROM raised
) SELECT version FROM raised
"""


def _spread(database: Database, customer: int, lines: Sequence[int], workspaces: Sequence[Any], entries: int) -> None:
    """Book the entries with their titles in the order of their days, until yesterday; then totals and snapshots."""
    from tallyhub.kernel.access import Access
    from tallyhub.ledger.commands import refresh_snapshots

    span = {"customer": customer, "lines": list(lines), "workspaces": [one.pk for one in workspaces]}
    span |= {"entries": entries, "first": first_day(), "days": (today() - first_day()).days}
    with psycopg.connect(database.admin) as connection:
        # Right by construction, and three foreign keys for each row would triple the time.
        connection.execute("SET session_replication_role = replica")
        found: Any = connection.execute(_VERSION, [customer]).fetchone()
        for begin in range(0, entries, _ROWS_PER_INSERT):
            batch = {"from": begin, "to": min(begin + _ROWS_PER_INSERT, entries), "version": found[0]}
            connection.execute(_ENTRIES, span | batch)
        connection.execute(_TITLES)
        for statement in _TOTALS:
            connection.execute(statement)
    refresh_snapshots(Access.of_system([customer]))
