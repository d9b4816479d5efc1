"""Logging time, and correcting it. The engineer says what really happened; what it counts for follows (R4.4)."""

from collections.abc import Sequence

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.support import steps as support
from tallyhub.support.models import Request, Work
from tallyhub.support.time import queries, steps
from tallyhub.support.time.steps import Worked


@command
def log_work(access: Access, number: str, worked: Worked) -> int:
    """Raises DoesNotExist for a request that is hidden or absent, Conflict for one that was merged into another.

    The same again, by source and external id, is what was logged before: its id.
    """
    request = steps.lock_to_work(access, number)
    worked.check()
    known = queries.find_by_source(access, worked.source, worked.external_id) if worked.external_id else None
    return int((known or steps.log(access, request, worked)).pk)


@command
def edit_work(access: Access, work_id: int, worked: Worked, *, serial: int) -> None:
    """``serial`` is the one that was looked at: whoever was slower than somebody else is told."""
    work, (request,) = _lock_work(access, work_id, serial)
    worked.check()
    if (work.starts_at, work.minutes, work.is_goodwill) != (worked.starts_at, worked.minutes, worked.is_goodwill):
        steps.renew(work)
    steps.say(work, worked)
    work.save()
    record(access, "support.work_changed", work.request_id, **steps.about(work))
    steps.book(access, [request], "edited", changed={work.pk})


@command
def move_work(access: Access, work_id: int, number: str, *, serial: int) -> None:
    """To another request of the customer. Raises DoesNotExist where it is hidden or absent."""
    work, (request, into) = _lock_work(access, work_id, serial, number)
    if into.pk == request.pk:
        raise Invalid("work_moved_nowhere")
    steps.attach(work, into)
    work.save()
    record(access, "support.work_moved", work.request_id, **steps.about(work))
    steps.book(access, [request, into], "moved", changed={work.pk})


@command
def remove_work(access: Access, work_id: int, *, serial: int) -> None:
    """It stays in the table, marked, and draws nothing."""
    work, (request,) = _lock_work(access, work_id, serial)
    work.removed_at = clock.now()
    work.serial += 1
    work.save()
    record(access, "support.work_removed", work.request_id, **steps.about(work))
    steps.book(access, [request], "removed", changed={work.pk})


@command
def book_unbooked(access: Access) -> int:
    """The hub itself: time that something pays by now. Returns how many requests were looked at."""
    found = queries.list_unbooked(access)
    requests = [support.lock_request(access, one.number) for one in found]
    if requests:
        steps.book(access, requests, "edited")
    return len(requests)


def _lock_work(access: Access, work_id: int, serial: int, *others: str) -> tuple[Work, Sequence[Request]]:
    """The work with its request and others, locked in the order of their ids."""
    found = queries.get_work(access, work_id).request.number
    locked = {number: steps.lock_to_work(access, number) for number in sorted({found, *others}, key=int)}
    work = queries.get_work(access, work_id)
    if work.serial != serial or work.request.number != found:
        raise Conflict("work_changed")
    return work, [locked[number] for number in (found, *others)]
