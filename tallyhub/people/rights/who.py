"""Who can see a workspace, an agreement or an entitlement, and why, in words (R7.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.organizations.queries import Held
from tallyhub.organizations.rules import RIGHTS_OF, ROLE_NAMES, SEES, STAFF
from tallyhub.people.rights.sources import Sources

NAMED_MAX = 2  # packages in one reason


@dataclass(frozen=True, slots=True)
class Reason:
    role: str
    reach: str
    source: str
    since: str
    lapse: str = ""  # why it does not count


@dataclass(frozen=True, slots=True)
class Somebody:
    name: str
    is_staff: bool
    sees: list[str]
    reasons: list[Reason] = field(default_factory=list)


class Reasons:
    """Words for grants. ``mapped``: the packages that bring what is looked at into each workspace; None: it is one."""

    def __init__(
        self, sources: Sources, workspaces: Mapping[int, str], mapped: Mapping[int, Sequence[str]] | None = None
    ) -> None:
        self._sources = sources
        self._workspaces = workspaces
        self._mapped = mapped

    def people(self, held: Iterable[Held]) -> list[Somebody]:
        """One for each person, in the order of the rows; the reasons are all the roles that reach it."""
        return [self._somebody(list(roles)) for _person, roles in groupby(held, attrgetter("person_id"))]

    def _somebody(self, roles: list[Held]) -> Somebody:
        rights = {right for one in roles for right in RIGHTS_OF[one.role]}
        return Somebody(
            roles[0].name,
            any(one.role in STAFF for one in roles),
            [str(text) for right, text in SEES.items() if right in rights and not _is_weaker(right, rights)],
            [self.reason(one) for one in roles],
        )

    def reason(self, held: Held) -> Reason:
        return Reason(str(ROLE_NAMES[held.role]), self._reach(held), self._sources.text(held.source), _term(held))

    def _reach(self, held: Held) -> str:
        if held.workspace_id is None:
            return _("in the whole customer")
        said = {"workspace": self._workspaces.get(held.workspace_id, "")}
        if self._mapped is None:
            return _("in %(workspace)s") % said
        return mapping_text(said["workspace"], self._mapped.get(held.workspace_id, ()))


def _is_weaker(right: Right, rights: Collection[Right]) -> bool:
    """Beside "every row" the sentence of all rows but some would read as a contradiction."""
    return right is Right.VIEW_ACTIVITY and Right.ADMINISTER in rights


def mapping_text(workspace: str, packages: Sequence[str]) -> str:
    """Why a thing is in a workspace; a few packages by their names, more of them by their number."""
    if len(packages) > NAMED_MAX:
        text = _("in %(workspace)s, because %(n)s packages of it are mapped to it")
        return text % {"workspace": workspace, "n": fmt.number(len(packages))}
    text = ngettext(
        "in %(workspace)s, because the package %(packages)s is mapped to it",
        "in %(workspace)s, because the packages %(packages)s are mapped to it",
        len(packages),
    )
    return text % {"workspace": workspace, "packages": ", ".join(packages)}


def _term(held: Held) -> str:
    zone = timezone.get_current_timezone_name()
    since = fmt.instant(held.starts_at, zone)
    if held.ends_at is None:
        return _("since %(since)s") % {"since": since}
    return _("since %(since)s, until %(until)s") % {"since": since, "until": fmt.instant(held.ends_at, zone)}
