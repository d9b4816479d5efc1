"""Pages by key: a cursor is the id after which the next page begins, so rows that are added shift nothing."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Field, Query
from pydantic import BaseModel

from tallyhub.kernel.errors import Invalid

T = TypeVar("T")
LIMIT_DEFAULT, LIMIT_MAX = 100, 1_000
ID_MAX = 2**63 - 1
_CURSOR = re.compile(r"a([0-9]{1,18})", re.ASCII)
_CURSOR_TEXT_MAX = 40

Id = Annotated[int, Field(ge=1, le=ID_MAX)]
Code = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Paging(BaseModel):
    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="Rows of a page.")
    cursor: str | None = Field(None, max_length=_CURSOR_TEXT_MAX, description="Where the page before ended.")

    @property
    def after(self) -> int:
        """The id before the first one. Raises Invalid for a cursor that is none of ours."""
        return 0 if self.cursor is None else _read(self.cursor)


class Paged(BaseModel):
    """What every page says of itself."""

    next: str | None = Field(description="Address of the next page; null on the last one.")
    cursor: str | None = Field(description="Where this page ended. Kept, it asks later for what has been added since.")


def page(
    request: HttpRequest, paging: Paging, rows: Sequence[T], id_of: Callable[[T], int]
) -> tuple[Sequence[T], str | None, str | None]:
    """Rows, address of the next page, and cursor; from up to ``limit + 1`` rows in the order of their ids."""
    kept = rows[: paging.limit]
    cursor = _write(id_of(kept[-1])) if kept else paging.cursor
    if len(rows) <= paging.limit or cursor is None:
        return kept, None, cursor
    asked = [(name, value) for name, value in request.GET.items() if name != "cursor"]
    return kept, f"{request.path}?{urlencode([*asked, ('cursor', cursor)])}", cursor


def _write(last: int) -> str:
    return urlsafe_b64encode(f"a{last}".encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode())
    except ValueError:
        found = None
    if found is None:
        raise Invalid("cursor_unknown")
    return int(found[1])


PagingQuery = Query[Paging]
