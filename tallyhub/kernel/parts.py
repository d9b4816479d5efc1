"""Rows of the same shape from many tables, read in one statement: each package says its part, a page reads them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, F, JSONField, QuerySet, Value
from django.db.models.functions import Cast, JSONObject

PART_ROWS = 5  # of each part; behind that many there is one more, which says that there are more


class Row(NamedTuple):
    """Something that happened, or waits: what sort of thing, when, what it is called."""

    sort: str
    at: datetime | None
    key: str  # a number, a code or an id
    text: str
    workspace_id: int | None
    customer_id: int
    details: Mapping[str, Any]  # what else its sort tells, as JSON has it: days are texts


Part = QuerySet[Any, Any]


def part(
    sort: Any,
    rows: QuerySet[Any],
    *order: Any,
    at: Any,
    key: Any,
    text: Any,
    at_most: int = PART_ROWS,
    place: Any = None,
    details: Mapping[str, Any] | None = None,
) -> Part:
    """The first rows in this order, and one more. ``sort``: a word for all of them, or what says it of each.

    ``place``: the column of their workspace; ``details``: further columns by name. They must have a ``customer_id``.
    """
    found: Part = rows.order_by(*order).annotate(
        sort_=Value(sort, output_field=CharField()) if isinstance(sort, str) else Cast(sort, CharField()),
        at_=at,
        key_=Cast(key, CharField()),
        text_=Cast(text, CharField()),
        place_=F(place) if place else Value(None, output_field=BigIntegerField()),
        customer_=F("customer_id"),
        details_=JSONObject(**details) if details else Value({}, output_field=JSONField()),
    )
    return found.values_list("sort_", "at_", "key_", "text_", "place_", "customer_", "details_")[: at_most + 1]


def read_parts(parts: Sequence[Part]) -> list[Row]:
    """All of them; one statement, or none."""
    if not parts:
        return []
    first, *rest = parts
    return [Row(*row) for row in (first.union(*rest, all=True) if rest else first)]
