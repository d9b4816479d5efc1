"""All customers of the partner that is acted for, with what it sold each: two statements a page, whatever there is, and
a third for whoever works at its desk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import PAGE_ROWS, Key, Place, SortKind
from tallyhub.partners.holdings.queries import list_sold
from tallyhub.partners.holdings.rules import Line, Subscription, is_over_used, runs_out_on, soonest_first
from tallyhub.support.queries import count_open_of_desk

# The database function makes the rows of a partner anew, so no index sorts them: they are as many as its customers.
SORTS: dict[str, SortKind] = {"ends_on": date, "name": str}
STREAM_ROWS = 200  # customers per statement of an export
NEVER = date.max  # sorts what has nothing in force behind everything that ends
_COLUMN_OF = {"ends_on": f"coalesce(p.ends_on, '{NEVER}')", "name": "p.name"}


@dataclass(frozen=True, slots=True)
class Account:
    """One customer. ``ends_on``: the first end of what the partner sold and is in force. ``requests``: what is open of
    what it asks of the desk, for whoever works there.
    """

    customer_id: int
    code: str
    name: str
    ends_on: date | None
    subscriptions: int
    wishes: int
    follow_ups: int
    delegations: int
    sold: list[Subscription] = field(default_factory=list)
    requests: int = 0

    @property
    def lines(self) -> list[tuple[Subscription, Line]]:
        """What is counted of what is in force."""
        return [(one, line) for one in self.sold if one.is_active for line in one.lines if line.balance is not None]

    @property
    def over(self) -> list[tuple[Subscription, Line]]:
        return [(one, line) for one, line in self.lines if is_over_used(line)]

    @property
    def runs_out_on(self) -> date | None:
        """The nearest day on which something is used up before it ends."""
        return min((day for one, line in self.lines if (day := runs_out_on(line, one))), default=None)

    def key_of(self, sort: str) -> str:
        value = (self.ends_on or NEVER).isoformat() if sort == "ends_on" else self.name
        return f"{value}~{self.customer_id}"


def list_page(access: Access, text: str, place: Place, *, limit: int = PAGE_ROWS + 1) -> list[Account]:
    """Up to a page of customers and one more, in the place's reading order. ``text``: a part of name or code."""
    column, order = _COLUMN_OF[place.sort], "DESC" if place.reads_descending else "ASC"
    where = "true"
    values: list[Any] = []
    if text:
        where = "(strpos(lower(p.name), lower(%s)) > 0 OR strpos(lower(p.code), lower(%s)) > 0)"
        values = [text, text]
    if place.key:
        where += f" AND ({column}, p.customer_id) {'<' if place.reads_descending else '>'} (%s, %s)"
        values = [*values, place.key.value, place.key.id]
    ordered = f"ORDER BY {column} {order}, p.customer_id {order} LIMIT %s"
    sql = f"SELECT * FROM partners_portfolio(%s) p WHERE {where} {ordered}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [clock.now(), *values, limit])
        found = [Account(*row) for row in cursor.fetchall()]
    return _whole(access, found)


def _whole(access: Access, found: list[Account]) -> list[Account]:
    ids = [one.customer_id for one in found]
    asked = count_open_of_desk(access, ids) if ids and access.serves(Right.SERVE_CUSTOMERS) else {}
    accounts = {one.customer_id: replace(one, requests=asked.get(one.customer_id, 0)) for one in found}
    for sold in soonest_first(list_sold(accounts)):
        accounts[sold.customer_id].sold.append(sold)
    return list(accounts.values())


def stream(access: Access, text: str) -> Iterator[list[Account]]:
    """Every customer, the soonest end first, in batches. Runs in the caller's scope."""
    place = Place("ends_on", is_descending=False)
    while batch := list_page(access, text, place, limit=STREAM_ROWS):
        yield batch
        value, _tilde, number = batch[-1].key_of("ends_on").rpartition("~")
        place = Place("ends_on", is_descending=False, key=Key(value, int(number)))
