"""The demo as records in the import's formats: a pure function of the day."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.site.demo import cast, courses
from tallyhub.site.demo.catalogue import SERVICES, UNIT_OF
from tallyhub.site.demo.customers import CUSTOMERS
from tallyhub.site.demo.plan import Agreement, Customer, Line, Lot, Months, Package
from tallyhub.site.demo.usage import Fact, Spot, facts

Record = dict[str, str]

PROVIDER = "tarnvale"
SELLERS = (
    {"code": PROVIDER, "name": "Tarnvale Support", "kind": "provider", "zone": "Europe/Oslo"},
    {"code": "quillmark", "name": "Quillmark Services", "kind": "partner", "zone": "Europe/London"},
    {"code": "brightline", "name": "Brightline Systems", "kind": "partner", "zone": "Europe/Berlin"},
    {"code": "fernway", "name": "Fernway IT", "kind": "partner", "zone": "Europe/Dublin"},
    {"code": "wexcombe", "name": "Wexcombe Distribution", "kind": "partner", "zone": "Europe/London"},
)
FIRST_NUMBER = 10_000  # what an external system had counted to before


def records(today: date) -> Iterable[tuple[str, Iterable[Record]]]:
    """Every kind of the import, in its order."""
    used = {customer.code: list(_numbered(customer, today)) for customer in CUSTOMERS}
    booked = [fact for facts_of in used.values() for fact in facts_of]
    return (
        ("sellers", SELLERS),
        ("services", SERVICES),
        ("customers", map(_customer, CUSTOMERS)),
        ("workspaces", _of_each(_workspaces)),
        ("people", [*map(_staff, cast.STAFF), *_of_each(_people)]),
        ("grants", [*_staff_grants(), *_of_each(_grants)]),
        ("agreements", (_agreement(customer, one, today) for customer, one in _agreements())),
        ("packages", (_package(agreement, one, today) for _, agreement, one in _packages())),
        ("entitlements", (_entitlement(agreement, package, line) for agreement, package, line in _lines())),
        ("allotments", (row for place in _lines() for row in _allotments(*place, today))),
        ("mappings", (row for _, agreement, one in _packages() for row in _mappings(agreement, one))),
        ("activities", courses.activities(today)),
        ("consumption", (row for fact, number in booked for row in _entries(fact, number))),
        (
            "learning_records",
            (row for code, facts_of in used.items() for row in courses.records(code, facts_of, today)),
        ),
    )


def _of_each(make: Callable[[Customer], Iterable[Record]]) -> Iterator[Record]:
    return (row for customer in CUSTOMERS for row in make(customer))


def _agreements() -> Iterator[tuple[Customer, Agreement]]:
    return ((customer, agreement) for customer in CUSTOMERS for agreement in customer.agreements)


def _packages() -> Iterator[tuple[Customer, Agreement, Package]]:
    return ((customer, agreement, package) for customer, agreement in _agreements() for package in agreement.packages)


def _lines() -> Iterator[tuple[Agreement, Package, Line]]:
    return ((agreement, package, line) for _, agreement, package in _packages() for line in package.lines)


def _customer(customer: Customer) -> Record:
    return {"code": customer.code, "name": customer.name, "zone": customer.zone, "domains": f"{customer.code}.example"}


def _workspaces(customer: Customer) -> Iterator[Record]:
    default = next(iter(customer.workspaces))
    for code, name in customer.workspaces.items():
        yield {"customer": customer.code, "code": code, "name": name, "is_default": _yes(code == default)}


def _staff(one: cast.Staff) -> Record:
    return {"customer": "", "key": one.email, "name": one.name, "email": one.email, "language": "en", "zone": one.zone}


def _people(customer: Customer) -> Iterator[Record]:
    for one in cast.read(customer):
        yield {
            "customer": customer.code,
            "key": one.key,
            "name": one.name,
            "email": one.email,
            "language": one.language,
            "zone": one.zone,
            "workspaces": ";".join(one.workspaces),
        }


def _staff_grants() -> Iterator[Record]:
    for one in cast.STAFF:
        for customer in one.customers:
            yield {"customer": customer, "person": one.email, "role": one.role.value, "workspace": ""}


def _grants(customer: Customer) -> Iterator[Record]:
    for one in cast.read(customer):
        for role, workspace in one.roles:
            yield {"customer": customer.code, "person": one.key, "role": role, "workspace": workspace}


def _agreement(customer: Customer, agreement: Agreement, today: date) -> Record:
    return {
        "customer": customer.code,
        "number": agreement.number,
        "name": agreement.name,
        "plan": agreement.plan,
        "seller": agreement.seller,
        "zone": agreement.zone,
        **_term(agreement.months, agreement.ended, today),
    }


def _package(agreement: Agreement, package: Package, today: date) -> Record:
    return {
        "agreement": agreement.number,
        "code": package.code,
        "name": package.name,
        "scope": package.scope,
        **_term(package.months or agreement.months, package.ended, today),
    }


def _term(months: Months, ended: int | None, today: date) -> Record:
    return {
        "starts_on": months.starts_on(today).isoformat(),
        "ends_on": months.ends_on(today).isoformat(),
        "terminated_on": "" if ended is None else Months(ended, ended).ends_on(today).isoformat(),
    }


def _entitlement(agreement: Agreement, package: Package, line: Line) -> Record:
    return {
        "agreement": agreement.number,
        "package": package.code,
        "code": line.service,
        "service": line.service,
        "is_as_needed": _yes(line.is_as_needed),
        "rounding_step": str(line.step),
    }


def _place(agreement: Agreement, package: Package, line: Line) -> Record:
    return {"agreement": agreement.number, "package": package.code, "entitlement": line.service}


def _allotments(agreement: Agreement, package: Package, line: Line, today: date) -> Iterator[Record]:
    """What was bought; and where the package was terminated, the row that ends it."""
    term = package.months or agreement.months
    lots = [(lot, lot.months or term) for lot in line.lots]
    if lots and package.ended is not None:
        last = Months(package.ended, package.ended)
        lots.append((Lot("0", kind=AllotmentKind.TERMINATION), last))
    for number, (lot, months) in enumerate(lots, start=1):
        yield {
            **_place(agreement, package, line),
            "external_id": f"{agreement.number}/{package.code}/{line.service}/{number}",
            "kind": lot.kind,
            "amount": lot.amount,
            "unit": _unit_bought(line),
            "starts_on": months.starts_on(today).isoformat(),
            "ends_on": months.ends_on(today).isoformat(),
            "priority": str(lot.priority),
            "source": "sales",
        }


def _unit_bought(line: Line) -> str:
    """Minutes are sold in hours."""
    unit = UNIT_OF[line.service]
    return "hours" if unit is Unit.MINUTES else unit.value


def _mappings(agreement: Agreement, package: Package) -> Iterator[Record]:
    for workspace in package.workspaces:
        yield {"agreement": agreement.number, "package": package.code, "workspace": workspace}


def _numbered(customer: Customer, today: date) -> Iterator[tuple[Fact, str]]:
    """Everything the customer used, in the order of days, numbered as the reporting systems would."""
    members = tuple(cast.read(customer))
    spots = (
        Spot(agreement, package, line, members)
        for agreement in customer.agreements
        for package in agreement.packages
        for line in package.lines
    )
    used = [fact for spot in spots for fact in facts(customer.code, spot, today)]
    counted: Counter[str] = Counter()
    for fact in sorted(used, key=lambda fact: fact.occurred_on):
        prefix = fact.spot.habit.prefix
        counted[prefix] += 1
        yield fact, f"{prefix}-{FIRST_NUMBER + counted[prefix]}"


def _entries(fact: Fact, number: str) -> Iterator[Record]:
    entry = _entry(fact, number)
    yield entry
    if fact.reversed_for:
        taken_back = {"amount": f"-{fact.amount}", "external_id": f"{number}-R", "title": ""}
        yield entry | taken_back | {"reverses": number, "reason": fact.reversed_for}


def _entry(fact: Fact, number: str) -> Record:
    spot = fact.spot
    return {
        **_place(spot.agreement, spot.package, spot.line),
        "workspace": fact.workspace,
        "occurred_on": fact.occurred_on.isoformat(),
        "amount": fact.amount,
        "unit": spot.unit.value,
        "multiplier": str(fact.multiplier),
        "external_id": number,
        "source": spot.habit.source,
        "person": fact.person,
        "title": fact.title,
    }


def _yes(value: bool) -> str:
    return "true" if value else "false"
