"""Reads about a customer's domains and workspaces, and who holds which role, for its account policy."""

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import AccessGrant, Organization, ProvedDomain, WorkAccount, Workspace
from tallyhub.organizations.rules import STAFF


def get_customer(access: Access) -> Organization:
    """The one that is worked inside."""
    return Organization.objects.visible_to(access).get(pk=access.customer_id or 0)


def list_domains(access: Access) -> list[ProvedDomain]:
    return list(ProvedDomain.objects.visible_to(access).order_by("domain"))


def get_domain(access: Access, domain_id: int) -> ProvedDomain:
    return ProvedDomain.objects.visible_to(access).get(pk=domain_id)


def lock_domain(access: Access, domain_id: int) -> ProvedDomain:
    return ProvedDomain.objects.visible_to(access).select_for_update().get(pk=domain_id)


def list_workspaces(access: Access) -> list[Workspace]:
    """The default one first, then by name; archived ones, too."""
    return list(Workspace.objects.visible_to(access).order_by("-is_default", "name", "pk"))


def get_workspace(access: Access, workspace_id: int) -> Workspace:
    return Workspace.objects.visible_to(access).get(pk=workspace_id)


def lock_workspace(access: Access, workspace_id: int) -> Workspace:
    return Workspace.objects.visible_to(access).select_for_update().get(pk=workspace_id)


def list_refusing(access: Access) -> list[int]:
    """The workspaces that refuse personal accounts now, archived ones left out."""
    refusing = Workspace.objects.visible_to(access).filter(refuses_personal=True, archived_at=None)
    return list(refusing.values_list("pk", flat=True))


def find_vouched(access: Access) -> set[int]:
    """For whom the customer's identity provider ever vouched."""
    return set(WorkAccount.objects.visible_to(access).values_list("person_id", flat=True))


def find_holders(access: Access, workspaces: Collection[int], *, in_whole: bool) -> set[int]:
    """Who holds a role in these workspaces, or in the whole customer, now or later.

    The provider's staff is left out: it is never refused.
    """
    reach = Q(workspace_id__in=workspaces)
    if in_whole:
        reach |= Q(workspace_id=None)
    return set(_held(access).filter(reach).values_list("person_id", flat=True))


def _held(access: Access) -> "QuerySet[AccessGrant]":
    not_over = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    return AccessGrant.objects.visible_to(access).filter(not_over, person__is_active=True).exclude(role__in=STAFF)


def list_grants_from(access: Access, sources: str, *, person_id: int | None = None) -> list[AccessGrant]:
    """Those whose source begins so, which a person holds, or anybody."""
    grants = AccessGrant.objects.visible_to(access).filter(source__startswith=sources)
    return list(grants if person_id is None else grants.filter(person_id=person_id))


def count_people_from(access: Access, sources: str) -> dict[str, int]:
    """By source, for those that begin so: how many people have a role from it now."""
    grants = _held(access).filter(source__startswith=sources).order_by()
    return dict(grants.values_list("source").annotate(people=Count("person_id", distinct=True)))
