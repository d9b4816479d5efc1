"""What is said of what is held: plain values for templates."""

from typing import Any

from django.utils.translation import gettext as _

from tallyhub.agreements.words import STATE_TONES, state_name
from tallyhub.kernel import formatting as fmt
from tallyhub.ledger.words import headline, over_text
from tallyhub.partners.holdings.rules import Line, Subscription, is_over_used, runs_out_on


def badge(one: Subscription) -> dict[str, str]:
    return {"text": state_name(one.state), "tone": STATE_TONES.get(one.state, "plain")}


def ends(one: Subscription) -> str:
    """The last day, and how long that is; whether something follows."""
    said = {"day": fmt.day(one.ends_on), "left": fmt.days_left(one.days_left), "number": one.follower}
    if one.is_over:
        return _("until %(day)s") % said
    if one.follower:
        return _("until %(day)s (%(left)s), then continues as %(number)s") % said
    return _("until %(day)s (%(left)s)") % said


def quantity(line: Line) -> str:
    """What is left first. Of places and set-ups only how many were agreed: who takes them is counted elsewhere."""
    if line.balance is None:
        return _("included")
    if not line.is_gauge:
        return headline(line.balance)
    if line.balance.is_as_needed or not line.balance.quantity:
        return _("as many as needed")
    return fmt.amount(line.balance.quantity, line.unit)


def line(one: Line, of: Subscription) -> dict[str, Any]:
    out_on = runs_out_on(one, of)
    balance = one.balance
    has_bar = balance is not None and not one.is_gauge and not balance.is_as_needed and balance.quantity > 0
    return {
        "name": one.name,
        "quantity": quantity(one),
        "bar": {"value": min(balance.quantity - balance.left, balance.quantity), "max": balance.quantity}
        if balance and has_bar
        else None,
        "tone": balance.tone if balance and not one.is_gauge else "plain",
        "over": over_text(balance) if balance and is_over_used(one) and balance.left else "",
        "runs_out": _("used up about %(day)s at the pace of 90 days") % {"day": fmt.day(out_on)} if out_on else "",
    }


def products(one: Subscription, names: dict[int, str]) -> str:
    if one.products is None:
        return _("every product")
    return fmt.listed(sorted(names[each] for each in one.products if each in names))
