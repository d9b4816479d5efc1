"""Reads of invitations to work for an organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, Value
from django.db.models.functions import Lower

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import Kind
from tallyhub.partners.models import RoleAssignment, StaffInvitation
from tallyhub.partners.rules import State
from tallyhub.people.invitations.links import Link

LISTED_MAX = 500
DECLINED_SHOWN = timedelta(days=30)  # since they declined
_FIND = "SELECT * FROM partners_staff_invitation_of(%s, %s)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a link leads to, for who holds it. ``people.invitations.rules.next_step`` says what they can do."""

    id: int
    serial: int  # of the newest link
    organization_id: int
    organization_name: str
    organization_zone: str
    kind: Kind
    roles: Sequence[str]
    inviter_name: str | None  # None: they work elsewhere by now
    person_id: int
    email: str
    name: str  # of the account
    language: str
    expires_at: datetime
    answered_at: datetime | None
    is_accepted: bool | None
    voided_at: datetime | None
    may_sign_in: bool
    is_archived: bool = False
    asked_at: datetime | None = None

    @property
    def accepted_at(self) -> datetime | None:
        """As ``rules.Answered`` has it."""
        return self.answered_at


def find_by_link(link: Link) -> Found | None:
    """Whatever the scope: a definer function answers. None: erased, or nobody who could use it."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [link.invitation_id, link.serial])
        found = cursor.fetchone()
    return None if found is None else Found(*found)


def is_invited(person_id: int) -> bool:
    """Whether an organisation waits for the person's answer, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT partners_is_invited(%s, %s)", [person_id, clock.now()])
        return bool(cursor.fetchone()[0])


def list_invited(access: Access) -> list[StaffInvitation]:
    """Those of the own organisation that nobody has accepted or taken back, and who declined a short while ago; the
    newest first.
    """
    mine = StaffInvitation.objects.visible_to(access).filter(voided_at=None)
    shown = mine.filter(Q(answered_at=None) | Q(is_accepted=False, answered_at__gt=clock.now() - DECLINED_SHOWN))
    return list(shown.order_by("-invited_at", "-pk")[:LISTED_MAX])


def count_held(access: Access, staff: Collection[int]) -> dict[int, int]:
    """Of how many delegations that run now each of them holds something by a group."""
    mine = RoleAssignment.objects.visible_to(access).filter(group__members__staff_id__in=staff)
    running = mine.filter(delegation__state=State.ACTIVE, delegation__ends_at__gt=clock.now())
    counted = running.values("group__members__staff_id").annotate(n=Count("delegation_id", distinct=True))
    return {one["group__members__staff_id"]: one["n"] for one in counted}


def get_invitation(access: Access, invitation_id: int) -> StaffInvitation:
    return StaffInvitation.objects.visible_to(access).get(pk=invitation_id)


def lock_invitation(access: Access, invitation_id: int) -> StaffInvitation:
    """Locked, so that of two who answer it or take it back the first one wins."""
    return StaffInvitation.objects.visible_to(access).select_for_update().get(pk=invitation_id)


def lock_open(access: Access, address: str) -> StaffInvitation | None:
    """Of the address one that was neither answered nor taken back; it may have expired."""
    mine = StaffInvitation.objects.visible_to(access).filter(answered_at=None, voided_at=None)
    return mine.select_for_update().alias(folded=Lower("email")).filter(folded=Lower(Value(address))).first()
