"""Reads of invitations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, CharField, F, QuerySet, When

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.parts import Part, part
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import ADMINISTRATORS, Role
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.rules import State, state_of
from tallyhub.people.models import Invitation, InvitationQuerySet
from tallyhub.people.rules import LIFETIME, REMIND_AFTER

LAPSES_WITHIN = timedelta(days=3)  # that is soon
ASKED_MAX = 10  # administrators who hear that somebody wants a new invitation
_FIND = "SELECT * FROM people_invitation_of(%s, %s)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a link leads to, for who holds it: names of the place, and whom it is for."""

    id: int
    serial: int  # of the newest link
    customer_id: int
    customer_name: str
    customer_zone: str
    workspace_id: int
    workspace_name: str
    is_archived: bool
    person_id: int
    name: str
    email: str
    roles: Sequence[str]
    language: str
    made_by_id: int | None
    inviter_name: str | None  # None: the hub itself, or somebody whom the customer does not know
    expires_at: datetime
    accepted_at: datetime | None
    voided_at: datetime | None
    asked_at: datetime | None
    may_sign_in: bool


def find_by_link(link: Link) -> Found | None:
    """Whatever the scope: a definer function answers. None: erased, or nobody who could use it."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [link.invitation_id, link.serial])
        found = cursor.fetchone()
    return None if found is None else Found(*found)


def list_workspaces(access: Access) -> QuerySet[Workspace]:
    """Those whose people one manages, and in which something new may happen."""
    managed = access.workspaces_with(Right.MANAGE_USERS)
    return organizations.list_workspaces(access).filter(pk__in=managed, archived_at=None).order_by("name", "pk")


def list_open(access: Access, workspaces: Collection[int]) -> InvitationQuerySet:
    """Those not accepted and not taken back, expired ones too (``rules.state_of``), by address."""
    mine = Invitation.objects.visible_to(access).filter(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
    return mine.filter(workspace_id__in=workspaces, accepted_at=None, voided_at=None).order_by("email", "pk")


def lock_invitation(access: Access, invitation_id: int) -> Invitation:
    """Raises DoesNotExist for one of a workspace whose people one does not manage."""
    managed = Invitation.objects.filter(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
    return managed.visible_to(access).select_for_update(of=("self",)).select_related("workspace").get(pk=invitation_id)


def list_joinable(access: Access, person_id: int) -> list[Invitation]:
    """Those of somebody that lead into a workspace now. For the hub itself."""
    mine = Invitation.objects.filter(customer_id__in=access.customers, person_id=person_id, accepted_at=None)
    still = mine.filter(voided_at=None, expires_at__gt=clock.now(), workspace__archived_at=None)
    return list(still.order_by("pk"))


def list_unanswered(access: Access, ids: Collection[int]) -> list[Invitation]:
    """Those of these that are open still, in the order of their ids. For the hub itself."""
    now = clock.now()
    found = Invitation.objects.filter(customer_id__in=access.customers, pk__in=ids).order_by("pk")
    return [one for one in found if state_of(one, now) is State.OPEN]


def list_answering(access: Access, invitation_id: int) -> tuple[Invitation, list[int]]:
    """Who hears that the person asks for a new one: the inviter, or else who administers the workspace now.

    Where nobody does yet, the account team. For the hub itself. Raises DoesNotExist.
    """
    invitation = Invitation.objects.get(customer_id__in=access.customers, pk=invitation_id)
    administrators = organizations.list_holders(access, invitation.workspace_id, ADMINISTRATORS)
    if invitation.made_by_id in administrators:
        return invitation, [invitation.made_by_id]
    team = organizations.list_holders(access, invitation.workspace_id, (Role.CSAM, Role.ACCOUNT_COORDINATOR))
    return invitation, (administrators or team)[:ASKED_MAX]


def customers_to_remind(now: datetime) -> list[int]:
    """Of all customers: a definer function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_customers_to_remind(%s, %s::interval[])", [now, list(REMIND_AFTER)])
        return [customer for (customer,) in cursor.fetchall()]


def customers_of(person_id: int) -> list[int]:
    """The customers that invited the person, whatever the scope and whatever came of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_customers_of(%s)", [person_id])
        return [customer for (customer,) in cursor.fetchall()]


def own_domains(customer_id: int) -> set[str]:
    """Mail domains that the customer has proved, for whoever works inside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_own_domains(%s)", [customer_id])
        return {domain for (domain,) in cursor.fetchall()}


_MARKS = """
SELECT lower(email), sum(serial * 2 + (voided_at IS NOT NULL)::int)::bigint FROM people_invitation
WHERE workspace_id = %s AND lower(email) = ANY (%s::text[]) GROUP BY 1
"""


def marks_of(workspace: Workspace, addresses: Collection[str]) -> dict[str, int]:
    """Of each address in small letters a number that sending, sending again and taking back change; without: 0."""
    keys = [one.lower() for one in addresses]
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [workspace.pk, keys])
        return dict.fromkeys(keys, 0) | dict(cursor.fetchall())


def list_invited(access: Access, workspace: Workspace) -> list[tuple[str, str]]:
    """(address, name) of each whose invitation is open or has expired, as their inviters wrote them."""
    return list(list_open(access, [workspace.pk]).values_list("email", "name"))


def lapsing(access: Access) -> Part:
    """A part of home: open invitations that lapse soon, or have done so a short while ago, where one manages people."""
    now = clock.now()
    managed = Invitation.objects.filter(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
    rows = managed.filter(
        accepted_at=None,
        voided_at=None,
        workspace__archived_at=None,
        expires_at__range=(now - LIFETIME, now + LAPSES_WITHIN),
    )
    who = Case(When(name="", then=F("email")), default=F("name"), output_field=CharField())
    return part("invitation", rows, "expires_at", at=F("expires_at"), key=F("pk"), text=who, place="workspace_id")
