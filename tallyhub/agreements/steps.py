"""Pieces of writing that commands and imports share.

Each demands an open transaction whose scope holds the customers concerned.
"""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from tallyhub.agreements.models import Agreement, AgreementContact, Entitlement, Mapping, Package, Product, Service
from tallyhub.agreements.rules import Days, Scope
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.bulk import Added, Row, add_missing, change_offered
from tallyhub.kernel.scope import require_transaction

# In the order of the models' columns, which from_db() relies on.
_OF_AGREEMENT = ("id", "term", "terminated_on", "customer_id", "number", "zone")
_OF_PACKAGE = ("id", "term", "terminated_on", "agreement_id", "code")
_OF_ENTITLEMENT = ("id", "package_id", "service_id", "code", "rounding_step")
_OF_SERVICE = ("id", "kind", "unit")
_LINES = """
SELECT a.id, a.term, a.terminated_on, a.customer_id, a.number, a.zone,
    p.id, p.term, p.terminated_on, p.agreement_id, p.code,
    e.id, e.package_id, e.service_id, e.code, e.rounding_step, s.id, s.kind, s.unit
FROM agreements_agreement a
LEFT JOIN agreements_package p ON p.agreement_id = a.id AND p.code = ANY (%s::text[])
LEFT JOIN agreements_entitlement e ON e.package_id = p.id AND e.code = ANY (%s::text[])
LEFT JOIN agreements_service s ON s.id = e.service_id
WHERE a.customer_id = ANY (%s::bigint[]) AND a.number = ANY (%s::text[])
"""


def term_of(days: Days) -> DateRange:
    """As the database holds it: the last day is inclusive, the end of a daterange is not."""
    return DateRange(days.starts_on, days.ends_on + timedelta(days=1))


def find_customers_of(numbers: Collection[str]) -> set[int]:
    """Ids of the customers who hold these agreements, whatever the scope: a file of packages names no customer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM agreements_find_customers(%s::text[])", [list(numbers)])
        return {row[0] for row in cursor.fetchall()}


def find_services(codes: Collection[str]) -> dict[str, Service]:
    return {one.code: one for one in Service.objects.filter(code__in=codes)}


def find_products(codes: Collection[str]) -> dict[str, int]:
    """Ids by code, those included that are offered no more: what is named stays named."""
    return dict(Product.objects.filter(code__in=codes).values_list("code", "pk"))


def add_products(rows: Sequence[Row]) -> Added[Product]:
    return add_missing(Product, rows, ("code",))


def offer_products(offered: Mapped[str, bool]) -> int:
    return change_offered(Product, offered)


def add_services(rows: Sequence[Row]) -> Added[Service]:
    return add_missing(Service, rows, ("code",))


def find_agreements(numbers: Collection[str]) -> dict[str, Agreement]:
    return {one.number: one for one in Agreement.objects.filter(number__in=numbers)}


def add_agreements(rows: Sequence[Row]) -> Added[Agreement]:
    """A number that is another customer's differs in ``customer_id``, provided that customer is in scope."""
    return add_missing(Agreement, rows, ("number",))


def find_packages(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Package]:
    """By agreement and code."""
    agreements, codes = {agreement for agreement, _ in keys}, {code for _, code in keys}
    found = Package.objects.filter(agreement_id__in=agreements, code__in=codes)
    return {(one.agreement_id, one.code): one for one in found}


def add_packages(rows: Sequence[Row]) -> Added[Package]:
    """A new one covers every product where it is enterprise-wide; what was set since is not compared."""
    added = add_missing(Package, rows, ("agreement_id", "code"))
    wide = [added.rows[place] for place in added.new if added.rows[place].scope == Scope.ENTERPRISE]
    for one in wide:
        one.covers_every_product = True
    if wide:
        Package.objects.filter(pk__in=[one.pk for one in wide]).update(covers_every_product=True)
    return added


def find_entitlements(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Entitlement]:
    """By package and code, each with its service."""
    packages, codes = {package for package, _ in keys}, {code for _, code in keys}
    found = Entitlement.objects.filter(package_id__in=packages, code__in=codes).select_related("service")
    return {(one.package_id, one.code): one for one in found}


@dataclass(frozen=True, slots=True)
class Lines:
    """What codes mean, by the keys of the finders above."""

    agreements: dict[str, Agreement] = field(default_factory=dict)
    packages: dict[tuple[int, str], Package] = field(default_factory=dict)
    entitlements: dict[tuple[int, str], Entitlement] = field(default_factory=dict)  # each with its service


def find_lines(access: Access, numbers: set[str], packages: set[str], entitlements: set[str]) -> Lines:
    """All three in one statement, and of each the columns that a posting reads, for whoever looks them up once."""
    found = Lines()
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(packages), list(entitlements), list(access.customers), list(numbers)])
        for row in cursor.fetchall():
            _add_line(found, row)
    return found


def _add_line(found: Lines, row: Sequence[Any]) -> None:
    """Where there is no such package or entitlement, its columns are empty."""
    agreement, package, entitlement, service = row[:6], row[6:11], row[11:16], row[16:]
    number, package_key = agreement[4], (package[3], package[4])
    if number not in found.agreements:
        found.agreements[number] = Agreement.from_db("default", _OF_AGREEMENT, agreement)
    if package[0] and package_key not in found.packages:
        found.packages[package_key] = Package.from_db("default", _OF_PACKAGE, package)
    if entitlement[0]:
        one = Entitlement.from_db("default", _OF_ENTITLEMENT, entitlement)
        one.service = Service.from_db("default", _OF_SERVICE, service)
        found.entitlements[one.package_id, one.code] = one


def add_entitlements(rows: Sequence[Row]) -> Added[Entitlement]:
    return add_missing(Entitlement, rows, ("package_id", "code"))


def add_mappings(rows: Sequence[Row]) -> Added[Mapping]:
    return add_missing(Mapping, rows, ("package_id", "workspace_id"))


_SETTLE = """
UPDATE organizations_workspace w SET refuses_personal = p.refuses
FROM agreements_account_policy(%s::bigint[], %s) p
WHERE w.id = p.workspace_id AND w.refuses_personal <> p.refuses
RETURNING w.customer_id, w.id, w.refuses_personal
"""


def settle_account_policy(access: Access, customers: Collection[int]) -> None:
    """Let sign-on know which workspaces of these customers refuse personal accounts (R3.6).

    To be called by whatever changes a mapping, an agreement's plan or end, or what the customer allows. Needs the
    customers in whole. One statement, and one event for each workspace in which it changed.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [sorted(customers), clock.now()])
        changed = cursor.fetchall()
    if changed:
        record_many(access, [_policy_settled(*one) for one in changed])


def _policy_settled(customer_id: int, workspace_id: int, refuses: bool) -> News:
    accepts = {"accepts": "work" if refuses else "all"}
    return News("agreements.account_policy_settled", customer_id, workspace_id, workspace_id, accepts)


def mark_activated(agreement: Agreement) -> None:
    require_transaction()
    agreement.activated_at = clock.now()
    agreement.save(update_fields=["activated_at"])


def add_contacts(rows: Sequence[Row]) -> Added[AgreementContact]:
    return add_missing(AgreementContact, rows, ("agreement_id", "person_id", "kind"))


def extend(one: Agreement | Package, ends_on: date) -> None:
    """Let it run on to a later last day. What is in the past stays as it is."""
    require_transaction()
    one.term = term_of(Days(one.starts_on, ends_on))
    one.save(update_fields=["term"])


def terminate(one: Agreement | Package, last_day: date) -> None:
    """Let it end early. Balances end by allotments, which are the ledger's."""
    require_transaction()
    one.terminated_on = last_day
    one.save(update_fields=["terminated_on"])


def rename(one: Agreement | Package, name: str) -> None:
    require_transaction()
    one.name = name
    one.save(update_fields=["name"])


def remove_mappings(pairs: Collection[tuple[int, int]]) -> None:
    """By package and workspace."""
    require_transaction()
    found = Mapping.objects.filter(package_id__in={package for package, _ in pairs})
    gone = [one.pk for one in found if (one.package_id, one.workspace_id) in set(pairs)]
    Mapping.objects.filter(pk__in=gone).delete()
