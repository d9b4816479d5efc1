"""The list of a customer's agreements, and all of one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallyhub.agreements.queries import list_agreements
from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind, State
from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.office.agreements.queries import Whole, get_whole, list_drafts
from tallyhub.office.domains.page import warning
from tallyhub.office.domains.queries import list_outside
from tallyhub.office.overview import page
from tallyhub.office.workspaces.steps import list_going
from tallyhub.people.contacts import list_named, rooms


@signed_in
@require_safe
def agreements(request: HubRequest) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    chosen = request.GET.get("state", "")
    with scope(request.access):
        cards = [page.card(one) for one in list_agreements(request.access)]
        drafts = [page.draft_card(one) for one in list_drafts(request.access)]
        context = {
            "filters": page.filters(chosen),
            "cards": [one for one in cards if chosen in ("", one["group"])],
            "drafts": drafts if chosen in ("", page.DRAFTS) else [],
        }
        return render(request, "office/agreements.html", context)


@signed_in
@require_safe
def agreement(request: HubRequest, agreement_id: int) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    names = {place.id: place.name for place in request.sign_on.places}
    with scope(request.access):
        whole = get_whole(request.access, agreement_id)
        going = list_going(request.access, [whole.agreement])
        context = {
            "one": page.agreement(whole, names, going, _people(request, whole)),
            "outside": _outside(request, whole),
        }
        return render(request, "office/agreement.html", context)


def _people(request: HubRequest, whole: Whole) -> page.People | None:
    """Where the agreement, in force, says how many support contacts there may be. Three statements at most."""
    lines = [line.entitlement for package in whole.packages for line in package.lines]
    if not any(one.service.kind == ServiceKind.CONTACTS for one in lines):
        return None
    if whole.agreement.state(whole.today) not in ACTIVE_STATES:
        return None
    mapped = {each.workspace_id for one in whole.packages for each in one.package.mappings.all()}
    if not mapped:
        return None
    found = [one for one in rooms(request.access, sorted(mapped)) if one.agreement_id == whole.agreement.pk]
    named = list_named(request.access, [whole.agreement.pk], sorted(mapped))
    return page.People(found[0] if found else None, named)


def _outside(request: HubRequest, whole: Whole) -> list[dict[str, Any]]:
    """Who could not sign in, of those that an agreement names which is not over."""
    if whole.agreement.state(whole.today) in (State.EXPIRED, State.TERMINATED):
        return []
    named = [one.email for one in whole.contacts]
    return [warning(one) for one in list_outside(request.access, whole.agreement.plan, named)]
