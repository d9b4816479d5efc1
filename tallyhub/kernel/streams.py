"""Answers that are sent piece by piece for as long as their reader takes. Each keeps a thread and a connection of the
database, so a web worker sends only a few of them at once: pages and probes are answered meanwhile."""

import weakref
from collections import Counter
from collections.abc import Iterator
from threading import Lock

from django.http import StreamingHttpResponse

from tallyhub.kernel.errors import Busy
from tallyhub.kernel.http import HubRequest

AT_ONCE_MAX = 4  # of one web worker; fewer than its threads, and than the connections of its pool
PER_PERSON_MAX = 2
_lock = Lock()
_sent_to: Counter[int] = Counter()  # by person


class LongAnswer(StreamingHttpResponse):
    """Raises Busy where too many are being sent. Its place is free again when it ends or its reader leaves."""

    def __init__(self, request: HubRequest, body: Iterator[str], content_type: str) -> None:
        person_id = request.access.person_id or 0
        _take(person_id)
        self._give_back = weakref.finalize(self, _leave, person_id)  # also for an answer that is never begun
        super().__init__(body, content_type=content_type)

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give_back()


def count_open() -> int:
    """How many are being sent."""
    return _sent_to.total()


def _take(person_id: int) -> None:
    with _lock:
        if _sent_to[person_id] >= PER_PERSON_MAX:
            raise Busy("streams_of_person", streams_max=PER_PERSON_MAX)
        if _sent_to.total() >= AT_ONCE_MAX:
            raise Busy("streams_of_hub")
        _sent_to[person_id] += 1


def _leave(person_id: int) -> None:
    with _lock:
        _sent_to[person_id] -= 1
        if not _sent_to[person_id]:
            del _sent_to[person_id]
