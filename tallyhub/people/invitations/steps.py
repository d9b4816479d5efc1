"""Pieces of writing about invitations. Each demands an open transaction, in the scope of the customers concerned."""

from collections.abc import Collection, Sequence
from typing import Protocol

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.organizations.steps import NewGrant, give_roles
from tallyhub.people.models import Invitation
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.rules import REMIND_AFTER, roles_in

# As people_customers_to_remind finds them (migrations/0003). However late the job comes, it is one mail.
_REMIND = """
UPDATE people_invitation i SET reminders = d.due
FROM (
    SELECT n.id,
           (SELECT count(*) FROM unnest(%(after)s::interval[]) a WHERE n.sent_at + a <= %(now)s::timestamptz) AS due
    FROM people_invitation n
    JOIN organizations_workspace w ON w.id = n.workspace_id AND w.archived_at IS NULL
    WHERE n.customer_id = ANY (%(customers)s::bigint[]) AND n.accepted_at IS NULL AND n.voided_at IS NULL
      AND n.expires_at > %(now)s::timestamptz
) d
WHERE i.id = d.id AND i.reminders < d.due AND i.accepted_at IS NULL AND i.voided_at IS NULL
RETURNING i.*
"""
# Once for each time that it was sent: a job that is repeated, or comes late, finds it told.
_TELL = """
UPDATE people_invitation i SET told_serial = i.serial
WHERE i.customer_id = ANY (%(customers)s::bigint[]) AND i.id = ANY (%(ids)s::bigint[]) AND i.told_serial < i.serial
  AND i.accepted_at IS NULL AND i.voided_at IS NULL AND i.expires_at > %(now)s::timestamptz
RETURNING i.*
"""


class Asked(Protocol):
    """What an invitation asks into, and as what."""

    @property
    def id(self) -> int: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def roles(self) -> Sequence[str]: ...


def admit(customer_id: int, person_id: int, invitations: Collection[Asked]) -> None:
    """The hub gives what the inviters chose; that the person accepted is theirs to record.

    Needs the lock of the customer's people, and comes last: the scope is the person's afterwards.
    """
    require_transaction()
    Invitation.objects.filter(pk__in=[one.id for one in invitations]).update(accepted_at=clock.now())
    given = [
        NewGrant(customer_id, place, person_id, role, "invitation")
        for one in invitations
        for place, role in roles_in(one.workspace_id, one.roles)
    ]
    give_roles(Access.of_system([customer_id]), given)
    settle_namings(Access.of_system([customer_id]), customer_id, [person_id])
    places = tuple(one.workspace_id for one in invitations)
    own = Access(person_id=person_id, customer_id=customer_id, workspaces=places)
    widen(own)
    record_many(own, [News("people.invitation_accepted", customer_id, one.id, one.workspace_id) for one in invitations])


def note_asked(invitation_id: int) -> None:
    require_transaction()
    Invitation.objects.filter(pk=invitation_id).update(asked_at=clock.now())


def mark_told(customers: Collection[int], ids: Collection[int]) -> list[Invitation]:
    """Those of these about whose newest link no mail was written yet; from now on it counts as written."""
    require_transaction()
    about = {"now": clock.now(), "customers": list(customers), "ids": list(ids)}
    return sorted(Invitation.objects.raw(_TELL, about), key=lambda one: one.pk)


def mark_reminded(customers: Collection[int]) -> list[Invitation]:
    """Count a reminder for each that is due; returns those. Two at once: the second one finds them counted."""
    require_transaction()
    about = {"after": list(REMIND_AFTER), "now": clock.now(), "customers": list(customers)}
    return sorted(Invitation.objects.raw(_REMIND, about), key=lambda one: one.pk)
