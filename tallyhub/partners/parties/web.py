"""Relations of a partner: the links that it sends, its partnerships; and what the provider says of partners."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners import page
from tallyhub.partners.models import Partnership
from tallyhub.partners.parties import commands, queries
from tallyhub.partners.queries import get_party, names_of_organizations
from tallyhub.partners.rules import PartyType
from tallyhub.partners.words import TYPE_NAMES

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_POST
def add_link(request: HubRequest) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.ask_customer(request.access, " ".join(request.POST.get("note", "").split()))
    messages.success(request, _("The link is there. Send it to whoever decides for the customer."))
    return redirect("partners:customers")


@signed_in
@require_POST
def end_resale(request: HubRequest, resale_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.end_resale(request.access, resale_id)
    messages.success(request, _("It is ended. Delegations go on by themselves."))
    return redirect("partners:customers")


@signed_in
@GET_POST
def partnerships(request: HubRequest) -> HttpResponseBase:
    """Of an indirect provider its resellers, of a reseller its indirect providers; an invitation by code."""
    access, problem = request.access, ""
    page.require_partner(access)
    code = request.POST.get("code", "").strip()
    if request.method == "POST":
        try:
            commands.invite_reseller(access, code)
        except (Invalid, Conflict) as error:
            problem = str(sentence(error))
        else:
            messages.success(request, _("It is invited. The partnership begins when it authorises it."))
            return redirect("partners:partnerships")
    with scope(access):
        own = access.organization_id or 0
        about = get_party(own)
        found = queries.list_partnerships(access)
        names = names_of_organizations([one for each in found for one in (each.provider_id, each.reseller_id)])
        is_reseller = about.type is PartyType.INDIRECT_RESELLER
        context = {
            "type": str(TYPE_NAMES[about.type]),
            "rows": [_partnership(one, own, names) for one in found],
            "may_manage": access.serves(Right.MANAGE_DELEGATIONS),
            "may_invite": access.serves(Right.MANAGE_DELEGATIONS) and about.type is PartyType.INDIRECT_PROVIDER,
            "is_direct": about.type is PartyType.DIRECT_BILL,
            "is_without_path": is_reseller and queries.is_without_path(own),
            "code": code,
            "problem": problem,
            "zone": page.zone_name(),
        }
        return render(request, "partners/partnerships.html", context, status=400 if problem else 200)


def _partnership(one: Partnership, own: int, names: dict[int, str]) -> dict[str, Any]:
    is_provider = one.provider_id == own
    other = one.reseller_id if is_provider else one.provider_id
    runs = one.ended_at is None
    if one.ended_at:
        badge = {"text": pgettext("a partnership", "ended"), "tone": "plain"}
        said = _("ended on %(when)s") % {"when": page.when(one.ended_at)}
    elif one.authorised_at:
        badge = {"text": pgettext("a partnership", "active"), "tone": "ok"}
        said = _("since %(since)s") % {"since": page.when(one.authorised_at)}
    else:
        badge = {"text": _("waits for an answer"), "tone": "low"}
        said = _("invited on %(when)s") % {"when": page.when(one.invited_at)}
    return {
        "id": one.pk,
        "name": names.get(other, ""),
        "side": _("Your reseller") if is_provider else _("Your indirect provider"),
        "badge": badge,
        "said": said,
        "runs": runs,
        "follows": _follows_partnership(is_provider=is_provider),
        "may_authorise": runs and not is_provider and one.authorised_at is None,
    }


def _follows_partnership(*, is_provider: bool) -> list[str]:
    """Of its end, for either side."""
    if is_provider:
        loses = _(
            "You ask for no more rights for this reseller. To begin anew, you invite it and it authorises it again."
        )
    else:
        loses = _(
            "Without an indirect provider you can escalate nothing. To begin anew, it invites you and you authorise it "
            "again."
        )
    return [loses, _("Customers and delegations stay as they are.")]


@signed_in
@require_POST
def authorise(request: HubRequest, partnership_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.authorise_partnership(request.access, partnership_id)
    messages.success(request, _("The partnership has begun."))
    return redirect("partners:partnerships")


@signed_in
@require_POST
def end_partnership(request: HubRequest, partnership_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.end_partnership(request.access, partnership_id)
    messages.success(request, _("The partnership is ended. Customers and delegations stay as they are."))
    return redirect("partners:partnerships")


@signed_in
@require_safe
def overview(request: HubRequest) -> HttpResponse:
    """For the provider: every partner, what it is, and whether it is suspended."""
    request.access.require_serving(Right.OVERSEE_PARTNERS)
    return _overview(request)


def _overview(request: HubRequest, typed: dict[str, str] | None = None, problem: str = "") -> HttpResponse:
    """``typed``: what was refused, of one partner, with why."""
    with scope(request.access):
        said, running = queries.list_parties(request.access), queries.count_running()
        rows = []
        for one in queries.list_partners():
            party = said.get(one.pk)
            is_refused = typed is not None and typed["id"] == str(one.pk)
            values = (
                typed
                if is_refused and typed
                else {
                    "type": party.type if party else PartyType.DIRECT_BILL.value,
                    "market": party.market if party else "",
                    "security_contact": party.security_contact if party else "",
                }
            )
            suspended = party.suspended_at if party else None
            rows.append(
                {
                    "id": one.pk,
                    "name": one.name,
                    "code": one.code,
                    **values,
                    "types": _types(values["type"]),
                    "suspended": page.when(suspended) if suspended else "",
                    "follows": _follows_suspension(running.get(one.pk, queries.Running())),
                    "problem": problem if is_refused else "",
                }
            )
        context = {"rows": rows, "zone": page.zone_name()}
        return render(request, "partners/overview.html", context, status=400 if problem else 200)


def _follows_suspension(running: queries.Running) -> list[str]:
    ends = ngettext(
        "%(n)s delegation of its customers ends at once, and is not taken up again afterwards.",
        "%(n)s delegations of its customers end at once, and are not taken up again afterwards.",
        running.delegations,
    )
    if not running.delegations:
        ends = _("No delegation of its customers runs now.")
    loses = ngettext(
        "%(n)s person of it loses what customers let them do.",
        "%(n)s people of it lose what customers let them do.",
        running.people,
    )
    return [
        ends % {"n": fmt.number(running.delegations)},
        *([loses % {"n": fmt.number(running.people)}] if running.people else []),
        _("It sells and asks for nothing new. Its customers turn to whoever stands in for it."),
    ]


def _types(chosen: str) -> list[dict[str, Any]]:
    return [{"id": one.value, "label": TYPE_NAMES[one], "is_chosen": one == chosen} for one in PartyType]


@signed_in
@require_POST
def describe(request: HubRequest, organization_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.OVERSEE_PARTNERS)
    data = request.POST
    typed = {name: data.get(name, "").strip() for name in ("type", "market", "security_contact")}
    try:
        commands.describe_partner(
            request.access,
            organization_id,
            kind=typed["type"],
            market=typed["market"],
            security_contact=typed["security_contact"],
        )
    except Invalid as error:
        return _overview(request, {"id": str(organization_id), **typed}, str(sentence(error)))
    messages.success(request, _("Saved."))
    return redirect("partners:overview")


@signed_in
@require_POST
def suspend(request: HubRequest, organization_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.OVERSEE_PARTNERS)
    commands.suspend_partner(request.access, organization_id)
    messages.success(request, _("The partner is suspended, and every right that customers gave it has ended."))
    return redirect("partners:overview")


@signed_in
@require_POST
def reinstate(request: HubRequest, organization_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.OVERSEE_PARTNERS)
    commands.reinstate_partner(request.access, organization_id)
    messages.success(request, _("The partner may sell and ask for rights again. What ended stays ended."))
    return redirect("partners:overview")
