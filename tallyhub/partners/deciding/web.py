"""The customer's side: which partners there are, what they may do, and the answers to what they ask for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_channels, list_products
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import get_seller, list_sellers
from tallyhub.partners import page
from tallyhub.partners.deciding import queries
from tallyhub.partners.delegations import commands
from tallyhub.partners.delegations.forms import read_days
from tallyhub.partners.delegations.queries import Holder, list_holders, list_of_customer
from tallyhub.partners.models import Delegation
from tallyhub.partners.parties import commands as parties
from tallyhub.partners.parties import links
from tallyhub.partners.parties.queries import get_asked, list_resales
from tallyhub.partners.plans import page as plans
from tallyhub.partners.plans.queries import choose, list_asked, read_standing
from tallyhub.partners.queries import find_parties, get_delegation, list_related, names_of_organizations
from tallyhub.partners.rules import RUNNING, Stage, check_support
from tallyhub.partners.words import TYPE_NAMES

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def partners(request: HubRequest) -> HttpResponse:
    """Who of which partner may do what, since when, until when; and what waits for an answer."""
    access, zone = request.access, get_current_timezone_name()
    access.require(Right.MANAGE_PARTNERS)
    with scope(access):
        delegations = list_of_customer(access, access.customer_id or 0)
        resales = list_resales(access, access.customer_id or 0)
        related = list_related(access)
        everybody = related | {one.organization_id for one in delegations} | {one.organization_id for one in resales}
        sellers, kinds = {one.pk: one for one in list_sellers() if one.pk in everybody}, find_parties(everybody)
        names = {key: one.name for key, one in sellers.items()}
        standing = read_standing(access, {key: clock.today(one.zone) for key, one in sellers.items()})
        held = list_holders([one.pk for one in delegations])
        products = _products(access)
        seen = queries.last_acts(access, {one.person_id for rows in held.values() for one in rows})
        cards = [
            {
                "id": one,
                "name": names[one],
                "type": str(TYPE_NAMES[kinds[one].type]),
                "is_suspended": kinds[one].suspended_at is not None,
                "products": fmt.listed(products[one]),
                "acceptance": plans.acceptance(standing[one], sellers[one], zone) if one in related else None,
                "resales": [_resale(each) for each in resales if each.organization_id == one],
                "delegations": [
                    _with_holders(each, held[each.pk], seen) for each in delegations if each.organization_id == one
                ],
            }
            for one in sorted(everybody, key=lambda one: (one not in related, names[one], one))
        ]
        waiting = [
            {**page.line(one, href=url("partners:decide", one.pk)), "partner": names[one.organization_id]}
            for one in delegations
            if one.stage is Stage.PENDING
        ]
        context = {"cards": cards, "waiting": waiting, "zone": page.zone_name()}
        return render(request, "partners/partners.html", context)


def _products(access: Access) -> dict[int, list[str]]:
    """By seller, the names of the products that it sold."""
    known = {one.pk: one.name for one in list_products()}
    found: defaultdict[int, list[str]] = defaultdict(list)
    for channel in list_channels():
        if channel.customer_id == access.customer_id:
            found[channel.seller_id].append(known[channel.product_id])
    return found


def _resale(one: Any) -> dict[str, Any]:
    since = _("It sells to you since %(when)s.") % {"when": page.when(one.accepted_at)}
    ended = _("It sold to you until %(when)s.") % {"when": page.when(one.ended_at)} if one.ended_at else ""
    return {"id": one.pk, "text": ended or since, "runs": one.ended_at is None}


def _with_holders(one: Delegation, held: Any, seen: dict[int, Any]) -> dict[str, Any]:
    line = page.line(one, href=url("partners:decide", one.pk), holders=held)
    return {
        **line,
        "holders": page.holders(held, shows_acts=True),
        "is_unused": queries.is_unused(one, held, seen),
        "follows": _follows_end(held),
    }


def _follows_end(held: Sequence[Holder]) -> list[str]:
    people = len({one.person_id for one in held})
    loses = ngettext(
        "%(n)s person of the partner loses their access at once.",
        "%(n)s people of the partner lose their access at once.",
        people,
    )
    nobody = _("Nobody of the partner holds anything of it now.")
    again = _("It cannot be taken up again: the partner has to ask anew.")
    return [loses % {"n": fmt.number(people)} if people else nobody, again]


@signed_in
@require_safe
def decide(request: HubRequest, delegation_id: int) -> HttpResponse:
    """One delegation, as the customer reads it, with the answer that it waits for."""
    access = request.access
    access.require(Right.MANAGE_PARTNERS)
    with scope(access):
        one = _sent(access, delegation_id)
        held = list_holders([one.pk])[one.pk]
        stage = one.stage
        names = names_of_organizations({one.organization_id, one.provider_id or one.organization_id})
        context = {
            "one": one,
            "partner": names[one.organization_id],
            "provider": names[one.provider_id] if one.provider_id else "",
            "about": page.line(one, href="", holders=held),
            "roles": page.roles_in_words(one.granted or one.roles),
            "is_full": page.is_full(one.granted or one.roles),
            "is_pending": stage is Stage.PENDING,
            "is_running": stage in RUNNING,
            "may_extend": stage in RUNNING and not page.is_full(one.granted),
            "holders": page.holders(held, shows_acts=True),
            "follows": _follows_end(held),
            "zone": page.zone_name(),
        }
        return render(request, "partners/decide.html", context)


def _sent(access: Access, delegation_id: int) -> Delegation:
    """One that was sent to the customer that is worked inside."""
    one = get_delegation(access, delegation_id)
    if one.customer_id not in access.customers or one.stage is Stage.CREATED:
        raise ObjectDoesNotExist
    return one


def _acted(request: HubRequest, delegation_id: int, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("partners:decide", delegation_id)


@signed_in
@require_POST
def approve(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    """All of it, a part of its roles, or for less long."""
    _require_sent(request, delegation_id)
    answer = commands.Answer(frozenset(request.POST.getlist("roles")), read_days(request.POST.get("days", "")))
    try:
        commands.approve_delegation(request.access, delegation_id, answer)
    except Conflict:
        commands.note_conflict(request.access, delegation_id, act="approve")
        raise
    return _acted(request, delegation_id, _("It is approved. The partner gets a mail."))


def _require_sent(request: HubRequest, delegation_id: int) -> None:
    request.access.require(Right.MANAGE_PARTNERS)
    with scope(request.access):
        _sent(request.access, delegation_id)


@signed_in
@require_POST
def reject(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    _require_sent(request, delegation_id)
    try:
        commands.reject_delegation(request.access, delegation_id)
    except Conflict:
        commands.note_conflict(request.access, delegation_id, act="reject")
        raise
    return _acted(request, delegation_id, _("It is refused. The partner gets a mail."))


@signed_in
@require_POST
def end(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    _require_sent(request, delegation_id)
    try:
        commands.terminate_delegation(request.access, delegation_id)
    except Conflict:
        commands.note_conflict(request.access, delegation_id, act="terminate")
        raise
    return _acted(request, delegation_id, _("It is terminated. Nobody of the partner has a right by it any more."))


@signed_in
@require_POST
def keep(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    """Whether it extends by itself."""
    _require_sent(request, delegation_id)
    extends = request.POST.get("extends") == "on"
    commands.set_extends(request.access, delegation_id, extends=extends)
    said = _("From now on it extends by itself.") if extends else _("From now on it ends by itself.")
    return _acted(request, delegation_id, said)


@signed_in
@GET_POST
def join(request: HubRequest, token: str) -> HttpResponseBase:
    """The link by which a partner asks to sell to a customer."""
    access, resale_id = request.access, links.read(token)
    access.require(Right.MANAGE_PARTNERS)
    if request.method == "POST":
        parties.accept_resale(access, resale_id, find_id(request.POST.get("plan")) or 0)
        messages.success(request, _("Accepted. The partner gets a mail."))
        return redirect("partners:partners")
    with scope(access):
        asked = get_asked(resale_id)
        own = get_seller(asked.organization_id)
        has_profile, versions = list_asked(resale_id)
        plan = choose(versions, own.zone)
        context = {
            "partner": own.name,
            "type": str(TYPE_NAMES[find_parties([asked.organization_id])[asked.organization_id].type]),
            "asked": page.when(asked.asked_at),
            "is_used": asked.customer_id is not None,
            "is_over": asked.is_over,
            "customer": request.sign_on.customer_name,
            "missing": _missing(has_profile=has_profile, has_plan=plan is not None),
            "plan": plans.document(plan, {one.code: one.name for one in list_products()}) if plan else None,
            "begins": plans.begins(plan, own.zone) if plan else "",
        }
        return render(request, "partners/join.html", context)


def _missing(*, has_profile: bool, has_plan: bool) -> str:
    try:
        check_support(has_profile=has_profile, has_plan=has_plan)
    except Conflict as error:
        return str(sentence(error))
    return ""


@signed_in
@require_POST
def leave(request: HubRequest, resale_id: int) -> HttpResponseBase:
    """End what a partner sells."""
    request.access.require(Right.MANAGE_PARTNERS)
    parties.end_resale(request.access, resale_id)
    messages.success(request, _("It is ended. What the partner may do is a matter of its own: see its delegations."))
    return redirect("partners:partners")
