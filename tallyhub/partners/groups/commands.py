"""Security groups of a partner: who is in them, and so who holds what is assigned to them."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from tallyhub.journal.steps import News
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command
from tallyhub.partners import steps
from tallyhub.partners.groups import queries
from tallyhub.partners.models import SecurityGroup, SecurityGroupMember
from tallyhub.partners.rules import MEMBERS_MAX, NAME_MAX


@command
def add_group(access: Access, name: str) -> int:
    access.require_serving(Right.MANAGE_DELEGATIONS)
    organization_id = access.organization_id or 0
    if not name:
        raise Invalid("security_group_name_missing")
    try:
        with transaction.atomic():
            made = SecurityGroup.objects.create(
                organization_id=organization_id, name=read_name(name, length_max=NAME_MAX)
            )
    except IntegrityError:
        raise Conflict("security_group_name_taken") from None
    steps.tell(access, [News("partners.group_added", None, made.pk)])
    return made.pk


@command
def remove_group(access: Access, group_id: int) -> None:
    """With everything that its people hold by it."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    group = queries.lock_group(access, group_id)
    held = steps.list_running(group.organization_id, group_id=group.pk)
    group.delete()
    changes = steps.settle_grants(held)
    steps.tell(access, [News("partners.group_removed", None, group_id), *steps.news_of_grants(changes)])


@command
def add_members(access: Access, group_id: int, staff: Collection[int]) -> None:
    """``staff``: ids of rows of one's own organisation. Raises DoesNotExist where one of them is none of it."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    group = queries.lock_group(access, group_id)
    people = queries.find_staff(access, staff)
    if not people:
        raise Invalid("security_group_nobody")
    there = SecurityGroupMember.objects.filter(group=group).exclude(staff_id__in=people).count()
    if there + len(people) > MEMBERS_MAX:
        raise Conflict("security_group_full", members_max=MEMBERS_MAX)
    SecurityGroupMember.objects.bulk_create(
        [SecurityGroupMember(organization_id=group.organization_id, group=group, staff_id=one) for one in people],
        ignore_conflicts=True,
    )
    _settle(access, group, [News("partners.member_added", None, person) for person in people.values()])


@command
def remove_member(access: Access, group_id: int, staff_id: int) -> None:
    access.require_serving(Right.MANAGE_DELEGATIONS)
    group = queries.lock_group(access, group_id)
    member = SecurityGroupMember.objects.select_related("staff").get(group=group, staff_id=staff_id)
    person_id = member.staff.person_id
    member.delete()
    _settle(access, group, [News("partners.member_removed", None, person_id)])


def _settle(access: Access, group: SecurityGroup, news: list[News]) -> None:
    changes = steps.settle_grants(steps.list_running(group.organization_id, group_id=group.pk))
    steps.tell(access, [*news, *steps.news_of_grants(changes)])
