"""Reads about organisations and the people in them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Organization
from tallyhub.organizations.rules import Kind, Role

PEOPLE_MAX = 500  # offered by a filter


def list_own_customers(access: Access) -> QuerySet[Organization]:
    """Those in which the person has any role today; the database lets a person read their own grants."""
    mine = AccessGrant.objects.filter(person_id=access.person_id or 0, starts_at__lte=clock.now())
    current = mine.exclude(ends_at__lte=clock.now()).values("customer_id")
    return Organization.objects.filter(kind=Kind.CUSTOMER, pk__in=current).order_by("name", "pk")


def list_people(access: Access) -> list[tuple[int, str]]:
    """(id, name) of those who hold or held a role where the asker may see it, by name; PEOPLE_MAX at most."""
    held = AccessGrant.objects.visible_to(access).order_by("person__name", "person_id")
    return list(held.values_list("person_id", "person__name").distinct()[:PEOPLE_MAX])


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds now, which reaches a workspace."""

    person_id: int
    name: str
    role: Role
    is_in_whole: bool  # held in the whole customer, later workspaces included
    source: str
    starts_at: datetime
    ends_at: datetime | None


def list_held(access: Access, workspace_id: int) -> list[Held]:
    """Why whoever can see the workspace can: every role that counts there now, by name."""
    now = clock.now()
    reaching = Q(workspace_id=workspace_id) | Q(workspace_id__isnull=True)
    current = Q(starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    grants = AccessGrant.objects.visible_to(access).filter(reaching & current, person__is_active=True)
    return [
        Held(
            one.person_id,
            one.person.name,
            Role(one.role),
            one.workspace_id is None,
            one.source,
            one.starts_at,
            one.ends_at,
        )
        for one in grants.select_related("person").order_by("person__name", "person_id", "role", "pk")
    ]
