"""Reads for programs: in the order of ids, so that what is added comes after the last page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallyhub.kernel.access import Access
from tallyhub.support.models import Change, Message, Request


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """None: whichever. Instants: from the first one on, before the second one."""

    number: str | None = None
    workspace_id: int | None = None
    kind: str | None = None
    severity: str | None = None
    status: str | None = None
    source: str | None = None
    external_id: str | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    changed_from: datetime | None = None

    @property
    def conditions(self) -> dict[str, object]:
        said = {
            "number": self.number,
            "workspace_id": self.workspace_id,
            "kind": self.kind,
            "severity": self.severity,
            "status": self.status,
            "source": self.source,
            "external_id": self.external_id,
            "opened_at__gte": self.opened_from,
            "opened_at__lt": self.opened_before,
            "changed_at__gte": self.changed_from,
        }
        return {name: value for name, value in said.items() if value is not None}


def list_requests(access: Access, wanted: RequestFilter, *, after: int, limit: int) -> list[Request]:
    """Without their long texts, with workspace and product."""
    rows = Request.objects.visible_to(access).filter(pk__gt=after, **wanted.conditions).order_by("pk")
    return list(rows.select_related("workspace", "product").defer("description", "impact", "words")[:limit])


def get_request(access: Access, request_id: int) -> Request:
    """Raises DoesNotExist for one that is hidden or absent."""
    rows = Request.objects.visible_to(access).select_related("workspace", "product", "agreement", "package")
    found: Request = rows.defer("words").get(pk=request_id)
    return found


def find_by_source(access: Access, source: str, external_id: str) -> Request | None:
    return Request.objects.visible_to(access).filter(source=source, external_id=external_id).first()


def list_messages(access: Access, request_id: int, *, after: int, limit: int) -> Sequence[Message]:
    rows = Message.objects.visible_to(access).filter(request_id=request_id, pk__gt=after).order_by("pk")
    found: list[Message] = list(rows[:limit])
    return found


def list_changes(access: Access, request_id: int, *, after: int, limit: int) -> Sequence[Change]:
    rows = Change.objects.visible_to(access).filter(request_id=request_id, pk__gt=after).order_by("pk")
    found: list[Change] = list(rows[:limit])
    return found
