"""Pieces of writing that commands and imports share.

Each demands an open transaction whose scope holds the customers concerned.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from tallyhub.agreements.models import Agreement, AgreementContact, Entitlement, Mapping, Package, Service
from tallyhub.agreements.rules import Days
from tallyhub.kernel.bulk import Added, Row, add_missing
from tallyhub.kernel.scope import require_transaction


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
    return add_missing(Package, rows, ("agreement_id", "code"))


def find_entitlements(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Entitlement]:
    """By package and code, each with its service."""
    packages, codes = {package for package, _ in keys}, {code for _, code in keys}
    found = Entitlement.objects.filter(package_id__in=packages, code__in=codes).select_related("service")
    return {(one.package_id, one.code): one for one in found}


def add_entitlements(rows: Sequence[Row]) -> Added[Entitlement]:
    return add_missing(Entitlement, rows, ("package_id", "code"))


def add_mappings(rows: Sequence[Row]) -> Added[Mapping]:
    return add_missing(Mapping, rows, ("package_id", "workspace_id"))


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
