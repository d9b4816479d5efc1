"""A draft made of an agreement: the one that follows it, or another like it. Pure."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from tallyhub.agreements.models import AgreementContact
from tallyhub.agreements.rules import Days
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict
from tallyhub.ledger.models import Allotment
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements.amounts import write_amount
from tallyhub.office.agreements.content import (
    CONTACTS_MAX,
    ENTITLEMENTS_MAX,
    PACKAGES_MAX,
    PURCHASES_IN_PACKAGE_MAX,
    ContactPart,
    Draft,
    EntitlementPart,
    PackagePart,
    Purchase,
    Terms,
)
from tallyhub.office.agreements.queries import Line, PackageLines, Whole

_MONTHS_MAX = 240
Shift = Callable[[date], date]


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def whole_months(days: Days) -> int:
    """How many months it runs; 0 where they are not whole."""
    after = days.ends_on + timedelta(days=1)
    return next((n for n in range(1, _MONTHS_MAX + 1) if months_later(days.starts_on, n) == after), 0)


def as_long_as(days: Days, starts_on: date) -> Days:
    """From another first day: as many months, or as many days."""
    if months := whole_months(days):
        return Days(starts_on, months_later(starts_on, months) - timedelta(days=1))
    return Days(starts_on, starts_on + (days.ends_on - days.starts_on))


def year_by_year(days: Days) -> list[Days]:
    """The parts of a longer term, a year each; what remains at the end is a part, too."""
    parts, first, months = [], days.starts_on, 12
    while first <= days.ends_on:
        after = months_later(days.starts_on, months)
        parts.append(Days(first, min(after - timedelta(days=1), days.ends_on)))
        first, months = after, months + 12
    return parts


def copy(whole: Whole, starts_on: date) -> Draft:
    """The same from another first day on; the number is left open, because it names one agreement only.

    Raises Conflict for one that is larger than a draft may be.
    """
    _check_size(whole)
    old = whole.agreement.days
    new = as_long_as(old, starts_on)
    shift = _shift(old, new)
    terms = Terms(
        name=whole.agreement.name,
        plan=whole.agreement.plan,
        seller=whole.agreement.seller.code,
        zone=whole.agreement.zone,
        starts_on=new.starts_on.isoformat(),
        ends_on=new.ends_on.isoformat(),
    )
    draft = Draft(terms=terms, contacts=[_contact(one) for one in whole.contacts])
    for one in whole.packages:
        draft.add_package(_package(one, old, shift))
    return draft


def _check_size(whole: Whole) -> None:
    too_much = len(whole.packages) > PACKAGES_MAX or len(whole.contacts) > CONTACTS_MAX
    for one in whole.packages:
        bought = sum(each.kind == AllotmentKind.PURCHASE for line in one.lines for each in line.allotments)
        too_much = too_much or len(one.lines) > ENTITLEMENTS_MAX or bought > PURCHASES_IN_PACKAGE_MAX
    if too_much:
        raise Conflict("agreement_too_large")


def _shift(old: Days, new: Days) -> Shift:
    """A day of the old term is the same day of the new one, which it does not leave."""
    months = (new.starts_on.year - old.starts_on.year) * 12 + new.starts_on.month - old.starts_on.month
    is_monthly = months_later(old.starts_on, months) == new.starts_on

    def shift(day: date) -> date:
        moved = months_later(day, months) if is_monthly else day + (new.starts_on - old.starts_on)
        return max(min(moved, new.ends_on), new.starts_on)

    return shift


def _own(days: Days, whole: Days, shift: Shift) -> dict[str, str]:
    """Days are named only where they are not those of the whole."""
    if days == whole:
        return {}
    return {"starts_on": shift(days.starts_on).isoformat(), "ends_on": shift(days.ends_on).isoformat()}


def _package(one: PackageLines, whole: Days, shift: Shift) -> PackagePart:
    package = one.package
    lines = [_entitlement(line, package.days, shift) for line in one.lines]
    own = _own(package.days, whole, shift)
    return PackagePart(code=package.code, name=package.name, scope=package.scope, entitlements=lines, **own)


def _entitlement(line: Line, days: Days, shift: Shift) -> EntitlementPart:
    """Proposed is what was bought, without what came on top and what was corrected."""
    entitlement = line.entitlement
    unit = Unit(entitlement.service.unit)
    bought = [one for one in line.allotments if one.kind == AllotmentKind.PURCHASE]
    return EntitlementPart(
        service=entitlement.service.code,
        code=entitlement.code,
        is_as_needed=entitlement.is_as_needed,
        rounding_step=str(entitlement.rounding_step),
        purchases=[_purchase(one, unit, _covered(bought, days), shift) for one in bought],
    )


def _covered(bought: list[Allotment], days: Days) -> Days:
    """The days that stand for the whole term: those of the package, or of the only quantity if it began with the
    package and ran for most of it, because the rest was added by an extension."""
    if len(bought) != 1 or bought[0].starts_on != days.starts_on:
        return days
    only = Days(bought[0].starts_on, bought[0].ends_on)
    return only if (only.ends_on - only.starts_on) * 2 > days.ends_on - days.starts_on else days


def _purchase(one: Allotment, unit: Unit, days: Days, shift: Shift) -> Purchase:
    return Purchase(amount=write_amount(one.amount, unit), **_own(Days(one.starts_on, one.ends_on), days, shift))


def _contact(one: AgreementContact) -> ContactPart:
    return ContactPart(name=one.name, email=one.email, kind=one.kind, language=one.language)
