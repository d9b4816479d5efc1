"""Reads about security groups and the people of one's own organisation."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, F

from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_colleagues
from tallyhub.organizations.rules import SERVING, StaffRole
from tallyhub.partners.models import RoleAssignment, SecurityGroup, SecurityGroupMember


@dataclass(frozen=True, slots=True)
class GroupLine:
    id: int
    name: str
    members: int
    delegations: int


def list_groups(access: Access) -> list[GroupLine]:
    """By name."""
    groups = SecurityGroup.objects.visible_to(access).annotate(
        people=Count("members", distinct=True), held=Count("assignments", distinct=True)
    )
    rows = groups.order_by("name", "pk").values_list("pk", "name", "people", "held")
    return [GroupLine(*row) for row in rows]


def get_group(access: Access, group_id: int) -> SecurityGroup:
    found: SecurityGroup = SecurityGroup.objects.visible_to(access).get(pk=group_id)
    return found


def lock_group(access: Access, group_id: int) -> SecurityGroup:
    found: SecurityGroup = SecurityGroup.objects.visible_to(access).select_for_update().get(pk=group_id)
    return found


@dataclass(frozen=True, slots=True)
class Colleague:
    """``serves``: holds a role without which a group gives them nothing."""

    staff_id: int
    person_id: int
    name: str
    roles: tuple[StaffRole, ...]

    @property
    def serves(self) -> bool:
        return bool(SERVING & set(self.roles))


def list_people(access: Access) -> list[Colleague]:
    """Who works for one's own organisation now, by name."""
    return [
        Colleague(one.pk, one.person_id, one.person.name, tuple(map(StaffRole, one.roles)))
        for one in list_colleagues(access)
    ]


def find_staff(access: Access, staff: Collection[int]) -> dict[int, int]:
    """Person by staff id. Raises DoesNotExist where one of them is nobody of one's own organisation."""
    known = {one.staff_id: one.person_id for one in list_people(access)}
    if not set(staff) <= known.keys():
        raise ObjectDoesNotExist
    return {one: known[one] for one in staff}


def list_members(access: Access, group_id: int) -> set[int]:
    """Ids of staff."""
    members = SecurityGroupMember.objects.visible_to(access).filter(group_id=group_id)
    return set(members.values_list("staff_id", flat=True))


def list_held(access: Access, group_id: int) -> list[RoleAssignment]:
    """What a group has of delegations, ended ones included, each with its delegation."""
    held = RoleAssignment.objects.visible_to(access).filter(group_id=group_id).select_related("delegation")
    return list(held.order_by(F("delegation__ends_at").desc(nulls_last=True), "pk"))
