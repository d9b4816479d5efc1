"""What the hub holds about a person: each package declares its tables, ``privacy`` exports and erases by that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tallyhub.kernel.scope import require_transaction


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table that are about a person. The SQL is written by us; only ids are put into it, as parameters.

    condition     which rows, with ``%(person)s`` for the id
    columns       what an export shows: ids, codes and texts; never a hash or a secret
    customer      column that says whose row it is; empty: the person's own, whichever customers they belong to
    stays         why an erasure leaves the rows: they hold nothing but the opaque id. Empty: they go.
    """

    name: str  # of the file in an export
    title: Any  # what a person reads, lazily translated
    table: str
    condition: str
    columns: tuple[str, ...]
    customer: str = ""
    stays: Any = ""
    is_context: bool = False  # explains the ids in other holdings; not worth a line where somebody is erased

    def count(self, person_id: int, customers: Sequence[int] | None = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {self.table} WHERE {self._where(customers)}", _ids(person_id, customers)
            )
            found: int = cursor.fetchone()[0]
            return found

    def select(self) -> str:
        """For a stream: the parameters are ``person``."""
        return f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {self.condition} ORDER BY 1"

    def erase(self, person_id: int, customers: Sequence[int] | None = None) -> int:
        """Delete the rows, in these customers or, without any, wherever they are; returns how many went."""
        require_transaction()
        if self.stays:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table} WHERE {self._where(customers)}", _ids(person_id, customers))
            return int(cursor.rowcount)

    def _where(self, customers: Sequence[int] | None) -> str:
        return self.condition if customers is None else f"({self.condition}) AND {self.customer} = ANY (%(customers)s)"


def _ids(person_id: int, customers: Sequence[int] | None) -> dict[str, Any]:
    return {"person": person_id, "customers": list(customers or ())}
