"""What waits at the customers one serves."""

import json
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import find_by_address
from tallyhub.agreements.rules import EXPIRING_DAYS
from tallyhub.kernel import clock

# The function tells nothing but of those customers whose account team the person is in; their names are readable by
# the person's own grants.
_ROUND = """
SELECT o.id, o.code, o.name, r.drafts, r.enquiries, r.unmapped, r.soon
FROM office_round(%s, %s) r JOIN organizations_organization o ON o.id = r.customer_id ORDER BY o.name, o.id
"""


@dataclass(frozen=True, slots=True)
class Soon:
    """An agreement that begins or ends within 90 days."""

    number: str
    starts_on: date
    ends_on: date
    today: date  # in its zone

    @property
    def begins(self) -> bool:
        return self.starts_on > self.today


@dataclass(frozen=True, slots=True)
class Served:
    id: int
    code: str
    name: str
    drafts: int
    enquiries: int
    unmapped: int  # packages in force or to come that reach no workspace
    soon: tuple[Soon, ...]

    @property
    def waits(self) -> bool:
        return bool(self.drafts or self.enquiries or self.unmapped or self.soon)


def list_round() -> list[Served]:
    """Every customer that the person of the scope serves: one statement, however many."""
    with connection.cursor() as cursor:
        cursor.execute(_ROUND, [clock.now(), EXPIRING_DAYS])
        return [_served(*row) for row in cursor.fetchall()]


def _served(pk: int, code: str, name: str, drafts: int, enquiries: int, unmapped: int, soon: str | None) -> Served:
    return Served(pk, code, name, drafts, enquiries, unmapped, _soon(soon))


def _soon(found: str | None) -> tuple[Soon, ...]:
    read = json.loads(found or "[]")
    return tuple(Soon(number, *map(date.fromisoformat, days)) for _, number, *days in read)


def find_staff(address: str) -> Person | None:
    """Somebody who serves or works for some customer already; asked by somebody who serves one."""
    person = find_by_address(address)
    if person is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT office_is_staff(%s)", [person.pk])
        return person if cursor.fetchone()[0] else None
