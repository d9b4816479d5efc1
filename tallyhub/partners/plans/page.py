"""What pages say of a support plan: plain values for templates, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import find_id
from tallyhub.organizations.models import Organization
from tallyhub.organizations.rules import Kind
from tallyhub.partners.hours import AROUND, Hours, day_text
from tallyhub.partners.models import PlanAcceptance, SupportPlan
from tallyhub.partners.plans import words
from tallyhub.partners.plans.queries import Standing
from tallyhub.partners.plans.rules import CHARGED, Line, Typed, in_force, read_amount
from tallyhub.partners.profiles.rules import language_names

HOLIDAYS_SHOWN = 6


def price(typed: Typed) -> dict[str, str]:
    charged = typed.price in CHARGED
    amount = fmt.money(Decimal(read_amount(typed.amount)) / 100, typed.currency) if charged else ""
    return {"text": str(words.PRICE_SENTENCES[typed.price]) % {"amount": amount}, "note": typed.price_note}


def types(typed: Typed) -> list[str]:
    return [str(name) for value, name in words.TYPE_NAMES.items() if value in typed.types]


def methods(typed: Typed) -> list[dict[str, str]]:
    return [{"id": one, "name": str(words.METHOD_NAMES[one])} for one in typed.methods if one in words.METHOD_NAMES]


def day_names() -> list[str]:
    """Monday first."""
    return [str(Locale.parse(get_language() or "en").days["stand-alone"]["wide"][day]) for day in range(7)]


def week(hours: Hours) -> list[dict[str, str]]:
    return [{"day": name, "text": _day(spans)} for name, spans in zip(day_names(), hours.week, strict=True)]


def _day(spans: Sequence[Sequence[int]]) -> str:
    if not spans:
        return _("closed")
    return _("around the clock") if tuple(map(tuple, spans)) == AROUND else day_text(spans).replace("-", "–")


def coming_holidays(hours: Hours, today: date) -> list[str]:
    """The next days without service."""
    coming = [(day, name) for day, name in hours.holidays if day >= today][:HOLIDAYS_SHOWN]
    return [f"{fmt.day(day)}: {name}" if name else fmt.day(day) for day, name in coming]


def lines(found: Iterable[Line], names: Mapping[str, str]) -> list[dict[str, str]]:
    """``names``: of the products, by code."""
    return [
        {
            "mode": str(words.MODE_NAMES[one.mode]),
            "product": names.get(one.product, one.product) if one.product else "",
            "when": str(words.WHEN_NAMES[one.when]),
            "severities": fmt.listed(sorted(one.severities)) if one.severities else "",
            "supplier": one.supplier if one.mode != "own" else "",
            "contact": one.contact if one.mode == "resold" else "",
            "scope": one.scope,
        }
        for one in found
        if one.mode
    ]


def targets(typed: Typed) -> list[dict[str, str]]:
    return [
        {
            "severity": severity,
            "text": ngettext("within %(n)s hour", "within %(n)s hours", hours) % {"n": fmt.number(hours)},
        }
        for severity, said in typed.targets.items()
        if (hours := find_id(said.strip())) is not None
    ]


def document(plan: SupportPlan, products: Mapping[str, str]) -> dict[str, Any]:
    """All of one published version. ``products``: names by code."""
    typed = Typed.of(plan.content)
    hours = typed.hours
    return {
        "name": typed.name,
        "number": plan.number,
        "languages": fmt.listed(language_names(typed.languages, get_language() or "en")),
        "products": fmt.listed([products.get(one, one) for one in typed.products]) if typed.products else "",
        "excluded": typed.excluded,
        "types": types(typed),
        "week": week(hours) if hours else [],
        "zone": hours.zone.replace("_", " ") if hours else "",
        "holidays": [f"{fmt.day(day)}: {name}" if name else fmt.day(day) for day, name in hours.holidays]
        if hours
        else [],
        "methods": methods(typed),
        "targets": targets(typed),
        "measured": typed.measured,
        "price": price(typed),
        "escalation": typed.escalation,
        "duties": typed.duties,
        "lines": lines(typed.lines, products),
    }


def acceptance(standing: Standing, partner: Organization, zone: str) -> dict[str, str] | None:
    """Which version of a partner's plan the customer has accepted, and which one it has not. None: it is no partner, or
    has no plan.
    """
    newest, accepted = standing.coming or standing.plan, standing.accepted
    if partner.kind != Kind.PARTNER or newest is None:
        return None
    text = (
        _("You accepted version %(number)s of the support plan on %(when)s.")
        % {"number": accepted.number, "when": fmt.minute(accepted.accepted_at, zone)}
        if accepted
        else _("You have accepted no version of the support plan.")
    )
    is_new = accepted is None or (newest.number or 0) > accepted.number
    return {"text": text, "news": begins(newest, partner.zone) if is_new else "", "href": _address(newest)}


def begins(plan: SupportPlan, day_zone: str) -> str:
    """Since when, or from when on, a version holds."""
    said = {"number": plan.number, "day": fmt.day(plan.valid_from) if plan.valid_from else ""}
    if plan.valid_from and plan.valid_from > clock.today(day_zone):
        return _("Version %(number)s is in force from %(day)s on.") % said
    return _("Version %(number)s has been in force since %(day)s.") % said


def _address(plan: SupportPlan) -> str:
    return f"{url('partners:plan_read', plan.organization_id)}?version={plan.number}"


def versions(
    found: Sequence[SupportPlan],
    zone: str,
    *,
    day_zone: str,
    shown: int | None = None,
    accepted: Mapping[int, PlanAcceptance] | None = None,
) -> list[dict[str, Any]]:
    """All that is published, newest first, with the days on which each is in force. ``zone``: the reader's;
    ``day_zone``: in which a plan's days begin; ``accepted``: by the customer that reads, by number.
    """
    today = clock.today(day_zone)
    known = [(one.number or 0, one.valid_from or today) for one in found]
    now = current(found, day_zone)
    return [
        {
            "number": one.number,
            "name": Typed.of(one.content).name,
            "href": _address(one),
            "published": fmt.minute(one.published_at, zone) if one.published_at else "",
            "from": fmt.day(one.valid_from) if one.valid_from else "",
            "until": _until(one, known),
            "badge": _badge(one.number or 0, one.valid_from or today, now, today),
            "is_shown": one.number == shown,
            "accepted": _accepted((accepted or {}).get(one.number or 0), zone),
        }
        for one in found
    ]


def _accepted(one: PlanAcceptance | None, zone: str) -> str:
    return _("you accepted it on %(when)s") % {"when": fmt.minute(one.accepted_at, zone)} if one else ""


def current(found: Sequence[SupportPlan], day_zone: str) -> int | None:
    """The number of the version that is in force."""
    today = clock.today(day_zone)
    return in_force([(one.number or 0, one.valid_from or today) for one in found], today)


def _until(one: SupportPlan, known: Sequence[tuple[int, date]]) -> str:
    """The day before a later version begins; one that begins before it, or with it, was never in force."""
    later = [begins for number, begins in known if number > (one.number or 0)]
    if not later:
        return ""
    ends = min(later) - timedelta(days=1)
    return fmt.day(ends) if one.valid_from and ends >= one.valid_from else _("never in force")


def _badge(number: int, valid_from: date, now: int | None, today: date) -> dict[str, str]:
    if number == now:
        return {"text": _("in force"), "tone": "ok"}
    if valid_from > today and (now is None or number > now):
        return {"text": _("announced"), "tone": "low"}
    return {"text": _("no longer in force"), "tone": "plain"}
