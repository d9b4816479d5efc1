"""Who can see a workspace, and why, in words (R7.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.organizations.queries import Held
from tallyhub.organizations.rules import NAMED_SOURCES, RIGHTS_OF, ROLE_NAMES, SEES, SOURCES, STAFF


@dataclass(frozen=True, slots=True)
class Reason:
    role: str
    reach: str
    source: str
    since: str


@dataclass(frozen=True, slots=True)
class Somebody:
    name: str
    is_staff: bool
    sees: list[str]
    reasons: list[Reason] = field(default_factory=list)


def people(held: Iterable[Held], names: Mapping[str, str]) -> list[Somebody]:
    """One for each person, in the order of the rows; the reasons are all the roles that reach the workspace.

    ``names``: of sources, from ``queries.names_of_sources``.
    """
    return [_somebody(list(roles), names) for _person, roles in groupby(held, attrgetter("person_id"))]


def _somebody(roles: list[Held], names: Mapping[str, str]) -> Somebody:
    rights = {right for one in roles for right in RIGHTS_OF[one.role]}
    return Somebody(
        roles[0].name,
        any(one.role in STAFF for one in roles),
        [str(text) for right, text in SEES.items() if right in rights],
        [_reason(one, names) for one in roles],
    )


def _reason(held: Held, names: Mapping[str, str]) -> Reason:
    zone = timezone.get_current_timezone_name()
    since = fmt.instant(held.starts_at, zone)
    term = _("since %(since)s") % {"since": since}
    if held.ends_at is not None:
        term = _("since %(since)s, until %(until)s") % {"since": since, "until": fmt.instant(held.ends_at, zone)}
    return Reason(
        str(ROLE_NAMES[held.role]),
        _("in the whole customer") if held.is_in_whole else _("in this workspace"),
        _source(held.source, names),
        term,
    )


def _source(source: str, names: Mapping[str, str]) -> str:
    """A source whose name one may not read is shown by its number."""
    kind, _colon, number = source.partition(":")
    if kind in NAMED_SOURCES:
        return str(NAMED_SOURCES[kind] % {"name": names.get(source, number)})
    return str(SOURCES.get(source, source))
