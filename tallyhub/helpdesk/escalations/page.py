"""What pages show of an escalation: on its request, and by itself for each side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.accounts.queries import names_by_id
from tallyhub.helpdesk.escalations import queries, words
from tallyhub.helpdesk.escalations.evidence import Form, Item, items_of, names_of
from tallyhub.helpdesk.escalations.form_page import health_text, shown_file
from tallyhub.helpdesk.escalations.instants import is_ongoing, read_instant
from tallyhub.helpdesk.escalations.queries import Customer, State
from tallyhub.helpdesk.escalations.rules import OVER, Category, Side, Status, holder_of, next_statuses
from tallyhub.helpdesk.escalations.shown import answer_text, name_of
from tallyhub.helpdesk.escalations.steps import is_ours, side_of
from tallyhub.helpdesk.models import Escalation, EscalationEvent
from tallyhub.helpdesk.provider_desk.queries import list_incidents
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import find_id
from tallyhub.organizations.queries import list_at_desk
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.models import Request
from tallyhub.support.parts import Known, Part
from tallyhub.support.rules import OPEN, number_of
from tallyhub.support.words import SEVERITY_NAMES, severity_badge


def read(access: Access, request: Request) -> Part:
    """On the request's page: to its customer, in plain words, with whom it is; to its partner also the way to it, or
    the way to make one. Three statements.
    """
    is_own = request.partner_id in access.organizations and access.serves(Right.ESCALATE)
    state = queries.find_state(request)
    mine = queries.find_newest(access, request) if is_own else None
    names = names_of_organizations({request.partner_id or 0, *_parties(state)}) if state else {}

    def say(known: Known) -> dict[str, Any]:
        return {"escalation": {**_told(state, names), **_ways(request, mine, is_own=is_own)}}

    return Part(say)


def _parties(state: State | None) -> set[int]:
    return {one for one in (state.via_id, state.provider_id) if one} if state else set()


def _told(state: State | None, names: Mapping[int, str]) -> dict[str, Any]:
    if state is None:
        return {"text": "", "badge": None, "since": None, "holder": ""}
    named = {
        "partner": names.get(state.organization_id, ""),
        "via": names.get(state.via_id or 0, ""),
        "provider": names.get(state.provider_id, ""),
    }
    return {
        "text": str(words.PLAIN[state.status]) % named,
        "badge": words.status_badge(state.status),
        "since": state.changed_at,
        "holder": "" if state.is_over else _holder(state, named),
    }


def _holder(state: State, named: Mapping[str, str]) -> str:
    who = {Side.PARTNER: "partner", Side.INDIRECT: "via", Side.PROVIDER: "provider"}[state.holder or Side.PARTNER]
    return _("The next step is up to %(who)s.") % {"who": named[who]}


def _ways(request: Request, mine: Escalation | None, *, is_own: bool) -> dict[str, str]:
    """``href``: to the escalation; ``escalate_href``: to a new one, or to the draft; ``outlives``: it runs on, though
    the request is over.
    """
    is_draft = mine is not None and mine.status == Status.DRAFT
    is_free = mine is None or is_draft or mine.status in OVER
    goes_on = request.status in OPEN and request.merged_into_id is None
    may = is_own and is_free and goes_on
    return {
        "href": url("helpdesk:escalation", mine.pk) if mine and not is_draft else "",
        "escalate_href": url("helpdesk:escalate", request.number) if may else "",
        "is_draft": "yes" if is_draft else "",
        "outlives": "" if is_free or goes_on else "yes",
    }


# The page of one


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that was refused, with what was typed for it."""

    act: str = ""
    text: str = ""
    items: Collection[str] = ()
    problem: str = ""
    about: int = 0  # the event that was to be published


def context(access: Access, one: Escalation, zone: str, refused: Refused) -> dict[str, Any]:
    """Of ``helpdesk/escalation.html``, whichever side one is on. Five statements, whatever is in it."""
    side = side_of(access, one)
    events, files = queries.list_events(access, one), queries.list_files(access, one)
    customers = queries.list_customers([one.pk]).get(one.pk, [])
    people = queries.list_names([one.pk], _people(one, events))
    names = names_of_organizations({one.organization_id, one.provider_id, one.via_id or 0})
    number = number_of(one.request_id)
    return {
        "one": one,
        "number": number,
        "side": side.value,
        "title": one.title or _("Without a title"),
        "category": words.category_name(one.category),
        "badge": words.status_badge(one.status),
        "severity": severity_badge(one.severity),
        "holder": _("The next step is yours.")
        if is_ours(access, one)
        else words.HOLDER_NAMES[holder_of(Status(one.status))],
        "facts": _facts(one, names, people, zone),
        "customers": [_customer(each) for each in customers],
        "request_href": url("helpdesk:request", number) if side is Side.PARTNER else "",
        "mend_href": url("helpdesk:escalate", number) if side is Side.PARTNER and _is_mended(one) else "",
        "health": health_text(one.health) if one.health else "",
        "health_at": fmt.minute(datetime.fromisoformat(one.health["at"]), zone) if one.health else "",
        "diagnosis": [{**each, "at": fmt.minute(datetime.fromisoformat(each["at"]), zone)} for each in one.diagnosis],
        "evidence": _evidence(one, people, zone),
        "files": [_file(one, each) for each in files],
        "events": _events(events, people, zone, side, refused),
        "moves": _moves(one, side, refused),
        "may_note": one.status != Status.DRAFT,
        "desk": _desk(access, one) if side is Side.PROVIDER else None,
        "refused": refused,
        "zone": zone.replace("_", " "),
    }


def _desk(access: Access, one: Escalation) -> dict[str, Any]:
    """What the provider's people decide among themselves: who works on it, and to which incident it belongs."""
    colleagues = names_by_id(set(list_at_desk(access, one.provider_id)))
    incidents = {each.pk: each.title for each in list_incidents(access)}
    if one.incident:
        incidents.setdefault(one.incident.pk, one.incident.title)
    return {
        "colleagues": _options(colleagues, one.assigned_to_id),
        "incidents": _options(incidents, one.incident_id),
        "incident_href": url("health:event", one.incident.pk) if one.incident else "",
    }


def _options(names: Mapping[int, str], chosen: int | None) -> list[dict[str, Any]]:
    ordered = sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))
    return [{"id": one, "label": name, "is_chosen": one == chosen} for one, name in ordered]


def _is_mended(one: Escalation) -> bool:
    return one.status in (Status.DRAFT, Status.RETURNED)


def _people(one: Escalation, events: Sequence[EscalationEvent]) -> set[int | None]:
    of_health = {one.health.get("by")} if one.health else set()
    assigned = {each.number for each in events if each.kind == "assigned"}
    contact = find_id(one.content.get("contact", ""))
    return {one.assigned_to_id, contact, *of_health, *assigned, *(each.actor_id for each in events)}


def _facts(
    one: Escalation, names: Mapping[int, str], people: Mapping[int, tuple[str, str]], zone: str
) -> list[tuple[str, str]]:
    facts = [
        (_("Partner"), names.get(one.organization_id, "")),
        (_("Indirect provider"), names.get(one.via_id or 0, "")),
        (_("Provider"), names.get(one.provider_id, "")),
        (_("Product"), one.product.name if one.product else ""),
        (_("Sent"), fmt.minute(sent, zone) if (sent := one.submitted_at or one.forwarded_at) else ""),
        (_("First answer"), answer_text(one, zone)),
        (_("Assigned to"), name_of(people, one.assigned_to_id) if one.assigned_to_id else ""),
        (_("Incident"), one.incident.title if one.incident else ""),
    ]
    return [(name, value) for name, value in facts if value]


def _customer(one: Customer) -> dict[str, str]:
    return {"name": one.name, "code": one.code, "number": number_of(one.request_id)}


def _file(one: Escalation, each: Any) -> dict[str, Any]:
    shown = shown_file(each, url("helpdesk:escalation_file", one.pk, each.pk))
    return {**shown, "item": words.ITEM_NAMES.get(each.item, "")}


def _evidence(one: Escalation, people: Mapping[int, tuple[str, str]], zone: str) -> list[tuple[str, str]]:
    found = []
    for item in items_of(Category(one.category)):
        said = one.content.get(item.code, "")
        if said and item.form is not Form.FILES:
            found.append((str(words.ITEM_NAMES[item.code]), _said(item, said, people, zone)))
    return found


def _said(item: Item, said: str, people: Mapping[int, tuple[str, str]], zone: str) -> str:
    if item.code == "contact":
        return name_of(people, contact) if (contact := find_id(said)) else ""
    if item.code == "severity":
        return str(SEVERITY_NAMES.get(said, said))
    if item.form is Form.CHOICE:
        return str(words.CHOICE_NAMES.get(item.code, {}).get(said, said))
    if item.form in (Form.INSTANT, Form.END):
        return _instant(said, zone)
    return said


def _instant(said: str, zone: str) -> str:
    if is_ongoing(said):
        return _("ongoing")
    try:
        return f"{fmt.minute(read_instant(said), zone)} ({said})"
    except Invalid:
        return said


def _events(
    events: Sequence[EscalationEvent], people: Mapping[int, tuple[str, str]], zone: str, side: Side, refused: Refused
) -> list[dict[str, Any]]:
    published = {each.about_id for each in events if each.kind == "published"}
    return [
        {
            "id": each.pk,
            "who": name_of(people, each.actor_id),
            "what": _what(each, people),
            "when": fmt.minute(each.at, zone),
            "at": each.at.isoformat(),
            "text": each.text,
            "items": [str(words.ITEM_NAMES.get(item, item)) for item in each.items],
            "is_published": each.pk in published,
            "may_publish": side is Side.PARTNER and _is_for_customer(each) and each.pk not in published,
            "typed": refused.text if refused.about == each.pk else each.text,
            "problem": refused.problem if refused.about == each.pk else "",
        }
        for each in events
    ]


def _is_for_customer(each: EscalationEvent) -> bool:
    return bool(each.text) and each.side != Side.PARTNER


def _what(each: EscalationEvent, people: Mapping[int, tuple[str, str]]) -> str:
    if each.kind == "moved":
        is_answer = each.status == Status.IN_PROGRESS and each.side != Side.PROVIDER
        return str(words.ANSWERED if is_answer else words.MOVED[each.status])
    if each.kind == "assigned" and each.number:
        return _("assigned it to %(name)s") % {"name": name_of(people, each.number)}
    return str(words.EVENTS[each.kind])


def _moves(one: Escalation, side: Side, refused: Refused) -> list[dict[str, Any]]:
    """What this side may make of it, as buttons: what leads on first. What is sent goes by the form of evidence."""
    status = Status(one.status)
    possible = next_statuses(status, side, was_submitted=one.submitted_at is not None, has_via=one.via_id is not None)
    if side is Side.PARTNER and status is not Status.SOLVED:
        possible -= {Status.AWAITING, Status.SUBMITTED}
    ordered = sorted(possible, key=lambda becomes: _rank(status, becomes))
    return [_move(one, status, becomes, side, refused) for becomes in ordered]


def _rank(status: Status, becomes: Status) -> tuple[int, int]:
    """What is returned or given up stands last; a solution is accepted first."""
    is_end = (becomes is Status.CLOSED and status is not Status.SOLVED) or becomes is Status.WITHDRAWN
    first = 0 if status is Status.SOLVED and becomes is Status.CLOSED else 1
    return (3 if is_end else 2 if becomes is Status.RETURNED else first), list(Status).index(becomes)


def _move(one: Escalation, status: Status, becomes: Status, side: Side, refused: Refused) -> dict[str, Any]:
    is_typed = refused.act == becomes
    return {
        "becomes": becomes.value,
        "label": _label(status, becomes, side),
        "asks_words": _asks_words(status, becomes, side),
        "gives_up": becomes is Status.WITHDRAWN,
        "items": [
            {"id": item, "label": str(words.ITEM_NAMES[item]), "is_chosen": is_typed and item in refused.items}
            for item in names_of(Category(one.category))
        ]
        if becomes is Status.RETURNED
        else [],
        "text": refused.text if is_typed else "",
        "problem": refused.problem if is_typed else "",
    }


def _asks_words(status: Status, becomes: Status, side: Side) -> bool:
    if becomes in (Status.RETURNED, Status.NEEDS_PARTNER, Status.SOLVED):
        return True
    if side is Side.PROVIDER:
        return False
    is_given_up = becomes is Status.CLOSED and status is not Status.SOLVED
    return is_given_up or becomes in (Status.IN_PROGRESS, Status.AWAITING)


def _label(status: Status, becomes: Status, side: Side) -> str:
    if side is not Side.PROVIDER and status is Status.NEEDS_PARTNER and becomes is Status.IN_PROGRESS:
        return str(words.ANSWER)
    if side is Side.PARTNER and status is Status.SOLVED:
        return str(words.SOLVED if becomes is Status.CLOSED else words.NOT_SOLVED)
    return str(words.MOVES[becomes])
