"""Sources and their statements; and whom and what a statement means."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.learning.models import Activity, Source, XapiStatement
from tallyhub.learning.xapi.rules import CODE_IRI, Learner
from tallyhub.organizations.queries import find_members_called


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source that has shown its secret. ``requests``: how many of this minute."""

    id: int
    customer_id: int
    workspace_id: int
    home_page: str
    takes_addresses: bool
    requests: int

    @property
    def access(self) -> Access:
        """The hub itself, inside the one customer: a source is nobody."""
        return Access.of_system([self.customer_id])


def use_source(key: str, digest: bytes) -> Speaker | None:
    """A transaction of its own: the request counts, whatever becomes of it."""
    with scope(Access(), writing=True), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM learning_use_source(%s, %s, %s)", [key, digest, clock.now()])
        found = cursor.fetchone()
    return Speaker(*found) if found else None


def list_sources(access: Access) -> list[Source]:
    """The ones in use first, then the newest."""
    found = Source.objects.visible_to(access).select_related("workspace").order_by("-pk")
    return sorted(found, key=lambda one: one.revoked_at is not None)


def find_statements(speaker: Speaker, ids: Collection[UUID]) -> dict[UUID, XapiStatement]:
    """Of this source alone: another one's ids are its own."""
    found = XapiStatement.objects.filter(source_id=speaker.id, statement_id__in=ids).select_related("fact__record")
    return {one.statement_id: one for one in found}


def find_people(speaker: Speaker, learners: Sequence[Learner]) -> dict[Learner, int]:
    """Ids of those who belong to the source's workspace. By account: the customer's key of somebody, or the address."""
    called = [one.address or one.name for one in learners]
    by_key, by_address = find_members_called(speaker.customer_id, speaker.workspace_id, called)
    found: dict[Learner, int] = {}
    for one in learners:
        person = by_address.get((one.address or one.name).lower())
        person = by_key.get(one.name, person) if one.name else person
        if person is not None:
            found[one] = person
    return found


def find_activities(targets: Collection[str]) -> dict[str, Activity]:
    """By the IRI of their code, or by the address of their content. What is none of the catalogue is left out."""
    codes = {one.removeprefix(CODE_IRI) for one in targets if one.startswith(CODE_IRI)}
    found = {f"{CODE_IRI}{one.code}": one for one in Activity.objects.filter(code__in=codes)}
    for one in Activity.objects.filter(url__in=targets).order_by("-pk"):
        found[one.url] = one  # of several, the oldest
    return found
