"""What pays for an engagement, what is left of it, and what cancelling costs: in words."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.models import Entitlement
from tallyhub.agreements.queries import list_entitlements
from tallyhub.agreements.words import payer_name
from tallyhub.engagements import queries, words
from tallyhub.engagements.models import Engagement
from tallyhub.engagements.planning.queries import free_until_of
from tallyhub.engagements.rules import HOLDING, State, total_minutes
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.offers import Offer


def money(
    access: Access,
    one: Engagement,
    paying: Entitlement | None,
    unit: Unit,
    held: int,
    used: int,
    standing: Sequence[Any],
    left: str,
) -> dict[str, Any]:
    figures = [{"label": _("Left of what pays"), "value": left}] if left else []
    if paying and one.state in HOLDING:
        figures.append({"label": _("Held for it"), "value": fmt.amount(held, unit)})
    if one.planned_minutes:
        figures.append({"label": _("Planned"), "value": fmt.amount(one.planned_minutes, Unit.MINUTES)})
    if unit is Unit.CREDITS and one.credit_rate:
        figures.append({"label": _("Rate when it was ordered"), "value": fmt.amount(one.credit_rate, unit)})
    figures.append({"label": _("Delivered"), "value": fmt.amount(total_minutes(standing), Unit.MINUTES)})
    if paying:
        figures.append({"label": _("Used"), "value": fmt.amount(used, unit)})
    if paying and one.state not in HOLDING:
        figures.append({"label": _("Held for it"), "value": fmt.amount(held, unit)})
    losers: dict[int, str] = dict(one.choice.get("losers", ()))
    names = {each.pk: payer_name(each) for each in list_entitlements(access, list(losers))}
    return {
        "figures": figures,
        "pays": payer_name(paying) if paying else "",
        "why": words.pays_sentence(one.choice.get("why", "")),
        "losers": [f"{names[each]}: {words.loses_sentence(why)}" for each, why in losers.items() if each in names],
    }


def left_of(one: Engagement, offers: Sequence[Offer]) -> dict[int, str]:
    """What is left of what can be chosen and of what pays, in words, by entitlement: for whoever plans."""
    paying = [each for each in offers if each.entitlement_id == one.entitlement_id]
    chosen = {each.entitlement_id: each for each in (*queries.offers_for(offers, one), *paying)}
    found = queries.left_of_each(list(chosen.values()))
    return {each: words.left_of(left, chosen[each].unit) for each, left in found.items()}


def cancelling(access: Access, one: Engagement, paying: Entitlement | None, charge: int) -> list[tuple[str, str]]:
    """What cancelling costs, and from when on, before anybody thinks of it. ``charge``: what it costs today."""
    days = paying.package.late_cancel_days if paying else None
    if paying is None or days is None or one.state not in (State.PLANNED, State.SCHEDULED):
        return []
    said: dict[str, Any] = {"percent": paying.package.late_cancel_percent, "days": days}
    free = free_until_of(access, one, paying.package)
    if charge:
        text = _("Cancelling now costs %(cost)s, %(percent)s %% of what was planned")
        said["cost"] = fmt.amount(charge, Unit(paying.service.unit))
    elif free is None:
        text = ngettext(
            "At no cost until %(days)s day before it begins, later for %(percent)s %% of what was planned",
            "At no cost until %(days)s days before it begins, later for %(percent)s %% of what was planned",
            days,
        )
    else:
        text = _("At no cost until %(day)s, later for %(percent)s %% of what was planned")
        said["day"] = fmt.day(free)
    return [(_("Cancelling"), text % said)]
