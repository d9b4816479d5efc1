"""What the codes in a file mean: ids, looked up for a whole batch at once and kept while there is room."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from tallyhub.agreements import steps as agreements
from tallyhub.agreements.models import Agreement, Entitlement, Package, Service
from tallyhub.integrations.importing.kinds import Row
from tallyhub.integrations.importing.problems import Problems
from tallyhub.kernel.errors import Invalid
from tallyhub.organizations import steps as organizations

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Belongs = Callable[[Collection[int]], set[int]]
KEPT_MAX = 8_000  # per cache: a few MB, and more than an ordinary file names


class Cache(Generic[K, V]):
    """Remembers what was found. What was not found is asked for again: an earlier row of the import may make it."""

    def __init__(self, load: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._load = load
        self._known: dict[K, V] = {}

    def prepare(self, keys: Iterable[K]) -> None:
        """Look up what is not known yet: one question for all of it."""
        wanted = set(keys)
        if not (missing := wanted - self._known.keys()):
            return
        if len(self._known) + len(missing) > KEPT_MAX:
            self._known.clear()
            missing = wanted
        self._known.update(self._load(missing))

    def get(self, key: K) -> V | None:
        return self._known.get(key)


class References:
    """``reach`` brings customers into the scope, the database shows nothing of them before; it answers which it may.

    ``belongs`` tells who of some people belong to a customer, where only those may be named.
    """

    def __init__(
        self, reach: Callable[[Iterable[int]], set[int]], problems: Problems, belongs: Belongs | None = None
    ) -> None:
        self._reach = reach
        self._belongs = belongs
        self._problems = problems
        self.sellers: Cache[str, int] = Cache(organizations.find_sellers)
        self.services: Cache[str, Service] = Cache(agreements.find_services)
        self.customers: Cache[str, int] = Cache(self._find_customers)
        self.workspaces: Cache[tuple[int, str], int] = Cache(organizations.find_workspaces)
        self.people: Cache[tuple[int, str], int] = Cache(self._find_people)
        self.agreements: Cache[str, Agreement] = Cache(self._find_agreements)
        self.packages: Cache[tuple[int, str], Package] = Cache(agreements.find_packages)
        self.entitlements: Cache[tuple[int, str], Entitlement] = Cache(agreements.find_entitlements)

    def _find_customers(self, codes: Collection[str]) -> dict[str, int]:
        found = organizations.find_customers(codes)
        reached = self._reach(found.values())
        return {code: one for code, one in found.items() if one in reached}

    def _find_agreements(self, numbers: Collection[str]) -> dict[str, Agreement]:
        reached = self._reach(agreements.find_customers_of(numbers))
        found = agreements.find_agreements(numbers)
        return {number: one for number, one in found.items() if one.customer_id in reached}

    def _find_people(self, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        found = organizations.find_people(keys)
        if self._belongs is None:
            return found
        known = self._belongs(found.values())
        return {key: person for key, person in found.items() if person in known}

    def resolve(
        self, rows: Sequence[Row], field: str, cache: Cache[Any, Any], key_of: Callable[[Row], Any] | None = None
    ) -> list[Row]:
        """The rows whose reference is known, each with what it means; the others are problems."""
        keys = [key_of(row) if key_of else row.values[field] for row in rows]
        cache.prepare(keys)
        kept = []
        for row, it in zip(rows, keys, strict=True):
            if (meant := cache.get(it)) is None:
                self._problems.add(row.line, Invalid(f"{field}_unknown"), field, row.cells.get(field, ""))
            else:
                row.found[field] = meant
                kept.append(row)
        return kept

    def resolve_customer(self, rows: Sequence[Row]) -> list[Row]:
        return self.resolve(rows, "customer", self.customers)

    def resolve_package(self, rows: Sequence[Row]) -> list[Row]:
        """With its agreement, and with the customer, who is the agreement's."""
        rows = self.resolve_agreement(rows)
        return self.resolve(rows, "package", self.packages, _within("agreement", "package"))

    def resolve_agreement(self, rows: Sequence[Row]) -> list[Row]:
        rows = self.resolve(rows, "agreement", self.agreements)
        for row in rows:
            row.found["customer"] = row.found["agreement"].customer_id
        return rows

    def resolve_entitlement(self, rows: Sequence[Row]) -> list[Row]:
        rows = self.resolve_package(rows)
        return self.resolve(rows, "entitlement", self.entitlements, _within("package", "entitlement"))

    def resolve_workspace(self, rows: Sequence[Row]) -> list[Row]:
        """Where a row says none, it means none."""
        return self._resolve_said(rows, "workspace", self.workspaces)

    def resolve_person(self, rows: Sequence[Row]) -> list[Row]:
        """Where a row says none, it means none."""
        return self._resolve_said(rows, "person", self.people)

    def _resolve_said(self, rows: Sequence[Row], field: str, cache: Cache[tuple[int, str], int]) -> list[Row]:
        said = [row for row in rows if field in row.values]
        known = self.resolve(said, field, cache, lambda row: (row.found["customer"], row.values[field]))
        good = {row.line for row in known}
        return [row for row in rows if field not in row.values or row.line in good]


def _within(owner: str, field: str) -> Callable[[Row], tuple[int, str]]:
    """The key of what is named inside something else."""
    return lambda row: (row.found[owner].pk, row.values[field])
