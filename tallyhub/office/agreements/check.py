"""What a draft means, and what is missing before it can be approved: the rules that imports obey, too. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from tallyhub.accounts.rules import read_language, read_zone
from tallyhub.agreements import fields
from tallyhub.agreements.models import Service
from tallyhub.agreements.rules import ContactKind, Days, Plan, Scope, ServiceKind, check_days
from tallyhub.kernel import cells
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.names import check_person_name
from tallyhub.ledger.rules import AllotmentKind, check_allotment
from tallyhub.office.agreements.amounts import read_amount
from tallyhub.office.agreements.content import ContactPart, Draft, EntitlementPart, PackagePart, Purchase, Terms

T = TypeVar("T")
TERMS, CONTACTS, PACKAGES = "terms", "contacts", "packages"  # the sections; each package is one of its own


@dataclass(frozen=True, slots=True)
class Problem:
    """``field`` is the form's, as in ``e0-p1-amount``; empty where it is about the whole section."""

    section: str
    field: str
    error: HubError

    @property
    def is_missing(self) -> bool:
        """Nothing wrong was typed: it is told on the check list, not beside an empty field."""
        return self.error.code == "value_missing"


@dataclass(frozen=True, slots=True)
class PlannedPurchase:
    amount: int  # smallest steps of the unit
    days: Days


@dataclass(frozen=True, slots=True)
class PlannedEntitlement:
    service: Service
    code: str
    is_as_needed: bool
    rounding_step: int
    purchases: tuple[PlannedPurchase, ...]


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    code: str
    name: str
    scope: Scope
    days: Days
    entitlements: tuple[PlannedEntitlement, ...]


@dataclass(frozen=True, slots=True)
class PlannedContact:
    name: str
    email: str
    kind: ContactKind
    language: str


@dataclass(frozen=True, slots=True)
class PlannedTerms:
    """What approval writes first."""

    number: str
    name: str
    plan: Plan
    seller: str
    zone: str
    days: Days


@dataclass(frozen=True, slots=True)
class Known:
    """What a draft is checked against. ``whole``: the days of the agreement that it amends, and its packages' codes."""

    services: Mapping[str, Service]
    sellers: Mapping[str, str]  # names by code
    whole: Days | None = None
    package_codes: Collection[str] = ()
    follows: bool = False


@dataclass(slots=True)
class Checked:
    problems: list[Problem] = field(default_factory=list)
    terms: PlannedTerms | None = None
    packages: list[PlannedPackage] = field(default_factory=list)
    contacts: list[PlannedContact] = field(default_factory=list)
    whole: Days | None = None  # of the agreement, where they are known
    contacts_max: int | None = None  # support contacts that the agreement allows; None: no number was agreed

    def of(self, section: str) -> list[Problem]:
        return [one for one in self.problems if one.section == section]

    @property
    def support_contacts(self) -> int:
        return sum(one.kind is ContactKind.SUPPORT_CONTACT for one in self.contacts)


class Reader:
    """Reads the fields of a section and keeps what is wrong with them."""

    def __init__(self, section: str) -> None:
        self.section = section
        self.problems: list[Problem] = []

    def refuse(self, name: str, error: HubError) -> None:
        self.problems.append(Problem(self.section, name, error))

    def read(self, name: str, text: str, read: Callable[[str], T], *, default: T | None = None) -> T | None:
        """The value; None where it is wrong. Without a default it must be there."""
        try:
            if text:
                return read(text)
            if default is None:
                raise Invalid("value_missing")
        except HubError as error:
            self.refuse(name, error)
            return None
        return default

    def days(
        self, prefix: str, starts_on: str, ends_on: str, *, inside: Days | None = None, must: bool = False
    ) -> Days | None:
        """From first to last day; an empty one is that of what it is a part of."""
        first = self.read(f"{prefix}starts_on", starts_on, cells.day, default=_first(inside, must=must))
        last = self.read(f"{prefix}ends_on", ends_on, cells.day, default=_last(inside, must=must))
        if first is None or last is None:
            return None
        days = Days(first, last)
        try:
            check_days(days, inside=inside)
        except HubError as error:
            self.refuse(f"{prefix}{'starts_on' if error.code == 'starts_too_early' else 'ends_on'}", error)
            return None
        return days


def _first(inside: Days | None, *, must: bool) -> date | None:
    # Where the whole is wrong already, a part without days is not wrong besides.
    return None if must else inside.starts_on if inside else date.min


def _last(inside: Days | None, *, must: bool) -> date | None:
    return None if must else inside.ends_on if inside else date.max


def check(draft: Draft, known: Known) -> Checked:
    """Everything that is wrong or missing, section by section, and what is right."""
    checked = Checked()
    whole = known.whole
    if draft.amends is None:
        checked.terms = _terms(draft.terms, known, checked.problems)
        whole = checked.terms.days if checked.terms else _days_of(draft.terms)
    checked.whole = whole
    _packages(draft, known, whole, checked)
    if draft.amends is None:
        _contacts(draft, known, checked)
    return checked


def _days_of(terms: Terms) -> Days | None:
    """Of terms that are not all right yet."""
    return Reader(TERMS).days("", terms.starts_on, terms.ends_on, must=True)


def _terms(terms: Terms, known: Known, problems: list[Problem]) -> PlannedTerms | None:
    reader = Reader(TERMS)
    values: dict[str, Any] = {
        "number": reader.read("number", terms.number, fields.new_number),
        "name": reader.read("name", terms.name, fields.NAME),
        "plan": reader.read("plan", terms.plan, fields.PLAN),
        "seller": reader.read("seller", terms.seller, lambda code: _among(code, known.sellers, "seller_not_chosen")),
        "zone": reader.read("zone", terms.zone, read_zone),
        "days": reader.days("", terms.starts_on, terms.ends_on, must=True),
    }
    problems += reader.problems
    return None if None in values.values() else PlannedTerms(**values)


def _among(code: str, known: Collection[str], otherwise: str) -> str:
    if code not in known:
        raise Invalid(otherwise)
    return code


def section_of(package: PackagePart) -> str:
    return f"package-{package.key}"


def _packages(draft: Draft, known: Known, whole: Days | None, checked: Checked) -> None:
    taken = set(known.package_codes)
    for package in draft.packages:
        reader = Reader(section_of(package))
        planned = check_package(reader, package, known.services, whole)
        if package.code and package.code in taken:
            reader.refuse("code", Invalid("code_twice"))
        taken.add(package.code)
        checked.problems += reader.problems
        if planned and not reader.problems:
            checked.packages.append(planned)
    if not draft.packages:
        checked.problems.append(Problem(PACKAGES, "", Invalid("package_missing")))


def check_package(
    reader: Reader, package: PackagePart, services: Mapping[str, Service], whole: Days | None
) -> PlannedPackage | None:
    code = reader.read("code", package.code, fields.CODE)
    name = reader.read("name", package.name, fields.NAME)
    scope = reader.read("scope", package.scope, fields.SCOPE)
    days = reader.days("", package.starts_on, package.ends_on, inside=whole)
    lines = [
        check_entitlement(reader, f"e{place}-", one, services, days) for place, one in enumerate(package.entitlements)
    ]
    if not package.entitlements:
        reader.refuse("", Invalid("entitlement_missing"))
    for place, one in enumerate(package.entitlements):
        if one.code and one.code in {each.code for each in package.entitlements[:place]}:
            reader.refuse(f"e{place}-code", Invalid("code_twice"))
    if code is None or name is None or scope is None or days is None:
        return None
    return PlannedPackage(code, name, scope, days, tuple(one for one in lines if one))


def check_entitlement(
    reader: Reader, prefix: str, part: EntitlementPart, services: Mapping[str, Service], days: Days | None
) -> PlannedEntitlement | None:
    service_code = reader.read(
        f"{prefix}service", part.service, lambda code: _among(code, services, "service_not_chosen")
    )
    code = reader.read(f"{prefix}code", part.code, fields.CODE)
    step = reader.read(f"{prefix}rounding_step", part.rounding_step, fields.ROUNDING_STEP, default=1)
    if service_code is None:
        return None
    service = services[service_code]
    is_as_needed = part.is_as_needed and service.kind != ServiceKind.BENEFIT
    bought: list[PlannedPurchase] = []
    if service.kind != ServiceKind.BENEFIT and not is_as_needed:
        bought = _purchases(reader, prefix, part.purchases, Unit(service.unit), days)
    if code is None or step is None:
        return None
    return PlannedEntitlement(service, code, is_as_needed, step, tuple(bought))


def _purchases(
    reader: Reader, prefix: str, parts: list[Purchase], unit: Unit, days: Days | None
) -> list[PlannedPurchase]:
    if not parts:
        reader.refuse(f"{prefix}service", Invalid("purchase_missing"))
    found = [_purchase(reader, f"{prefix}p{place}-", one, unit, days) for place, one in enumerate(parts)]
    return [one for one in found if one]


def _purchase(reader: Reader, prefix: str, part: Purchase, unit: Unit, inside: Days | None) -> PlannedPurchase | None:
    amount = reader.read(f"{prefix}amount", part.amount, lambda text: read_amount(text, unit))
    days = reader.days(prefix, part.starts_on, part.ends_on, inside=inside)
    if amount is None or days is None:
        return None
    try:
        check_allotment(AllotmentKind.PURCHASE, amount, days.starts_on, days.ends_on)
    except HubError as error:
        if inside or error.code != "allotment_without_end":
            reader.refuse(f"{prefix}amount", error)
        return None
    return PlannedPurchase(amount, days)


def _contacts(draft: Draft, known: Known, checked: Checked) -> None:
    reader = Reader(CONTACTS)
    seen: set[tuple[str, str]] = set()
    for place, part in enumerate(draft.contacts):
        contact = _contact(reader, f"c{place}-", part)
        if contact and (contact.email.lower(), contact.kind) in seen:
            reader.refuse(f"c{place}-email", Invalid("contact_twice"))
        elif contact:
            seen.add((contact.email.lower(), contact.kind))
            checked.contacts.append(contact)
    named = {part.kind for part in draft.contacts}
    if ContactKind.SERVICES_ADMINISTRATOR not in named and not known.follows:
        reader.refuse("", Invalid("draft_without_administrator"))
    checked.contacts_max = _contacts_max(checked)
    if checked.contacts_max is not None and checked.support_contacts > checked.contacts_max:
        counts = {"named": checked.support_contacts, "allowed": checked.contacts_max}
        reader.refuse("", Invalid("draft_contacts_too_many", **counts))
    checked.problems += reader.problems


def _contact(reader: Reader, prefix: str, part: ContactPart) -> PlannedContact | None:
    name = reader.read(f"{prefix}name", part.name, check_person_name)
    email = reader.read(f"{prefix}email", part.email, check_address)
    kind = reader.read(f"{prefix}kind", part.kind, fields.CONTACT_KIND)
    language = reader.read(f"{prefix}language", part.language, read_language)
    if name is None or email is None or kind is None or language is None:
        return None
    return PlannedContact(name, email, kind, language)


def _contacts_max(checked: Checked) -> int | None:
    """How many support contacts the agreement gives on its first day."""
    lines = [one for package in checked.packages for one in package.entitlements]
    counted = [one for one in lines if one.service.kind == ServiceKind.CONTACTS and not one.is_as_needed]
    if not counted or not checked.terms:
        return None
    first = checked.terms.days.starts_on
    bought = (each for one in counted for each in one.purchases)
    return sum(each.amount for each in bought if each.days.starts_on <= first <= each.days.ends_on)
