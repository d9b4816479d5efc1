"""Support contacts: how many the agreements allow, and how many are named (R2.3).

An agreement that counts them in people allows what its allotments of today add up to, over all its workspaces; each
person counts once, and an open invitation that would make somebody one counts, too. Without such an entitlement, or
with one that is as needed, nothing is capped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import ngettext

from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.ledger import engine
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role

# Definer functions (people/migrations/0003): numbers only, because who manages a workspace sees no other one's people.
_TERMS = "SELECT * FROM people_contact_terms(%s::bigint[], %s)"
_NAMED = "SELECT * FROM people_contacts_named(%s::bigint[], %s::bigint[], %s)"


@dataclass(frozen=True, slots=True)
class Room:
    """Of one agreement that caps its support contacts."""

    agreement_id: int
    number: str
    allowed: int
    named: int
    named_of_these: int = 0  # of the people who were asked about

    @property
    def left(self) -> int:
        return max(self.allowed - self.named, 0)

    @property
    def over(self) -> int:
        return max(self.named - self.allowed, 0)


def rooms(access: Access, workspaces: Sequence[int], people: Collection[int] = ()) -> list[Room]:
    """The agreements in force that reach these workspaces and cap their support contacts. Two statements at most."""
    allowed = _allowed(workspaces)
    if not allowed:
        return []
    named = count_named(workspaces, people)
    return [Room(one, number, amount, *named[one]) for one, (number, amount) in allowed.items()]


def count_named(workspaces: Sequence[int], people: Collection[int] = ()) -> dict[int, tuple[int, int]]:
    """(named, named of these people) by agreement that reaches these workspaces. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [list(workspaces), list(people), clock.now()])
        return {agreement: (named, of_these) for agreement, named, of_these in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Named:
    """A support contact, or somebody who was asked in as one, in the workspaces that are asked about."""

    name: str
    workspaces: tuple[str, ...]  # their names; none: in the whole customer
    since: datetime
    is_invited: bool


# Who is one, and who was asked in as one: as people_contacts_named counts them.
_IS_NAMED = f"""g.role = '{Role.SUPPORT_CONTACT}'
  AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)"""
_IS_ASKED = f"'{Role.SUPPORT_CONTACT}' = ANY (i.roles) AND i.accepted_at IS NULL AND i.voided_at IS NULL"
_HOLDERS = f"""
SELECT g.person_id FROM organizations_accessgrant g WHERE g.workspace_id = ANY (%(workspaces)s) AND {_IS_NAMED}
UNION SELECT i.person_id FROM people_invitation i WHERE i.workspace_id = ANY (%(workspaces)s) AND {_IS_ASKED}
"""


def find_holders(workspaces: Collection[int]) -> set[int]:
    """Who is a support contact in one of these workspaces, or asked in as one; each person once."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"workspaces": list(workspaces), "now": clock.now()})
        return {person_id for (person_id,) in cursor.fetchall()}


# The WHERE clauses are the first wall once more; by their policies one reads what one may.
_NAMED_PEOPLE = f"""
WITH places AS (
    SELECT DISTINCT m.workspace_id FROM agreements_mapping m JOIN agreements_package k ON k.id = m.package_id
    WHERE k.agreement_id = ANY (%(agreements)s) AND m.workspace_id = ANY (%(workspaces)s)
)
SELECT g.person_id, p.name, coalesce(w.name, ''), g.starts_at, false
FROM organizations_accessgrant g JOIN accounts_person p ON p.id = g.person_id
LEFT JOIN organizations_workspace w ON w.id = g.workspace_id
WHERE g.customer_id = ANY (%(customers)s) AND {_IS_NAMED}
  AND (g.workspace_id IN (SELECT workspace_id FROM places) OR g.workspace_id IS NULL AND %(in_whole)s)
UNION ALL
SELECT i.person_id, coalesce(nullif(i.name, ''), i.email), w.name, i.made_at, true
FROM people_invitation i JOIN organizations_workspace w ON w.id = i.workspace_id
WHERE i.workspace_id IN (SELECT workspace_id FROM places) AND {_IS_ASKED}
"""


def list_named(access: Access, agreements: Collection[int], workspaces: Sequence[int]) -> list[Named]:
    """Who is named in those of these workspaces that the agreements reach, by name, each once. One statement.

    For whoever administers all of these workspaces, or manages the agreements.
    """
    asked = {"agreements": list(agreements), "workspaces": list(workspaces), "customers": list(access.customers)}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED_PEOPLE, {**asked, "in_whole": access.in_whole, "now": clock.now()})
        rows = cursor.fetchall()
    found: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row[4], row[2])):
        found.setdefault(row[0], []).append(row)
    people = [_named(each) for each in found.values()]
    return sorted(people, key=lambda one: (one.name.casefold(), one.since))


def _named(rows: Sequence[Any]) -> Named:
    """One person's rows; whoever is one somewhere already is not only asked in."""
    _person, name, _place, _since, is_invited = rows[0]
    places = tuple(dict.fromkeys(place for _, _, place, _, _ in rows if place))
    return Named(name, places, min(row[3] for row in rows if row[4] == is_invited), is_invited)


def check_room(access: Access, workspace: Workspace, person_ids: Collection[int]) -> None:
    """May all of these people be support contacts in the workspace? Call it before that is written, under lock_people.

    Raises Conflict where an agreement that reaches it has no place left for those who are none yet.
    """
    require_transaction()
    refusal = find_refusal(access, workspace, person_ids)
    if refusal:
        raise refusal


def find_refusal(
    access: Access, workspace: Workspace, person_ids: Collection[int], *, strangers: int = 0
) -> Conflict | None:
    """Why they may not all become support contacts; ``strangers``: as many more, whom nobody knows yet.

    What is written by it needs ``lock_people`` first.
    """
    people = set(person_ids)
    for room in rooms(access, [workspace.pk], people) if people or strangers else ():
        new = len(people) + strangers - room.named_of_these
        if new > room.left:
            return _refusal(room, new)
    return None


def _refusal(room: Room, new: int) -> Conflict:
    said = {"number": room.number, "allowed": room.allowed}
    if room.left:
        return Conflict("contacts_too_many", **said, left=room.left, new=new)
    return Conflict("contacts_full", **said)


def room_text(room: Room) -> str:
    """Remaining first; more than allowed is said in words."""
    said = {
        "number": room.number,
        "left": fmt.number(room.left),
        "over": fmt.number(room.over),
        "named": fmt.number(room.named),
        "allowed": fmt.number(room.allowed),
    }
    if room.over:
        text = ngettext(
            "Support contacts of %(number)s: %(over)s over, %(named)s of %(allowed)s named.",
            "Support contacts of %(number)s: %(over)s over, %(named)s of %(allowed)s named.",
            room.over,
        )
        return text % said
    text = ngettext(
        "Support contacts of %(number)s: %(left)s place left, %(named)s of %(allowed)s named.",
        "Support contacts of %(number)s: %(left)s places left, %(named)s of %(allowed)s named.",
        room.left,
    )
    return text % said


class _Term(NamedTuple):
    """An allotment of an entitlement to support contacts; without one, only the entitlement."""

    agreement_id: int
    number: str
    today: date
    entitlement_id: int
    is_as_needed: bool
    allotment_id: int | None
    kind: str
    amount: int
    starts_on: date
    ends_on: date
    priority: int


def _allowed(workspaces: Sequence[int]) -> dict[int, tuple[str, int]]:
    """(number, allowed today) by agreement; those that cap nothing left out."""
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, [list(workspaces), clock.now()])
        terms = [_Term(*row) for row in cursor.fetchall()]
    found = {}
    for agreement_id, group in groupby(terms, attrgetter("agreement_id")):
        of_agreement = list(group)
        allowed = allowance(_bought(of_agreement).values(), of_agreement[0].today)
        if allowed is not None:
            found[agreement_id] = (of_agreement[0].number, allowed)
    return found


def _bought(terms: Sequence[_Term]) -> dict[int, list[engine.Allotment] | None]:
    """The allotments by entitlement; None for one that is as needed."""
    found: dict[int, list[engine.Allotment] | None] = {}
    for one in terms:
        bought = found.setdefault(one.entitlement_id, None if one.is_as_needed else [])
        if bought is not None and one.allotment_id is not None:
            kind = AllotmentKind(one.kind)
            bought.append(
                engine.Allotment(one.allotment_id, kind, one.amount, one.starts_on, one.ends_on, one.priority)
            )
    return found


def allowance(bought: Collection[Sequence[engine.Allotment] | None], day: date) -> int | None:
    """How many support contacts entitlements allow together on a day; None where nothing is capped.

    ``bought`` holds the allotments of each entitlement, None for one that is as needed.
    """
    if not bought or None in bought:
        return None
    return sum(engine.balance(each, (), day).quantity or 0 for each in bought)
