"""What the list of escalations shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.agreements.rules import Severity
from tallyhub.helpdesk.escalations import words
from tallyhub.helpdesk.escalations.queries import Customer, list_customers, list_names
from tallyhub.helpdesk.escalations.rules import Category, Status
from tallyhub.helpdesk.escalations.shown import answer_text, is_late, name_of
from tallyhub.helpdesk.escalations.steps import is_ours
from tallyhub.helpdesk.models import Escalation
from tallyhub.helpdesk.provider_desk.queries import Counts, Wanted
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import Page, Place, moment, page_links
from tallyhub.kernel.http import url
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.support.rules import number_of
from tallyhub.support.words import SEVERITY_NAMES, severity_badge


def rows(access: Access, found: Sequence[Escalation], zone: str) -> list[dict[str, Any]]:
    """What waits for the reader's own side first. Two statements, whatever their number; names of organisations are a
    third.
    """
    ids = [one.pk for one in found]
    customers, people = list_customers(ids), list_names(ids, (one.assigned_to_id for one in found))
    houses = {one.pk: one.name for one in list_sellers()}
    ordered = sorted(found, key=lambda one: not is_ours(access, one))
    return [
        {**_row(one, customers.get(one.pk, []), people, houses, zone), "is_ours": is_ours(access, one)}
        for one in ordered
    ]


def counts(found: Counts, wanted: Wanted) -> list[dict[str, Any]]:
    """Each leads to what it counts."""
    here = url("helpdesk:escalations")
    said = [
        (_("Waits for you: %(n)s"), found.ours, f"{here}?which=ours", Wanted(which="ours")),
        (_("Open: %(n)s"), found.open, here, Wanted()),
    ]
    return [
        {"title": text % {"n": fmt.number(n)}, "href": href, "is_current": wanted == shows}
        for text, n, href, shows in said
    ]


def _row(
    one: Escalation,
    customers: Sequence[Customer],
    people: Mapping[int, tuple[str, str]],
    houses: Mapping[int, str],
    zone: str,
) -> dict[str, Any]:
    first = next((each for each in customers if each.is_first), None)
    partner, via = houses.get(one.organization_id, ""), houses.get(one.via_id or 0, "")
    return {
        "id": one.pk,
        "href": url("helpdesk:escalation", one.pk)
        if one.status != Status.DRAFT
        else url("helpdesk:escalate", number_of(one.request_id)),
        "title": one.title or _("Without a title"),
        "number": number_of(one.request_id),
        "category": words.category_name(one.category),
        "product": one.product.name if one.product else "",
        "partner": _("%(partner)s through %(via)s") % {"partner": partner, "via": via} if via else partner,
        "customer": first.name if first else "",
        "further": len(customers) - 1,
        "status": words.status_badge(one.status),
        "severity": severity_badge(one.severity),
        "answer": answer_text(one, zone),
        "is_late": is_late(one),
        "assigned": name_of(people, one.assigned_to_id) if one.assigned_to_id else "",
        "changed": fmt.minute(one.changed_at, zone),
    }


def filters(access: Access, wanted: Wanted) -> list[dict[str, Any]]:
    which = {
        "open": _("Open"),
        "ours": _("Where the next step is ours"),
        "over": _("Closed and withdrawn"),
        "all": _("All"),
    }
    anything = ("", _("any"))
    found = [
        _filter("which", _("Which"), which.items(), wanted.which),
        _filter("status", _("Status"), [anything, *_pairs(Status, words.STATUS_NAMES)], wanted.status),
        _filter("category", _("Category"), [anything, *((one, words.category_name(one)) for one in Category)],
                wanted.category),
        _filter("severity", _("Severity"), [anything, *_pairs(Severity, SEVERITY_NAMES)], wanted.severity),
    ]  # fmt: skip
    partners = [(str(one.pk), one.name) for one in list_sellers() if one.kind == Kind.PARTNER]
    found.append(_filter("partner", _("Partner"), [anything, *partners], str(wanted.partner_id or "")))
    if access.serves(Right.WORK_ESCALATIONS):
        mine = [("", _("anybody")), ("yes", _("me"))]
        found.append(_filter("mine", _("Assigned to"), mine, "yes" if wanted.is_mine else ""))
    return found


def _pairs(values: Iterable[Any], names: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one, str(names[one])) for one in values]


def _filter(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> dict[str, Any]:
    listed = [{"id": one, "label": text, "is_chosen": one == chosen} for one, text in options]
    return {"name": name, "label": label, "options": listed}


def pager(found: Page[Escalation], place: Place, base: str, carried: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return page_links(base, carried, found, place, lambda one: f"{moment(one.changed_at)}~{one.pk}")
