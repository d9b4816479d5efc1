"""Who works for the provider or a partner, as what: said by whoever administers the organisation, and by themselves."""

from collections.abc import Collection

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import lock_account
from tallyhub.accounts.steps import confirm_address, open_account
from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command, widen
from tallyhub.organizations.models import Staff
from tallyhub.organizations.queries import get_seller, lock_colleagues
from tallyhub.organizations.rules import Kind, StaffRole
from tallyhub.organizations.steps import NewStaff, employ
from tallyhub.partners import steps
from tallyhub.partners.models import Consent, SecurityGroupMember, StaffInvitation
from tallyhub.partners.staff import queries
from tallyhub.partners.staff.queries import Found
from tallyhub.partners.staff.rules import (
    DECLINABLE,
    NewColleague,
    check_administrators,
    check_step,
    has_come,
    pick,
    read_colleague,
    read_roles,
)
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.rules import Step
from tallyhub.people.rules import LIFETIME
from tallyhub.people.steps import Invitee, persons_of


@command
def invite_person(access: Access, new: NewColleague) -> None:
    """Ask whoever has the address to work for the organisation. They do once they accept, and not before.

    The same happens whatever stands behind the address, and the same is answered: it tells of no account and of no work
    elsewhere. Raises Refused; Conflict for who works here, or is invited already.
    """
    access.require_serving(Right.MANAGE_STAFF)
    house = get_seller(access.organization_id or 0)
    said = read_colleague(new, Kind(house.kind))
    (person,) = persons_of([Invitee(said.address, (), said.language, said.name)])
    if person.pk in {one.person_id for one in lock_colleagues(access)}:
        raise Conflict("staff_here")
    one = queries.lock_open(access, said.address) or StaffInvitation(organization_id=house.pk, serial=0)
    if one.pk and one.expires_at > clock.now():
        raise Conflict("staff_invited")
    one.person_id, one.email, one.roles = person.pk, said.address, list(said.roles)
    _send(access, one)
    steps.tell(access, [News("partners.staff_invited", None, one.pk)])


def _send(access: Access, one: StaffInvitation) -> None:
    """The link that was sent before is void. Raises Conflict where somebody else was faster to invite the address."""
    now = clock.now()
    one.serial += 1
    one.invited_at, one.invited_by_id, one.expires_at = now, access.person_id, now + LIFETIME
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError:
        raise Conflict("staff_invited") from None


@command
def resend_invitation(access: Access, invitation_id: int) -> None:
    """Send it anew, for as long as the first time. Raises DoesNotExist; Conflict where it is open no more."""
    access.require_serving(Right.MANAGE_STAFF)
    one = _lock_open(access, invitation_id)
    _send(access, one)
    steps.tell(access, [News("partners.staff_invited_again", None, one.pk)])


@command
def revoke_invitation(access: Access, invitation_id: int) -> None:
    """Take it back: its link opens nothing any more. Raises as ``resend_invitation``."""
    access.require_serving(Right.MANAGE_STAFF)
    one = _lock_open(access, invitation_id)
    one.voided_at = clock.now()
    one.save(update_fields=["voided_at"])
    steps.tell(access, [News("partners.staff_revoked", None, one.pk)])


def _lock_open(access: Access, invitation_id: int) -> StaffInvitation:
    one = queries.lock_invitation(access, invitation_id)
    if one.answered_at is not None or one.voided_at is not None:
        raise Conflict("staff_answered")
    return one


@command
def register(access: Access, link: Link, *, name: str, password: str, language: str, zone: str) -> Person:
    """Somebody who cannot sign in yet opens an account, to answer then. The link is the right to it.

    Raises Invalid for a password that is refused; Conflict where the link does not lead there now, DoesNotExist where
    it leads nowhere.
    """
    found, person, _one = _locked(link)
    check_step(found, link, access.person_id, {Step.REGISTER}, clock.now())
    open_account(person, name=name, password=password, language=language, zone=zone)
    return person


@command
def accept(access: Access, link: Link) -> None:
    """Whoever is signed in works for the organisation from now on; it must be the person who was invited.

    Raises as ``register``; Conflict, too, for who works here, or for another organisation: that is told to nobody else.
    """
    found, person, one = _locked(link)
    check_step(found, link, access.person_id, {Step.JOIN}, clock.now())
    hub = Access.of_system(organizations=[found.organization_id])
    if person.pk in {each.person_id for each in lock_colleagues(hub)}:
        raise Conflict("staff_is_here")
    confirm_address(person)
    roles = read_roles(found.roles, Kind(found.kind))
    try:
        with transaction.atomic():
            done = employ(hub, [NewStaff(found.organization_id, person.pk, roles)])
    except IntegrityError:  # another organisation was faster
        raise Conflict("staff_is_elsewhere") from None
    if done.elsewhere:
        raise Conflict("staff_is_elsewhere")
    _answer(one, is_accepted=True)
    widen(access)
    steps.tell(access, [News("partners.staff_joined", None, person.pk)])


@command
def decline(access: Access, link: Link) -> None:
    """Whoever was invited will not come. Who has no account needs none for that."""
    found, _person, one = _locked(link)
    check_step(found, link, access.person_id, DECLINABLE, clock.now())
    _answer(one, is_accepted=False)
    widen(access)
    steps.tell(access, [News("partners.staff_declined", None, one.pk)])


def _answer(one: StaffInvitation, *, is_accepted: bool) -> None:
    one.answered_at, one.is_accepted = clock.now(), is_accepted
    one.save(update_fields=["answered_at", "is_accepted"])


def _locked(link: Link) -> tuple[Found, Person, StaffInvitation]:
    """The invitation as it is while nobody else can use, resend or take it back; in the scope of its organisation."""
    before = _existing(link)
    hub = Access.of_system(organizations=[before.organization_id])
    widen(hub)
    person = lock_account(before.person_id)
    one = queries.lock_invitation(hub, before.id)
    return _existing(link), person, one


def _existing(link: Link) -> Found:
    found = queries.find_by_link(link)
    if found is None:
        raise ObjectDoesNotExist
    return found


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
