"""Reads about a customer's workspaces and about what an activation does. Each is one statement, whatever the sizes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from tallyhub.agreements.models import Agreement
from tallyhub.agreements.rules import ContactKind, Scope, ServiceKind
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger.queries import allotments_of
from tallyhub.office.workspaces import rules
from tallyhub.office.workspaces.rules import Bought, Contact, Welcome
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import list_own_workspaces
from tallyhub.organizations.rules import Role
from tallyhub.people import contacts

_IN_FORCE = "g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)"
# Neither package nor agreement: those in force, and those to come.
_NOT_OVER = """(%(now)s AT TIME ZONE a.zone)::date
    <= least(upper(p.term) - 1, p.terminated_on, upper(a.term) - 1, a.terminated_on)"""
_OPEN = "i.accepted_at IS NULL AND i.voided_at IS NULL"


def list_begun(instant: datetime) -> list[tuple[int, int]]:
    """(customer, agreement) of what is approved, has begun in its own zone and is not active yet: of all customers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id, agreement_id FROM agreements_begun(%s)", [instant])
        return list(cursor.fetchall())


# An activation


_PACKAGES = """
SELECT p.agreement_id, p.id, p.code, p.scope,
       array(SELECT m.workspace_id FROM agreements_mapping m JOIN organizations_workspace w ON w.id = m.workspace_id
             WHERE m.package_id = p.id AND w.archived_at IS NULL)
FROM agreements_package p WHERE p.agreement_id = ANY (%s) AND p.customer_id = ANY (%s) ORDER BY p.id
"""


def list_bought(access: Access, agreements: Collection[int]) -> dict[int, list[Bought]]:
    """The packages of these agreements, by agreement. Archived workspaces do not count: nothing new reaches them."""
    with connection.cursor() as cursor:
        cursor.execute(_PACKAGES, [list(agreements), list(access.customers)])
        found: dict[int, list[Bought]] = {one: [] for one in agreements}
        for agreement_id, package_id, code, scope, workspaces in cursor.fetchall():
            found[agreement_id].append(Bought(package_id, code, scope == Scope.ENTERPRISE, frozenset(workspaces)))
        return found


_CONTACTS = f"""
SELECT c.person_id, coalesce(p.email, ''), c.name, c.language, c.kind,
       EXISTS (SELECT FROM organizations_membership m
               WHERE m.person_id = c.person_id AND m.workspace_id = %(workspace)s)
       OR EXISTS (SELECT FROM organizations_accessgrant g WHERE g.person_id = c.person_id
                  AND g.customer_id = c.customer_id AND g.workspace_id IS NULL AND {_IN_FORCE}),
       i.roles
FROM agreements_agreementcontact c JOIN accounts_person p ON p.id = c.person_id
LEFT JOIN people_invitation i ON i.person_id = c.person_id AND i.workspace_id = %(workspace)s AND {_OPEN}
WHERE c.agreement_id = %(agreement)s AND c.customer_id = ANY (%(customers)s) ORDER BY c.id
"""


def list_contacts(access: Access, agreement_id: int, workspace_id: int | None) -> list[Contact]:
    """Whom the agreement names, each once, in its order; the language is that of where they are named first.

    Whoever holds a role in the whole customer counts as a member: nobody is invited who is in already.
    """
    named = {"agreement": agreement_id, "workspace": workspace_id, "customers": list(access.customers)}
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {**named, "now": clock.now()})
        rows = cursor.fetchall()
    kinds: defaultdict[int, set[ContactKind]] = defaultdict(set)
    for person_id, _email, _name, _language, kind, *_ in rows:
        kinds[person_id].add(ContactKind(kind))
    first = {row[0]: row for row in reversed(rows)}
    return [
        Contact(
            person_id, email, name, language, frozenset(kinds[person_id]), is_member,
            frozenset(map(Role, roles or ())), roles is not None,
        )
        for person_id, email, name, language, _kind, is_member, roles in (first[one] for one in kinds)
    ]  # fmt: skip


_LIMITS = f"""
SELECT e.id FROM agreements_entitlement e
JOIN agreements_package p ON p.id = e.package_id JOIN agreements_service s ON s.id = e.service_id
WHERE p.agreement_id = %s AND p.customer_id = ANY (%s) AND s.kind = '{ServiceKind.CONTACTS}'
"""


def count_allowed_contacts(access: Access, agreement_id: int, day: date) -> int | None:
    """How many support contacts the agreement allows on that day; None where it sets no number."""
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS, [agreement_id, list(access.customers)])
        limits = [entitlement_id for (entitlement_id,) in cursor.fetchall()]
    return contacts.allowance(allotments_of(limits).values(), day)


def list_welcomes(access: Access, agreement: Agreement, default_id: int | None) -> list[Welcome]:
    """What whoever the agreement names gets. Of one that is active: what they have, and who got no role of theirs."""
    bought = list_bought(access, [agreement.pk])[agreement.pk]
    reached = {place for one in bought for place in one.workspaces} | ({default_id} if default_id else set())
    named = list_contacts(access, agreement.pk, default_id)
    first_day = max(agreement.starts_on, clock.today(agreement.zone))
    allowed = 0 if agreement.activated_at else count_allowed_contacts(access, agreement.pk, first_day)
    return rules.welcome(named, holders=contacts.find_holders(reached), allowed=allowed)


_WAITING = """
SELECT a.id, a.number, a.name, lower(a.term) FROM agreements_agreement a
WHERE a.customer_id = ANY (%s) AND a.approved_at IS NOT NULL AND a.activated_at IS NULL
ORDER BY lower(a.term), a.number
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An agreement that is approved and not active yet."""

    id: int
    number: str
    name: str
    starts_on: date


def list_waiting(access: Access) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(access.customers)])
        return [Waiting(*row) for row in cursor.fetchall()]


# The workspaces


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace with who administers it and what reaches it."""

    workspace: Workspace
    administrators: list[str] = field(default_factory=list)  # names
    invited: list[str] = field(default_factory=list)  # addresses of administrators who have not accepted yet
    packages: list[str] = field(default_factory=list)  # in force, or to come


_ADMINISTRATORS = f"""
SELECT g.workspace_id, p.name FROM organizations_accessgrant g JOIN accounts_person p ON p.id = g.person_id
WHERE g.workspace_id = ANY (%(workspaces)s) AND g.role = '{Role.WORKSPACE_ADMINISTRATOR}' AND {_IN_FORCE}
GROUP BY g.workspace_id, p.id, p.name ORDER BY p.name, p.id
"""
_INVITED = f"""
SELECT i.workspace_id, i.email FROM people_invitation i
WHERE i.workspace_id = ANY (%(workspaces)s) AND '{Role.WORKSPACE_ADMINISTRATOR}' = ANY (i.roles) AND {_OPEN}
ORDER BY i.email
"""
_MAPPED = f"""
SELECT m.workspace_id, p.name FROM agreements_mapping m
JOIN agreements_package p ON p.id = m.package_id JOIN agreements_agreement a ON a.id = p.agreement_id
WHERE m.workspace_id = ANY (%(workspaces)s) AND {_NOT_OVER}
GROUP BY m.workspace_id, p.name ORDER BY p.name
"""


def list_homes(access: Access, *, among: Sequence[int] | None = None) -> list[Home]:
    """The workspaces that one may read, or those ``among`` them, the archived ones last. Four statements."""
    places = [one for one in list_own_workspaces(access) if among is None or one.pk in among]
    named = {"workspaces": [one.pk for one in places], "now": clock.now()}
    lists = [_by_workspace(statement, named) for statement in (_ADMINISTRATORS, _INVITED, _MAPPED)]
    return [Home(place, *(found[place.pk] for found in lists)) for place in places]


def _by_workspace(statement: str, named: dict[str, Any]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        for workspace_id, text in cursor.fetchall():
            found[workspace_id].append(text)
    return found


def pick(homes: Sequence[Home], workspace_id: int) -> Home:
    """Raises DoesNotExist for one that is not among them."""
    found = [one for one in homes if one.workspace.pk == workspace_id]
    if not found:
        raise Workspace.DoesNotExist
    return found[0]


def may_be_archived(homes: Sequence[Home], home: Home) -> bool:
    """Neither the default nor the last one; the command looks again, under a lock."""
    others = [one for one in homes if one is not home and not one.workspace.archived_at]
    return bool(others) and not home.workspace.is_default and not home.workspace.archived_at


@dataclass(frozen=True, slots=True)
class Offered:
    """A package that can be mapped: its agreement and itself are not over."""

    id: int
    name: str
    agreement: str
    number: str  # of the agreement
    scope: Scope


_OFFERED = f"""
SELECT p.id, p.name, a.name, a.number, p.scope
FROM agreements_package p JOIN agreements_agreement a ON a.id = p.agreement_id
WHERE p.customer_id = ANY (%(customers)s) AND {_NOT_OVER}
ORDER BY a.name, a.id, p.scope DESC, p.name, p.id
"""


def list_offered(access: Access) -> list[Offered]:
    """What a new workspace can be given. For those who read the customer in whole."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, {"customers": list(access.customers_in_whole), "now": clock.now()})
        return [
            Offered(one, name, agreement, number, Scope(scope))
            for one, name, agreement, number, scope in cursor.fetchall()
        ]
