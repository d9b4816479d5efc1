"""A support plan: written, published and looked back at by a partner; read by the customers that it supports."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.agreements.rules import Severity
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.models import Organization
from tallyhub.organizations.queries import get_seller
from tallyhub.partners.hours import DAYS
from tallyhub.partners.models import SupportPlan
from tallyhub.partners.plans import commands, page, queries, words
from tallyhub.partners.plans.rules import CURRENCIES, LINES_MAX, NOTICE_DAYS, Line, Method, Mode, Problem, Typed, When
from tallyhub.partners.profiles.queries import find_profile
from tallyhub.partners.profiles.web import language_choices, zones
from tallyhub.partners.queries import list_related

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
_LISTS = ("languages", "products", "types")
_TEXTS = (
    *("name", "excluded", "zone", "always", *DAYS, "holidays", "target_a", "target_b", "target_c", "measured"),
    *("price", "amount", "currency", "price_note", "escalation", "duties", "valid_from"),
)


@signed_in
@require_safe
def plan(request: HubRequest) -> HttpResponse:
    """What is published, and whether there is a draft."""
    access = request.access
    access.require_serving(Right.MANAGE_SUPPORT)
    with scope(access):
        own = get_seller(access.organization_id or 0)
        found, draft = queries.list_versions(access, own.pk), queries.find_draft(access)
        zone = get_current_timezone_name()
        context = {
            "versions": page.versions(found, zone, day_zone=own.zone),
            "has_draft": draft is not None,
            "has_profile": find_profile(own.pk) is not None,
            "zone": zone.replace("_", " "),
            "notice_days": NOTICE_DAYS,
        }
        return render(request, "partners/plan.html", context)


@signed_in
@GET_POST
def edit(request: HubRequest) -> HttpResponseBase:
    """The draft. GET without any begins with what is in force, and keeps nothing of it yet."""
    access = request.access
    access.require_serving(Right.MANAGE_SUPPORT)
    if request.method != "POST":
        with scope(access):
            draft = queries.find_draft(access)
            return _form(request, *(_of_draft(draft) if draft else (_proposed(access), 0)), [])
    typed, version = read_typed(request.POST), find_id(request.POST.get("version")) or 0
    try:
        commands.save_draft(access, typed, version)
    except (commands.PlanRefused, Conflict) as error:
        return _refused(request, typed, version, error)
    messages.success(request, _("The draft is kept. No customer sees it."))
    return redirect("partners:plan_edit")


@signed_in
@require_POST
def publish(request: HubRequest) -> HttpResponseBase:
    """What the form says is kept first, so that nothing typed is lost where it cannot be published yet."""
    access = request.access
    access.require_serving(Right.MANAGE_SUPPORT)
    typed, version = read_typed(request.POST), find_id(request.POST.get("version")) or 0
    try:
        version = commands.save_draft(access, typed, version)
        number = commands.publish_plan(access, version)
    except (commands.PlanRefused, Conflict) as error:
        return _refused(request, typed, version, error)
    messages.success(request, _("Version %(number)s is published.") % {"number": number})
    return redirect("partners:plan")


def _refused(request: HubRequest, typed: Typed, version: int, error: Any) -> HttpResponse:
    if isinstance(error, Conflict):
        problems, notice = [], str(sentence(error))
    else:
        problems, notice = error.problems, ""
    with scope(request.access):
        return _form(request, typed, version, problems, notice)


@signed_in
@require_POST
def discard(request: HubRequest) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_SUPPORT)
    commands.discard_draft(request.access)
    messages.success(request, _("The draft is gone. What is published stays."))
    return redirect("partners:plan")


def _of_draft(draft: SupportPlan) -> tuple[Typed, int]:
    return Typed.of(draft.content), draft.version


def _proposed(access: Access) -> Typed:
    """The newest version once more, but for its day; for the first one: the organisation's own zone."""
    own = get_seller(access.organization_id or 0)
    published = queries.list_versions(access, own.pk)
    if published:
        return replace(Typed.of(published[0].content), valid_from="")
    return Typed(zone=own.zone, valid_from=clock.today(own.zone).isoformat(), lines=(Line(mode=Mode.OWN),))


def read_typed(data: QueryDict) -> Typed:
    """As it was typed, whatever it is worth."""
    texts: dict[str, Any] = {name: data.get(name, "").strip() for name in _TEXTS}
    lists: dict[str, Any] = {name: tuple(dict.fromkeys(data.getlist(name))) for name in _LISTS}
    methods = tuple(one for number in range(len(Method)) if (one := data.get(f"method_{number}", "")))
    return Typed(**texts, **lists, methods=methods, lines=tuple(_line(data, one) for one in range(LINES_MAX)))


def _line(data: QueryDict, number: int) -> Line:
    names = ("mode", "product", "when", "supplier", "contact", "scope")
    texts = {name: data.get(f"line_{number}_{name}", "").strip() for name in names}
    return Line(**{**texts, "when": texts["when"] or When.ALWAYS.value},
                severities=tuple(dict.fromkeys(data.getlist(f"line_{number}_severities"))))  # fmt: skip


def _form(
    request: HubRequest, typed: Typed, version: int, problems: Sequence[Problem], notice: str = ""
) -> HttpResponse:
    products = [one for one in list_products() if one.is_offered or one.code in typed.products]
    names = {one.code: one.name for one in products}
    errors: dict[str, list[str]] = {}
    for one in problems:
        errors.setdefault(one.field, []).append(str(sentence(one.error)))
    context = {
        "typed": typed.stored(),
        "version": version,
        "names": {name: str(said) for name, said in words.FIELD_NAMES.items()},
        "errors": {name: " ".join(found) for name, found in errors.items()},
        "notice": notice,
        "count": len(problems),
        "summary": [{"field": one.field, "text": str(sentence(one.error))} for one in problems],
        "languages": language_choices(typed.languages),
        "products": _choices(names, typed.products),
        "types": _choices(words.TYPE_NAMES, typed.types),
        "zones": zones(typed.zone),
        "days": [(day, name, getattr(typed, day)) for day, name in zip(DAYS, page.day_names(), strict=True)],
        "methods": [_choices(words.METHOD_NAMES, typed.methods[number : number + 1]) for number in range(len(Method))],
        "prices": _choices(words.PRICE_NAMES, [typed.price]),
        "currencies": _choices({one: one for one in CURRENCIES}, [typed.currency]),
        "lines": [_line_fields(typed, number, names) for number in range(LINES_MAX)],
        "notice_days": NOTICE_DAYS,
    }
    return render(request, "partners/plan_edit.html", context, status=400 if problems or notice else 200)


def _choices(names: Mapping[str, Any], chosen: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": str(value), "label": str(name), "is_chosen": value in chosen} for value, name in names.items()]


def _line_fields(typed: Typed, number: int, products: Mapping[str, str]) -> dict[str, Any]:
    line = typed.lines[number] if number < len(typed.lines) else Line()
    return {
        "line": line,
        "is_used": bool(line.mode) or number == 0,
        "modes": _choices(words.MODE_NAMES, [line.mode]),
        "products": _choices(products, [line.product]),
        "whens": _choices(words.WHEN_NAMES, [line.when]),
        "severities": _choices({one.value: one.value for one in Severity}, line.severities),
    }


@signed_in
@require_safe
def read(request: HubRequest, organization_id: int) -> HttpResponse:
    """A version of the plan of whoever supports the customer: the one in force, or another that was published."""
    access, zone = request.access, get_current_timezone_name()
    with scope(access):
        own = get_seller(organization_id)
        found = queries.list_versions(access, own.pk)
        shown = _chosen(found, request.GET.get("version"), own)
        accepted = queries.list_accepted(access, own.pk, access.customers)
        products = {one.code: one.name for one in list_products()}
        context = {
            "organization": own.name,
            "plan": page.document(shown, products),
            "versions": page.versions(found, zone, day_zone=own.zone, shown=shown.number, accepted=accepted),
            "zone": zone.replace("_", " "),
            "is_own": own.pk in access.organizations,
            "may_accept": shown.number not in accepted and _may_accept(access, shown, found, own),
            "accept_href": url("partners:plan_accept", own.pk),
        }
        return render(request, "partners/plan_read.html", context)


def _may_accept(access: Access, shown: SupportPlan, found: Sequence[SupportPlan], own: Organization) -> bool:
    decides = access.customer_id is not None and access.has(Right.MANAGE_PARTNERS) and own.pk in list_related(access)
    return decides and queries.is_open(shown.number or 0, found, own.zone)


def _chosen(found: Sequence[SupportPlan], wanted: str | None, own: Organization) -> SupportPlan:
    """Raises DoesNotExist for one that is not there."""
    if wanted is None:
        chosen = queries.choose(found, own.zone)
    else:
        chosen = next((one for one in found if one.number == find_id(wanted)), None)
    if chosen is None:
        raise ObjectDoesNotExist
    return chosen


@signed_in
@require_POST
def accept(request: HubRequest, organization_id: int) -> HttpResponseBase:
    """A version that is in force or announced, for the customer."""
    request.access.require(Right.MANAGE_PARTNERS)
    number = read_id(request.POST.get("version", ""))
    commands.accept_plan(request.access, organization_id, number)
    messages.success(request, _("You have accepted version %(number)s.") % {"number": number})
    return redirect(f"{url('partners:plan_read', organization_id)}?version={number}")
