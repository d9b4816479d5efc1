"""What inviting would do to each of a list, before anything is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tallyhub.accounts.queries import find_by_addresses
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.rules import Role
from tallyhub.people import contacts
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
    is_staff: bool = False  # serves the customer for the provider or a partner
    is_refused: bool = False  # foreign, where work accounts only are accepted

    @property
    def has_warning(self) -> bool:
        """It is sent all the same."""
        return self.is_foreign or self.is_refused or self.is_staff or bool(self.looks_like)


def plan(access: Access, workspace: Workspace, rows: Sequence[Row]) -> list[Planned]:
    """One for each row, those that need a look first. Five statements, however many rows.

    Says nothing of whether an address has an account elsewhere: the inviter may not know.
    """
    members = organizations.list_addresses(workspace.pk)
    invited = queries.list_invited(access, workspace)
    own = queries.own_domains(workspace.customer_id)
    joined = organizations.list_joined(workspace.pk)
    known = {one.lower() for one, _ in members} - joined
    planned = _planned(rows, joined, {one.lower() for one, _ in invited})
    alike = Lookalikes([*members, *invited, *((one.row.email, one.row.name) for one in planned)], own)
    staff = {(one.person.email or "").lower() for one in organizations.list_staff(access)}
    about = _About(alike, own, known, staff, refuses=workspace.refuses_personal)
    return sorted((about.warned(one) for one in planned), key=_order)


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


@dataclass(frozen=True, slots=True)
class _About:
    """What there is to be warned of: other people's addresses, the customer's domains, members, staff."""

    alike: Lookalikes
    own: set[str]
    known: set[str]
    staff: set[str]
    refuses: bool

    def warned(self, one: Planned) -> Planned:
        if one.fate not in SENT:
            return one
        key = one.row.key
        domain, is_staff = key.rpartition("@")[2], key in self.staff
        is_foreign = domain not in self.own and not is_staff
        return replace(
            one,
            is_foreign=is_foreign and bool(self.own),
            looks_like=self.alike.find(one.row.email, one.row.name) or self.alike.find_domain(domain),
            is_known=key in self.known,
            is_staff=is_staff,
            is_refused=is_foreign and self.refuses,
        )


def _order(one: Planned) -> tuple[int, bool, bool, int]:
    return list(Fate).index(one.fate), not one.looks_like, not (one.is_foreign or one.is_refused), one.row.line


def find_refusal(access: Access, workspace: Workspace, people: Iterable[Invitee]) -> Conflict | None:
    """Why there is no place for all of these who would become support contacts (R2.3). Writes nothing."""
    wanted = {one.email.lower() for one in people if Role.SUPPORT_CONTACT in one.roles}
    known = {one.pk for one in find_by_addresses(wanted).values()}
    return contacts.find_refusal(access, workspace, known, strangers=len(wanted) - len(known))


def rows_of(people: Iterable[Invitee]) -> list[Row]:
    """As a list that was checked before."""
    return [Row(line, one.email, one.name, one.roles, one.language) for line, one in enumerate(people, start=1)]


def invitees(planned: Iterable[Planned]) -> list[Invitee]:
    """Those who will get a mail."""
    rows = (one.row for one in planned if one.fate in SENT)
    return [Invitee(row.email, row.roles, row.language, row.name) for row in rows]
