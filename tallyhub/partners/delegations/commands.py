"""A delegation from the wish to the end: what a partner asks for, what a customer answers, what both may do then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command
from tallyhub.partners import queries, steps
from tallyhub.partners.models import Delegation, Notice, RoleAssignment, SecurityGroup
from tallyhub.partners.rules import (
    EXTENDS_BEFORE,
    EXTENDS_BY,
    NAME_MAX,
    RUNNING,
    Stage,
    State,
    Wish,
    check_days,
    check_extends,
    check_roles,
    check_stage,
    check_wish,
    notice_due,
)

_OPEN = frozenset({Stage.PENDING, *RUNNING})


@command
def request_delegation(access: Access, customer_id: int, wish: Wish, *, is_sent: bool = True) -> int:
    """Ask a customer of one's own for rights, or keep the wish as a draft; returns the delegation's id.

    Raises DoesNotExist for whom the partner has no relation to, Invalid for a wish that cannot be, Conflict for a name
    that is taken.
    """
    access.require_serving(Right.MANAGE_DELEGATIONS)
    organization_id = access.organization_id or 0
    steps.check_active(organization_id)
    _require_relation(customer_id)
    made = _keep(Delegation(organization_id=organization_id, customer_id=customer_id), wish)
    if is_sent:
        _send(access, made)
    return made.pk


def _require_relation(customer_id: int) -> None:
    """Raises DoesNotExist for a customer to whom the partner has no relation now."""
    if not queries.get_known(customer_id).may_be_asked:
        raise ObjectDoesNotExist


def _keep(one: Delegation, wish: Wish) -> Delegation:
    """Raises Invalid for a wish that cannot be, Conflict for a name that is taken."""
    check_wish(wish)
    one.name, one.roles = read_name(wish.name, length_max=NAME_MAX), sorted(wish.roles)
    one.days, one.extends, one.reason = wish.days or 0, wish.extends, wish.reason
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError:
        raise Conflict("delegation_name_taken") from None
    return one


@command
def edit_draft(access: Access, delegation_id: int, wish: Wish, *, is_sent: bool = False) -> None:
    """While nobody else knows of it. Raises as ``request_delegation``, and Conflict for what was sent."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, [Stage.CREATED])
    _keep(one, wish)
    if is_sent:
        steps.check_active(one.organization_id)
        _require_relation(one.customer_id)
        _send(access, one)


@command
def propose_delegation(access: Access, customer_id: int, reseller_id: int, wish: Wish) -> int:
    """An indirect provider asks a customer of its own for rights of its reseller, who must agree first; returns the id.

    Raises as ``request_delegation``, and as ``steps.check_partnership``.
    """
    access.require_serving(Right.MANAGE_DELEGATIONS)
    own = access.organization_id or 0
    _require_relation(customer_id)
    steps.check_partnership(own, reseller_id)
    for each in (own, reseller_id):
        steps.check_active(each)
    made = Delegation(organization_id=reseller_id, customer_id=customer_id, provider_id=own, state=State.CONSENT)
    made.proposed_at, made.proposed_by_id = clock.now(), access.person_id
    _keep(made, wish)
    steps.tell(access, [News("partners.delegation_proposed", None, made.pk, details={"reseller": reseller_id})])
    return made.pk


@command
def consent_to_delegation(access: Access, delegation_id: int) -> None:
    """The reseller agrees to what its indirect provider asked for it: it goes to the customer now."""
    one = _lock_unanswered(access, delegation_id)
    steps.check_partnership(one.provider_id or 0, one.organization_id)
    for each in (one.provider_id or 0, one.organization_id):
        steps.check_active(each)
    one.consented_at, one.consented_by_id = clock.now(), access.person_id
    one.save(update_fields=["consented_at", "consented_by_id"])
    steps.tell(access, [News("partners.delegation_consented", None, one.pk)])
    _send(access, one)


@command
def decline_delegation(access: Access, delegation_id: int) -> None:
    """The reseller does not agree; the customer never hears of it."""
    one = _lock_unanswered(access, delegation_id)
    one.state, one.answered_at, one.answered_by_id = State.REJECTED, clock.now(), access.person_id
    one.save(update_fields=["state", "answered_at", "answered_by_id"])
    steps.tell(access, [News("partners.delegation_declined", None, one.pk)])


def _lock_unanswered(access: Access, delegation_id: int) -> Delegation:
    """One's own that an indirect provider asked for. Raises Conflict where it was answered, lapsed or taken back."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_delegation(access, delegation_id)
    if one.provider_id is None or one.organization_id not in access.organizations:
        raise ObjectDoesNotExist
    if one.stage is Stage.REJECTED and one.consented_at is None:
        raise Conflict("delegation_declined")
    check_stage(one.stage, [Stage.CONSENT])
    return one


@command
def withdraw_proposal(access: Access, delegation_id: int) -> None:
    """By the indirect provider that asked, as long as its reseller has not agreed."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    check_stage(queries.get_proposed(access, delegation_id).stage, [Stage.CONSENT])
    one = queries.lock_proposed(access, delegation_id)  # the database lets nobody lock what the reseller has answered
    check_stage(one.stage, [Stage.CONSENT])
    one.state, one.ended_at, one.ended_by_id = State.TERMINATED, clock.now(), access.person_id
    one.save(update_fields=["state", "ended_at", "ended_by_id"])
    steps.tell(access, [News("partners.delegation_withdrawn", None, one.pk)])


@command
def send_delegation(access: Access, delegation_id: int) -> None:
    """A draft goes to the customer."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    steps.check_active(access.organization_id or 0)
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, [Stage.CREATED])
    _require_relation(one.customer_id)
    _send(access, one)


def _send(access: Access, one: Delegation) -> None:
    one.state, one.requested_at, one.requested_by_id = State.PENDING, clock.now(), access.person_id
    one.save(update_fields=["state", "requested_at", "requested_by_id"])
    details = {"roles": "+".join(one.roles), "days": one.days}
    steps.tell(access, [News("partners.delegation_requested", one.customer_id, one.pk, details=details)])


@command
def delete_draft(access: Access, delegation_id: int) -> None:
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, [Stage.CREATED])
    one.delete()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer grants of a wish: all of it, or less."""

    roles: frozenset[str]
    days: int | None


@command
def approve_delegation(access: Access, delegation_id: int, answer: Answer) -> None:
    """By whoever decides for the customer. Raises Conflict where it was answered, lapsed or ended meanwhile."""
    access.require(Right.MANAGE_PARTNERS)
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, [Stage.PENDING])
    steps.check_active(one.organization_id)
    check_roles(answer.roles, one.roles)
    check_days(answer.days, one.days)
    now = clock.now()
    one.state, one.granted = State.ACTIVE, sorted(answer.roles)
    one.answered_at, one.answered_by_id = now, access.person_id
    one.starts_at, one.ends_at = now, now + timedelta(days=answer.days or 0)
    one.save()
    changes = steps.settle_grants([one.pk])
    details = {"roles": "+".join(one.granted), "days": answer.days or 0}
    news = News("partners.delegation_approved", one.customer_id, one.pk, details=details)
    steps.tell(access, [news, *steps.news_of_grants(changes)])


@command
def reject_delegation(access: Access, delegation_id: int) -> None:
    access.require(Right.MANAGE_PARTNERS)
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, [Stage.PENDING])
    one.state, one.answered_at, one.answered_by_id = State.REJECTED, clock.now(), access.person_id
    one.save(update_fields=["state", "answered_at", "answered_by_id"])
    steps.tell(access, [News("partners.delegation_rejected", one.customer_id, one.pk)])


@command
def terminate_delegation(access: Access, delegation_id: int) -> None:
    """By either side: what runs ends at once, and what was only asked for is taken back."""
    _require_side(access, queries.get_delegation(access, delegation_id))
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, _OPEN)
    one.state, one.ended_at, one.ended_by_id = State.TERMINATED, clock.now(), access.person_id
    one.save(update_fields=["state", "ended_at", "ended_by_id"])
    changes = steps.settle_grants([one.pk])
    by = "partner" if one.organization_id in access.organizations else "customer"
    news = News("partners.delegation_terminated", one.customer_id, one.pk, details={"by": by})
    steps.tell(access, [news, *steps.news_of_grants(changes)])


@command
def set_extends(access: Access, delegation_id: int, *, extends: bool) -> None:
    """By either side. Nobody is told by mail; it stands in the audit."""
    _require_side(access, queries.get_delegation(access, delegation_id))
    one = queries.lock_delegation(access, delegation_id)
    check_stage(one.stage, _OPEN)
    if extends:
        check_extends(one.granted or one.roles)
    one.extends = extends
    one.save(update_fields=["extends"])
    details = {"extends": "on" if extends else "off"}
    steps.tell(access, [News("partners.extension_set", one.customer_id, one.pk, details=details)])


def _require_side(access: Access, one: Delegation) -> None:
    """Of the partner, or of the customer that is worked inside."""
    if one.organization_id in access.organizations:
        access.require_serving(Right.MANAGE_DELEGATIONS)
    else:
        access.require(Right.MANAGE_PARTNERS)


@command
def note_conflict(access: Access, delegation_id: int, *, act: str) -> None:
    """Somebody was faster: what was tried stands in the audit, too, though nothing of it was done."""
    one = queries.get_delegation(access, delegation_id)
    _require_side(access, one)
    details = {"act": act, "stage": one.stage.value}
    customer = one.customer_id if one.requested_at else None  # of what was never sent it knows nothing
    steps.tell(access, [News("partners.delegation_refused", customer, one.pk, details=details)])


@command
def assign(access: Access, delegation_id: int, group_id: int, roles: Collection[str]) -> None:
    """The people of a security group get these roles of the delegation, in place of what the group had of it."""
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_delegation(access, delegation_id)
    group = SecurityGroup.objects.filter(organization_id__in=access.organizations).get(pk=group_id)
    check_stage(one.stage, RUNNING)
    check_roles(roles, one.granted)
    RoleAssignment.objects.update_or_create(
        organization_id=one.organization_id,
        delegation_id=one.pk,
        group_id=group.pk,
        defaults={"roles": sorted(roles), "assigned_at": clock.now()},
    )
    changes = steps.settle_grants([one.pk])
    details = {"group": group.pk, "roles": "+".join(sorted(roles))}
    news = News("partners.assigned", one.customer_id, one.pk, details=details)
    steps.tell(access, [news, *steps.news_of_grants(changes)])


@command
def unassign(access: Access, delegation_id: int, group_id: int) -> None:
    access.require_serving(Right.MANAGE_DELEGATIONS)
    one = queries.lock_delegation(access, delegation_id)
    gone, _each = RoleAssignment.objects.filter(
        organization_id__in=access.organizations, delegation_id=one.pk, group_id=group_id
    ).delete()
    if not gone:
        raise ObjectDoesNotExist
    changes = steps.settle_grants([one.pk])
    news = News("partners.unassigned", one.customer_id, one.pk, details={"group": group_id})
    steps.tell(access, [news, *steps.news_of_grants(changes)])


@command
def settle_time(access: Access, delegation_id: int) -> None:
    """For the hub: extend what extends by itself, tell of an end that nears or has come, each once."""
    one = Delegation.objects.select_for_update(no_key=True, of=("self",)).get(pk=delegation_id)
    now, stage = clock.now(), one.stage
    news: list[News] = []
    if stage in RUNNING and one.extends and one.ends_at and one.ends_at - now <= EXTENDS_BEFORE:
        one.ends_at += EXTENDS_BY
        one.save(update_fields=["ends_at"])
        news.append(News("partners.delegation_extended", one.customer_id, one.pk, details={"days": EXTENDS_BY.days}))
        news += steps.news_of_grants(steps.settle_grants([one.pk]))
    elif stage is Stage.LAPSED and one.requested_at and _is_new(one, "lapsed", one.requested_at):
        news.append(News("partners.delegation_lapsed", one.customer_id, one.pk))
    elif stage in (*RUNNING, Stage.EXPIRED) and one.starts_at and one.ends_at:
        days = notice_due(one.starts_at, one.ends_at, now)
        if days is not None and _is_new(one, str(days), one.ends_at):
            news.append(
                News("partners.delegation_ending", one.customer_id, one.pk, details={"days": days})
                if days
                else News("partners.delegation_expired", one.customer_id, one.pk)
            )
    steps.tell(access, news)


def _is_new(one: Delegation, what: str, ends_at: datetime) -> bool:
    """Whether nobody was told of this yet; and from now on they were."""
    known: dict[str, Any] = {
        "organization_id": one.organization_id,
        "delegation_id": one.pk,
        "what": what,
        "ends_at": ends_at,
    }
    _made, is_new = Notice.objects.get_or_create(**known)
    return is_new
