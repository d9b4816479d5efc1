"""What inviting would do to each of a list, before anything is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tallyhub.kernel.access import Access
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.people.invitations import queries
from tallyhub.people.invitations.lists import Row
from tallyhub.people.invitations.lookalikes import Lookalikes
from tallyhub.people.steps import Invitee


class Fate(StrEnum):
    """In the order in which they are shown: what needs a look stands first."""

    WRONG = "wrong"
    TWICE = "twice"  # the first one counts
    MEMBER = "member"  # has joined already; roles are changed elsewhere. Whoever only came with an import has not
    AGAIN = "again"  # an open or expired invitation is replaced
    NEW = "new"


SENT = frozenset({Fate.AGAIN, Fate.NEW})


@dataclass(frozen=True, slots=True)
class Planned:
    row: Row
    fate: Fate
    is_foreign: bool = False  # of none of the customer's own domains, where it has proved some
    looks_like: str = ""  # an address of somebody else, or a domain of the customer
    is_known: bool = False  # a member who cannot sign in yet

    @property
    def has_warning(self) -> bool:
        """It is sent all the same."""
        return self.is_foreign or bool(self.looks_like)


def plan(access: Access, workspace: Workspace, rows: Sequence[Row]) -> list[Planned]:
    """One for each row, those that need a look first. Four statements, however many rows.

    Says nothing of whether an address has an account elsewhere: the inviter may not know.
    """
    members = organizations.list_addresses(workspace.pk)
    invited = queries.list_invited(access, workspace)
    own = queries.own_domains(workspace.customer_id)
    joined = organizations.list_joined(workspace.pk)
    known = {one.lower() for one, _ in members} - joined
    planned = _planned(rows, joined, {one.lower() for one, _ in invited})
    alike = Lookalikes([*members, *invited, *((one.row.email, one.row.name) for one in planned)], own)
    return sorted((_warned(one, alike, own, known) for one in planned), key=_order)


def _planned(rows: Iterable[Row], joined: set[str], invited: set[str]) -> list[Planned]:
    planned, seen = [], set()
    for row in rows:
        if row.problem is not None:
            planned.append(Planned(row, Fate.WRONG))
            continue
        fate = Fate.AGAIN if row.key in invited else Fate.NEW
        fate = Fate.MEMBER if row.key in joined else fate
        planned.append(Planned(row, Fate.TWICE if row.key in seen else fate))
        seen.add(row.key)
    return planned


def _warned(one: Planned, alike: Lookalikes, own: set[str], known: set[str]) -> Planned:
    if one.fate not in SENT:
        return one
    domain = one.row.key.rpartition("@")[2]
    looks_like = alike.find(one.row.email, one.row.name) or alike.find_domain(domain)
    return Planned(one.row, one.fate, bool(own) and domain not in own, looks_like, one.row.key in known)


def _order(one: Planned) -> tuple[int, bool, bool, int]:
    return list(Fate).index(one.fate), not one.looks_like, not one.is_foreign, one.row.line


def invitees(planned: Iterable[Planned]) -> list[Invitee]:
    """Those who will get a mail."""
    rows = (one.row for one in planned if one.fate in SENT)
    return [Invitee(row.email, row.roles, row.language, row.name) for row in rows]
