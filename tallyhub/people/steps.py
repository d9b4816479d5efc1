"""Pieces of writing that several commands need. Each demands an open transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import find_by_addresses
from tallyhub.accounts.steps import add_invited
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import Workspace
from tallyhub.people.models import Invitation
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.rules import LIFETIME

# An invitation that is there is sent anew: its serial voids the link that was sent before.
_INVITE = """
INSERT INTO people_invitation AS i (customer_id, workspace_id, person_id, name, email, roles, language, serial,
                                    told_serial, made_by_id, made_at, sent_at, expires_at, reminders)
SELECT %(customer)s::bigint, %(workspace)s::bigint, n.person_id, n.name, n.email, n.roles, n.language, 1, 0,
       %(by)s::bigint, %(now)s::timestamptz, %(now)s::timestamptz, %(until)s::timestamptz, 0
FROM jsonb_to_recordset(%(people)s::jsonb) AS n (person_id bigint, name text, email text, roles text[], language text)
ON CONFLICT (workspace_id, person_id) DO UPDATE SET name = excluded.name, email = excluded.email,
    roles = excluded.roles, language = excluded.language, serial = i.serial + 1, made_by_id = excluded.made_by_id,
    sent_at = excluded.sent_at, expires_at = excluded.expires_at, reminders = 0,
    accepted_at = NULL, voided_at = NULL, asked_at = NULL
RETURNING i.*
"""


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom, as what, and in which language the mail is written. ``email`` has passed ``check_address``."""

    email: str
    roles: tuple[str, ...]
    language: str
    name: str = ""


def invite(access: Access, workspace: Workspace, people: Sequence[Invitee]) -> list[Invitation]:
    """Ask these people into the workspace, anew those who were asked before; each address once.

    Returns the invitations in the order of ``people``; the mails follow from the events. The same number of
    statements, however many people. Whoever is invited by two at the same time is one person, invited twice.
    Raises Conflict for a workspace that is archived.
    """
    require_transaction()
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    if not people:
        return []
    persons, now = persons_of(people), clock.now()
    rows = [
        {"person_id": person.pk, "name": one.name, "email": one.email, "roles": one.roles, "language": one.language}
        for person, one in zip(persons, people, strict=True)
    ]
    about: dict[str, Any] = {"customer": workspace.customer_id, "workspace": workspace.pk, "by": access.person_id}
    about |= {"now": now, "until": now + LIFETIME, "people": json.dumps(rows)}
    made = {one.person_id: one for one in Invitation.objects.raw(_INVITE, about)}
    invitations = [made[person.pk] for person in persons]
    settle_namings(access, workspace.customer_id, made)
    record_many(access, [News("people.invited", one.customer_id, one.pk, one.workspace_id) for one in invitations])
    return invitations


def persons_of(people: Sequence[Invitee]) -> list[Person]:
    """The account of each address, or a person who cannot sign in until the invitation is accepted."""
    known = find_by_addresses(each.email for each in people)
    missing = [each for each in people if each.email not in known]
    if missing:
        password = make_password(None)
        added = add_invited(
            Person(name=each.name or each.email, email=each.email, language=each.language, password=password)
            for each in missing
        )
        known |= zip((each.email for each in missing), added, strict=True)
    return [known[each.email] for each in people]
