"""What kinds, states and reasons of engagements are called, and how a badge of each looks."""

from typing import Any

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tallyhub.engagements.rules import Acceptance, Category, Left, OfferingKind, State, Unbooked
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.rules import Reason

KIND_NAMES: dict[str, Any] = {
    OfferingKind.WORKSHOP: _("Workshop"),
    OfferingKind.DELIVERY: _("Delivery"),
    OfferingKind.DSE: _("Dedicated support engineer"),
    OfferingKind.ASSESSMENT_DELIVERY: _("Assessment delivery"),
    OfferingKind.CUSTOM: _("Custom service"),
}
CATEGORY_NAMES: dict[str, Any] = {
    Category.MAINTAIN: _("Maintain"),
    Category.OPTIMIZE: _("Optimise"),
    Category.EDUCATE: _("Educate"),
    Category.IMPLEMENT: _("Implement"),
    Category.OTHER: _("Other services"),
}
STATE_NAMES: dict[str, Any] = {
    State.REQUESTED: _("Requested"),
    State.PLANNED: _("Planned"),
    State.SCHEDULED: _("Scheduled"),
    State.IN_DELIVERY: _("In delivery"),
    State.DELIVERED: _("Delivered"),
    State.ACCEPTED: _("Accepted"),
    State.DECLINED: _("Declined"),
    State.CANCELLED: pgettext_lazy("state of an engagement", "Cancelled"),
}
STATE_TONES: dict[str, str] = {State.REQUESTED: "low", State.DELIVERED: "ok", State.ACCEPTED: "ok"}
ACCEPTANCE_TONES: dict[str, str] = {
    Acceptance.ACCEPTED: "ok",
    Acceptance.BY_TIME: "ok",
    Acceptance.DISPUTED: "critical",
    Acceptance.OPEN: "low",
    Acceptance.ANSWERED: "low",
}


def state_badge(state: str) -> dict[str, Any]:
    return {"tone": STATE_TONES.get(state, "plain"), "text": STATE_NAMES[state]}


def acceptance_badge(acceptance: str) -> dict[str, Any]:
    names: dict[str, Any] = {
        Acceptance.OPEN: _("to be accepted"),
        Acceptance.ACCEPTED: pgettext("a delivery", "accepted"),
        Acceptance.BY_TIME: _("accepted by time"),
        Acceptance.DISPUTED: _("disputed"),
        Acceptance.ANSWERED: _("answered, to be accepted"),
    }
    return {"tone": ACCEPTANCE_TONES[acceptance], "text": names[acceptance]}


def state_name(state: str) -> str:
    return str(STATE_NAMES[state])


def kind_name(kind: str) -> str:
    return str(KIND_NAMES[kind])


def category_name(category: str) -> str:
    return str(CATEGORY_NAMES[category])


def unbooked_sentence(reason: str) -> str:
    sentences = {
        Unbooked.MISSING: _("Not booked: no entitlement was chosen that pays for it."),
        Unbooked.BEFORE_TERM: _("Not booked: the day lies before the term of what pays."),
        Unbooked.AFTER_TERM: _("Not booked: the day lies after the term. The delivery day decides what pays."),
        Unbooked.UNMAPPED: _("Not booked: the package that would pay is not mapped to the workspace."),
        Unbooked.TAKEN_BACK: _("Not booked: its entry was taken back. A correction of the delivery books it anew."),
    }
    return str(sentences[Unbooked(reason)])


def pays_sentence(why: str) -> str:
    sentences = {
        Reason.NAMED: _("It was chosen when the engagement was planned."),
        Reason.ADD_ON: _("It is an add-on that covers the product of the service."),
        Reason.BASE: _("Nothing more specific fits."),
    }
    return str(sentences[Reason(why)]) if why in set(Reason) else ""


def left_of(one: Left, unit: Unit) -> str:
    """What is left first, and how much of it is held for what was planned already."""
    said = {
        "left": fmt.amount(one.left or 0, unit),
        "quantity": fmt.amount(one.quantity, unit),
        "held": fmt.amount(one.held, unit),
        "upcoming": fmt.amount(one.upcoming, unit),
    }
    if one.left is None:
        return gettext("as needed, %(held)s held") % said if one.held else gettext("as needed")
    if not one.left and one.upcoming:
        return (
            gettext("%(upcoming)s to come, %(held)s held") % said
            if one.held
            else gettext("%(upcoming)s to come") % said
        )
    if one.held > one.left:
        return gettext("%(left)s of %(quantity)s left, but %(held)s held") % said
    if one.held:
        return gettext("%(left)s of %(quantity)s left, %(held)s of it held") % said
    return gettext("%(left)s of %(quantity)s left") % said


def loses_sentence(why: str) -> str:
    sentences = {
        Reason.NOT_NAMED: _("Another one was chosen."),
        Reason.OTHER_PRODUCT: _("It is for other products."),
        Reason.ADD_ON_FIRST: _("An add-on comes before it."),
        Reason.ENDS_LATER: _("The other one ends first."),
        Reason.HIGHER_ID: _("The other one was there first."),
    }
    return str(sentences[Reason(why)]) if why in set(Reason) else ""


def costs(minutes: int | None, rate: int | None) -> str:
    """What an offering takes: hours, credits, or either."""
    parts = [fmt.amount(minutes, Unit.MINUTES)] if minutes else []
    if rate:
        parts.append(fmt.amount(rate, Unit.CREDITS))
    if len(parts) > 1:
        return gettext("%(hours)s or %(credits)s") % {"hours": parts[0], "credits": parts[1]}
    return parts[0] if parts else gettext("as agreed")


def change_text(kind: str, details: dict[str, Any]) -> str:
    """A line of the timeline. Who did it stands before it."""
    texts: dict[str, Any] = {
        "requested": _("requested it"),
        "planned": _("planned it with %(hours)s"),
        "replanned": _("planned it anew with %(hours)s"),
        "scheduled": _("scheduled it"),
        "rescheduled": _("moved it to other days"),
        "day_freed": _("gave back a booked day"),
        "in_delivery": _("began to deliver it"),
        "delivered": _("said that all is delivered"),
        "accepted": _("all of it is accepted"),
        "declined": _("declined it"),
        "cancelled": _("cancelled it"),
        "imported": _("brought it in from another system"),
        "delivery_logged": _("logged a delivery of %(hours)s"),
        "delivery_corrected": _("corrected a delivery from %(before)s to %(hours)s"),
        "delivery_accepted": _("accepted a delivery"),
        "delivery_by_time": _("a delivery counts as accepted: nobody disputed it in time"),
        "delivery_reminded": _("reminded that a delivery counts as accepted soon"),
        "delivery_disputed": _("disputed a delivery"),
        "delivery_answered": _("answered a dispute"),
    }
    said = {
        "hours": fmt.amount(details.get("minutes") or 0, Unit.MINUTES),
        "before": fmt.amount(details["was"], Unit.MINUTES) if isinstance(details.get("was"), int) else "",
    }
    return str(texts[kind]) % said
