"""Reads for programs: in the order of ids, so that what is added comes after the last page."""

from collections.abc import Mapping
from typing import Any

from tallyhub.kernel.access import Access
from tallyhub.learning.models import Activity, Record

_COLUMNS = {
    "workspace_id": "workspace_id",
    "learner_id": "person_id",
    "activity": "activity__code",
    "started_from": "started_on__gte",
    "started_to": "started_on__lte",
}


def list_activities(wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Activity]:
    """``wanted``: columns and their values."""
    found = Activity.objects.filter(pk__gt=after, **wanted).select_related("product").order_by("pk")
    return list(found[:limit])


def list_records(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Record]:
    """What was started, as far as the access may see it. ``wanted``: the names of ``_COLUMNS`` and their values."""
    asked = {_COLUMNS[name]: value for name, value in wanted.items()}
    rows = Record.objects.visible_to(access).filter(pk__gt=after, started_on__isnull=False, **asked)
    return list(rows.select_related("activity").order_by("pk")[:limit])
