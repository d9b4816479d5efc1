"""Where a grant comes from, in words: directly, by invitation, through a group or the directory."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import SOURCES
from tallyhub.people.groups import queries as groups
from tallyhub.people.rights.queries import directory_names


class Sources:
    """Names of the groups that grants come from, looked up once for all of them: two statements at most."""

    def __init__(self, access: Access, sources: Iterable[str]) -> None:
        kinds = [source.partition(":") for source in set(sources)]
        self._groups = groups.names_of(access, _ids(kinds, "group"))
        self._directory = directory_names(access, _ids(kinds, "directory"))

    def text(self, source: str) -> str:
        kind, _colon, number = source.partition(":")
        if kind == "group" and number.isdigit():
            return _("Group %(name)s") % {"name": self._groups.get(int(number), number)}
        if kind == "directory":
            name = self._directory.get(int(number)) if number.isdigit() else None
            return _("Directory group %(name)s") % {"name": name} if name else _("A group of the customer’s directory")
        return str(SOURCES.get(source, SOURCES.get(kind, source)))


def _ids(kinds: Iterable[tuple[str, str, str]], wanted: str) -> set[int]:
    return {int(number) for kind, _colon, number in kinds if kind == wanted and number.isdigit()}
