"""Who works for the provider or a partner, as what: said by whoever administers the organisation."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tallyhub.accounts.rules import read_language
from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.names import check_person_name
from tallyhub.kernel.scope import command
from tallyhub.organizations.models import Staff
from tallyhub.organizations.queries import get_seller, lock_colleagues
from tallyhub.organizations.rules import Kind, StaffRole
from tallyhub.organizations.steps import NewStaff, employ
from tallyhub.partners import steps
from tallyhub.partners.models import Consent, SecurityGroupMember
from tallyhub.partners.staff.rules import check_administrators, has_come, pick, read_roles
from tallyhub.people.steps import Invitee, persons_of


@dataclass(frozen=True, slots=True)
class NewColleague:
    """Whom, as what. ``name`` and ``language`` count for who has no account yet."""

    address: str
    name: str
    language: str
    roles: Collection[str]


@command
def add_person(access: Access, new: NewColleague) -> None:
    """From now on they work for the organisation. Who has no account gets a link by which to choose a password.

    Raises Invalid; Conflict for who works here, or for another organisation.
    """
    access.require_serving(Right.MANAGE_STAFF)
    house = get_seller(access.organization_id or 0)
    roles = read_roles(new.roles, Kind(house.kind))
    language, name = read_language(new.language), check_person_name(new.name)
    invitee = Invitee(check_address(new.address), (), language, name)
    (person,) = persons_of([invitee])
    if person.pk in {one.person_id for one in lock_colleagues(access)}:
        raise Conflict("staff_here")
    try:
        with transaction.atomic():
            done = employ(access, [NewStaff(house.pk, person.pk, roles)])
    except IntegrityError:  # another organisation was faster
        raise Conflict("staff_elsewhere") from None
    if done.elsewhere:
        raise Conflict("staff_elsewhere")
    steps.tell(access, [News("partners.staff_added", None, person.pk)])


@command
def ask_again(access: Access, staff_id: int) -> None:
    """Send the link to choose a password anew, to who has never come in."""
    access.require_serving(Right.MANAGE_STAFF)
    one = pick(lock_colleagues(access), staff_id)
    if has_come(one):
        raise Conflict("staff_has_come")
    steps.tell(access, [News("partners.staff_asked", None, one.person_id)])


@command
def change_roles(access: Access, staff_id: int, roles: Collection[str]) -> None:
    """What they lose counts no more with their next click, what was delegated to them included.

    Raises Conflict where nobody would administer the organisation.
    """
    access.require_serving(Right.MANAGE_STAFF)
    house = get_seller(access.organization_id or 0)
    people = lock_colleagues(access)
    one = pick(people, staff_id)
    said = read_roles(roles, Kind(house.kind))
    if set(said) == set(one.roles):
        return
    if StaffRole.ORGANIZATION_ADMINISTRATOR not in said:
        check_administrators(people, one)
    employ(access, [NewStaff(house.pk, one.person_id, said, one.ends_at)])
    _settle(access, one.organization_id, _held_by(one), [])


@command
def end_employment(access: Access, staff_id: int) -> None:
    """At once: they act for the organisation no more, in no open session, and are in none of its groups.

    Raises Conflict for the last who administers it.
    """
    access.require_serving(Right.MANAGE_STAFF)
    people = lock_colleagues(access)
    one = pick(people, staff_id)
    check_administrators(people, one)
    employ(access, [NewStaff(one.organization_id, one.person_id, tuple(map(StaffRole, one.roles)), clock.now())])
    held = _held_by(one)
    SecurityGroupMember.objects.filter(staff=one).delete()
    _settle(access, one.organization_id, held, [News("partners.staff_ended", None, one.person_id)])


def _held_by(one: Staff) -> list[int]:
    """The delegations of which they hold something by a group."""
    return steps.list_running(one.organization_id, group__members__staff_id=one.pk)


def _settle(access: Access, organization_id: int, delegations: Collection[int], news: list[News]) -> None:
    """What customers gave follows from who works for the partner as what; consents are for all who serve them."""
    running = Consent.objects.filter(organization_id=organization_id, ended_at=None).values_list("pk", flat=True)
    changes = steps.settle_grants(delegations) + steps.settle_consents(list(running))
    steps.tell(access, [*news, *steps.news_of_grants(changes)])
