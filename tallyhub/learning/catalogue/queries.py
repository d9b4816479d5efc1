"""The catalogue as one person sees it: a page of it, with how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import PAGE_ROWS, Place, SortKind
from tallyhub.learning.models import Activity, Record
from tallyhub.learning.rules import Format, Level

OWN_SORTS: dict[str, SortKind] = {"started_on": date}
SORTS: dict[str, SortKind] = {"added_on": date, "minutes": int, "title": str}
_ESCAPED = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """Which activities. ``mine``: ``open``, ``started``, ``completed``, ``assigned`` or ``due``, or whichever."""

    text: str = ""
    format: Format | None = None
    level: Level | None = None
    product_id: int | None = None
    language: str = ""
    mine: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    id: int
    code: str
    title: str
    format: Format
    product: str
    level: Level
    language: str
    minutes: int
    added_on: date
    started_on: date | None
    completed_on: date | None
    due_on: date | None


# One's own in any workspace of the customer: whoever completed it has completed it. Due where one still belongs.
_OWN = """
    LEFT JOIN LATERAL (
        SELECT min(r.started_on) AS started_on, min(r.completed_on) AS completed_on FROM learning_record r
        WHERE r.person_id = %(person)s AND r.customer_id = ANY (%(customers)s) AND r.activity_id = a.id
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT min(s.due_on) AS due_on, bool_or(d.id IS NULL) AS is_due FROM learning_assignment s
        LEFT JOIN learning_record d ON d.workspace_id = s.workspace_id AND d.person_id = s.person_id
            AND d.activity_id = s.activity_id AND d.completed_on IS NOT NULL
        WHERE s.person_id = %(person)s AND s.customer_id = ANY (%(customers)s) AND s.activity_id = a.id
            AND s.withdrawn_at IS NULL AND s.workspace_id = ANY (%(workspaces)s)
    ) s ON true
"""
_PAGE = """
SELECT * FROM (
    SELECT a.id, a.code, coalesce(nullif(a.names ->> %(reader)s, ''), a.names ->> 'en') AS title, a.format,
        coalesce(p.names ->> %(reader)s, p.names ->> 'en', '') AS product, a.level, a.language, a.minutes, a.added_on,
        r.started_on, r.completed_on, s.due_on
    FROM learning_activity a LEFT JOIN agreements_product p ON p.id = a.product_id {own}
    WHERE (a.is_offered OR r.started_on IS NOT NULL OR s.due_on IS NOT NULL)
        AND (%(text)s = '' OR a.code ILIKE %(like)s OR a.names ->> %(reader)s ILIKE %(like)s
            OR a.names ->> 'en' ILIKE %(like)s OR a.descriptions ->> %(reader)s ILIKE %(like)s
            OR a.descriptions ->> 'en' ILIKE %(like)s)
        AND (%(format)s::text IS NULL OR a.format = %(format)s)
        AND (%(level)s::text IS NULL OR a.level = %(level)s)
        AND (%(product)s::bigint IS NULL OR a.product_id = %(product)s)
        AND (%(language)s = '' OR a.language = %(language)s)
        AND CASE %(mine)s WHEN 'open' THEN r.started_on IS NULL
            WHEN 'started' THEN r.started_on IS NOT NULL AND r.completed_on IS NULL
            WHEN 'completed' THEN r.completed_on IS NOT NULL
            WHEN 'assigned' THEN s.due_on IS NOT NULL
            WHEN 'due' THEN coalesce(s.is_due, false) ELSE true END
) found {after} ORDER BY {sort} {direction}, id {direction} LIMIT {limit}
"""


def list_page(access: Access, wanted: CatalogueFilter, place: Place) -> list[CatalogueRow]:
    """Up to a page of rows and one more, in the place's reading order. The catalogue is read whole: it is the
    provider's, and has hundreds of rows.
    """
    direction, beyond = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    params: dict[str, Any] = {
        "reader": get_language() or "en",
        "person": access.person_id or 0,
        "customers": list(access.customers),
        "workspaces": list(access.workspaces),
        "text": wanted.text,
        "like": f"%{wanted.text.translate(_ESCAPED)}%",
        "format": wanted.format,
        "level": wanted.level,
        "product": wanted.product_id,
        "language": wanted.language,
        "mine": wanted.mine,
    }
    after, kind = "", {date: "date", int: "bigint", str: "text"}[SORTS[place.sort]]
    if place.key:
        after = f"WHERE ({place.sort}, id) {beyond} (%(value)s::{kind}, %(id)s)"
        params |= {"value": place.key.value, "id": place.key.id}
    statement = _PAGE.format(own=_OWN, after=after, sort=place.sort, direction=direction, limit=PAGE_ROWS + 1)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [_row(*one) for one in cursor.fetchall()]


def _row(*columns: Any) -> CatalogueRow:
    serial, code, title, form, product, level, *rest = columns
    made: Any = CatalogueRow
    row: CatalogueRow = made(serial, code, title, Format(form), product, Level(level), *rest)
    return row


def list_languages() -> Sequence[str]:
    """Those that there is content in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT language FROM learning_activity WHERE is_offered ORDER BY 1")
        return [language for (language,) in cursor.fetchall()]


# One's own transcript


def list_own_page(access: Access, place: Place) -> list[Record]:
    """Up to a page of what one started and one more, in the place's reading order."""
    sign = "-" if place.reads_descending else ""
    rows = _own(access).order_by(f"{sign}started_on", f"{sign}pk")
    if place.key:
        beyond = "lt" if place.reads_descending else "gt"
        day, serial = date.fromisoformat(place.key.value), place.key.id
        later = rows.filter(**{f"started_on__{beyond}": day})
        rows = later | rows.filter(started_on=day, **{f"pk__{beyond}": serial})
    return list(rows[: PAGE_ROWS + 1])


def list_own(access: Access) -> list[Record]:
    """A person learns in years what one page of a spreadsheet holds."""
    return list(_own(access).order_by("started_on", "pk"))


def _own(access: Access) -> Any:
    rows = Record.objects.visible_to(access).filter(person_id=access.person_id or 0, started_on__isnull=False)
    return rows.select_related("activity__product")


def list_about(product_id: int, limit: int) -> list[Activity]:
    """The newest that are offered about a product."""
    return list(Activity.objects.filter(product_id=product_id, is_offered=True).order_by("-added_on", "-pk")[:limit])
