"""Mails about services that are requested, planned, delivered and judged. None is made of what is no longer so."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.engagements import queries
from tallyhub.engagements.models import Engagement, EngagementDelivery
from tallyhub.engagements.rules import OPEN, TO_ACCEPT, Acceptance, State
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter
from tallyhub.organizations.queries import names_of
from tallyhub.organizations.sign_on import act_for


def _requested(person: Person, params: Mapping[str, Any]) -> Letter:
    """To the account team, until somebody has planned or declined it."""
    access = _access(person, params)
    with scope(access):
        engagement = queries.get_by_id(access, params["subject"])
        who = names_of(access, [engagement.requested_by_id]).get(engagement.requested_by_id or 0)
    if engagement.state != State.REQUESTED:
        raise ObjectDoesNotExist
    about = {"who": who or "", "title": engagement.title, "workspace": engagement.workspace.name}
    said = (
        _("%(who)s requests the service “%(title)s” for the workspace %(workspace)s.") % about
        if who
        else _("The service “%(title)s” is requested for the workspace %(workspace)s.") % about
    )
    wish = [engagement.wish] if engagement.wish else []
    return _about(engagement, said, *wish, _("Plan it with them, or decline it with a reason."))


def _planned(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement = _in_state(person, params, *OPEN)
    about = {"title": engagement.title, "hours": fmt.amount(engagement.planned_minutes or 0, Unit.MINUTES)}
    return _about(engagement, _("The service “%(title)s” is planned with %(hours)s.") % about)


def _scheduled(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement = _in_state(person, params, *OPEN)
    if engagement.starts_at is None or engagement.ends_at is None:
        raise ObjectDoesNotExist
    about = {
        "title": engagement.title,
        "from": fmt.minute(engagement.starts_at, person.zone),
        "until": fmt.minute(engagement.ends_at, person.zone),
    }
    return _about(engagement, _("The service “%(title)s” takes place from %(from)s until %(until)s.") % about)


def _declined(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement = _in_state(person, params, State.DECLINED)
    said = _("The service “%(title)s” was declined.") % {"title": engagement.title}
    return _about(engagement, said, engagement.reason)


def _cancelled(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement = _in_state(person, params, State.CANCELLED)
    said = _("The service “%(title)s” was cancelled.") % {"title": engagement.title}
    return _about(engagement, said, engagement.reason)


def _delivered(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement, delivery = _to_judge(person, params)
    said = _("Of the service “%(title)s”, %(hours)s were delivered on %(day)s.")
    return _about(engagement, said % _facts(engagement, delivery), _until(delivery))


def _corrected(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement, delivery = _to_judge(person, params)
    said = _("A delivery of the service “%(title)s” was corrected: %(hours)s on %(day)s.")
    return _about(engagement, said % _facts(engagement, delivery), _until(delivery))


def _answered(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement, delivery = _to_judge(person, params)
    said = _("Your account team answered what was said about the delivery of %(day)s (“%(title)s”):")
    return _about(engagement, said % _facts(engagement, delivery), delivery.answer, _until(delivery))


def _reminded(person: Person, params: Mapping[str, Any]) -> Letter:
    engagement, delivery = _to_judge(person, params)
    said = _("The delivery of %(day)s (“%(title)s”, %(hours)s) waits for what you say about it.")
    return _about(engagement, said % _facts(engagement, delivery), _until(delivery))


def _disputed(person: Person, params: Mapping[str, Any]) -> Letter:
    """To the account team, until somebody has answered or corrected it."""
    engagement, delivery = _delivery(person, params)
    if delivery.acceptance != Acceptance.DISPUTED:
        raise ObjectDoesNotExist
    said = _("The customer disputes the delivery of %(day)s (“%(title)s”, %(hours)s):") % _facts(engagement, delivery)
    return _about(engagement, said, delivery.dispute, _("Answer them, or correct the delivery."))


def _facts(engagement: Engagement, delivery: EngagementDelivery) -> dict[str, str]:
    hours = fmt.amount(delivery.minutes, Unit.MINUTES)
    return {"title": engagement.title, "hours": hours, "day": fmt.day(delivery.day)}


def _until(delivery: EngagementDelivery) -> str:
    """The last day, and what happens after it."""
    after = {"day": fmt.day(delivery.due_on), "next": fmt.day(delivery.due_on + timedelta(days=1))}
    return _("Accept or dispute it until %(day)s. From %(next)s on it counts as accepted.") % after


def _about(engagement: Engagement, *paragraphs: str) -> Letter:
    return Letter(
        subject=_("[%(number)s] %(title)s") % {"number": engagement.number, "title": engagement.title},
        paragraphs=tuple(filter(None, paragraphs)),
        button=_("Open the service"),
        path=reverse("engagements:engagement", args=[engagement.number]),
    )


def _access(person: Person, params: Mapping[str, Any]) -> Access:
    """For whoever still sees it."""
    return act_for(person.pk, params["customer"]).access


def _in_state(person: Person, params: Mapping[str, Any], *states: State) -> Engagement:
    access = _access(person, params)
    with scope(access):
        engagement = queries.get_by_id(access, params["subject"])
    if engagement.state not in states:
        raise ObjectDoesNotExist
    return engagement


def _to_judge(person: Person, params: Mapping[str, Any]) -> tuple[Engagement, EngagementDelivery]:
    """While something can still be said about it."""
    engagement, delivery = _delivery(person, params)
    if delivery.acceptance not in TO_ACCEPT:
        raise ObjectDoesNotExist
    return engagement, delivery


def _delivery(person: Person, params: Mapping[str, Any]) -> tuple[Engagement, EngagementDelivery]:
    """One that stands: in place of one that was corrected, what corrects it."""
    access = _access(person, params)
    with scope(access):
        delivery = queries.get_standing(access, params["delivery"])
    return delivery.engagement, delivery


LETTERS: dict[str, Kind] = {
    "engagements.cancelled": Kind(_cancelled),
    "engagements.declined": Kind(_declined),
    "engagements.delivery_answered": Kind(_answered),
    "engagements.delivery_corrected": Kind(_corrected),
    "engagements.delivery_disputed": Kind(_disputed),
    "engagements.delivery_logged": Kind(_delivered),
    "engagements.delivery_reminded": Kind(_reminded),
    "engagements.planned": Kind(_planned),
    "engagements.requested": Kind(_requested),
    "engagements.rescheduled": Kind(_scheduled),
    "engagements.scheduled": Kind(_scheduled),
}
# For the account team; the others are for whoever requested it, or can judge it in their place; a cancelling for both.
TO_ACCOUNT_TEAM = frozenset({"engagements.cancelled", "engagements.delivery_disputed", "engagements.requested"})
TO_BOTH = frozenset({"engagements.cancelled"})
