"""Pages of editors: what goes on, something new, an update, a change."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tallyhub.health import page, queries, words
from tallyhub.health.editing import commands
from tallyhub.health.editing.forms import FIELD_OF, ChangeForm, NewForm, ScopeForm, UpdateForm, read_components
from tallyhub.health.models import Component, HealthEvent
from tallyhub.health.rules import CUSTOMERS_MAX, ComponentStatus, EventKind, EventStatus
from tallyhub.kernel import clock
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.times import in_zone
from tallyhub.organizations.steps import find_customers

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def events(request: HubRequest) -> HttpResponse:
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_HEALTH)
    is_over = "over" in request.GET
    with scope(access):
        found = queries.list_edited(access, is_over=is_over)
        context = {
            "events": [page.line(one, zone, href=url("health:edit_event", one.pk)) for one in found],
            "is_over": is_over,
            "kinds": [
                {"name": str(name), "href": url("health:edit_new", kind)} for kind, name in words.KIND_NAMES.items()
            ],
        }
        return render(request, "health/edit.html", context)


@signed_in
@GET_POST
def new(request: HubRequest, kind: str) -> HttpResponseBase:
    access, zone = request.access, get_current_timezone_name()
    of = read_word(EventKind, kind)
    access.require_serving(Right.EDIT_HEALTH)
    with scope(access):
        regions, components = queries.list_regions(), queries.list_components()
    form = NewForm(of, regions, zone, request.POST) if request.method == "POST" else NewForm(of, regions, zone)
    if request.method == "POST" and form.is_valid():
        try:
            with scope(access):
                customers = _named(form)
            event_id = commands.publish(access, form.said(customers), form.cleaned_data["text"])
            messages.success(request, _("It is published."))
            return redirect("health:edit_event", event_id)
        except (Invalid, Conflict) as error:
            _show_error(form, error)
    else:
        form.initial = {"zone": zone, "occurred_at": _local(clock.now(), zone), "status": EventStatus.INVESTIGATING}
    context = {
        "form": form,
        "kind_name": str(words.KIND_NAMES[of]),
        "means": str(words.KIND_MEANS[of]),
        "is_maintenance": of is EventKind.MAINTENANCE,
        "groups": _groups(components, read_components(request.POST)),
    }
    return render(request, "health/edit_new.html", context, status=400 if form.is_bound else 200)


def _named(form: ScopeForm) -> frozenset[int]:
    """The customers that the form names. Raises Invalid for a code that none has."""
    codes = form.codes
    if len(codes) > CUSTOMERS_MAX:
        raise Invalid("health_customers_too_many", customers_max=CUSTOMERS_MAX)
    found = find_customers(codes)
    if missing := [code for code in codes if code not in found]:
        raise Invalid("health_customer_unknown", customer=missing[0])
    return frozenset(found.values())


def _show_error(form: Any, error: HubError) -> None:
    """Beside its field, where the form has it."""
    field = FIELD_OF.get(error.code)
    if error.code == "health_end_before_start":
        field = next((one for one in ("ended_at", "scheduled_until") if one in form.fields), None)
    form.add_error(field if field in form.fields else None, str(sentence(error)))


def _local(instant: Any, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if instant else ""


def _groups(components: list[Component], chosen: dict[int, str]) -> list[dict[str, Any]]:
    """Each product with its components, and the status that each has in the event."""
    groups: dict[int, dict[str, Any]] = {}
    for one in components:
        group = groups.setdefault(
            one.product_id, {"name": one.product.name, "parts": [], "is_open": False, "is_only": False}
        )
        group["is_open"] |= one.pk in chosen
        group["parts"].append({"id": one.pk, "name": one.name, "options": _options(chosen.get(one.pk, ""))})
    found = list(groups.values())
    if len(found) == 1:
        found[0]["is_open"] = True
    return found


def _options(chosen: str) -> list[dict[str, Any]]:
    offered = [("", _("not affected")), *((one.value, words.COMPONENT_STATUS_NAMES[one]) for one in ComponentStatus)]
    return [{"id": value, "label": str(label), "is_chosen": value == chosen} for value, label in offered]


@signed_in
@GET_POST
def event(request: HubRequest, event_id: int) -> HttpResponseBase:
    """An event, and the form of the next update."""
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_HEALTH)
    with scope(access):
        found = queries.get_edited(access, event_id)
    form = UpdateForm(EventKind(found.kind), zone, request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        said = form.cleaned_data
        post = commands.Post(said["text"], EventStatus(said["status"]), form.components, said["due_at"])
        try:
            commands.post_update(access, event_id, said["version"], post)
            messages.success(request, _("The update is published."))
            return redirect("health:edit_event", event_id)
        except (Invalid, Conflict) as error:
            _show_error(form, error)
    return _show(request, event_id, form, zone)


def _show(request: HubRequest, event_id: int, form: UpdateForm | None, zone: str) -> HttpResponse:
    access = request.access
    with scope(access):
        found = queries.get_edited(access, event_id)
        updates = queries.list_updates(found)
        names = queries.find_component_names(page.named_components(updates))
        chosen = {one.component_id: one.status for one in found.components.all()}
        components = queries.list_components(page.products_of(found))
        shown = form or _blank(found, zone)
        context = {
            "about": page.about(found, zone),
            "kind_name": str(words.KIND_NAMES[found.kind]),
            "visibility": str(words.VISIBILITY_NAMES[found.visibility]),
            "reach": str(words.REACH_NAMES[found.reach]),
            "named": queries.list_named(event_id),
            "story": page.story(updates, names, zone),
            "form": shown,
            "groups": _groups(components, read_components(request.POST) or chosen),
            "change_href": url("health:edit_change", event_id),
        }
        return render(request, "health/edit_event.html", context, status=400 if form else 200)


def _blank(found: HealthEvent, zone: str) -> UpdateForm:
    initial = {"status": found.status, "version": found.version, "zone": zone}
    return UpdateForm(EventKind(found.kind), zone, initial=initial)


@signed_in
@GET_POST
def change(request: HubRequest, event_id: int) -> HttpResponseBase:
    """What stands in an event, also after its end."""
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_HEALTH)
    with scope(access):
        found = queries.get_edited(access, event_id)
        regions = queries.list_regions(page.products_of(found))
        named = queries.list_named(event_id)
    data = request.POST if request.method == "POST" else None
    form = ChangeForm(found, regions, zone, data, initial=_standing(found, named, _zone_of_form(found, zone)))
    if form.is_valid():
        try:
            with scope(access):
                customers = _named(form)
            edit = commands.Edit(**form.scope_said(customers))
            commands.change_event(access, event_id, form.cleaned_data["version"], edit)
            messages.success(request, _("The change is published, and stands in the history."))
            return redirect("health:edit_event", event_id)
        except (Invalid, Conflict) as error:
            _show_error(form, error)
    context = {"form": form, "about": page.about(found, zone), "back": url("health:edit_event", event_id)}
    return render(request, "health/edit_change.html", context, status=400 if form.is_bound else 200)


_TIMES = ("occurred_at", "ended_at", "scheduled_from", "scheduled_until")


def _zone_of_form(found: HealthEvent, zone: str) -> str:
    """UTC where a time of the event came twice in one's own zone, and so could not be said in it."""
    times = [one for name in _TIMES if (one := getattr(found, name))]
    try:
        for one in times:
            in_zone(one.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0), zone)
    except Invalid:
        return "UTC"
    return zone


def _standing(found: HealthEvent, named: list[tuple[str, str]], zone: str) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("title", "visibility", "reach", "impact_override", "workaround")},
        **{name: _local(getattr(found, name), zone) for name in _TIMES},
        "customers": "\n".join(code for code, _name in named),
        "regions": [str(one.region_id) for one in found.regions.all()],
        "version": found.version,
        "zone": zone,
    }
