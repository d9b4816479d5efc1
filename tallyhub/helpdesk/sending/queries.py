"""Whom an article about a request is sent to."""

from tallyhub.kernel.access import Access
from tallyhub.support.models import Request
from tallyhub.support.requests.queries import list_readers
from tallyhub.support.rules import Why


def list_asked(access: Access, request: Request) -> list[int]:
    """The people whom the request was given to by name; not those of a partner whom a consent let in."""
    own = (one for one in list_readers(access, request) if one.why != Why.CONSENT)
    return sorted({one.person_id for one in own if one.person_id is not None})
