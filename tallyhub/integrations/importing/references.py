"""What the codes in a file mean: ids, looked up for a whole batch at once and kept while there is room."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from tallyhub.agreements import steps as agreements
from tallyhub.agreements.models import Agreement, Entitlement, Package, Service
from tallyhub.assessments import steps as assessments
from tallyhub.assessments.models import Definition
from tallyhub.engagements.intake import queries as engagements
from tallyhub.engagements.models import Engagement, Offering
from tallyhub.integrations.importing.kinds import Row
from tallyhub.integrations.importing.problems import Problems
from tallyhub.kernel.errors import Invalid
from tallyhub.learning.intake import steps as learning
from tallyhub.organizations import steps as organizations
from tallyhub.support.intake import steps as intake

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
        self.products: Cache[str, int] = Cache(agreements.find_products)
        self.assessments: Cache[str, Definition] = Cache(assessments.find_definitions)
        self.activities: Cache[str, int] = Cache(learning.find_activities)
        self.offerings: Cache[str, Offering] = Cache(engagements.find_offerings)
        self.engagements: Cache[engagements.Key, Engagement] = Cache(engagements.find_engagements)
        self.requests: Cache[intake.Key, int] = Cache(_find_requests)

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
        self,
        rows: Sequence[Row],
        field: str,
        cache: Cache[Any, Any],
        key_of: Callable[[Row], Any] | None = None,
        unknown: Invalid | None = None,
    ) -> None:
        """Say in each row what a reference means, and refuse the row where it is not known.

        ``key_of`` is None for a row that says nothing there, or of which something before is wrong.
        """
        keys = [key_of(row) if key_of else row.values.get(field) for row in rows]
        cache.prepare(key for key in keys if key is not None)
        for row, key in zip(rows, keys, strict=True):
            if key is None:
                continue
            if (meant := cache.get(key)) is None:
                row.refuse(self._problems, unknown or Invalid(f"{field}_unknown"), field)
            else:
                row.found[field] = meant

    def resolve_customer(self, rows: Sequence[Row]) -> None:
        self.resolve(rows, "customer", self.customers)

    def resolve_package(self, rows: Sequence[Row]) -> None:
        """With its agreement, and with the customer, who is the agreement's."""
        self.resolve_agreement(rows)
        self.resolve_in_agreement(rows)

    def resolve_agreement(self, rows: Sequence[Row]) -> None:
        self.resolve(rows, "agreement", self.agreements)
        for row in rows:
            if "agreement" in row.found:
                row.found["customer"] = row.found["agreement"].customer_id

    def resolve_in_agreement(self, rows: Sequence[Row]) -> None:
        """A package of an agreement that was resolved; where a row says none, it means none."""
        self.resolve(rows, "package", self.packages, _within("agreement", "package"))

    def resolve_entitlement(self, rows: Sequence[Row]) -> None:
        self.resolve_package(rows)
        self.resolve(rows, "entitlement", self.entitlements, _within("package", "entitlement"))

    def resolve_workspace(self, rows: Sequence[Row]) -> None:
        """Where a row says none, it means none."""
        self.resolve(rows, "workspace", self.workspaces, _of_customer("workspace"))

    def resolve_person(self, rows: Sequence[Row], field: str = "person") -> None:
        """Where a row says none, it means none."""
        self.resolve(rows, field, self.people, _of_customer(field), Invalid("person_unknown"))


def _within(owner: str, field: str) -> Callable[[Row], tuple[int, str] | None]:
    """The key of what is named inside something else."""
    return lambda row: (row.found[owner].pk, row.values[field]) if _has(row, owner, field) else None


def _of_customer(field: str) -> Callable[[Row], tuple[int, str] | None]:
    return lambda row: (row.found["customer"], row.values[field]) if _has(row, "customer", field) else None


def _has(row: Row, owner: str, field: str) -> bool:
    return owner in row.found and field in row.values


def _find_requests(keys: Collection[intake.Key]) -> dict[intake.Key, int]:
    return {key: one.id for key, one in intake.find_requests(keys).items()}
