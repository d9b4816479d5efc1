"""What a request's page is made of: each room reads its part, names are read once for all of them, each part is said.

So a page costs as many statements as its rooms read tables, however many of them name the same people.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tallyhub.agreements.queries import list_entitlements
from tallyhub.agreements.words import payer_name
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.organizations.queries import names_of
from tallyhub.support.models import Request
from tallyhub.support.queries import names_at_desk


@dataclass(frozen=True, slots=True)
class Known:
    """Names by id: of people whom the customer knows, and of entitlements that reach the reader, with their units."""

    people: dict[int, str]
    entitlements: dict[int, tuple[str, Unit]]


@dataclass(frozen=True, slots=True)
class Part:
    """What a room has read, and what it makes of it once the names are known that it asks for."""

    say: Callable[[Known], dict[str, Any]]
    people: Collection[int | None] = ()
    entitlements: Collection[int] = ()


def assemble(access: Access, request: Request, parts: Sequence[Part]) -> dict[str, Any]:
    """All parts of a request together, for a template. Two statements, three for a partner request."""
    entitlements = list_entitlements(access, {one for part in parts for one in part.entitlements})
    people = {one for part in parts for one in part.people}
    known = Known(
        names_of(access, people) | (names_at_desk(people) if request.partner_id else {}),
        {one.pk: (payer_name(one), Unit(one.service.unit)) for one in entitlements},
    )
    found: dict[str, Any] = {}
    for part in parts:
        found |= part.say(known)
    return found
