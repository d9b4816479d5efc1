"""What pages say of what a partner may escalate: what is left first."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.helpdesk.allowances.queries import Agreed
from tallyhub.helpdesk.allowances.rules import Balance, Period
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
    if period.included is None:
        said = _("As many escalations as are needed until %(until)s.")
        return said % {"until": until}
    left = max(period.included - period.used, 0)
    said = ngettext(
        "%(left)s of %(n)s escalation is left until %(until)s.",
        "%(left)s of %(n)s escalations are left until %(until)s.",
        period.included,
    )
    return said % {"left": fmt.number(left), "n": fmt.number(period.included), "until": until}


def rows(found: Sequence[Agreed], balance: Balance) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "from": fmt.day(one.period.starts_on),
            "until": fmt.day(one.period.ends_on),
            "included": _("any number") if one.period.included is None else fmt.number(one.period.included),
            "used": fmt.number(one.period.used),
            "is_running": one.period == balance.running,
        }
        for one in found
    ]
