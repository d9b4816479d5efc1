"""What each kind of change says in the timeline. A kind that is written and missing here fails a test.

``%(name)s`` is a detail of the change: a code in words, a person by name, anything else as it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.support.words import STATUS_NAMES


@dataclass(frozen=True, slots=True)
class Kind:
    """``words``: the details that are codes. ``people``: those that are people's ids."""

    sentence: Any
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    people: tuple[str, ...] = ()


_BY_CLASS = {"": _("Standard")}  # each of the others is called by its code

KINDS: dict[str, Kind] = {
    "assigned": Kind(_("Assigned it to %(person)s"), people=("person",)),
    "assigned:nobody": Kind(_("Assigned it to nobody")),
    "call_heard": Kind(_("Acknowledged the priority call")),
    "called": Kind(_("Made a priority call")),
    "class": Kind(_("Changed the class from %(was)s to %(becomes)s"), {"was": _BY_CLASS, "becomes": _BY_CLASS}),
    "merged": Kind(_("Merged it into the request %(into)s")),
    "opened": Kind(_("Opened it with severity %(severity)s")),
    "severity": Kind(_("Changed the severity from %(was)s to %(becomes)s")),
    "shared": Kind(_("Shared it with %(person)s"), people=("person",)),
    "shared:group": Kind(_("Shared it with the group no. %(group)s")),
    "status": Kind(_("Changed the status from %(was)s to %(becomes)s"), {"was": STATUS_NAMES, "becomes": STATUS_NAMES}),
    "took_in": Kind(_("Merged the request %(number)s into it")),
    "unshared": Kind(_("Took it away from %(person)s"), people=("person",)),
    "unshared:group": Kind(_("Took it away from the group no. %(group)s")),
}


def _find(kind: str, details: Mapping[str, Any]) -> Kind | None:
    """Some kinds say another thing of a group, or of nobody."""
    of_nobody = "person" in details and details["person"] is None
    variant = f"{kind}:group" if "group" in details else f"{kind}:nobody" if of_nobody else kind
    return KINDS.get(variant) or KINDS.get(kind)


def people_in(kind: str, details: Mapping[str, Any]) -> Iterator[int]:
    """Ids of those whose names the sentence needs."""
    if known := _find(kind, details):
        yield from (details[name] for name in known.people if isinstance(details.get(name), int))


def sentence(kind: str, details: Mapping[str, Any], name_of: Callable[[int | None], str]) -> str:
    """In the reader's language. A kind of a newer release, or with other details, shows its code."""
    known = _find(kind, details)
    if known is None:
        return kind
    said = dict(details)
    said |= {name: names.get(details[name], details[name]) for name, names in known.words.items() if name in details}
    said |= {name: name_of(details[name]) for name in known.people if name in details}
    try:
        return str(known.sentence % said)
    except KeyError:
        return kind
