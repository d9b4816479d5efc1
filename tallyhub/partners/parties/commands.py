"""Who sells to whom and through whom. Each relation is an object of its own: ending one ends no other."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction

from tallyhub.agreements.queries import list_sold
from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import get_customer, get_seller
from tallyhub.organizations.rules import read_market
from tallyhub.partners import steps
from tallyhub.partners.models import Consent, Delegation, Partnership, Resale
from tallyhub.partners.parties import queries
from tallyhub.partners.plans.queries import choose, list_asked
from tallyhub.partners.queries import find_parties, get_party
from tallyhub.partners.rules import PartyType, State, check_market, check_support

NOTE_MAX = 80


@command
def ask_customer(access: Access, note: str) -> int:
    """A link that whoever decides for a customer may accept; returns the id that it is made of."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    organization_id = access.organization_id or 0
    steps.check_active(organization_id)
    made = Resale.objects.create(
        organization_id=organization_id,
        note=read_name(note, length_max=NOTE_MAX),
        asked_at=clock.now(),
        asked_by_id=access.person_id,
    )
    steps.tell(access, [News("partners.resale_asked", None, made.pk)])
    return made.pk


@command
def accept_resale(access: Access, resale_id: int, number: int) -> None:
    """By whoever decides for the customer that is worked inside. Once, in time, in the same market; and only a partner
    that has said how it supports its customers. ``number``: the version of its support plan that they have read, which
    is accepted with it.

    Partner staff never answer for the customer, whatever was delegated to them.
    """
    access.require(Right.MANAGE_PARTNERS)
    asked = queries.get_asked(resale_id)
    if asked.customer_id is not None:
        raise Conflict("resale_used")
    if asked.is_over:
        raise Conflict("resale_over")
    steps.check_active(asked.organization_id)
    customer = get_customer(access)
    check_market(get_party(asked.organization_id).market, customer.market)
    has_profile, versions = list_asked(resale_id)
    check_support(has_profile=has_profile, has_plan=bool(versions))
    offered = choose(versions, get_seller(asked.organization_id).zone)
    if offered is None or offered.number != number:
        raise Conflict("plan_other_version")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT partners_accept(%s, %s, %s)", [resale_id, customer.pk, clock.now()])
            if not cursor.fetchone()[0]:
                raise Conflict("resale_used")
    except IntegrityError:
        raise Conflict("resale_runs") from None
    details = {"partner": asked.organization_id}
    news = [News("partners.resale_accepted", customer.pk, resale_id, details=details)]
    if steps.note_acceptance(access, asked.organization_id, number):
        said = {**details, "number": number}
        news.append(News("partners.plan_accepted", customer.pk, asked.organization_id, details=said))
    steps.tell(access, news)


@command
def end_resale(access: Access, resale_id: int) -> None:
    """By either side; a link that nobody accepted is taken back. Refused while agreements sold by it are in force."""
    one = queries.lock_resale(access, resale_id)
    is_partner = one.organization_id in access.organizations
    if is_partner:
        access.require_serving(Right.MANAGE_DELEGATIONS)
    else:
        access.require(Right.MANAGE_PARTNERS)
    if one.ended_at is not None:
        raise Conflict("resale_ended")
    sold = list_sold(one.customer_id, one.organization_id) if one.customer_id else []
    if sold:
        raise Conflict("resale_in_force", agreements=", ".join(each.number for each in sold))
    one.ended_at, one.ended_by_id = clock.now(), access.person_id
    one.save(update_fields=["ended_at", "ended_by_id"])
    details = {"partner": one.organization_id, "by": "partner" if is_partner else "customer"}
    steps.tell(access, [News("partners.resale_ended", one.customer_id, one.pk, details=details)])


@command
def invite_reseller(access: Access, code: str) -> None:
    """An indirect provider invites a reseller by the code that it gives."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    own = access.organization_id or 0
    steps.check_active(own)
    other = queries.find_partner(code)
    if other is None:
        raise Invalid("partnership_partner_unknown")
    about = find_parties([own, other.pk])
    if about[own].type is not PartyType.INDIRECT_PROVIDER or about[other.pk].type is not PartyType.INDIRECT_RESELLER:
        raise Conflict("partnership_types")
    try:
        with transaction.atomic():
            made = Partnership.objects.create(
                provider_id=own, reseller_id=other.pk, invited_at=clock.now(), invited_by_id=access.person_id
            )
    except IntegrityError:
        raise Conflict("partnership_runs") from None
    steps.tell(access, [News("partners.partnership_invited", None, made.pk)])


@command
def authorise_partnership(access: Access, partnership_id: int) -> None:
    """By the reseller."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_partnership(access, partnership_id)
    if one.reseller_id not in access.organizations:
        raise Forbidden(Right.MANAGE_DELEGATIONS)
    if one.ended_at is not None or one.authorised_at is not None:
        raise Conflict("partnership_answered")
    steps.check_active(one.reseller_id)
    one.authorised_at, one.authorised_by_id = clock.now(), access.person_id
    one.save(update_fields=["authorised_at", "authorised_by_id"])
    steps.tell(access, [News("partners.partnership_authorised", None, one.pk)])


@command
def end_partnership(access: Access, partnership_id: int) -> None:
    """By either side, before it is authorised or after. Customers and what they delegate stay as they are."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_partnership(access, partnership_id)
    if one.ended_at is not None:
        raise Conflict("partnership_answered")
    one.ended_at, one.ended_by_id = clock.now(), access.person_id
    one.save(update_fields=["ended_at", "ended_by_id"])
    steps.tell(access, [News("partners.partnership_ended", None, one.pk)])


@command
def describe_partner(access: Access, organization_id: int, *, kind: str, market: str, security_contact: str) -> None:
    """What the provider says of a partner."""
    access.require_serving(Right.OVERSEE_PARTNERS)
    partner = queries.get_partner(organization_id)
    if kind not in set(PartyType):
        raise Invalid("party_type_unknown")
    sold_in = read_market(market)
    contact = check_address(security_contact) if security_contact else ""
    party = queries.lock_party(partner.pk)
    if (party.type, party.market, party.security_contact) == (kind, sold_in, contact):
        return
    party.type, party.market, party.security_contact = kind, sold_in, contact
    party.save(update_fields=["type", "market", "security_contact"])
    steps.tell(access, [News("partners.described", None, partner.pk, details={"type": kind, "market": sold_in})])


@command
def suspend_partner(access: Access, organization_id: int) -> None:
    """It sells nothing new, and every right that customers gave it ends at once. Customers and agreements stay."""
    access.require_serving(Right.OVERSEE_PARTNERS)
    partner = queries.get_partner(organization_id)
    party = queries.lock_party(partner.pk)
    if party.suspended_at is not None:
        raise Conflict("partner_suspended_before")
    now = clock.now()
    party.suspended_at = now
    party.save(update_fields=["suspended_at"])
    open_ones = Delegation.objects.filter(
        organization_id=partner.pk, state__in=[State.CONSENT, State.PENDING, State.ACTIVE]
    )
    running = list(open_ones.select_for_update(no_key=True).order_by("pk"))
    ids = [one.pk for one in running if one.ends_at is None or one.ends_at > now]
    Delegation.objects.filter(pk__in=ids).update(state=State.TERMINATED, ended_at=now, ended_by_id=access.person_id)
    inside = Consent.objects.filter(organization_id=partner.pk, ended_at=None).select_for_update(no_key=True)
    list(inside)
    steps.lock_partner(partner.pk)
    consents = list(inside.all())  # those as well that were being given
    Consent.objects.filter(pk__in=[one.pk for one in consents]).update(ended_at=now, ended_by_id=access.person_id)
    changes = steps.settle_grants(ids) + steps.settle_consents([one.pk for one in consents])
    news = [News("partners.suspended", None, partner.pk)]
    news += [
        News("partners.delegation_terminated", one.customer_id, one.pk, details={"by": "provider"})
        for one in running
        if one.pk in ids and one.requested_at is not None
    ]
    news += [
        News("partners.consent_ended", one.customer_id, one.request_id, details={"consent": one.pk, "by": "provider"})
        for one in consents
    ]
    steps.tell(access, [*news, *steps.news_of_grants(changes)])


@command
def reinstate_partner(access: Access, organization_id: int) -> None:
    """It may sell and ask again; what ended stays ended."""
    access.require_serving(Right.OVERSEE_PARTNERS)
    partner = queries.get_partner(organization_id)
    party = queries.lock_party(partner.pk)
    if party.suspended_at is None:
        raise ObjectDoesNotExist
    party.suspended_at = None
    party.save(update_fields=["suspended_at"])
    steps.tell(access, [News("partners.reinstated", None, partner.pk)])
