"""What a partner's card says: plain values for templates, in the reader's language and zone."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.http import url
from tallyhub.organizations.models import Organization
from tallyhub.organizations.rules import Kind
from tallyhub.partners.card.queries import Supported, read_supported
from tallyhub.partners.card.rules import Responsible, Why
from tallyhub.partners.hours import Hours, read_hours
from tallyhub.partners.models import SupportPlan, SupportProfile
from tallyhub.partners.plans import page as plans
from tallyhub.partners.plans.rules import Typed
from tallyhub.partners.profiles.rules import language_names


def cards(supported: Supported, partner_id: int, product: Product | None, zone: str) -> list[dict[str, Any]]:
    """For what was bought from a partner: its own card, or those of whoever stands in for it."""
    return [_card(supported, one, product, zone) for one in supported.cards_of(partner_id)]


def _card(supported: Supported, one: Responsible, product: Product | None, zone: str) -> dict[str, Any]:
    organization = supported.organizations[one.organization_id]
    partner = supported.organizations[one.for_id].name
    profile, standing = supported.profiles.get(organization.pk), supported.plans[organization.pk]
    plan = standing.plan
    typed = Typed.of(plan.content) if plan else None
    hours = hours_of(profile, typed)
    return {
        "id": organization.pk,
        "name": organization.name,
        "contact_href": _contact_href(organization, one.for_id, product),
        "why": _why(one, partner),
        "products": [] if product else [each.name for each in supported.products_of(one.for_id)],
        "profile": about(profile) if profile else None,
        "methods": plans.methods(typed) if typed else [],
        "hours": opening(hours, zone) if hours else None,
        "plan": _plan(plan, typed, product) if plan and typed else None,
        "acceptance": plans.acceptance(standing, organization, zone) if one.why is not Why.SUSPENDED else None,
    }


def _contact_href(organization: Organization, seller_id: int, product: Product | None) -> str:
    """The form to a partner, or to whoever stands in for it; the provider's own is another one."""
    if organization.kind == Kind.PROVIDER:
        return ""
    query = {"product": product.pk, "partner": seller_id} if product else {"partner": seller_id}
    return f"{url('helpdesk:contact')}?{urlencode(query)}"


def _why(one: Responsible, partner: str) -> str:
    if one.why is Why.SUSPENDED:
        return _("%(partner)s cannot support you at present. Until it can, ask here.") % {"partner": partner}
    if one.why is Why.ABSENT:
        return _("%(partner)s has not said yet how to reach it. Until it has, ask here.") % {"partner": partner}
    return ""


def about(profile: SupportProfile) -> dict[str, Any]:
    dialled = "".join(one for one in profile.telephone if one in "+0123456789")
    return {
        "email": profile.email,
        "telephone": profile.telephone,
        "telephone_href": f"tel:{dialled}",
        "website": profile.website,
        "chat": profile.chat,
        "languages": fmt.listed(language_names(profile.languages, get_language() or "en")),
    }


def hours_of(profile: SupportProfile | None, plan: Typed | None) -> Hours | None:
    """Those of today: the profile's, where it says any, else the plan's."""
    if profile and profile.hours:
        return read_hours(profile.hours)[0]
    return plan.hours if plan else None


def opening(hours: Hours, zone: str) -> dict[str, Any]:
    """Whether it is open now, until when, or from when on; in the reader's zone, because they pick up the telephone."""
    now = clock.now()
    return {
        "is_open": hours.calendar.is_open(now),
        "sentence": _opening(hours, now, zone),
        "rows": plans.week(hours),
        "holidays": plans.coming_holidays(hours, clock.today(hours.zone)),
        "zone": hours.zone.replace("_", " "),
        "is_around_the_clock": hours.is_around_the_clock,
    }


def _opening(hours: Hours, now: datetime, zone: str) -> str:
    said = {"zone": zone.replace("_", " ")}
    if hours.calendar.is_open(now):
        closes = hours.closing(now)
        if closes is None:
            return _("Open now, around the clock")
        return _("Open now, until %(when)s (%(zone)s)") % {**said, "when": _when(closes, now, zone)}
    opens = hours.next_opening(now)
    if opens is None:
        return _("Closed, and no next opening is known")
    return _("Closed now, opens %(when)s (%(zone)s)") % {**said, "when": _when(opens, now, zone)}


def _when(instant: datetime, now: datetime, zone: str) -> str:
    """With the day, unless it is today."""
    local, today = instant.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{local:%H:%M}" if local.date() == today else fmt.minute(instant, zone)


def _plan(plan: SupportPlan, typed: Typed, product: Product | None) -> dict[str, Any]:
    lines = [one for one in typed.lines if one.mode and (product is None or one.product in ("", product.code))]
    return {
        "name": typed.name,
        "href": url("partners:plan_read", plan.organization_id),
        "number": plan.number,
        "price": plans.price(typed),
        "types": plans.types(typed),
        "covers": product is None or typed.supports(product.code),
        "excluded": typed.excluded,
        "lines": plans.lines(lines, {product.code: product.name} if product else {}),
    }


def contacts_of(supported: Supported, seller_id: int) -> list[dict[str, str]]:
    """How to reach whoever sold something: a partner, or whoever stands in for it, or the provider itself."""
    if seller_id == supported.provider_id:
        return [_contact(supported, seller_id)]
    return [_contact(supported, one.organization_id) for one in supported.cards_of(seller_id)]


def contacts_for(access: Access, product_id: int | None) -> list[dict[str, str]]:
    """The same for programs: whom to ask about a product instead of the provider, or, without one, about anything."""
    supported = read_supported(access)
    sellers = supported.partners if product_id is None else supported.sellers.get(product_id, ())
    reached = {one.organization_id: None for seller in sellers for one in supported.cards_of(seller)}
    return [_contact(supported, one) for one in reached]


def _contact(supported: Supported, organization_id: int) -> dict[str, str]:
    organization, profile = supported.organizations[organization_id], supported.profiles.get(organization_id)
    ways = {name: getattr(profile, name) if profile else "" for name in ("email", "telephone", "website")}
    return {"code": organization.code, "name": organization.name, **ways}
