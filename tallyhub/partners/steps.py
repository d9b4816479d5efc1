"""Pieces of writing about partners. Each demands an open transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.organizations.queries import houses_of
from tallyhub.partners.models import (
    Consent,
    Delegation,
    Partnership,
    PlanAcceptance,
    RoleAssignment,
    SecurityGroupMember,
)
from tallyhub.partners.queries import get_party
from tallyhub.partners.rules import State

PARTNER_LOCK = 7_302  # of our advisory locks, the one on what the people of a partner hold


def lock_partner(organization_id: int) -> None:
    """One change at a time of what its people hold. Rows come first, then this, so that nobody waits for each other."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [PARTNER_LOCK, organization_id % 2**31])


def check_active(organization_id: int) -> None:
    """Raises Conflict where the provider suspended the partner: nothing new, while what there is goes on."""
    if get_party(organization_id).suspended_at is not None:
        raise Conflict("partner_suspended")


def check_partnership(provider_id: int, reseller_id: int) -> None:
    """Raises Conflict where the reseller has authorised none, or it has ended; DoesNotExist where there was never one.

    In the scope of either.
    """
    between = Partnership.objects.filter(provider_id=provider_id, reseller_id=reseller_id)
    dates = list(between.values_list("authorised_at", "ended_at"))
    if not dates:
        raise ObjectDoesNotExist
    if not any(authorised and not ended for authorised, ended in dates):
        raise Conflict("partnership_needed")


def tell(access: Access, news: Sequence[News]) -> None:
    """Into the journals of these customers, whichever is worked inside. A command's last act, because the scope is
    theirs afterwards, without a row of theirs that could be read.
    """
    require_transaction()
    customers = {one.customer_id for one in news if one.customer_id}
    if not customers <= set(access.customers):
        widen(replace(access, system_customers=tuple(sorted(customers)), in_whole=False, workspaces=()))
    record_many(access, news)


def note_acceptance(access: Access, organization_id: int, number: int) -> bool:
    """That the customer worked inside accepted a version of a partner's plan. False: it had before, and that stays."""
    require_transaction()
    of = {"organization_id": organization_id, "customer_id": access.customer_id, "number": number}
    now = {"accepted_at": clock.now(), "accepted_by_id": access.person_id}
    return PlanAcceptance.objects.get_or_create(**of, defaults=now)[1]


Grant = tuple[int, int, str, str, bool]  # customer, person, role, source, whether it was given or ended


def settle_grants(delegations: Collection[int]) -> list[Grant]:
    """Give and end the rights of people so that they follow from these delegations, their groups and staff now.

    Whoever changes one of these calls it. One change of a partner at a time: a second one waits here, and then sees
    what the first one did.
    """
    return _settle("SELECT * FROM partners_settle_grants(%s::bigint[], %s)", Delegation.objects.all(), delegations)


def settle_consents(consents: Collection[int]) -> list[Grant]:
    """The same for consents, with the request that each is about."""
    return _settle("SELECT * FROM partners_settle_consents(%s::bigint[], %s)", Consent.objects.all(), consents)


def _settle(sql: str, rows: Any, ids: Collection[int]) -> list[Grant]:
    require_transaction()
    if not ids:
        return []
    for partner in sorted(set(rows.filter(pk__in=ids).values_list("organization_id", flat=True))):
        lock_partner(partner)
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(ids), clock.now()])
        return list(cursor.fetchall())


def news_of_grants(changes: Sequence[Grant]) -> list[News]:
    """What the customer reads of it: who got which right by which delegation or consent, and whose ended."""
    news = []
    for customer_id, person_id, role, source, is_given in changes:
        details = {"role": role, "source": source}
        if is_given:
            news.append(News("partners.right_given", customer_id, person_id, details=details))
        else:
            news.append(News("partners.right_ended", customer_id, person_id, details=details))
    return news


def list_running(organization_id: int, **which: Any) -> list[int]:
    """The partner's active delegations that a group, or a member of it, may hold something of."""
    mine = RoleAssignment.objects.filter(organization_id=organization_id, delegation__state=State.ACTIVE, **which)
    return sorted(set(mine.values_list("delegation_id", flat=True)))


def settle_staff(people: Collection[int]) -> list[Grant]:
    """The same after these people's work changed, at the partners of the scope. Whose work ended is in no group."""
    require_transaction()
    groups = SecurityGroupMember.objects.filter(staff__person_id__in=people)
    assigned = RoleAssignment.objects.filter(delegation__state=State.ACTIVE, group__in=groups.values("group"))
    delegations = sorted(set(assigned.values_list("delegation_id", flat=True)))
    leave_groups(people)
    there = Consent.objects.filter(organization_id__in=houses_of(people), ended_at=None)
    consents = there.values_list("pk", flat=True)
    return settle_grants(delegations) + settle_consents(list(consents))


def leave_groups(people: Collection[int]) -> None:
    """Of these people, those whose work has ended are in no group of the partners of the scope any more."""
    require_transaction()
    gone = SecurityGroupMember.objects.filter(staff__person_id__in=people, staff__ends_at__lte=clock.now())
    gone.delete()
