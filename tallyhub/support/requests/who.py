"""Who can see a request, and by which rule of R1.5, in words (R7.3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import Held, list_held, names_of
from tallyhub.organizations.rules import STAFF
from tallyhub.people.groups import queries as groups
from tallyhub.people.rights.queries import Holder
from tallyhub.people.rights.sources import Sources
from tallyhub.people.rights.who import Reasons
from tallyhub.support.models import Request
from tallyhub.support.requests.queries import Reader, list_readers, overseers_of
from tallyhub.support.rules import Why


@dataclass(frozen=True, slots=True)
class Somebody:
    """``reasons``: each rule by which they see it, with what is said beside it."""

    name: str
    is_staff: bool
    reasons: list[tuple[str, str]]


def list_seers(
    access: Access, request: Request, candidates: Sequence[Holder], workspace: Mapping[int, str]
) -> list[Somebody]:
    """Those of the candidates who see it now, in their order. Whoever has no role there any more sees nothing.

    The same number of statements, however many people, rows and groups.
    """
    people = [one.id for one in candidates]
    held: defaultdict[int, list[Held]] = defaultdict(list)
    for one in list_held(access, [request.workspace_id], people):
        held[one.person_id].append(one)
    rules = _Rules(access, request, people, [one for roles in held.values() for one in roles], workspace)
    found = []
    for person in people:
        reasons = rules.of(person, held[person]) if held[person] else []
        if reasons:
            found.append(Somebody(held[person][0].name, any(one.role in STAFF for one in held[person]), reasons))
    return found


class _Rules:
    """Everything that words need, read once."""

    def __init__(
        self,
        access: Access,
        request: Request,
        people: Sequence[int],
        held: Sequence[Held],
        workspace: Mapping[int, str],
    ) -> None:
        readers = list_readers(access, request)
        self._overseers = overseers_of(request)
        self._to_person = {one.person_id: one for one in readers if one.person_id}
        to_group = {one.group_id: one for one in readers if one.group_id}
        self._by_group: defaultdict[int, list[Reader]] = defaultdict(list)
        for group, person in groups.list_memberships(access, list(to_group), people):
            self._by_group[person].append(to_group[group])
        self._group_names = groups.names_of(access, list(to_group))
        self._names = names_of(access, [one.given_by_id for one in readers])
        self._roles = Reasons(Sources(access, [one.source for one in held]), workspace)

    def of(self, person: int, held: Sequence[Held]) -> list[tuple[str, str]]:
        overseeing = [self._roles.reason(one) for one in held if one.role in self._overseers]
        found = [(one.role, f"{one.reach} · {one.source} · {one.since}") for one in overseeing]
        if given := self._to_person.get(person):
            found.append((_TO_PERSON[given.why](), self._given(given)))
        return [*found, *(self._group(one) for one in self._by_group[person])]

    def _group(self, given: Reader) -> tuple[str, str]:
        name = {"group": self._group_names.get(given.group_id or 0, "")}
        return _("In the group %(group)s, which it is shared with") % name, self._given(given)

    def _given(self, given: Reader) -> str:
        said = {
            "person": self._names.get(given.given_by_id or 0) or _("Erased person"),
            "when": fmt.minute(given.given_at, timezone.get_current_timezone_name()),
        }
        return _("by %(person)s, %(when)s") % said


_TO_PERSON = {
    Why.OPENED: lambda: _("Opened it for somebody else"),
    Why.PRIMARY: lambda: _("Named as primary contact when it was opened"),
    Why.SHARED: lambda: _("Shared with the person"),
    Why.DEFAULT_GROUP: lambda: _("Shared with the person"),
    Why.CONSENT: lambda: _("By the consent to this request"),
}
