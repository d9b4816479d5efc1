"""How far long work has come: what its page shows, and how the work says so while it reads."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
TOLD_EVERY = 1_000  # rows


class Stage(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """What ``site/_progress.html`` shows. ``total`` 0: nobody knows yet how much it is."""

    href: str  # of the page, which is asked again until the work has ended
    stage: Stage
    sentence: str
    done: int = 0
    total: int = 0
    result_href: str | None = None  # what there is to take once it is done
    result_label: str = ""  # of a page; without one it is a file to download

    @property
    def is_over(self) -> bool:
        return self.stage in (Stage.DONE, Stage.FAILED)


def telling(items: Iterable[T], tell: Callable[[int], None], *, every: int = TOLD_EVERY) -> Iterator[T]:
    """The items, and meanwhile how many of them have passed.

    ``tell`` writes on a connection of its own, because the items are read inside a transaction that cannot write. A
    report still under way is waited for by none: the next one says more.
    """
    told: Future[None] | None = None
    with ThreadPoolExecutor(1) as teller:
        for done, item in enumerate(items, start=1):
            yield item
            if done % every == 0 and (told is None or told.done()):
                told = teller.submit(_tell, tell, done)


def _tell(tell: Callable[[int], None], done: int) -> None:
    try:
        tell(done)
    finally:
        connection.close()
