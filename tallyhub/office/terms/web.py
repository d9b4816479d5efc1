"""The terms of support of an agreement, as one form; and the calendars of the customer."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.agreements.models import Entitlement, Package
from tallyhub.agreements.rules import Scope, ServiceKind, Severity
from tallyhub.agreements.terms import queries
from tallyhub.agreements.terms.queries import Stored
from tallyhub.agreements.words import scope_name
from tallyhub.kernel.access import Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.office import forms as ask
from tallyhub.office.agreements.amounts import write_amount
from tallyhub.office.terms import commands
from tallyhub.office.terms.forms import CalendarForm
from tallyhub.office.terms.rules import (
    WEEKDAYS,
    Fields,
    Goal,
    Terms,
    read_calendar,
    read_cap,
    read_goal,
    read_multiplier,
    write_hours,
)

T = TypeVar("T")
GET_POST = require_http_methods(["GET", "HEAD", "POST"])
SUPPORT = {ServiceKind.REACTIVE, ServiceKind.ADVISORY}
SERVICES = {ServiceKind.PROACTIVE, ServiceKind.DSE, ServiceKind.CREDITS}  # with which services are ordered
Errors = Mapping[str, HubError]


@signed_in
@GET_POST
def terms(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        stored = queries.read_terms(request.access, agreement_id)
        if request.method != "POST":
            return _page(request, stored, _written(stored), {})
        read, errors = _read(request.POST, stored)
        if errors:
            return _page(request, stored, request.POST, errors)
    commands.change_terms(request.access, agreement_id, read)
    messages.success(request, _("Saved. What is booked already keeps the terms it was booked by."))
    return redirect("office:support_terms", agreement_id)


def _read(typed: QueryDict, stored: Stored) -> tuple[Terms, dict[str, HubError]]:
    """What was typed. Fields of what is not this agreement's are not asked for, and so not read."""
    said, fields = Terms(), Fields(typed)
    for package in stored.packages:
        if f"every-{package.pk}" in typed:
            said.every_product.add(package.pk)
        said.products[package.pk] = {read_id(one) for one in typed.getlist(f"product-{package.pk}")}
        for line in _capped(package):
            said.caps[line.pk] = fields.read(f"cap-{line.pk}", read_cap)
        if _has(package, SERVICES):
            said.late[package.pk] = fields.read_late_cancel(f"late-days-{package.pk}", f"late-percent-{package.pk}")
    for severity in Severity:
        if typed.get(f"goal-{severity}", "").strip() and (minutes := fields.read(f"goal-{severity}", read_goal)):
            counted_by = typed.get(f"calendar-{severity}", "")
            said.goals.append(Goal(severity, minutes, read_id(counted_by) if counted_by else None))
    for one in stored.calendars:
        if typed.get(f"rule-{one.pk}", "").strip() and (by := fields.read(f"rule-{one.pk}", read_multiplier)):
            said.multipliers[one.pk] = by
    return said, fields.errors


def _has(package: Package, kinds: set[ServiceKind]) -> bool:
    return any(line.service.kind in kinds for line in package.entitlements.all())


def _capped(package: Package) -> list[Entitlement]:
    """Lines of advisory support that are counted in hours."""
    return [
        line
        for line in package.entitlements.all()
        if line.service.kind == ServiceKind.ADVISORY and line.service.unit == Unit.MINUTES
    ]


def _written(stored: Stored) -> QueryDict:
    """The terms as they would be typed."""
    found = QueryDict(mutable=True)
    for package in stored.packages:
        if package.covers_every_product:
            found[f"every-{package.pk}"] = "on"
        found.setlist(
            f"product-{package.pk}", [str(one) for each, one in sorted(stored.coverage) if each == package.pk]
        )
        for line in _capped(package):
            cap = line.request_cap
            found[f"cap-{line.pk}"] = write_amount(cap, Unit.MINUTES) if cap is not None else ""
        if package.late_cancel_days is not None:
            found[f"late-days-{package.pk}"] = str(package.late_cancel_days)
            found[f"late-percent-{package.pk}"] = str(package.late_cancel_percent)
    for goal in stored.goals:
        found[f"goal-{goal.severity}"] = write_amount(goal.minutes, Unit.MINUTES)
        found[f"calendar-{goal.severity}"] = str(goal.calendar_id or "")
    for rule in stored.rules:
        by = f"{rule.numerator}/{rule.denominator}" if rule.denominator != 1 else str(rule.numerator)
        found[f"rule-{rule.calendar_id}"] = by
    return found


def _page(request: HubRequest, stored: Stored, typed: QueryDict, errors: Errors) -> HttpResponse:
    def field(name: str, label: str) -> dict[str, str]:
        said = sentence(errors[name]) if name in errors else ""
        return {"name": name, "label": label, "value": typed.get(name, ""), "error": said}

    context = {
        "agreement": stored.agreement,
        "packages": [
            {
                "id": one.pk,
                "name": one.name,
                "about": f"{one.code} · {scope_name(Scope(one.scope))}",
                "every": f"every-{one.pk}" in typed,
                "products": [
                    {"id": each.pk, "name": each.name, "is_chosen": str(each.pk) in typed.getlist(f"product-{one.pk}")}
                    for each in stored.products
                ],
                "caps": [field(f"cap-{line.pk}", line.service.name) for line in _capped(one)],
            }
            for one in stored.packages
            if _has(one, SUPPORT)
        ],
        "late": [
            {
                "days": field(f"late-days-{one.pk}", _("%(package)s: days before it begins") % {"package": one.name}),
                "percent": field(
                    f"late-percent-{one.pk}", _("%(package)s: per cent of what was planned") % {"package": one.name}
                ),
            }
            for one in stored.packages
            if _has(one, SERVICES)
        ],
        "goals": [
            field(f"goal-{one}", _("Severity %(severity)s") % {"severity": one.value})
            | {"calendar": f"calendar-{one}", "chosen": typed.get(f"calendar-{one}", "")}
            for one in Severity
        ],
        "rules": [field(f"rule-{one.pk}", one.name) for one in stored.calendars],
        "calendars": [{"id": one.pk, "name": one.name, "zone": one.zone} for one in stored.calendars],
    }
    return render(request, "office/support_terms.html", context, status=400 if errors else 200)


@signed_in
@GET_POST
def calendar(request: HubRequest, agreement_id: int, calendar_id: int | None = None) -> HttpResponseBase:
    """``agreement_id`` is where one comes from: a calendar is the customer's."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        agreement = queries.read_terms(request.access, agreement_id).agreement
        stored = queries.get_calendar(request.access, calendar_id) if calendar_id is not None else None
    typed: dict[str, Any] = _calendar_written(stored)
    errors: dict[str, HubError] = {}
    if request.method == "POST":
        typed = ask.read(CalendarForm, request.POST) | {"holidays": request.POST.get("holidays", "")}
        said, errors = read_calendar(typed)
        if said:
            try:
                commands.save_calendar(request.access, calendar_id, said)
            except HubError as error:
                errors = {"name": error}
            else:
                messages.success(request, _("The calendar was saved."))
                return redirect("office:support_terms", agreement_id)
    context = {
        "agreement": agreement,
        "title": _("Calendar") if stored else _("New calendar"),
        "form": ask.show(CalendarForm, typed, errors),
    }
    return render(request, "office/calendar.html", context, status=400 if errors else 200)


def _calendar_written(stored: Any) -> dict[str, str]:
    if stored is None:
        return {"zone": "UTC", **dict.fromkeys(WEEKDAYS[:5], "8:00-18:00")}
    hours = {day: write_hours(stored.week[place]) for place, day in enumerate(WEEKDAYS)}
    return {"name": stored.name, "zone": stored.zone, **hours, "holidays": "\n".join(map(str, stored.holidays))}
