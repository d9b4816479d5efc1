"""Pieces of writing that several commands need. Each demands an open transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import find_by_addresses
from tallyhub.accounts.steps import add_invited
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import Workspace
from tallyhub.people.models import Invitation
from tallyhub.people.rules import LIFETIME


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom, as what, and in which language the mail is written. ``email`` has passed ``rules.check_address``."""

    email: str
    roles: tuple[str, ...]
    language: str
    name: str = ""


def invite(access: Access, workspace: Workspace, people: Sequence[Invitee]) -> list[Invitation]:
    """Ask these people into the workspace, anew those who were asked before; each address once.

    Returns the invitations in the order of ``people``; the mails follow from the events. The same number of
    statements, however many people.
    """
    require_transaction()
    persons = persons_of(people)
    now = clock.now()
    known = {one.person_id: one for one in Invitation.objects.filter(workspace=workspace, person__in=persons)}
    made = []
    for person, invitee in zip(persons, people, strict=True):
        one = known.get(person.pk) or Invitation(
            customer_id=workspace.customer_id, workspace=workspace, person=person, made_at=now, serial=0
        )
        one.name, one.email, one.language, one.roles = invitee.name, invitee.email, invitee.language, [*invitee.roles]
        one.serial, one.made_by_id, one.sent_at, one.expires_at = one.serial + 1, access.person_id, now, now + LIFETIME
        one.reminders, one.accepted_at, one.voided_at = 0, None, None
        made.append(one)
    _save(made)
    record_many(access, [News("people.invited", one.customer_id, one.pk, one.workspace_id) for one in made])
    return made


def _save(invitations: Sequence[Invitation]) -> None:
    changed = ("name", "email", "language", "roles", "serial", "made_by_id", "sent_at", "expires_at", "reminders")
    old = [one for one in invitations if one.pk]
    Invitation.objects.bulk_create([one for one in invitations if not one.pk])
    Invitation.objects.bulk_update(old, [*changed, "accepted_at", "voided_at"])


def persons_of(people: Sequence[Invitee]) -> list[Person]:
    """The account of each address, or a person who cannot sign in until an invitation is accepted."""
    known = {one.email_folded or "": one for one in find_by_addresses(each.email for each in people)}
    missing = [each for each in people if each.email.lower() not in known]
    password = make_password(None)
    new = [
        Person(name=each.name or each.email, email=each.email, language=each.language, password=password)
        for each in missing
    ]
    add_invited(new)
    known |= {(one.email or "").lower(): one for one in new}
    return [known[each.email.lower()] for each in people]
