"""The partner's side: its customers, what they delegate, and to which of its groups that goes."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_sold
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, address_here, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.numbers import is_number
from tallyhub.kernel.scope import scope
from tallyhub.partners import page
from tallyhub.partners.consents.queries import list_own
from tallyhub.partners.delegations import commands, forms, queries
from tallyhub.partners.delegations.queries import Holder
from tallyhub.partners.groups.queries import list_groups
from tallyhub.partners.models import Delegation
from tallyhub.partners.parties import links
from tallyhub.partners.parties import queries as parties
from tallyhub.partners.plans.queries import newest_accepted
from tallyhub.partners.queries import Known, get_delegation, get_known, get_party, get_proposed, names_of_organizations
from tallyhub.partners.rules import EXPIRING_WITHIN, RUNNING, PartyType, Stage, check_stage
from tallyhub.support.rules import number_of

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def customers(request: HubRequest) -> HttpResponse:
    """The partner's customers, by name, a page at a time; filter, search and place are in the address."""
    access, query = request.access, request.GET
    page.require_partner(access)
    state, text = query.get("state", ""), page.read_text(query)
    if state not in queries.CustomerFilter.CHOICES:
        raise ObjectDoesNotExist
    with scope(access):
        about = get_party(access.organization_id or 0)
        found = queries.list_customers(state, text, page.read_after(query), clock.now() + EXPIRING_WITHIN)
        ending = queries.list_ending(access, [one.customer_id for one in found.rows])
        is_reseller = about.type is PartyType.INDIRECT_RESELLER
        context = {
            "rows": [_row(one, is_ending=one.customer_id in ending) for one in found.rows],
            "state": state,
            "text": text,
            "states": _states(state),
            "next_href": page.address(state=state, text=text, after=found.next_after) if found.next_after else "",
            "first_href": page.address(state=state, text=text) if "after" in query else "",
            "is_later": "after" in query,
            "is_suspended": about.suspended_at is not None,
            "is_without_path": is_reseller and parties.is_without_path(access.organization_id or 0),
            "may_manage": access.serves(Right.MANAGE_DELEGATIONS),
            "links": _links(request) if access.serves(Right.MANAGE_DELEGATIONS) else [],
            "zone": page.zone_name(),
        }
        return render(request, "partners/customers.html", context)


def _states(chosen: str) -> list[dict[str, Any]]:
    names = {
        "": _("All customers"),
        "active": _("With an active delegation"),
        "expiring": _("With a delegation that ends within 30 days"),
        "pending": _("With a delegation that waits for an answer"),
        "none": _("Without an active delegation"),
        "former": _("Former customers"),
    }
    return [{"id": key, "label": label, "is_chosen": key == chosen} for key, label in names.items()]


def _row(one: Known, *, is_ending: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "code": one.code,
        "href": url("partners:customer", one.customer_id),
        "relation": _relation(one),
        "delegations": list(filter(None, (_counted_active(one), _counted_pending(one)))),
        "ends": page.when(one.ends_at) if one.ends_at else "",
        "is_ending": is_ending,
        "customer_id": one.customer_id if one.is_mine else None,
    }


def _counted_active(one: Known) -> str:
    return ngettext("%(n)s active", "%(n)s active", one.active) % {"n": fmt.number(one.active)} if one.active else ""


def _counted_pending(one: Known) -> str:
    text = ngettext("%(n)s waits for an answer", "%(n)s wait for an answer", one.pending)
    return text % {"n": fmt.number(one.pending)} if one.pending else ""


def _relation(one: Known) -> str:
    if one.since is not None:
        return _("You sell to it since %(when)s") % {"when": page.when(one.since)}
    if one.is_sold:
        return _("It holds an agreement that you sold")
    return _("By delegation only") if one.is_current else pgettext("what a partner has with a customer", "Ended")


def _links(request: HubRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "note": one.note or _("for nobody in particular"),
            "asked": page.when(one.asked_at),
            "address": request.build_absolute_uri(links.path_of(one.pk)),
        }
        for one in parties.list_links(request.access)
    ]


@signed_in
@require_safe
def customer(request: HubRequest, customer_id: int) -> HttpResponse:
    """What the partner has to do with one customer."""
    access = request.access
    page.require_partner(access)
    with scope(access):
        known = get_known(customer_id)
        delegations = queries.list_of_customer(access, customer_id)
        held = queries.list_holders([one.pk for one in delegations])
        sold = list_sold(customer_id, access.organization_id or 0)
        context = {
            "customer": known,
            "relation": _relation(known),
            "accepted": _accepted(access, customer_id),
            "delegations": [
                page.line(one, href=url("partners:delegation", one.pk), holders=held[one.pk]) for one in delegations
            ],
            "proposed": _proposed(request, customer_id),
            "sold": [{"number": one.number, "name": one.name, "ends_on": fmt.day(one.ends_on)} for one in sold],
            "consents": [
                {**page.consent_line(one, ""), "number": number_of(one.request_id)}
                for one in list_own(access, customer_id)
            ],
            "may_manage": access.serves(Right.MANAGE_DELEGATIONS),
            "may_work": known.is_mine,
            "may_advise": access.serves(Right.ADVISE) or access.serves(Right.SERVE_CUSTOMERS),
            "serves": access.serves(Right.SERVE_CUSTOMERS),
            "zone": page.zone_name(),
        }
        return render(request, "partners/customer.html", context)


def _accepted(access: Access, customer_id: int) -> str:
    """Which version of the support plan the customer has accepted last."""
    own = access.organization_id or 0
    found = newest_accepted(access, [own], [customer_id]).get(own)
    if found is None:
        return _("It has accepted no version of your support plan.")
    said = {"number": found.number, "when": page.when(found.accepted_at)}
    return _("It accepted version %(number)s of your support plan on %(when)s.") % said


def _proposed(request: HubRequest, customer_id: int) -> list[dict[str, Any]]:
    found = queries.list_proposed(request.access, customer_id)
    names = names_of_organizations([one.organization_id for one in found])
    return [
        {**page.line(one, href=url("partners:delegation", one.pk)), "reseller": names[one.organization_id]}
        for one in found
    ]


@signed_in
@GET_POST
def delegate(request: HubRequest, customer_id: int) -> HttpResponseBase:
    """Ask a customer for rights, for oneself or for a reseller. ``request``: for which; ``next``: where to go on."""
    access = request.access
    access.require_serving(Right.MANAGE_DELEGATIONS)
    with scope(access):
        known = get_known(customer_id)
        resellers = names_of_organizations(parties.list_resellers(access))
    form = forms.form(_begun(request.GET.get("request", "")))
    if request.method == "POST":
        try:
            made, said = _ask(request, customer_id)
        except (Invalid, Conflict) as error:
            form = forms.form(request.POST, error)
        else:
            messages.success(request, said)
            return redirect(address_here(request, request.POST.get("next", ""), url("partners:delegation", made)))
    status = 400 if request.method == "POST" else 200
    chosen = find_id(request.POST.get("reseller"))
    choices = [{"id": one, "label": name, "is_chosen": one == chosen} for one, name in resellers.items()]
    context = {
        "customer": known,
        "form": form,
        "resellers": choices,
        "back": url("partners:customer", customer_id),
        "next": (request.POST if request.method == "POST" else request.GET).get("next", ""),
    }
    return render(request, "partners/delegate.html", context, status=status)


def _begun(number: str) -> QueryDict | None:
    """For the work on a request the customer reads its number."""
    if not is_number(number):
        return None
    typed = QueryDict(mutable=True)
    typed["name"] = _("Request %(number)s") % {"number": number}
    return typed


def _ask(request: HubRequest, customer_id: int) -> tuple[int, str]:
    """The new delegation, and what to say of it."""
    access, wish = request.access, forms.read_wish(request.POST)
    is_sent = request.POST.get("act") != "keep"
    if request.POST.get("reseller"):
        if not is_sent:
            raise Invalid("delegation_draft_for_reseller")
        made = commands.propose_delegation(access, customer_id, read_id(request.POST.get("reseller")), wish)
        return made, _("The reseller gets a mail. Once it agrees, the customer is asked.")
    made = commands.request_delegation(access, customer_id, wish, is_sent=is_sent)
    return made, _sent() if is_sent else _("It is kept as a draft.")


def _sent() -> str:
    return _("It was sent. The customer’s administrators get a mail.")


@signed_in
@GET_POST
def edit(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    """A draft: nobody else knows of it."""
    access = request.access
    access.require_serving(Right.MANAGE_DELEGATIONS)
    with scope(access):
        one = _own(request, delegation_id)
        check_stage(one.stage, [Stage.CREATED])
        known = get_known(one.customer_id)
    form = forms.form(forms.typed_of(one))
    if request.method == "POST":
        is_sent = request.POST.get("act") != "keep"
        try:
            commands.edit_draft(access, delegation_id, forms.read_wish(request.POST), is_sent=is_sent)
        except (Invalid, Conflict) as error:
            form = forms.form(request.POST, error)
        else:
            return _acted(request, delegation_id, _sent() if is_sent else _("The draft is saved."))
    status = 400 if request.method == "POST" else 200
    form["title"] = _("Edit the draft")
    context = {"customer": known, "form": form, "resellers": [], "back": url("partners:delegation", one.pk)}
    return render(request, "partners/delegate.html", context, status=status)


@signed_in
@require_safe
def delegation(request: HubRequest, delegation_id: int) -> HttpResponse:
    """For the partner: what was asked and granted, who holds it, and which groups get what of it."""
    access = request.access
    page.require_partner(access)
    with scope(access):
        one, is_own = _own_or_proposed(request, delegation_id)
        known = get_known(one.customer_id)
        held = queries.list_holders([one.pk])[one.pk]
        assigned = queries.list_assignments(access, [one.pk])[one.pk]
        groups = list_groups(access)
        stage = one.stage
        may_manage = access.serves(Right.MANAGE_DELEGATIONS)
        names = names_of_organizations([one.provider_id, one.organization_id]) if one.provider_id else {}
        context = {
            "customer": known,
            "about": page.line(one, href="", holders=held if is_own else None),
            "one": one,
            "is_own": is_own,
            "facts": [*_parties(one, names), *_facts(one)],
            "roles": page.roles_in_words(one.granted or one.roles),
            "is_running": stage in RUNNING,
            "is_draft": stage is Stage.CREATED,
            "may_end": stage is Stage.PENDING or stage in RUNNING,
            "may_extend": stage in RUNNING and not page.is_full(one.granted),
            "may_manage": may_manage and is_own,
            "is_to_consent": stage is Stage.CONSENT and is_own,
            "may_withdraw": stage is Stage.CONSENT and may_manage and not is_own,
            "may_ask_again": known.may_be_asked
            and stage in (Stage.LAPSED, Stage.EXPIRED, Stage.REJECTED, Stage.TERMINATED),
            "assigned": [
                {"id": each.group_id, "name": each.group.name, "roles": page.role_names(each.roles)}
                for each in assigned
            ],
            "groups": [{"id": each.id, "label": each.name, "is_chosen": False} for each in groups],
            "holders": page.holders(held, shows_acts=False),
            "follows": _follows_end(held),
            "zone": page.zone_name(),
        }
        return render(request, "partners/delegation.html", context)


def _follows_end(held: Sequence[Holder]) -> list[str]:
    people = len({one.person_id for one in held})
    loses = ngettext(
        "%(n)s of your people loses their access at once.", "%(n)s of your people lose their access at once.", people
    )
    nobody = _("None of your people holds anything of it now.")
    again = _("It cannot be taken up again: you have to ask the customer anew.")
    return [loses % {"n": fmt.number(people)} if people else nobody, again]


def _own(request: HubRequest, delegation_id: int) -> Delegation:
    """One of the partner's own. Whoever oversees partners reads others, too, but not on this page."""
    one = get_delegation(request.access, delegation_id)
    if one.organization_id not in request.access.organizations:
        raise ObjectDoesNotExist
    return one


def _own_or_proposed(request: HubRequest, delegation_id: int) -> tuple[Delegation, bool]:
    """One of the partner's own, or one that it asked for, for a reseller: which of both. The latter is read only."""
    try:
        return _own(request, delegation_id), True
    except ObjectDoesNotExist:
        return get_proposed(request.access, delegation_id), False


def _parties(one: Delegation, names: dict[int, str]) -> list[tuple[str, str]]:
    """Of one for a reseller: who asked for it, and for whom."""
    if one.provider_id is None:
        return []
    said = [(_("Asked for by"), names[one.provider_id]), (_("For the reseller"), names[one.organization_id])]
    return [*said, (_("The reseller agreed on"), page.when(one.consented_at) if one.consented_at else _("not yet"))]


def _facts(one: Delegation) -> list[tuple[str, str]]:
    facts = [
        (_("Roles asked for"), page.role_names(one.roles)),
        (_("Days asked for"), fmt.number(one.days)),
        (_("Asked on"), page.when(one.requested_at) if one.requested_at else _("not sent yet")),
    ]
    if one.answered_at:
        facts.append((_("Answered on"), page.when(one.answered_at)))
    if one.starts_at and one.ends_at:
        facts += [(_("Begins"), page.when(one.starts_at)), (_("Ends"), page.when(one.ends_at))]
        facts.append((_("Extends by itself"), _("yes, by 180 days") if one.extends else _("no")))
    if one.ended_at:
        facts.append((_("Terminated on"), page.when(one.ended_at)))
    return facts


def _acted(request: HubRequest, delegation_id: int, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("partners:delegation", delegation_id)


@signed_in
@require_POST
def consent(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    commands.consent_to_delegation(request.access, delegation_id)
    return _acted(request, delegation_id, _sent())


@signed_in
@require_POST
def decline(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    commands.decline_delegation(request.access, delegation_id)
    return _acted(request, delegation_id, _("Your indirect provider gets a mail. The customer was not asked."))


@signed_in
@require_POST
def withdraw(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    commands.withdraw_proposal(request.access, delegation_id)
    return _acted(request, delegation_id, _("It is taken back. The customer was not asked."))


@signed_in
@require_POST
def send(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    commands.send_delegation(request.access, delegation_id)
    return _acted(request, delegation_id, _sent())


@signed_in
@require_POST
def delete(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    with scope(request.access):
        customer_id = _own(request, delegation_id).customer_id
    commands.delete_draft(request.access, delegation_id)
    messages.success(request, _("The draft is deleted."))
    return redirect("partners:customer", customer_id)


@signed_in
@require_POST
def terminate(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    try:
        commands.terminate_delegation(request.access, delegation_id)
    except Conflict:
        commands.note_conflict(request.access, delegation_id, act="terminate")
        raise
    return _acted(request, delegation_id, _("It is terminated. Nobody of yours has a right by it any more."))


@signed_in
@require_POST
def extend(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    extends = request.POST.get("extends") == "on"
    commands.set_extends(request.access, delegation_id, extends=extends)
    said = _("From now on it extends by itself.") if extends else _("From now on it ends by itself.")
    return _acted(request, delegation_id, said)


@signed_in
@require_POST
def assign(request: HubRequest, delegation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    group_id = read_id(request.POST.get("group"))
    commands.assign(request.access, delegation_id, group_id, request.POST.getlist("roles"))
    return _acted(request, delegation_id, _("Assigned. It counts from their next click."))


@signed_in
@require_POST
def unassign(request: HubRequest, delegation_id: int, group_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_DELEGATIONS)
    commands.unassign(request.access, delegation_id, group_id)
    return _acted(request, delegation_id, _("Taken back. The group’s people have nothing of it any more."))
