"""Reads that several rooms need."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tallyhub.kernel.access import Access
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN, Status


def get_request(access: Access, number: str) -> Request:
    """With product and workspace. Raises DoesNotExist for one that is hidden or absent."""
    found: Request = Request.objects.visible_to(access).select_related("product", "workspace").get(number=number)
    return found


def ids_seen(access: Access) -> tuple[str, Any]:
    """A statement that names the visible requests, and its parameters, to stand within a larger one."""
    return Request.objects.visible_to(access).order_by().values("pk").query.sql_with_params()


def find_ids(
    access: Access, text: str, workspaces: Sequence[int], statuses: Sequence[Status], at_most: int
) -> list[int]:
    """Ids of visible requests that hold these words or their beginnings, the newest first. No statuses: any."""
    asked: list[Any] = [text, list(access.customers), list(workspaces), list(map(str, statuses)), at_most]
    with connection.cursor() as cursor:
        cursor.execute("SELECT support_find(%s, %s::bigint[], %s::bigint[], %s::text[], %s)", asked)
        return [one for (one,) in cursor.fetchall()]


def is_open(access: Access, request_id: int) -> bool:
    """Whether somebody still has to do something about it. False for one that is hidden or absent."""
    return Request.objects.visible_to(access).filter(pk=request_id, status__in=sorted(OPEN)).exists()
