"""What a reader does with messages. For themselves alone."""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.scope import command
from tallyhub.messages import queries
from tallyhub.messages.models import Reading


class Act(StrEnum):
    READ = "read"
    UNREAD = "unread"
    ARCHIVE = "archive"
    RESTORE = "restore"
    LIKE = "like"
    UNLIKE = "unlike"


# What each puts into the reader's row.
_PUTS: dict[Act, Callable[[], dict[str, Any]]] = {
    Act.READ: lambda: {"read_at": clock.now()},
    Act.UNREAD: lambda: {"read_at": None},
    Act.ARCHIVE: lambda: {"archived_at": clock.now()},
    Act.RESTORE: lambda: {"archived_at": None},
    Act.LIKE: lambda: {"is_favourite": True},
    Act.UNLIKE: lambda: {"is_favourite": False},
}


@command
def mark(access: Access, act: Act, posts: Collection[int], events: Collection[int]) -> int:
    """Of these messages and events, those that one may read; returns how many. The others are not there."""
    if access.person_id is None:
        raise Forbidden
    reach = queries.find_reach(access)
    readable, known = queries.find_readable(access, reach, posts, events)
    puts = _PUTS[act]()
    for name, ids in (("post", readable), ("event", known)):
        rows = (Reading(person_id=access.person_id, **{f"{name}_id": one}, **puts) for one in sorted(ids))
        Reading.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["person", name], update_fields=list(puts)
        )
    return len(readable) + len(known)
