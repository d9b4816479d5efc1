"""Reads about delegations: for their pages, and what is due of them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import Role
from tallyhub.partners.models import Delegation, RoleAssignment
from tallyhub.partners.queries import Known, list_known
from tallyhub.partners.rules import EXPIRING_WITHIN, Stage, State

PAGE_ROWS = 50
DELEGATIONS_MAX = 200  # on a page, between one customer and one partner: the newest


class CustomerFilter:
    """The words of the filter, and what they mean in SQL about ``k``."""

    CHOICES = {
        "": "k.is_current",
        "active": "k.active > 0",
        "expiring": "k.ends_at <= %s",
        "pending": "k.pending > 0",
        "none": "k.is_current AND k.active = 0",
        "former": "NOT k.is_current",
    }


@dataclass(frozen=True, slots=True)
class CustomersPage:
    rows: list[Known]
    next_after: tuple[str, int] | None


def list_customers(state: str, text: str, after: tuple[str, int] | None, expires_before: datetime) -> CustomersPage:
    """By name, a page at a time. ``after``: name and id of the row before it. ``text``: a part of name or code."""
    where = CustomerFilter.CHOICES[state]
    values: list[Any] = [expires_before] if state == "expiring" else []
    if text:
        where += " AND (strpos(lower(k.name), lower(%s)) > 0 OR strpos(lower(k.code), lower(%s)) > 0)"
        values = [*values, text, text]
    if after:
        where += " AND (k.name, k.customer_id) > (%s, %s)"
        values = [*values, *after]
    rows = list_known(where, values, PAGE_ROWS + 1)
    last = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
    return CustomersPage(rows[:PAGE_ROWS], (last.name, last.customer_id) if last else None)


def list_ending(access: Access, customers: Collection[int]) -> set[int]:
    """Those of the customers that have a delegation of one's own of which little is left."""
    now = clock.now()
    mine = Delegation.objects.visible_to(access).filter(organization_id__in=access.organizations)
    near = mine.filter(
        customer_id__in=customers, state=State.ACTIVE, ends_at__gt=now, ends_at__lte=now + EXPIRING_WITHIN
    )
    return {one.customer_id for one in near if one.stage is Stage.EXPIRING}


def list_of_customer(access: Access, customer_id: int) -> list[Delegation]:
    """What the reader may know of, the newest first."""
    found = Delegation.objects.visible_to(access).filter(customer_id=customer_id)
    return list(found.order_by("-pk")[:DELEGATIONS_MAX])


def list_proposed(access: Access, customer_id: int) -> list[Delegation]:
    """What one's own organisation asked the customer for, for its resellers, the newest first."""
    found = Delegation.objects.proposed_by(access).filter(customer_id=customer_id)
    return list(found.order_by("-pk")[:DELEGATIONS_MAX])


def get_sent(access: Access, delegation_id: int) -> Delegation:
    """One that the customer knows of."""
    return Delegation.objects.visible_to(access).exclude(state=State.CREATED).get(pk=delegation_id)


def list_assignments(access: Access, delegations: Collection[int]) -> dict[int, list[RoleAssignment]]:
    """By delegation, with the groups, by name; for the partner alone."""
    found: defaultdict[int, list[RoleAssignment]] = defaultdict(list)
    rows = RoleAssignment.objects.visible_to(access).filter(delegation_id__in=delegations).select_related("group")
    for one in rows.order_by("group__name", "pk"):
        found[one.delegation_id].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody of the partner who holds a role by a delegation now."""

    delegation_id: int
    person_id: int
    name: str
    role: Role
    starts_at: datetime
    ends_at: datetime | None


def list_holders(delegations: Collection[int]) -> dict[int, list[Holder]]:
    found: defaultdict[int, list[Holder]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_holders(%s::bigint[], %s)", [list(delegations), clock.now()])
        for delegation, person, name, role, starts_at, ends_at in cursor.fetchall():
            found[delegation].append(Holder(delegation, person, name, Role(role), starts_at, ends_at))
    return found


@dataclass(frozen=True, slots=True)
class Due:
    id: int
    organization_id: int
    customer_id: int


def list_due() -> list[Due]:
    """For the hub: what nears its end, has just ended, or was not answered, of all partners."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_due(%s)", [clock.now()])
        return [Due(*row) for row in cursor.fetchall()]
