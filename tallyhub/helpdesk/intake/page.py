"""What pages say of how a request comes to a partner: plain values for templates, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.helpdesk.intake import queries
from tallyhub.helpdesk.intake.queries import Contact, Terms
from tallyhub.helpdesk.intake.rules import (
    OTHER,
    REACH_MAX,
    REASON_MAX,
    TAKEN_IN,
    Asked,
    Channel,
    Cost,
    Problem,
    Route,
    night_line,
)
from tallyhub.helpdesk.intake.words import (
    CHANNEL_NAMES,
    KIND_MEANS,
    KIND_NAMES,
    NIGHT,
    TOLD_KIND_MEANS,
    TOLD_SEVERITY_MEANS,
    WORKS,
)
from tallyhub.helpdesk.mails.rules import check_untaken
from tallyhub.helpdesk.models import DeskMail, Handover, Intake
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_sellers
from tallyhub.partners.card.page import opening
from tallyhub.partners.plans.rules import CHARGED, Line, Mode
from tallyhub.partners.plans.words import PRICE_SENTENCES
from tallyhub.partners.queries import find_parties
from tallyhub.support.conversation import storage
from tallyhub.support.conversation.rules import FILES_MAX
from tallyhub.support.models import Request, StoredFile
from tallyhub.support.parts import Known, Part
from tallyhub.support.requests.rules import IMPACT_MAX
from tallyhub.support.rules import OPEN, TEXT_MAX, TITLE_MAX
from tallyhub.support.words import SEVERITY_MEANS, SEVERITY_NAMES, size_text


def price_text(price: str, amount: int, currency: str) -> str:
    """As the plan names it. ``amount``: in hundredths."""
    said = fmt.money(Decimal(amount) / 100, currency) if price in CHARGED else ""
    return str(PRICE_SENTENCES[price]) % {"amount": said}


def price(terms: Terms) -> dict[str, Any] | None:
    """What it costs, for whoever is about to ask. None: there is no plan."""
    cost: Cost | None = terms.cost
    if cost is None or terms.plan is None:
        return None
    return {
        "text": price_text(cost.price, cost.amount, cost.currency),
        "note": terms.plan.price_note,
        "is_charged": cost.is_charged,
        "number": cost.number,
        "name": terms.plan.name,
    }


def hours(terms: Terms, partner: str) -> dict[str, Any]:
    """Whether it is open now, when it opens, and who takes severity A meanwhile."""
    shown = opening(terms.hours, get_current_timezone_name()) if terms.hours else None
    return {
        "sentence": shown["sentence"] if shown else "",
        "is_open": shown is None or shown["is_open"],
        "night": _night(terms, partner) if shown and not shown["is_open"] else "",
    }


def _night(terms: Terms, partner: str) -> str:
    line = night_line(terms.plan.lines, "") if terms.plan else None
    if line is None:
        return ""
    reached = terms.profile.telephone if terms.profile else ""
    return str(NIGHT[line.mode]) % {**_named(line, partner), "reached": reached or _("as its card says")}


def _named(line: Line | None, partner: str) -> dict[str, str]:
    if line is None:
        return {"partner": partner, "supplier": "", "contact": "", "scope": ""}
    return {"partner": partner, "supplier": line.supplier, "contact": line.contact, "scope": line.scope}


# The form


def fields(
    asked: Asked,
    places: Iterable[tuple[int, str]],
    products: Iterable[Product],
    wrong: Iterable[Problem] = (),
    *,
    is_told: bool = False,
) -> dict[str, Any]:
    """What both forms have, of what is typed in it. ``is_told``: a partner's people write down what somebody said."""
    named = [{"id": one.pk, "label": one.name, "is_chosen": str(one.pk) == asked.product} for one in products]
    other = {"id": OTHER, "label": _("Something else, or I do not know"), "is_chosen": asked.product == OTHER}
    return {
        "typed": asked,
        "errors": {one.field: sentence(one.error) for one in reversed(list(wrong))},
        "kinds": _radios(KIND_NAMES, TOLD_KIND_MEANS if is_told else KIND_MEANS, asked.kind),
        "severities": _radios(SEVERITY_NAMES, TOLD_SEVERITY_MEANS if is_told else SEVERITY_MEANS, asked.severity),
        "products": [*named, other],
        "places": [{"id": one, "label": name, "is_chosen": one == asked.workspace} for one, name in places],
        "maxima": {"title": TITLE_MAX, "text": TEXT_MAX, "impact": IMPACT_MAX, "reach": REACH_MAX},
    }


def files(found: Iterable[StoredFile]) -> dict[str, Any]:
    """Those of a draft, and how many there may be."""
    return {
        "files": [{"id": one.pk, "name": one.name, "size": size_text(one.size)} for one in found],
        "files_max": FILES_MAX,
        "megabytes_max": storage.megabytes_max(),
    }


def begun(
    places: Sequence[tuple[int, str]],
    contacts: Iterable[Contact],
    contact: int | None,
    mail: DeskMail | None,
    once: str,
) -> Asked:
    """What stands in the form of a partner's people at first: nothing, or what a mail says. Raises Conflict for one
    that was taken in. ``contact``: who may have sent it.
    """
    named = next((one for one in contacts if one.person_id == contact), None)
    own = [one for one, _name in places if named and (not named.workspaces or one in named.workspaces)]
    asked = Asked(
        workspace=next(iter([*own, *(one for one, _name in places)]), None),
        channel=Channel.PHONE.value,
        contact=contact if own else None,
        once=once,
    )
    if mail is None:
        return asked
    check_untaken(mail.outcome, mail.number)
    reach = "" if own else mail.sender  # a contact's address is known
    return replace(
        asked, channel=Channel.MAIL.value, title=mail.subject, description=mail.text, reach=reach[:REACH_MAX]
    )


def _radios(names: Mapping[str, Any], means: Mapping[str, Any], chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "name": str(name), "means": str(means[value]), "is_chosen": value == chosen}
        for value, name in names.items()
    ]


def channels(chosen: str) -> list[dict[str, Any]]:
    return [{"id": one.value, "label": CHANNEL_NAMES[one], "is_chosen": one == chosen} for one in TAKEN_IN]


def contacts(found: Sequence[Contact], places: Mapping[int, str], chosen: int | None) -> list[dict[str, Any]]:
    """Whoever is of single workspaces is called with these."""
    return [
        {"id": one.person_id, "label": _contact(one, places), "is_chosen": one.person_id == chosen}
        for one in found[: queries.CONTACTS_MAX]
    ]


def _contact(one: Contact, places: Mapping[int, str]) -> str:
    named = sorted(places[place] for place in one.workspaces if place in places)
    return f"{one.name} ({fmt.listed(named)})" if named else one.name


# On the request's page


def read(access: Access, request: Request) -> Part:
    """How a partner request came in: for whoever sees it. Four statements."""
    intake = queries.find_intake(access, request)
    if intake is None:
        return Part(lambda _known: {"intake": None})
    reach = queries.find_reach(access, request)
    is_at_desk = access.serves(Right.SERVE_CUSTOMERS)
    handovers = queries.list_handovers(access, request) if is_at_desk else []
    names = {one.pk: one.name for one in list_sellers()}
    stuck = _stuck(access, request, names)
    zone = get_current_timezone_name()
    may_give_back = request.desk_id != request.partner_id and request.desk_id in access.organizations and is_at_desk

    def say(known: Known) -> dict[str, Any]:
        return {
            "intake": {
                "facts": _facts(request, intake, names, known, reach),
                "works": _works(request, intake, names),
                "outside": _outside(intake, zone),
                "price": _price(access, request, intake, known),
                "handovers": [
                    {
                        "text": _handover(one, names),
                        "reason": one.reason,
                        "when": fmt.minute(one.at, zone),
                        "by": _handed_by(one, known),
                    }
                    for one in handovers
                ],
                "stuck": stuck,
                "may_give_back": may_give_back and request.status in OPEN,
                "partner": names.get(request.partner_id or 0, ""),
                "reason_max": REASON_MAX,
            }
        }

    return Part(say, people=(intake.accepted_by_id, *(one.by_id for one in handovers)))


def _handover(one: Handover, names: Mapping[int, str]) -> str:
    by_hub = _("%(was)s was suspended, so it went to %(becomes)s")
    said = _("%(was)s gave it back to %(becomes)s") if one.reason else by_hub
    return said % {"was": names.get(one.was_id, ""), "becomes": names.get(one.becomes_id, "")}


def _handed_by(one: Handover, known: Known) -> str:
    if not one.reason:
        return _("the hub")
    return known.people.get(one.by_id or 0) or _("Somebody who has left")


def _stuck(access: Access, request: Request, names: Mapping[int, str]) -> dict[str, str] | None:
    """For the customer, whose partner can take in nothing new: who else is asked now. One statement."""
    partner = request.partner_id or 0
    if access.is_staff or request.status not in OPEN or find_parties([partner])[partner].suspended_at is None:
        return None
    product = request.product_id or OTHER
    return {"partner": names.get(partner, ""), "href": f"{url('partners:technical')}?product={product}"}


def _facts(
    request: Request, intake: Intake, names: Mapping[int, str], known: Known, reach: str
) -> list[tuple[str, str]]:
    stood_in = intake.stands_in_for_id
    return [
        (_("How it came in"), str(CHANNEL_NAMES[intake.channel])),
        *([(_("How to reach whoever asks"), reach)] if reach else []),
        *([(_("Stands in for"), names.get(stood_in, ""))] if stood_in else []),
    ]


def _works(request: Request, intake: Intake, names: Mapping[int, str]) -> str:
    """Who works on it now. What was given back to the partner is its own people's, whatever the plan says."""
    route = Route.of(intake.mode, intake.route)
    partner, desk = names.get(request.partner_id or 0, ""), names.get(request.desk_id or 0, "")
    if route.mode is Mode.OUTSOURCED and request.desk_id == request.partner_id:
        return str(WORKS[Mode.OWN]) % {"partner": partner}
    named = _named(route.line, partner)
    return str(WORKS[route.mode]) % {**named, **({"supplier": desk} if route.mode is Mode.OUTSOURCED else {})}


def _outside(intake: Intake, zone: str) -> str:
    if not intake.is_outside_hours:
        return ""
    if intake.opens_at is None:
        return _("It came in outside the hours of service.")
    when = {"when": fmt.minute(intake.opens_at, zone), "zone": zone.replace("_", " ")}
    return _("It came in outside the hours of service. Next opening: %(when)s (%(zone)s).") % when


def _price(access: Access, request: Request, intake: Intake, known: Known) -> dict[str, Any] | None:
    if intake.plan_number is None:
        return None
    zone = get_current_timezone_name()
    is_charged = intake.price in CHARGED
    accepted = ""
    if intake.accepted_at:
        who = known.people.get(intake.accepted_by_id or 0) or _("Somebody who has left")
        said = {"who": who, "when": fmt.minute(intake.accepted_at, zone)}
        taken = intake.channel != Channel.PORTAL and intake.accepted_by_id == request.opened_by_id
        text = _("agreed on %(when)s, as %(who)s wrote down") if taken else _("accepted on %(when)s by %(who)s")
        accepted = text % said
    elif is_charged:
        accepted = _("not accepted yet")
    return {
        "text": price_text(intake.price, intake.amount or 0, intake.currency),
        "accepted": accepted,
        "number": intake.plan_number,
        "plan_href": f"{url('partners:plan_read', request.partner_id or 0)}?version={intake.plan_number}",
        "may_accept": is_charged and intake.accepted_at is None and not access.is_staff,
    }
