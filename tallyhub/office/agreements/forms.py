"""The sections of a draft as forms, and back. Rows are told apart by prefixes: ``e0-`` is the first entitlement."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.rules import ContactKind, Days, Plan, Scope
from tallyhub.agreements.words import contact_name, plan_name, scope_name
from tallyhub.kernel.errors import Conflict
from tallyhub.office import forms as ask
from tallyhub.office.agreements.content import (
    CONTACTS_MAX,
    ENTITLEMENTS_MAX,
    PURCHASES_IN_PACKAGE_MAX,
    ContactPart,
    EntitlementPart,
    PackagePart,
    Purchase,
    Terms,
)
from tallyhub.office.agreements.copying import year_by_year

AS_NEEDED, QUANTITY = "as_needed", "quantity"
_ACT = re.compile(r"(?P<what>[a-z]+)(?:-(?P<line>\d{1,3}))?(?:-(?P<part>\d{1,3}))?")
Typed = Mapping[str, Any]


class TermsForm(forms.Form):
    number = ask.text(_("Number"), length_max=60, help_text=_("Names this agreement and no other one."))
    name = ask.text(pgettext("of a thing", "Name"))
    plan = ask.choice(_("Plan"))
    seller = ask.choice(_("Seller"), help_text=_("The provider, or the partner that sells it."))
    starts_on = ask.day(_("First day"))
    ends_on = ask.day(_("Last day"), help_text=_("It runs to the end of this day."))
    zone = ask.zone(_("Its midnight begins and ends the days of the agreement."))


class PackageForm(forms.Form):
    name = ask.text(pgettext("of a thing", "Name"))
    code = ask.text(_("Code"), length_max=60, help_text=_("Short, and only once in the agreement."))
    scope = ask.choice(
        _("Kind"), help_text=_("Enterprise-wide packages go to the default workspace when the agreement begins.")
    )
    starts_on = ask.day(_("First day"), help_text=_("Empty: that of the agreement."))
    ends_on = ask.day(_("Last day"), help_text=_("Empty: that of the agreement."))


class EntitlementForm(forms.Form):
    service = ask.choice(_("Service"))
    code = ask.text(_("Code"), length_max=60, help_text=_("Empty: that of the service."))
    how = ask.choice(
        _("How much"),
        [(QUANTITY, _("A quantity")), (AS_NEEDED, _("As needed"))],
        help_text=_("An additional benefit is not counted, whatever is chosen here."),
    )
    rounding_step = ask.text(
        _("Rounded up to"),
        length_max=6,
        help_text=_("Of time in minutes, of credits in hundredths, of everything else in whole ones."),
        inputmode="numeric",
    )


class PurchaseForm(forms.Form):
    amount = ask.text(_("Quantity"), length_max=40, placeholder="20 h")
    starts_on = ask.day(_("First day"))
    ends_on = ask.day(_("Last day"))


class ContactForm(forms.Form):
    name = ask.text(_("Name"))
    email = ask.text(_("Email address"), length_max=254, type_="email")
    kind = ask.choice(_("Named as"))
    language = ask.choice(_("Language of the invitation"), LANGUAGES)


def plan_choices() -> list[tuple[str, Any]]:
    return [(one.value, plan_name(one)) for one in Plan]


def scope_choices() -> list[tuple[str, Any]]:
    return [(one.value, scope_name(one)) for one in Scope]


def contact_choices() -> list[tuple[str, Any]]:
    return [(one.value, contact_name(one)) for one in ContactKind]


def read_terms(data: Typed) -> Terms:
    return Terms(**ask.read(TermsForm, data))


def read_contacts(data: Typed) -> list[ContactPart]:
    places = range(CONTACTS_MAX)
    return [ContactPart(**ask.read(ContactForm, data, f"c{n}")) for n in places if f"c{n}-name" in data]


def read_package(data: Typed, key: int) -> PackagePart:
    lines = [read_entitlement(data, f"e{n}") for n in range(ENTITLEMENTS_MAX) if f"e{n}-service" in data]
    package = PackagePart(key=key, entitlements=lines, **ask.read(PackageForm, data))
    _name_lines(package)
    return package


def read_entitlement(data: Typed, prefix: str = "") -> EntitlementPart:
    typed = ask.read(EntitlementForm, data, prefix)
    before = f"{prefix}-" if prefix else ""
    places = [n for n in range(PURCHASES_IN_PACKAGE_MAX) if f"{before}p{n}-amount" in data]
    bought = [Purchase(**ask.read(PurchaseForm, data, f"{before}p{n}")) for n in places]
    how = typed.pop("how")
    return EntitlementPart(is_as_needed=how == AS_NEEDED, purchases=bought, **typed)


def _name_lines(package: PackagePart) -> None:
    """A line without a code gets that of its service, told apart by a number where there is one already."""
    taken = {one.code for one in package.entitlements if one.code}
    for one in package.entitlements:
        if one.service and not one.code:
            names = [one.service, *(f"{one.service}-{n}" for n in range(2, ENTITLEMENTS_MAX + 2))]
            one.code = next(name for name in names if name not in taken)
            taken.add(one.code)


def values_of(part: EntitlementPart) -> dict[str, Any]:
    """As ``EntitlementForm`` shows them."""
    how = AS_NEEDED if part.is_as_needed else QUANTITY
    return {**part.model_dump(exclude={"purchases", "is_as_needed"}), "how": how}


def act_on_package(package: PackagePart, act: str, days: Days | None) -> None:
    """What a button besides *Save* does to the rows. ``days``: the package's, where they are known.

    Raises Conflict where a row more is one too many.
    """
    match _parse(act, len(package.entitlements)):
        case ("entitlement", _, _):
            if len(package.entitlements) >= ENTITLEMENTS_MAX:
                raise Conflict("rows_enough", rows_max=ENTITLEMENTS_MAX)
            package.entitlements.append(EntitlementPart(purchases=[Purchase()]))
        case ("drop", line, None) if line is not None:
            del package.entitlements[line]
        case ("drop", line, part) if line is not None and part is not None:
            del package.entitlements[line].purchases[part : part + 1]
        case ("purchase", line, _) if line is not None:
            _add_purchases(package, package.entitlements[line], [Purchase()])
        case ("years", line, _) if line is not None and days:
            one = package.entitlements[line]
            amount = one.purchases[0].amount if one.purchases else ""
            one.purchases = []
            parts = year_by_year(days)
            _add_purchases(
                package,
                one,
                [
                    Purchase(amount=amount, starts_on=part.starts_on.isoformat(), ends_on=part.ends_on.isoformat())
                    for part in parts
                ],
            )


def _add_purchases(package: PackagePart, one: EntitlementPart, more: list[Purchase]) -> None:
    rows = sum(len(each.purchases) for each in package.entitlements) + len(more)
    if rows > PURCHASES_IN_PACKAGE_MAX:
        raise Conflict("rows_enough", rows_max=PURCHASES_IN_PACKAGE_MAX)
    one.purchases.extend(more)


def act_on_contacts(contacts: list[ContactPart], act: str) -> None:
    match _parse(act, len(contacts)):
        case ("contact", _, _):
            if len(contacts) >= CONTACTS_MAX:
                raise Conflict("rows_enough", rows_max=CONTACTS_MAX)
            contacts.append(ContactPart())
        case ("drop", line, _) if line is not None:
            del contacts[line]


def row_of(act: str, letter: str, rows: int) -> str:
    """The id of the row that a button was about, or of the last one, where a new one stands."""
    found = _ACT.fullmatch(act)
    line = int(found["line"]) if found and found["line"] else rows - 1
    return f"{letter}{max(0, min(line, rows - 1))}"


def _parse(act: str, lines: int) -> tuple[str, int | None, int | None]:
    """What, in which row, in which part of it. A row that is not there is nothing to act on."""
    found = _ACT.fullmatch(act)
    if found is None:
        return "", None, None
    line, part = (int(found[name]) if found[name] else None for name in ("line", "part"))
    return (found["what"], line, part) if line is None or line < lines else ("", None, None)
