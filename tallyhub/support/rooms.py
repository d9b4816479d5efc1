"""What the rooms put on a request's page: the one place that knows all of them.

Each function takes the reader's access and the request, and returns the parts that this reader may see.
"""

from collections.abc import Callable
from typing import Any

from tallyhub.kernel.access import Access
from tallyhub.support.conversation import page as conversation
from tallyhub.support.models import Request
from tallyhub.support.work import page as work

Sections = Callable[[Access, Request], dict[str, Any]]
SECTIONS: tuple[Sections, ...] = (conversation.sections, work.sections)


def sections(access: Access, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for room in SECTIONS:
        found |= room(access, request)
    return found
