"""Inviting, sending anew, taking back; and what whoever holds a link does with it.

All that change an invitation take the lock of the customer's people, so that a link is used once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import lock_person
from tallyhub.accounts.steps import confirm_address, open_account
from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.names import check_person_name
from tallyhub.kernel.scope import command, widen
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import check_administrators, lock_people
from tallyhub.people.contacts import check_room
from tallyhub.people.invitations import queries, steps
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.queries import Found
from tallyhub.people.invitations.rules import PEOPLE_MAX, State, Step, may_ask, next_step, state_of
from tallyhub.people.models import Invitation
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.rules import LIFETIME, check_roles
from tallyhub.people.steps import Invitee, invite, persons_of


@command
def invite_people(
    access: Access, workspace_id: int, people: Sequence[Invitee], marks: Mapping[str, int] | None = None
) -> int:
    """Ask these people into a workspace; returns how many were. Who has joined by now, or comes twice, is left out.

    ``marks``: of ``queries.marks_of`` when the list was previewed, so that a preview is sent once. Raises DoesNotExist
    for a workspace that is not theirs, Forbidden, Invalid for what may not be asked, Conflict for what was done since.
    """
    workspace = _workspace(access, workspace_id)
    if len(people) > PEOPLE_MAX:
        raise Invalid("people_too_many", people_max=PEOPLE_MAX)
    checked = {one.email.lower(): one for one in reversed([_checked(access, one) for one in people])}
    if access.acts_as and checked.keys() & {
        (one.person.email or "").lower() for one in organizations.list_staff(access)
    }:
        raise Conflict("invitation_of_staff")  # a right of its own would outlive what was delegated
    lock_people(workspace.customer_id)
    if marks is not None and marks != queries.marks_of(workspace, marks):
        raise Conflict("preview_used")
    joined = organizations.list_joined(workspace.pk)
    wanted = [one for key, one in sorted(checked.items()) if key not in joined]
    contacts = [one for one in wanted if Role.SUPPORT_CONTACT in one.roles]
    check_room(access, workspace, [one.pk for one in persons_of(contacts)])  # before: an invitation takes a place
    return len(invite(access, workspace, wanted))


def _workspace(access: Access, workspace_id: int) -> Workspace:
    workspace = organizations.list_workspaces(access).get(pk=workspace_id)
    access.require(Right.MANAGE_USERS, workspace_id=workspace.pk)
    if workspace.archived_at is not None:
        raise Conflict("workspace_archived", name=workspace.name)
    return workspace


def _checked(access: Access, one: Invitee) -> Invitee:
    check_roles(one.roles, in_whole=access.has(Right.MANAGE_USERS))
    check_administrators(access, [Role(role) for role in one.roles])
    return replace(one, email=check_address(one.email), name=check_person_name(one.name))


@command
def resend_invitation(access: Access, invitation_id: int) -> Invitation:
    """Send it anew, for as long as the first time; the link that was sent before is void.

    Raises DoesNotExist for a hidden one, Conflict for one that was used or taken back.
    """
    invitation = _changeable(access, invitation_id)
    if state_of(invitation, clock.now()) is State.REVOKED:
        raise Conflict("invitation_revoked")
    if invitation.workspace.archived_at is not None:
        raise Conflict("workspace_archived", name=invitation.workspace.name)
    if Role.SUPPORT_CONTACT in invitation.roles:
        check_room(access, invitation.workspace, [invitation.person_id])  # the cap may be lower by now
    now = clock.now()
    invitation.serial += 1
    invitation.sent_at, invitation.expires_at = now, now + LIFETIME
    invitation.reminders, invitation.asked_at = 0, None
    invitation.save(update_fields=["serial", "sent_at", "expires_at", "reminders", "asked_at"])
    record(access, "people.invitation_resent", invitation.pk, workspace_id=invitation.workspace_id)
    return invitation


@command
def revoke_invitation(access: Access, invitation_id: int) -> Invitation:
    """Take it back: its link opens nothing any more. Again is no error; one that was used is a Conflict."""
    invitation = _changeable(access, invitation_id)
    if invitation.voided_at is None:
        invitation.voided_at = clock.now()
        invitation.save(update_fields=["voided_at"])
        settle_namings(access, invitation.customer_id, [invitation.person_id])
        record(access, "people.invitation_revoked", invitation.pk, workspace_id=invitation.workspace_id)
    return invitation


def _changeable(access: Access, invitation_id: int) -> Invitation:
    lock_people(access.customer_id or 0)
    invitation = queries.lock_invitation(access, invitation_id)
    if state_of(invitation, clock.now()) is State.ACCEPTED:
        raise Conflict("invitation_used")
    return invitation


@dataclass(frozen=True, slots=True)
class Joined:
    """Who has joined what."""

    person: Person
    customer_id: int
    workspace_id: int


@command
def register(access: Access, link: Link, *, name: str, password: str, language: str, zone: str) -> Joined:
    """Somebody who cannot sign in yet opens an account and joins. The link is the right to it.

    Raises Invalid for a password that is refused; Conflict where the link does not lead there now, DoesNotExist where
    it leads nowhere.
    """
    found, person = _locked(link)
    _require(found, link, None, Step.REGISTER)
    open_account(person, name=name, password=password, language=language, zone=zone)
    return _admit(found, person)


@command
def join(access: Access, link: Link) -> Joined:
    """Whoever is signed in joins; it must be the person who was invited. Raises as ``register``."""
    found, person = _locked(link)
    _require(found, link, access.person_id, Step.JOIN)
    confirm_address(person)
    return _admit(found, person)


def _locked(link: Link) -> tuple[Found, Person]:
    """The invitation as it is while nobody else can use, resend or take it back; in the scope of its customer."""
    before = _existing(link)
    widen(Access.of_system([before.customer_id]))
    lock_people(before.customer_id)
    person = lock_person(before.person_id)
    return _existing(link), person


def _existing(link: Link) -> Found:
    found = queries.find_by_link(link)
    if found is None:
        raise ObjectDoesNotExist
    return found


def _require(found: Found, link: Link, person_id: int | None, wanted: Step) -> None:
    step = next_step(found, link.serial, person_id, clock.now())
    if step is not wanted:
        raise Conflict(step)


def _admit(found: Found, person: Person) -> Joined:
    """Raises Conflict where the workspace refuses personal accounts and this is one (R3.6)."""
    if organizations.is_refused(found.workspace_id, person.pk):
        raise Conflict("personal_account_refused", workspace=found.workspace_name)
    steps.admit(found.customer_id, person.pk, [found])
    return Joined(person, found.customer_id, found.workspace_id)


@command
def ask_again(access: Access, link: Link) -> None:
    """Whoever holds a link that has expired asks for another one: the inviter gets a mail, once a day at most.

    Raises Conflict where it has not expired, or was asked a while ago; DoesNotExist.
    """
    found, _person = _locked(link)
    now = clock.now()
    _require(found, link, access.person_id, Step.EXPIRED)
    if not may_ask(found, now):
        raise Conflict("invitation_asked")
    steps.note_asked(found.id)
    hub = Access.of_system([found.customer_id])
    record(hub, "people.invitation_asked", found.id, customer_id=found.customer_id, workspace_id=found.workspace_id)


@command
def remind(access: Access) -> int:
    """Remind whoever has not answered, in the customers of the access, for the hub itself; returns how many."""
    reminded = steps.mark_reminded(access.customers)
    record_many(access, [News("people.reminded", one.customer_id, one.pk, one.workspace_id) for one in reminded])
    return len(reminded)
