"""How one reaches the support of one's own organisation: what customers' cards show, and what was changed of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.accounts.rules import zone_choices
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import get_seller
from tallyhub.partners.hours import DAYS
from tallyhub.partners.models import SupportProfile
from tallyhub.partners.plans.page import day_names
from tallyhub.partners.profiles import commands, queries
from tallyhub.partners.profiles.rules import SUPPORT_LANGUAGES, language_names
from tallyhub.partners.profiles.words import FIELD_NAMES
from tallyhub.partners.rules import Refused
from tallyhub.support.conversation.fetching import desk_address_of

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
_TEXTS = ("email", "telephone", "website", "chat")
_HOURS = ("zone", "always", *DAYS, "holidays")


@signed_in
@GET_POST
def profile(request: HubRequest) -> HttpResponseBase:
    access = request.access
    access.require_serving(Right.MANAGE_SUPPORT)
    if request.method != "POST":
        with scope(access):
            return _show(request, _kept(queries.find_profile(access.organization_id or 0)), {})
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in (*_TEXTS, *_HOURS)}
    typed["languages"] = request.POST.getlist("languages")
    try:
        changed = commands.save_profile(access, typed)
    except Refused as refused:
        with scope(access):
            return _show(request, typed, {name: str(sentence(one)) for name, one in refused.fields.items()})
    messages.success(request, _("Saved. Every customer’s card shows it.") if changed else _("Nothing has changed."))
    return redirect("partners:profile")


def _kept(found: SupportProfile | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {**{name: getattr(found, name) for name in _TEXTS}, "languages": found.languages, **found.hours}


def _show(request: HubRequest, typed: Mapping[str, Any], errors: Mapping[str, str]) -> HttpResponse:
    own = get_seller(request.access.organization_id or 0)
    context = {
        "organization": own.name,
        "desk_address": desk_address_of(own),
        "typed": {name: typed.get(name) or "" for name in (*_TEXTS, *_HOURS)},
        "languages": language_choices(typed.get("languages") or ()),
        "zones": zones(typed.get("zone") or own.zone),
        "days": [(day, name, typed.get(day) or "") for day, name in zip(DAYS, day_names(), strict=True)],
        "has_hours": any(typed.get(name) for name in _HOURS if name != "zone"),
        "errors": errors,
        "changes": _changes(request.access),
        "zone_name": get_current_timezone_name().replace("_", " "),
    }
    return render(request, "partners/profile.html", context, status=400 if errors else 200)


def language_choices(chosen: Any) -> list[dict[str, Any]]:
    """Those of the hub come first in nobody's alphabet: sorted by their names in the reader's language."""
    reader = get_language() or "en"
    named = [(language_names([code], reader)[0], code) for code in SUPPORT_LANGUAGES]
    return [{"id": code, "label": name, "is_chosen": code in chosen} for name, code in sorted(named)]


def zones(chosen: str) -> list[dict[str, Any]]:
    return [{"id": value, "label": label, "is_chosen": value == chosen} for value, label in zone_choices()]


def _changes(access: Access) -> list[dict[str, Any]]:
    zone = get_current_timezone_name()
    found, names = queries.list_changes(access)
    return [
        {
            "when": fmt.minute(one.changed_at, zone),
            "by": names.get(one.changed_by_id or 0) or _("somebody who is not here any more"),
            "fields": [
                {"name": str(FIELD_NAMES[name]), "before": _value(before), "after": _value(after)}
                for name, (before, after) in one.changes.items()
            ],
        }
        for one in found
    ]


def _value(value: Any) -> str:
    """Hours by the day, languages by their names."""
    if not value:
        return _("not given")
    if isinstance(value, dict):
        said = [f"{name} {value[day]}" for day, name in zip(DAYS, day_names(), strict=True) if value.get(day)]
        return fmt.listed([*(said or [_("around the clock")]), str(value["zone"])])
    return fmt.listed(language_names(value, get_language() or "en")) if isinstance(value, list) else str(value)
