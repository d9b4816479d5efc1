"""What pages say of what a partner may escalate: what is left first."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.helpdesk.allowances.queries import Agreed
from tallyhub.helpdesk.allowances.rules import Balance, Period, balance_of
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.sentences import sentence


def balance_text(balance: Balance) -> str:
    """For the partner, and for whoever agrees with it. Empty where nothing was agreed."""
    try:
        balance.check()
    except Conflict as error:
        return str(sentence(error))
    if balance.running is None:
        return ""
    return period_text(balance.running)


def period_text(period: Period) -> str:
    until = fmt.day(period.ends_on)
    if period.included is None or period.left is None:
        return _("As many escalations as are needed until %(until)s.") % {"until": until}
    said = ngettext(
        "%(left)s of %(n)s escalation is left until %(until)s.",
        "%(left)s of %(n)s escalations are left until %(until)s.",
        period.included,
    )
    return said % {"left": fmt.number(period.left), "n": fmt.number(period.included), "until": until}


def agreed(found: Sequence[Agreed], today: date) -> dict[str, Any]:
    """All that was agreed with one partner."""
    balance = balance_of([one.period for one in found], today)
    return {"balance": balance_text(balance), "rows": [_row(one, balance) for one in found]}


def _row(one: Agreed, balance: Balance) -> dict[str, Any]:
    period = one.period
    return {
        "id": one.id,
        "from": fmt.day(period.starts_on),
        "until": fmt.day(period.ends_on),
        "included": _("any number") if period.included is None else fmt.number(period.included),
        "used": fmt.number(period.used),
        "is_running": period == balance.running,
    }
