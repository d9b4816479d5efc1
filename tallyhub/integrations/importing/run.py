"""One import: its transaction, how far its scope reaches, what it did and what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tallyhub.engagements.intake.steps import Brought
from tallyhub.integrations.importing.kinds import Row
from tallyhub.integrations.importing.problems import Problems, Tally
from tallyhub.integrations.importing.references import References
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.bulk import Added
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.scope import widen
from tallyhub.organizations.steps import belonging_to, list_belonging, touch_customer

# How a column that differs is called in the files; others are the same word, or the same with _id.
_FIELD_OF = {"term": "ends_on"}


@dataclass(slots=True)
class Run:
    """Lives as long as one transaction. ``actor``: who imports, inside one customer; None is the hub itself."""

    actor: Access | None = None
    problems: Problems = field(default_factory=Problems)
    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    customers: set[int] = field(default_factory=set)  # in scope
    sellers: set[int] = field(default_factory=set)  # in scope, as whose staff is spoken of
    # Rows that told a customer something new, by customer and kind.
    rows_of: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    touched: set[int] = field(default_factory=set)  # customers whose pages were told that they are out of date
    kind: str = ""
    # Engagements that were spoken of, by customer and id; and the zones of what pays for them.
    engagements: dict[int, dict[int, Brought]] = field(default_factory=dict)
    zones: dict[tuple[int, int | None], str] = field(default_factory=dict)
    refs: References = field(init=False)

    def __post_init__(self) -> None:
        if self.actor:
            self.customers = set(self.actor.customers)
        self.refs = References(self.reach, self.problems, list_belonging if self.actor else None)

    @property
    def access(self) -> Access:
        return self.actor or Access.of_system(sorted(self.customers), organizations=sorted(self.sellers))

    @property
    def tally(self) -> Tally:
        return self.tallies[self.kind]

    def reach(self, customers: Iterable[int]) -> set[int]:
        """Bring customers into the scope, unless a person imports: they stay inside theirs. Those in scope."""
        wanted = set(customers)
        if not self.actor and (new := wanted - self.customers):
            self.customers |= new
            widen(self.access)
        return wanted & self.customers

    def reach_sellers(self, sellers: Iterable[int]) -> None:
        """Bring the provider and partners into the scope: what is theirs alone is written as the hub itself."""
        if not self.actor and (new := set(sellers) - self.sellers):
            self.sellers |= new
            widen(self.access)

    def refuse(self, row: Row, error: HubError, column: str = "") -> None:
        row.refuse(self.problems, error, column)

    def refuse_strangers(self, rows: Sequence[Row], field: str) -> None:
        """Somebody whom only another customer knows is nobody here."""
        named = [row for row in rows if {"customer", field} <= row.found.keys()]
        known = belonging_to({(row.found["customer"], row.found[field]) for row in named}) if named else set()
        for row in named:
            if (row.found["customer"], row.found[field]) not in known:
                self.refuse(row, Invalid("person_unknown"), field)

    def check(self, rows: Sequence[Row], check: Callable[[Row], None], column_of: Callable[[HubError], str]) -> None:
        """Refuse those that do not pass a check, in the column that their error is about."""
        for row in rows:
            try:
                check(row)
            except HubError as error:
                self.refuse(row, error, column_of(error))

    def wrote(self, rows: Sequence[Row], added: Added[Any]) -> None:
        """Count what is new, and refuse what is there with other content."""
        for place, column in added.differing:
            name = _FIELD_OF.get(column, column.removesuffix("_id"))
            self.refuse(rows[place], Conflict("row_differs"), name)
        self.count_new(rows[place] for place in added.new)

    def count_new(self, rows: Iterable[Row]) -> None:
        """Sellers, services and staff are nobody's: they concern no customer's pages and journal."""
        customers = [row.found.get("customer") for row in rows]
        self.tally.new += len(customers)
        for customer in filter(None, customers):
            self.rows_of[customer][self.kind] += 1
        self.touch(customer for customer in customers if customer)

    def count_many(self, new: Mapping[int, int]) -> None:
        """As ``count_new``, of rows that were written as one: how many, by customer."""
        self.tally.new += sum(new.values())
        for customer, rows in new.items():
            self.rows_of[customer][self.kind] += rows
        self.touch(new)

    def count_changed(self, changed: Mapping[int, int]) -> None:
        """Rows that were known, and whose system changed them."""
        self.tally.changed += sum(changed.values())
        for customer, rows in changed.items():
            self.rows_of[customer][f"{self.kind}_changed"] += rows
        self.touch(changed)

    def touch(self, customers: Iterable[int]) -> None:
        """Their pages are out of date. At once, because whoever else touches a customer and posts does it so, too:
        the other way round, two of us would wait for each other.
        """
        if new := set(customers) - self.touched:
            self.touched |= new
            touch_customer(new)

    def close(self, name: str, fingerprint: str) -> None:
        """Tell the journal; ids, codes and numbers only (R10.4)."""
        for customer, rows in sorted(self.rows_of.items()):
            told: dict[str, Any] = {"what": name, "rows": rows.total(), "sha256": fingerprint, **rows}
            record(self.access, "integrations.imported", customer_id=customer, **told)
