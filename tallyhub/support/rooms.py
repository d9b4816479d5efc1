"""What the rooms put on a request's page: the one place that knows all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from tallyhub.kernel.access import Access
from tallyhub.support.conversation import page as conversation
from tallyhub.support.models import Request
from tallyhub.support.parts import Part, assemble
from tallyhub.support.placement import page as placement
from tallyhub.support.requests import page as requests
from tallyhub.support.time import page as time
from tallyhub.support.work import page as work

Read = Callable[[Access, Request], Part]
# Each reads what this reader may see of the request.
READS: tuple[Read, ...] = (
    requests.header,
    requests.sharing,
    conversation.read,
    work.read,
    placement.read,
    time.read,
)


def sections(access: Access, request: Request, further: Sequence[Read] = ()) -> dict[str, Any]:
    """Of a request that one sees. The same number of statements, whatever is in it. ``further``: of packages above."""
    return assemble(access, request, [read(access, request) for read in (*READS, *further)])
