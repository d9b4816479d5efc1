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


KINDS: dict[str, Kind] = {
    "status_changed": Kind(
        _("Changed the status from %(was)s to %(becomes)s"), {"was": STATUS_NAMES, "becomes": STATUS_NAMES}
    ),
}


def people_in(kind: str, details: Mapping[str, Any]) -> Iterator[int]:
    """Ids of those whose names the sentence needs."""
    if kind in KINDS:
        yield from (details[name] for name in KINDS[kind].people if isinstance(details.get(name), int))


def sentence(kind: str, details: Mapping[str, Any], name_of: Callable[[int | None], str]) -> str:
    """In the reader's language. A kind of a newer release, or with other details, shows its code."""
    if kind not in KINDS:
        return kind
    known = KINDS[kind]
    said = dict(details)
    said |= {name: names.get(details[name], details[name]) for name, names in known.words.items() if name in details}
    said |= {name: name_of(details[name]) for name in known.people if name in details}
    try:
        return str(known.sentence % said)
    except KeyError:
        return kind
