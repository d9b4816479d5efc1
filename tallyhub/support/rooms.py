"""What the rooms put on a request's page: the one place that knows all of them.

Each function takes the reader's access and the request, and returns the parts that this reader may see.
"""

from collections.abc import Callable
from typing import Any

from tallyhub.kernel.access import Access
from tallyhub.support.conversation import page as conversation
from tallyhub.support.models import Request
from tallyhub.support.placement import page as placement
from tallyhub.support.time import page as time
from tallyhub.support.work import page as work


def _time(access: Access, request: Request) -> dict[str, Any]:
    return {"time": time.sections(access, request)}


Sections = Callable[[Access, Request], dict[str, Any]]
SECTIONS: tuple[Sections, ...] = (conversation.sections, work.sections, placement.sections, _time)


def sections(access: Access, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for room in SECTIONS:
        found |= room(access, request)
    return found
