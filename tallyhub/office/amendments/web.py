"""Amendments: a form, what it changes in the balances, and then the act."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Agreement, Entitlement, Package
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import cells, clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id, read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office import forms as ask
from tallyhub.office.agreements import page as drafts
from tallyhub.office.agreements.amounts import read_amount, write_amount
from tallyhub.office.agreements.check import Reader
from tallyhub.office.agreements.content import EntitlementPart, PackagePart, Purchase
from tallyhub.office.agreements.forms import act_on_package, read_entitlement
from tallyhub.office.amendments import commands, plans, queries
from tallyhub.office.amendments.forms import AdjustmentForm, EndForm, ExtensionForm, NameForm, QuantityForm
from tallyhub.office.amendments.plans import Plan, Reason
from tallyhub.office.overview import page

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
SAVE = "save"  # the act that follows a preview
_FIELD_OF = {
    "ends_before_start": "ends_on",
    "ends_too_late": "ends_on",
    "reason_missing": "reason",
    "starts_too_early": "starts_on",
}
Errors = Mapping[str, HubError]


def _errors(reader: Reader) -> dict[str, HubError]:
    return {one.field: one.error for one in reader.problems}


def _done(request: HubRequest, agreement_id: int, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("office:agreement", agreement_id)


def _preview(request: HubRequest, plan: Plan, title: str, typed: Mapping[str, Any], **more: Any) -> HttpResponse:
    """What will change; the hidden fields hold what was typed, so that *Record* and *Change* both know it."""
    shown = [
        {"day": fmt.day(seen.day), "moves": page.moves(plan.lines, seen.before, seen.after)}
        for seen in queries.preview(plan)
        if plan.lines
    ]
    context = {
        "title": title,
        "agreement": plan.agreement,
        "shown": shown,
        "refused": "",
        "later": None,
        "typed": [(name, one) for name, value in typed.items() for one in _values(value)],
        **more,
    }
    return render(request, "office/amendment_preview.html", context, status=409 if context["refused"] else 200)


def _values(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


# Something on top, carried over, corrected


_TITLES: dict[str, Callable[[], str]] = {
    AllotmentKind.TOP_UP: lambda: _("Top-up"),
    AllotmentKind.CARRY_OVER: lambda: _("Carry-over"),
    AllotmentKind.ADJUSTMENT: lambda: _("Adjustment"),
}


@signed_in
@GET_POST
def allot(request: HubRequest, entitlement_id: int, kind: str) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    if kind not in _TITLES:
        raise Entitlement.DoesNotExist
    form_class = AdjustmentForm if kind == AllotmentKind.ADJUSTMENT else QuantityForm
    with scope(request.access):
        entitlement = agreements.get_entitlement(request.access, entitlement_id)
    if request.method != "POST":
        return _quantity_form(request, entitlement, kind, _proposed(entitlement), {})
    typed = ask.read(form_class, request.POST)
    act = request.POST.get("act")
    if act == "edit":
        return _quantity_form(request, entitlement, kind, typed, {})
    reader = Reader("")
    wanted = _read_quantity(reader, typed, entitlement, kind, request.POST.get("nonce") or secrets.token_hex(16))
    if wanted is None:
        return _quantity_form(request, entitlement, kind, typed, _errors(reader))
    try:
        if act == SAVE:
            agreement = commands.allot(request.access, entitlement_id, **wanted)
            return _done(request, agreement.pk, _("Recorded."))
        reason = wanted.pop("reason")
        del reason
        with scope(request.access):
            plan = plans.plan_allotment(request.access, entitlement_id, **wanted)
            hidden = typed | {"nonce": wanted["nonce"]}
            return _preview(request, plan, _TITLES[kind](), hidden, notes=_twice(request, entitlement, wanted))
    except HubError as error:
        return _quantity_form(request, entitlement, kind, typed, {_FIELD_OF.get(error.code, "amount"): error})


def _proposed(entitlement: Entitlement) -> dict[str, str]:
    """From today to the end of the package."""
    days = plans.days_in_force(entitlement.package)
    today = clock.today(entitlement.package.agreement.zone)
    first = min(max(today, days.starts_on), days.ends_on)
    return {"amount": "", "reason": "", "starts_on": first.isoformat(), "ends_on": days.ends_on.isoformat()}


def _read_quantity(
    reader: Reader, typed: dict[str, str], entitlement: Entitlement, kind: str, nonce: str
) -> dict[str, Any] | None:
    unit = Unit(entitlement.service.unit)
    amount = reader.read("amount", typed["amount"], lambda text: read_amount(text, unit))
    days = reader.days("", typed["starts_on"], typed["ends_on"], must=True)
    reason = None
    if kind == AllotmentKind.ADJUSTMENT:
        reason = reader.read("reason", typed["reason"], cells.one_of(Reason))
    if reader.problems:
        return None
    return {"kind": AllotmentKind(kind), "amount": amount, "days": days, "nonce": nonce, "reason": reason}


def _quantity_form(
    request: HubRequest, entitlement: Entitlement, kind: str, values: dict[str, str], errors: Errors
) -> HttpResponse:
    form_class = AdjustmentForm if kind == AllotmentKind.ADJUSTMENT else QuantityForm
    unit = Unit(entitlement.service.unit)
    with scope(request.access):
        remainders = queries.list_remainders(request.access, entitlement) if kind == AllotmentKind.CARRY_OVER else []
        over = [one for one in remainders if one.is_over_before(_first_day(values))]
        if over and not values["amount"] and not errors:
            values = values | {"amount": write_amount(over[0].amount, unit)}
        context = {
            "title": _TITLES[kind](),
            "entitlement": entitlement,
            "agreement": entitlement.package.agreement,
            "unit": fmt.unit_name(unit),
            "kind": kind,
            "remainders": [_remainder(one, unit) for one in remainders],
            "form": ask.show(form_class, values, errors),
        }
        return render(request, "office/amendment_quantity.html", context, status=400 if errors else 200)


def _first_day(values: Mapping[str, str]) -> date:
    """The earliest one where what was typed is none."""
    try:
        return cells.day(values["starts_on"])
    except HubError:
        return date.min


def _twice(request: HubRequest, entitlement: Entitlement, wanted: Mapping[str, Any]) -> list[str]:
    """A carry-over of more than what is over before it begins gives again what is there still."""
    if wanted["kind"] is not AllotmentKind.CARRY_OVER:
        return []
    first, unit = wanted["days"].starts_on, Unit(entitlement.service.unit)
    found = queries.list_remainders(request.access, entitlement)
    if wanted["amount"] <= sum(one.amount for one in found if one.is_over_before(first)):
        return []
    said = _("%(amount)s of %(number)s are in force until %(day)s. If they are what is carried over, they count twice.")
    return [
        said % {"amount": fmt.amount(one.amount, unit), "number": one.number, "day": fmt.day(one.ends_on)}
        for one in found
        if not one.is_over_before(first)
    ]


def _remainder(one: queries.Remainder, unit: Unit) -> str:
    about = {"number": one.number, "amount": fmt.amount(one.amount, unit), "day": fmt.day(one.ends_on)}
    if one.has_expired:
        return _("%(number)s: %(amount)s expired unused on %(day)s.") % about
    return _("%(number)s: %(amount)s left, to be used by %(day)s.") % about


# A later last day


@signed_in
@GET_POST
def extend(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        agreement = agreements.get_agreement(request.access, agreement_id)
        packages = agreements.list_packages(request.access, agreement_id)
    if request.method != "POST":
        chosen = [str(one.pk) for one in packages if _ends_with(one, agreement)]
        return _extension_form(request, agreement, packages, {"ends_on": "", "package": chosen}, {})
    typed: dict[str, Any] = {**ask.read(ExtensionForm, request.POST), "package": request.POST.getlist("package")}
    lines = {f"amount-{one.pk}": one for package in packages for one in package.entitlements.all()}
    typed |= {name: request.POST[name].strip() for name in lines if request.POST.get(name, "").strip()}
    act = request.POST.get("act")
    if act == "edit":
        return _extension_form(request, agreement, packages, typed, {})
    reader = Reader("")
    wanted = _read_extension(reader, typed, lines)
    if wanted is None:
        return _extension_form(request, agreement, packages, typed, _errors(reader))
    try:
        if act == SAVE:
            commands.extend(request.access, agreement_id, **wanted)
            return _done(request, agreement_id, _("Extended."))
        with scope(request.access):
            plan = plans.plan_extension(request.access, agreement_id, **wanted)
            return _preview(
                request, plan, _("Extension"), typed, notes=_extension_notes(plan, wanted["ends_on"], packages)
            )
    except HubError as error:
        return _extension_form(request, agreement, packages, typed, {"ends_on": error})


def _ends_with(package: Package, agreement: Agreement) -> bool:
    return package.terminated_on is None and package.days.ends_on == agreement.days.ends_on


def _read_extension(
    reader: Reader, typed: Mapping[str, Any], lines: Mapping[str, Entitlement]
) -> dict[str, Any] | None:
    ends_on = reader.read("ends_on", typed["ends_on"], cells.day)
    packages = set(read_ids(typed["package"]))
    amounts = {}
    for name, one in lines.items():
        if name in typed and one.package_id in packages:
            unit = Unit(one.service.unit)
            amounts[one.pk] = reader.read(name, typed[name], lambda text, unit=unit: read_amount(text, unit))  # type: ignore[misc]
    if reader.problems:
        return None
    return {"ends_on": ends_on, "packages": packages, "amounts": amounts}


def _extension_form(
    request: HubRequest, agreement: Agreement, packages: list[Package], typed: dict[str, Any], errors: Errors
) -> HttpResponse:
    context = {
        "agreement": agreement,
        "ends_on": fmt.day(agreement.days.ends_on),
        "form": ask.show(ExtensionForm, {"ends_on": typed["ends_on"]}, errors),
        "packages": [
            {
                "id": one.pk,
                "name": one.name,
                "is_chosen": str(one.pk) in typed["package"],
                "ends_on": fmt.day(one.days.ends_on),
                "lines": [
                    _extension_line(each, typed, errors) for each in one.entitlements.all() if _has_quantity(each)
                ],
            }
            for one in packages
            if one.terminated_on is None
        ],
    }
    return render(request, "office/amendment_extend.html", context, status=400 if errors else 200)


def _has_quantity(one: Entitlement) -> bool:
    return not one.is_as_needed and not one.service.is_benefit


def _extension_line(one: Entitlement, typed: Mapping[str, Any], errors: Errors) -> dict[str, str]:
    name = f"amount-{one.pk}"
    return {
        "field": name,
        "name": one.service.name,
        "unit": fmt.unit_name(Unit(one.service.unit)),
        "value": typed.get(name, ""),
        "error": sentence(errors[name]) if name in errors else "",
    }


def _extension_notes(plan: Plan, ends_on: date, packages: list[Package]) -> list[str]:
    said = _("%(name)s runs until %(day)s instead of %(was)s.")
    notes = [said % {"name": one.name, "day": fmt.day(ends_on), "was": fmt.day(one.days.ends_on)} for one in plan.terms]
    extended, bought = {one.pk for one in plan.terms if isinstance(one, Package)}, {one.pk for one in plan.lines}
    bare = [
        package
        for package in packages
        if package.pk in extended
        for one in package.entitlements.all()
        if one.service.kind == ServiceKind.CONTACTS and _has_quantity(one) and one.pk not in bought
    ]
    without = _("%(name)s allows no support contact from %(day)s on: there is no quantity for the added days.")
    days = ((one.name, one.days.ends_on + timedelta(days=1)) for one in bare)
    return notes + [without % {"name": name, "day": fmt.day(day)} for name, day in days]


# An earlier last day


@signed_in
@GET_POST
def end(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        agreement = agreements.get_agreement(request.access, agreement_id)
    return _end(request, agreement, agreement, None)


@signed_in
@GET_POST
def end_package(request: HubRequest, package_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        package = agreements.get_package(request.access, package_id)
    return _end(request, package.agreement, package, package_id)


def _end(
    request: HubRequest, agreement: Agreement, ended: Agreement | Package, package_id: int | None
) -> HttpResponseBase:
    if request.method != "POST":
        return _end_form(request, agreement, ended, {"last_day": ""}, {})
    typed = ask.read(EndForm, request.POST)
    act = request.POST.get("act")
    if act == "edit":
        return _end_form(request, agreement, ended, typed, {})
    reader = Reader("")
    last_day = reader.read("last_day", typed["last_day"], cells.day)
    if last_day is None:
        return _end_form(request, agreement, ended, typed, _errors(reader))
    wanted: dict[str, Any] = {"last_day": last_day, "package_id": package_id}
    refused = ""
    try:
        if act == SAVE:
            try:
                commands.end_early(request.access, agreement.pk, later_meant=_later_meant(request), **wanted)
            except Conflict as error:
                refused = sentence(error)
            else:
                return _done(request, agreement.pk, _("The early end is recorded."))
        with scope(request.access):
            plan = plans.plan_end(request.access, agreement.pk, **wanted)
            gaps = _gaps(request, agreement, last_day) if package_id is None else []
            notes = [_end_note(ended, agreement, last_day), *gaps]
            return _preview(request, plan, _("Early end"), typed, notes=notes, later=_later(plan), refused=refused)
    except HubError as error:
        return _end_form(request, agreement, ended, typed, {"last_day": error})


def _gaps(request: HubRequest, agreement: Agreement, last_day: date) -> list[str]:
    """The days between an early end and what follows."""
    said = _("%(number)s follows on %(begins)s: after %(day)s and until then nothing is in force.")
    return [
        said % {"number": one.number, "begins": fmt.day(one.starts_on), "day": fmt.day(last_day)}
        for one in agreements.list_followers(request.access, agreement.pk)
        if one.starts_on > last_day + timedelta(days=1)
    ]


def _end_note(ended: Agreement | Package, agreement: Agreement, last_day: date) -> str:
    said = _("%(name)s is in force until %(day)s and not until %(was)s. What is left then expires.")
    was = min(ended.ends_on, agreement.ends_on)
    return said % {"name": ended.name, "day": fmt.day(last_day), "was": fmt.day(was)}


def _later_meant(request: HubRequest) -> int:
    """How many later entries the ticked sentence named."""
    return find_id(request.POST.get("later")) or 0


def _later(plan: Plan) -> dict[str, Any] | None:
    """What must be ticked where something lies after the new last day."""
    if not plan.later:
        return None
    said = ngettext(
        "%(n)s entry after that day counts as used beyond what was bought",
        "%(n)s entries after that day count as used beyond what was bought",
        plan.later,
    )
    return {"count": plan.later, "label": said % {"n": fmt.number(plan.later)}}


def _end_form(
    request: HubRequest, agreement: Agreement, ended: Agreement | Package, values: dict[str, str], errors: Errors
) -> HttpResponse:
    context = {
        "agreement": agreement,
        "name": ended.name,
        "ends_on": fmt.day(min(ended.ends_on, agreement.ends_on)),
        "form": ask.show(EndForm, values, errors),
    }
    return render(request, "office/amendment_end.html", context, status=400 if errors else 200)


# One more line, another name


@signed_in
@GET_POST
def add_entitlement(request: HubRequest, package_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    is_posted = request.method == "POST"
    part = read_entitlement(request.POST) if is_posted else EntitlementPart(purchases=[Purchase()])
    if is_posted and part.service and not part.code:
        part.code = part.service
    act = request.POST.get("act", "")
    with scope(request.access):
        package, _planned, reader = plans.plan_entitlement(request.access, package_id, part)
        if act != SAVE:
            act_on_package(PackagePart(entitlements=[part]), act, plans.days_in_force(package))
        errors = _errors(reader) if is_posted and act == SAVE else {}
        if not is_posted or act != SAVE or errors:
            services = {one.code: one for one in agreements.list_services()}
            context = {
                "package": package,
                "agreement": package.agreement,
                "line": drafts.entitlement_form(part, errors, services),
            }
            return render(request, "office/amendment_entitlement.html", context, status=400 if errors else 200)
    agreement = commands.add_entitlement(request.access, package_id, part)
    return _done(request, agreement.pk, _("The entitlement was added."))


@signed_in
@GET_POST
def rename(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        agreement = agreements.get_agreement(request.access, agreement_id)
    return _rename(request, agreement, agreement, commands.rename_agreement)


@signed_in
@GET_POST
def rename_package(request: HubRequest, package_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        package = agreements.get_package(request.access, package_id)
    return _rename(request, package.agreement, package, commands.rename_package)


def _rename(
    request: HubRequest, agreement: Agreement, one: Agreement | Package, act: Callable[..., Any]
) -> HttpResponseBase:
    typed = ask.read(NameForm, request.POST) if request.method == "POST" else {"name": one.name}
    errors: Errors = {}
    if request.method == "POST":
        try:
            act(request.access, one.pk, typed["name"])
            return _done(request, agreement.pk, _("Saved."))
        except HubError as error:
            errors = {"name": error}
    context = {"agreement": agreement, "name": one.name, "form": ask.show(NameForm, typed, errors)}
    return render(request, "office/amendment_rename.html", context, status=400 if errors else 200)
