"""The page of an engagement, ready to be placed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Entitlement
from tallyhub.agreements.queries import list_entitlements
from tallyhub.agreements.words import payer_name
from tallyhub.engagements import queries, words
from tallyhub.engagements.models import Engagement, EngagementDelivery, Slot
from tallyhub.engagements.planning import paying as paying_words
from tallyhub.engagements.planning.queries import charge_now
from tallyhub.engagements.rules import (
    AGREED,
    CORRECTABLE,
    DELIVERABLE,
    HOLDING,
    SCHEDULABLE,
    TO_ACCEPT,
    TRANSITIONS,
    Acceptance,
    OfferingKind,
    State,
    is_plannable,
    total_minutes,
)
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url
from tallyhub.ledger.offers import Offer
from tallyhub.organizations.queries import names_of

ENDING_DAYS = 90  # before which it is said that a package ends


def sections(access: Access, one: Engagement, *, may_cancel: bool, may_judge: bool) -> dict[str, Any]:
    """Everything that the page shows of it. Needs a scope; the same number of statements for any engagement."""
    deliveries = queries.list_deliveries(access, one, removed=True)
    changes = queries.list_changes(access, one)
    slots = queries.list_slots(access, one)
    bookings = [each for each in queries.list_bookings(access, one) if not each.is_taken_back]  # type: ignore[attr-defined]
    paying = queries.get_paying(access, one)
    engineers = queries.list_engineers(access, one.workspace_id) if may_plan(access, one) else []
    people = names_of(
        access,
        [
            one.requested_by_id,
            one.engineer_id,
            *engineers,
            *(each.engineer_id for each in deliveries),
            *(each.judged_by_id for each in deliveries),
            *(each.actor_id for each in changes),
        ],
    )
    offers = queries.list_paying()
    offer = next((each for each in offers if each.entitlement_id == one.entitlement_id), None)
    left = paying_words.left_of(one, offers) if may_plan(access, one) else {}
    unit = Unit(paying.service.unit) if paying else Unit.MINUTES
    charged = {each.delivery_id: fmt.amount(each.entry.charged, unit) for each in bookings}
    held = queries.held_for(access, one.number).get(one.entitlement_id or 0, 0)
    standing = queries.standing(deliveries)
    state = State(one.state)
    charge, _today = charge_now(access, one)
    return {
        "one": one,
        "badge": words.state_badge(one.state),
        "facts": _facts(one, people) + paying_words.cancelling(access, one, paying, charge),
        "money": paying_words.money(
            access,
            one,
            paying,
            unit,
            held,
            sum(each.entry.charged for each in bookings),
            standing,
            left.get(one.entitlement_id or 0, ""),
        ),
        "warnings": _warnings(one, paying, offer, deliveries),
        "deliveries": [_delivery(access, one, each, people, charged, may_judge=may_judge) for each in deliveries],
        "changes": [_change(each, people) for each in changes],
        "slots": [_slot(each, people) for each in slots],
        "zone": timezone.get_current_timezone_name(),
        "planning": _planning(access, one, paying, offers, left)
        if may_plan(access, one) and is_plannable(state, is_unbooked=any(each.unbooked for each in deliveries))
        else None,
        "scheduling": _scheduling(one, engineers, people, slots)
        if may_plan(access, one) and state in SCHEDULABLE
        else None,
        "may_decline": may_plan(access, one) and state in (State.REQUESTED, State.PLANNED),
        "may_cancel": may_cancel and State.CANCELLED in _next(state),
        "may_log": may_deliver(access, one) and state in DELIVERABLE,
        "may_finish": may_deliver(access, one) and state is State.IN_DELIVERY and bool(standing),
        "today": clock.today(queries.zone_of(access, one)).isoformat(),
        "charge": charge,
    }


def _next(state: State) -> frozenset[State]:
    return TRANSITIONS[state]


def may_plan(access: Access, one: Engagement) -> bool:
    return access.has(Right.PLAN_SERVICES, workspace_id=one.workspace_id)


def may_deliver(access: Access, one: Engagement) -> bool:
    return access.has(Right.DELIVER_SERVICES, workspace_id=one.workspace_id)


def _facts(one: Engagement, people: dict[int, str]) -> list[tuple[str, str]]:
    zone = timezone.get_current_timezone_name()
    facts = [
        (_("Service"), one.offering.name if one.offering else _("agreed by themselves")),
        (_("Workspace"), one.workspace.name),
        (_("Requested by"), _name(people, one.requested_by_id)),
        (_("Requested (%(zone)s)") % {"zone": zone.replace("_", " ")}, fmt.minute(one.requested_at, zone)),
    ]
    if one.offering:
        facts.insert(1, (_("Category"), words.category_name(one.offering.category)))
    if one.wanted_from:
        last = one.wanted_until or one.wanted_from
        facts.append((_("Wanted"), fmt.term(one.wanted_from, last) if last != one.wanted_from else fmt.day(last)))
    if one.engineer_id:
        facts.append((_("Engineer"), _name(people, one.engineer_id)))
    return facts


def _name(people: dict[int, str], person_id: int | None) -> str:
    if person_id is None:
        return _("another system")
    return people.get(person_id) or _("Erased person")


def _warnings(
    one: Engagement, paying: Entitlement | None, offer: Offer | None, deliveries: Sequence[EngagementDelivery]
) -> list[str]:
    """What somebody should know before they plan, deliver or wait."""
    found = []
    minutes = total_minutes(queries.standing(deliveries))
    if one.planned_minutes and minutes > one.planned_minutes:
        over = fmt.amount(minutes - one.planned_minutes, Unit.MINUTES)
        found.append(_("%(over)s more was delivered than was planned.") % {"over": over})
    if paying and offer and one.state in HOLDING and (text := _ending(one, offer)):
        found.append(text % {"package": paying.package.name, "day": fmt.day(offer.ends_on)})
    return found


def _ending(one: Engagement, offer: Offer) -> str:
    """The package ends before all is delivered, or soon; a termination ends it as well."""
    today = clock.today(offer.zone)
    if offer.ends_on < today:
        return _(
            "%(package)s ended on %(day)s: what is held of it has expired, and pays for earlier days only. "
            "Your account team can plan the rest with another package."
        )
    if one.ends_at and offer.day_of(one.ends_at) > offer.ends_on:
        return _("%(package)s ends on %(day)s, before this is delivered. The delivery day decides what pays.")
    if (offer.ends_on - today).days <= ENDING_DAYS:
        return _("%(package)s ends on %(day)s. What is delivered later is not paid by it.")
    return ""


def _delivery(
    access: Access,
    one: Engagement,
    each: EngagementDelivery,
    people: dict[int, str],
    charged: dict[int | None, str],
    *,
    may_judge: bool,
) -> dict[str, Any]:
    is_gone = each.removed_at is not None
    can_correct = may_plan(access, one) and not is_gone and one.state in CORRECTABLE
    return {
        "id": each.pk,
        "version": each.version,
        "day": fmt.day(each.day),
        "iso": each.day.isoformat(),
        "hours": fmt.amount(each.minutes, Unit.MINUTES),
        "typed_hours": f"{each.minutes // 60}:{each.minutes % 60:02}",
        "charged": charged.get(each.pk, ""),
        "engineer": _name(people, each.engineer_id),
        "note": each.note,
        "badge": {"tone": "plain", "text": _("corrected")} if is_gone else words.acceptance_badge(each.acceptance),
        "unbooked": words.unbooked_sentence(each.unbooked) if each.unbooked and not is_gone else "",
        "reason": each.reason,
        "is_gone": is_gone,
        "judged": _judged(each, people) if not is_gone else "",
        "dispute": each.dispute,
        "answer": each.answer,
        "may_accept": may_judge and not is_gone and each.acceptance in TO_ACCEPT,
        "may_answer": may_plan(access, one) and not is_gone and each.acceptance == Acceptance.DISPUTED,
        "may_correct": can_correct,
    }


def _judged(each: EngagementDelivery, people: dict[int, str]) -> str:
    if each.acceptance in TO_ACCEPT:
        return _("Counts as accepted after %(day)s.") % {"day": fmt.day(each.due_on)}
    if each.acceptance == Acceptance.BY_TIME:
        return _("Counts as accepted: nobody disputed it until %(day)s.") % {"day": fmt.day(each.due_on)}
    if each.acceptance in AGREED and each.judged_at:
        said = {"who": _name(people, each.judged_by_id), "day": fmt.day(timezone.localtime(each.judged_at).date())}
        return _("Accepted by %(who)s on %(day)s.") % said
    return ""


def _change(each: Any, people: dict[int, str]) -> dict[str, str]:
    return {
        "who": _name(people, each.actor_id) if each.actor_id else _("Tallyhub"),
        "text": words.change_text(each.kind, each.details),
        "when": fmt.minute(each.at, timezone.get_current_timezone_name()),
        "instant": each.at.isoformat(),
    }


def _slot(each: Slot, people: dict[int, str]) -> dict[str, Any]:
    return {"id": each.pk, "when": when(each.starts_at, each.ends_at, is_whole_day=each.is_whole_day),
            "engineer": _name(people, each.engineer_id)}  # fmt: skip


def when(starts_at: datetime, ends_at: datetime, *, is_whole_day: bool) -> str:
    """By the reader's clock; the zone is named beside it."""
    starts, ends = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if is_whole_day:
        return _("%(day)s, the whole day") % {"day": fmt.day(starts.date())}
    times = {"from": f"{starts:%H:%M}", "until": f"{ends:%H:%M}", "day": fmt.day(starts.date())}
    if starts.date() == ends.date():
        return _("%(day)s, %(from)s to %(until)s") % times
    times["last"] = fmt.day(ends.date())
    return _("%(day)s, %(from)s to %(last)s, %(until)s") % times


def _planning(
    access: Access, one: Engagement, paying: Entitlement | None, offers: Sequence[Offer], left: dict[int, str]
) -> dict[str, Any]:
    fitting = queries.offers_for(offers, one)
    names = {each.pk: each for each in list_entitlements(access, [offer.entitlement_id for offer in fitting])}
    best = names.get(queries.choose_paying(offers, one, named=None).winner or 0)
    label = _("What fits best, now %(name)s") % {"name": payer_name(best)} if best else _("What fits best")
    options, hints = [{"id": "", "label": label, "is_chosen": paying is None}], []
    for offer in fitting:
        each = names.get(offer.entitlement_id)
        if each:
            said = {"name": payer_name(each), "day": fmt.day(offer.ends_on), "left": left[each.pk]}
            label = _("%(name)s (until %(day)s)") % said
            hints.append(_("%(name)s: %(left)s") % said)
            options.append({"id": each.pk, "label": label, "is_chosen": each.pk == one.entitlement_id})
    minutes = one.planned_minutes or 0
    hours = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else f"{minutes // 60}" if minutes else ""
    return {
        "options": options,
        "left": hints,
        "hours": hours,
        "title": one.title,
        "is_first": one.state == State.REQUESTED,
    }


def _scheduling(
    one: Engagement, engineers: Sequence[int], people: dict[int, str], slots: Sequence[Slot]
) -> dict[str, Any]:
    is_dse = bool(one.offering and one.offering.kind == OfferingKind.DSE)
    starts = timezone.localtime(one.starts_at) if one.starts_at and not is_dse else None
    ends = timezone.localtime(one.ends_at) if one.ends_at and not is_dse else None
    return {
        "is_dse": is_dse,
        "engineers": [
            {"id": each, "label": people.get(each, ""), "is_chosen": each == one.engineer_id}
            for each in engineers
            if each in people
        ],
        "is_again": bool(slots),
        "starts_on": starts.date().isoformat() if starts else (one.wanted_from.isoformat() if one.wanted_from else ""),
        "starts": f"{starts:%H:%M}" if starts else "09:00",
        "ends_on": ends.date().isoformat() if ends else (one.wanted_from.isoformat() if one.wanted_from else ""),
        "ends": f"{ends:%H:%M}" if ends else "17:00",
    }


def clash_text(busy: Sequence[queries.Busy], titles: dict[int, tuple[str, str]]) -> str:
    """Hours in which the engineer has something else to do, in words."""
    said = []
    for each in busy[:3]:
        hours = when(each.starts_at, each.ends_at, is_whole_day=each.is_whole_day)
        known = titles.get(each.engagement_id)
        where = (
            _("%(title)s (%(number)s)") % {"title": known[1], "number": known[0]} if known else _("another customer")
        )
        said.append(_("%(hours)s: %(where)s") % {"hours": hours, "where": where})
    return _("The engineer is booked already. %(clashes)s") % {"clashes": "; ".join(said)}


def why_empty(access: Access) -> str:
    """Of the list, where nothing is chosen away."""
    if access.is_staff:
        return _(
            "Nobody has requested a service of your customer yet. They choose one in the catalogue, and so can you."
        )
    if access.has_anywhere(Right.VIEW_ACTIVITY):
        return _("Nobody has requested a service in your workspaces yet. Choose one in the catalogue.")
    return _(
        "You have requested no service yet: choose one in the catalogue. What others requested is shown to people with "
        "the role Customer activity."
    )


def why_nothing_comes(access: Access) -> str:
    if access.is_staff and not access.has_anywhere(Right.PLAN_SERVICES):
        return _("You are booked for nothing. As soon as a service is scheduled with you, you find it here.")
    if access.is_staff or access.has_anywhere(Right.VIEW_ACTIVITY):
        return _("No service has days yet. As soon as one is scheduled, you find it here.")
    return _(
        "Nothing that you requested has days yet. What others requested is shown to people with the role Customer "
        "activity."
    )


def row(one: Engagement, people: dict[int, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "href": url("engagements:engagement", one.number),
        "badge": words.state_badge(one.state),
        "workspace": one.workspace.name,
        "requested": fmt.day(timezone.localtime(one.requested_at).date()),
        "engineer": people.get(one.engineer_id or 0, "–") if one.engineer_id else "–",
        "planned": fmt.amount(one.planned_minutes, Unit.MINUTES) if one.planned_minutes else "–",
    }


def waiting(one: EngagementDelivery) -> dict[str, str]:
    """Which delivery waits for a word: an engagement may have several. It must have been read with its engagement."""
    return {
        "title": one.engagement.title,
        "day": fmt.day(one.day),
        "hours": fmt.amount(one.minutes, Unit.MINUTES),
        "href": f"{url('engagements:engagement', one.engagement.number)}#delivery-{one.pk}",
    }


def coming_row(each: Slot, people: dict[int, str], clashing: set[int]) -> dict[str, Any]:
    engagement = each.engagement
    return {
        "when": when(each.starts_at, each.ends_at, is_whole_day=each.is_whole_day),
        "title": engagement.title,
        "number": engagement.number,
        "href": url("engagements:engagement", engagement.number),
        "badge": words.state_badge(engagement.state),
        "workspace": engagement.workspace.name,
        "engineer": _name(people, each.engineer_id),
        "clash": _("In these hours the engineer is booked for something else, too.") if each.pk in clashing else "",
    }


def clashing(slots: Sequence[Slot]) -> set[int]:
    """Those of the slots that overlap another one of the same engineer."""
    found: set[int] = set()
    last: dict[int | None, Slot] = {}
    for each in slots:  # by their beginning
        before = last.get(each.engineer_id)
        if before and each.starts_at < before.ends_at:
            found |= {before.pk, each.pk}
        if before is None or each.ends_at > before.ends_at:
            last[each.engineer_id] = each
    return found
