"""What the pages about a draft place: forms with what is wrong beside the fields, the check list, the summary."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Service
from tallyhub.agreements.rules import Days, Plan, State
from tallyhub.agreements.words import STATE_TONES, contact_name, plan_name, scope_name, state_name
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.http import url
from tallyhub.office import forms as ask
from tallyhub.office.agreements import check
from tallyhub.office.agreements.check import CONTACTS, PACKAGES, TERMS, PlannedEntitlement, Problem, section_of
from tallyhub.office.agreements.content import ContactPart, EntitlementPart, PackagePart, Terms
from tallyhub.office.agreements.copying import months_later
from tallyhub.office.agreements.forms import (
    ContactForm,
    EntitlementForm,
    PackageForm,
    PurchaseForm,
    TermsForm,
    contact_choices,
    plan_choices,
    scope_choices,
    values_of,
)
from tallyhub.office.agreements.queries import Read
from tallyhub.organizations.models import Organization

LABELS = {
    name: field.label
    for form in (PurchaseForm, EntitlementForm, ContactForm, PackageForm, TermsForm)
    for name, field in form.base_fields.items()
}


def title_of(read: Read) -> str:
    if read.amended:
        return _("More for %(number)s") % {"number": read.amended.number}
    terms = read.content.terms
    return terms.number or terms.name or _("New agreement")


def errors_of(problems: Iterable[Problem]) -> dict[str, HubError]:
    """Beside a field stands what is wrong with it; that it is empty stands on the check list."""
    found: dict[str, HubError] = {}
    for one in problems:
        if not one.is_missing:
            found.setdefault(one.field, one.error)
    return found


def terms_form(terms: Terms, errors: Mapping[str, HubError], sellers: Iterable[Organization]) -> TermsForm:
    form = ask.show(TermsForm, terms.model_dump(), errors)
    ask.offer(form, "plan", plan_choices())
    ask.offer(form, "seller", [("", ""), *((one.code, one.name) for one in sellers)])
    return form


def terms_facts(read: Read) -> list[tuple[str, str]]:
    """What of the terms is known at a glance; a day that cannot be read stands as it was typed."""
    terms, days = read.content.terms, read.checked.whole
    term = fmt.term(days.starts_on, days.ends_on) if days else f"{terms.starts_on or '?'} – {terms.ends_on or '?'}"
    return [
        (_("Number"), terms.number or "–"),
        (_("Plan"), plan_name(Plan(terms.plan)) if terms.plan in set(Plan) else terms.plan or "–"),
        (_("Seller"), read.known.sellers.get(terms.seller, terms.seller) or "–"),
        (_("In force"), term),
        (_("Time zone"), terms.zone or "–"),
    ]


def service_choices(services: Iterable[Service]) -> list[tuple[str, Any]]:
    named = sorted((service_name(one), one.code) for one in services)
    return [("", _("Choose a service")), *((code, name) for name, code in named)]


def service_name(service: Service) -> str:
    """In the reader's language; what is counted stands beside it."""
    name = service.name
    return name if service.is_benefit else f"{name} ({fmt.unit_name(Unit(service.unit))})"


def entitlement_form(
    part: EntitlementPart, errors: Mapping[str, HubError], services: Mapping[str, Service], prefix: str = ""
) -> dict[str, Any]:
    form = ask.show(EntitlementForm, values_of(part), errors, prefix)
    ask.offer(form, "service", service_choices(services.values()))
    before = f"{prefix}-" if prefix else ""
    service = services.get(part.service)
    return {
        "form": form,
        "is_counted": not part.is_as_needed and not (service and service.is_benefit),
        "purchases": [
            ask.show(PurchaseForm, one.model_dump(), errors, f"{before}p{place}")
            for place, one in enumerate(part.purchases)
        ],
    }


def package_form(
    package: PackagePart, errors: Mapping[str, HubError], services: Mapping[str, Service], whole: Days | None
) -> dict[str, Any]:
    form = ask.show(PackageForm, package.model_dump(exclude={"entitlements"}), errors)
    ask.offer(form, "scope", scope_choices())
    days = package_days(package, whole)
    return {
        "form": form,
        "lines": [
            entitlement_form(one, errors, services, f"e{place}") for place, one in enumerate(package.entitlements)
        ],
        "has_years": days is not None and months_later(days.starts_on, 12) <= days.ends_on,
    }


def package_days(package: PackagePart, whole: Days | None) -> Days | None:
    """Where they are known and right; else there is nothing to divide into years."""
    reader = check.Reader("")
    days = reader.days("", package.starts_on, package.ends_on, inside=whole)
    return days if whole and not reader.problems else None


def contact_forms(contacts: Iterable[ContactPart], errors: Mapping[str, HubError]) -> list[ContactForm]:
    forms = [ask.show(ContactForm, one.model_dump(), errors, f"c{place}") for place, one in enumerate(contacts)]
    for form in forms:
        ask.offer(form, "kind", contact_choices())
    return forms


def contacts_text(checked: check.Checked) -> str:
    """How many support contacts are named, of how many the agreement allows."""
    named = {"n": fmt.number(checked.support_contacts)}
    if checked.contacts_max is None:
        said = ngettext(
            "%(n)s support contact is named.", "%(n)s support contacts are named.", checked.support_contacts
        )
        return said % named
    allowed = named | {"max": fmt.number(checked.contacts_max)}
    return _("Support contacts named: %(n)s of the %(max)s that the agreement gives.") % allowed


def missing(read: Read) -> list[dict[str, Any]]:
    """The check list: each section with something to do, where to do it, and what."""
    sections = [
        (TERMS, _("Terms"), url("office:draft_terms", read.draft.pk)),
        (PACKAGES, _("Packages"), url("office:draft", read.draft.pk) + "#packages"),
        *(
            (section_of(one), package_name(one), url("office:draft_package", read.draft.pk, one.key))
            for one in read.content.packages
        ),
        (CONTACTS, _("Contacts"), url("office:draft_contacts", read.draft.pk)),
    ]
    listed = [(read.checked.of(section), name, href) for section, name, href in sections]
    return [
        {"name": name, "href": href, "items": [_item(one) for one in problems]}
        for problems, name, href in listed
        if problems
    ]


def package_name(package: PackagePart) -> str:
    return package.name or package.code or _("Package without a name")


def _item(problem: Problem) -> dict[str, str]:
    *rows, name = problem.field.split("-")
    numbers = [str(int(one[1:]) + 1) for one in rows if one[1:].isdigit()]
    label = str(LABELS.get(name, ""))
    return {"label": " ".join([label, ".".join(numbers)]).strip(), "sentence": ask.said(problem.error)}


def package_rows(read: Read) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "name": package_name(one),
            "code": one.code,
            "scope": dict(scope_choices()).get(one.scope, ""),
            "count": _count_lines(len(one.entitlements)),
            "problems": len(read.checked.of(section_of(one))),
        }
        for one in read.content.packages
    ]


def _count_lines(count: int) -> str:
    return ngettext("%(n)s entitlement", "%(n)s entitlements", count) % {"n": fmt.number(count)}


def summary(read: Read) -> dict[str, Any]:
    """What will be in force, from when to when, in words and numbers."""
    checked = read.checked
    terms = checked.terms
    facts: list[tuple[str, str]] = []
    notes: list[str] = []
    languages = dict(LANGUAGES)
    if terms:
        facts = [
            (_("Number"), terms.number),
            (pgettext("of a thing", "Name"), terms.name),
            (_("Plan"), plan_name(terms.plan)),
            (_("Seller"), read.known.sellers.get(terms.seller, terms.seller)),
            (_("In force"), fmt.term(terms.days.starts_on, terms.days.ends_on)),
            (_("Time zone"), terms.zone),
        ]
        if terms.days.starts_on < clock.today(terms.zone):
            said = _("It is dated back: its first day, %(day)s, is past. What was used since then can be booked.")
            notes.append(said % {"day": fmt.day(terms.days.starts_on)})
    return {
        "facts": facts,
        "notes": notes,
        "packages": [
            {
                "name": one.name,
                "code": one.code,
                "scope": scope_name(one.scope),
                "term": fmt.term(one.days.starts_on, one.days.ends_on),
                "rows": [row for line in one.entitlements for row in _rows(line, one.days)],
            }
            for one in checked.packages
        ],
        "contacts": [
            {
                "name": one.name,
                "email": one.email,
                "kind": contact_name(one.kind),
                "language": languages.get(one.language, one.language),
            }
            for one in checked.contacts
        ],
    }


def _rows(line: PlannedEntitlement, days: Days) -> list[dict[str, str]]:
    unit = Unit(line.service.unit)
    name = line.service.name
    is_counted = not line.service.is_benefit
    about = {"name": name, "code": line.code, "rounding": fmt.amount(line.rounding_step, unit) if is_counted else ""}
    if line.service.is_benefit:
        return [about | {"quantity": _("Additional benefit"), "term": fmt.term(days.starts_on, days.ends_on)}]
    if line.is_as_needed:
        return [about | {"quantity": _("As needed"), "term": fmt.term(days.starts_on, days.ends_on)}]
    return [
        about | {"quantity": fmt.amount(one.amount, unit), "term": fmt.term(one.days.starts_on, one.days.ends_on)}
        for one in line.purchases
    ]


def state_badge(state: State) -> dict[str, str]:
    return {"text": state_name(state), "tone": STATE_TONES.get(state, "plain")}
