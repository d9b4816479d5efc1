"""Logging time, and correcting it. The engineer says what really happened; what it counts for follows (R4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.support import steps as support
from tallyhub.support.models import Request, Work
from tallyhub.support.rules import Source
from tallyhub.support.time import queries, steps
from tallyhub.support.time.rules import NOTE_MAX, What, check_work


@dataclass(frozen=True, slots=True)
class Worked:
    """What an engineer says. ``external_id`` names it in the system that it comes from, so that it comes once."""

    starts_at: datetime
    minutes: int
    what: What
    note: str = ""
    is_goodwill: bool = False
    source: str = Source.PAGE
    external_id: str = ""

    def check(self) -> None:
        check_work(self.starts_at, self.minutes, clock.now())
        if len(self.note) > NOTE_MAX:
            raise Invalid("text_too_long", length_max=NOTE_MAX)


@command
def log_work(access: Access, number: str, worked: Worked) -> int:
    """Raises DoesNotExist for a request that is hidden or absent, Conflict for one that was merged into another.

    The same again, by source and external id, is what was logged before: its id.
    """
    request = _lock(access, number)
    worked.check()
    if worked.external_id:
        known = Work.objects.visible_to(access).filter(source=worked.source, external_id=worked.external_id).first()
        if known:
            return int(known.pk)
    work = Work(
        customer_id=request.customer_id,
        workspace_id=request.workspace_id,
        request=request,
        engineer_id=access.person_id,
        at=clock.now(),
        source=worked.source,
        external_id=worked.external_id,
    )
    _say(work, worked)
    work.save()
    record(access, "support.work_logged", work.request_id, **_about(work))
    steps.book(access, [request], "edited", changed={work.pk})
    return int(work.pk)


@command
def edit_work(access: Access, work_id: int, worked: Worked, *, serial: int) -> None:
    """``serial`` is the one that was looked at: whoever was slower than somebody else is told."""
    work, (request,) = _lock_work(access, work_id, serial)
    worked.check()
    if (work.starts_at, work.minutes, work.is_goodwill) != (worked.starts_at, worked.minutes, worked.is_goodwill):
        steps.renew(work)
    _say(work, worked)
    work.save()
    record(access, "support.work_changed", work.request_id, **_about(work))
    steps.book(access, [request], "edited", changed={work.pk})


@command
def move_work(access: Access, work_id: int, number: str, *, serial: int) -> None:
    """To another request of the customer. Raises DoesNotExist where it is hidden or absent."""
    work, (request, into) = _lock_work(access, work_id, serial, number)
    if into.pk == request.pk:
        raise Invalid("work_moved_nowhere")
    steps.attach(work, into)
    work.save()
    record(access, "support.work_moved", work.request_id, **_about(work))
    steps.book(access, [request, into], "moved", changed={work.pk})


@command
def remove_work(access: Access, work_id: int, *, serial: int) -> None:
    """It stays in the table, marked, and draws nothing."""
    work, (request,) = _lock_work(access, work_id, serial)
    work.removed_at = clock.now()
    work.serial += 1
    work.save()
    record(access, "support.work_removed", work.request_id, **_about(work))
    steps.book(access, [request], "removed", changed={work.pk})


@command
def book_unbooked(access: Access) -> int:
    """The hub itself: time that something pays by now. Returns how many requests were looked at."""
    found = queries.list_unbooked(access)
    requests = [support.lock_request(access, one.number) for one in found]
    if requests:
        steps.book(access, requests, "edited")
    return len(requests)


def _lock(access: Access, number: str) -> Request:
    request = support.lock_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    if request.merged_into_id is not None:
        raise Conflict("work_on_merged")
    return request


def _lock_work(access: Access, work_id: int, serial: int, *others: str) -> tuple[Work, Sequence[Request]]:
    """The work with its request and others, locked in the order of their ids."""
    found = queries.get_work(access, work_id).request.number
    locked = {number: _lock(access, number) for number in sorted({found, *others}, key=int)}
    work = queries.get_work(access, work_id)
    if work.serial != serial or work.request.number != found:
        raise Conflict("work_changed")
    return work, [locked[number] for number in (found, *others)]


def _say(work: Work, worked: Worked) -> None:
    work.starts_at, work.minutes, work.what = worked.starts_at, worked.minutes, worked.what
    work.note, work.is_goodwill = worked.note, worked.is_goodwill


def _about(work: Work) -> dict[str, int]:
    return {"customer_id": work.customer_id, "workspace_id": work.workspace_id, "work": work.pk}
