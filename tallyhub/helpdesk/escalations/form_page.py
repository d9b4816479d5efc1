"""What the form of an escalation shows: what is known already, what was typed, and what is wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallyhub.accounts.queries import names_by_id
from tallyhub.helpdesk.allowances.page import balance_text
from tallyhub.helpdesk.allowances.queries import read_balance
from tallyhub.helpdesk.escalations import queries, words
from tallyhub.helpdesk.escalations.commands import EscalationRefused, Typed
from tallyhub.helpdesk.escalations.evidence import Form, Item, items_of
from tallyhub.helpdesk.escalations.instants import ONGOING_WORDS
from tallyhub.helpdesk.escalations.rules import LETTERS, TEXT_MAX, Category, Route, Status, default_severity
from tallyhub.helpdesk.escalations.taken import Taken, read_taken
from tallyhub.helpdesk.models import Escalation, EscalationFile
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import url
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_serving
from tallyhub.partners.page import publisher
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.conversation.storage import megabytes_max
from tallyhub.support.models import Request
from tallyhub.support.queries import places_of_desk
from tallyhub.support.words import SEVERITY_NAMES, size_text


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form comes back. ``error``: what is not about one item."""

    refused: EscalationRefused | None = None
    error: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Any) -> "Refusal":
        if not isinstance(error, EscalationRefused):
            return cls(error=error)
        return cls(refused=error, errors={one.item: str(sentence(one.why)) for one in error.gaps})


def categories(chosen: str, *, takes_agreed: bool) -> list[dict[str, Any]]:
    """Those that the provider takes."""
    return [
        {
            "id": one.value,
            "letter": LETTERS[one],
            "label": words.category_name(one),
            "means": words.CATEGORY_MEANS[one],
            "is_chosen": one == chosen,
        }
        for one in Category
        if one is not Category.AGREED or takes_agreed
    ]


def first_typed(access: Access, request: Request, category: Category, taken: Taken) -> Typed:
    """What is known already, so that nobody types it twice; for the last category the customers that may have the
    same trouble.
    """
    values = {
        "title": request.title,
        "seen": request.description[:TEXT_MAX],
        "impact": request.impact[:TEXT_MAX],
        "severity": default_severity(category, request.severity).value,
        "contact": str(access.person_id or ""),
        "tried": tried(taken)[:TEXT_MAX],
        "feature": request.product.name if request.product else "",
    }
    similar = queries.list_similar(access, request) if category is Category.REGIONAL else []
    return Typed(category=category, values=values, tenants=tuple(one.number for one in similar))


def tried(taken: Taken) -> str:
    """The diagnosis as a text, which may be mended before it is sent."""
    parts = ([one.get(name, "") for name in ("hypothesis", "step", "result")] for one in taken.diagnosis)
    return "\n".join(" → ".join(said for said in each if said) for each in parts)


def of_kept(access: Access, kept: Escalation) -> Typed:
    """What was typed last, sent or not."""
    if kept.unsent is not None:
        return Typed.of(kept.unsent)
    tenants = [one.number for one in queries.list_tenant_requests(access, kept)]
    return Typed(Category(kept.category), kept.content, tuple(tenants), kept.via_id)


def context(
    access: Access, request: Request, typed: Typed, kept: Escalation | None, refusal: Refusal
) -> dict[str, Any]:
    """All of ``helpdesk/escalate.html``, in a scope at the desk."""
    taken, route = read_taken(access, request), queries.find_route(request)
    files = queries.list_files(access, kept) if kept else []
    colleagues = names_by_id(set(list_serving(access, request.partner_id or 0)))
    refused = refusal.refused
    settings = queries.find_settings(queries.get_provider_id())
    items = items_of(typed.category)
    others = {one.item for one in files} - {one.code for one in items}  # of the category that was chosen before
    return {
        "ask": request,
        "category": words.category_name(typed.category),
        "category_id": typed.category.value,
        "version": kept.version if kept else 0,
        "evidence": [
            _field(one, typed.values, colleagues, _of_item(one, files, others), request.number) for one in items
        ],
        "errors": dict(refusal.errors),
        "notice": str(sentence(refusal.error)) if refusal.error else "",
        "gaps": [_gap(one, said) for one, said in refusal.errors.items()],
        "findings": _findings(refused, files) if refused else [],
        "hints": refused is not None and refused.hints,
        "seal": refused.seal if refused and (refused.findings or refused.hints) else "",
        "security": security(settings),
        "health": _health(taken.health) if taken.health else "",
        "lock": _lock(taken, route),
        "publisher": publisher(request.product),
        "balance": _balance(request, typed, route, kept),
        "returned": _returned(access, kept) if kept and kept.status == Status.RETURNED else None,
        "vias": _vias(route, typed.via_id),
        "via": _via_name(kept, route),
        **_tenants(access, request, typed),
        "megabytes_max": megabytes_max(),
    }


def lock(access: Access, request: Request) -> str:
    """Why nothing is sent now, whatever is typed; empty where something may be."""
    return _lock(read_taken(access, request), queries.find_route(request))


def _lock(taken: Taken, route: Route) -> str:
    code = route.refusal or taken.lock
    return str(sentence(Conflict(code))) if code else ""


def _balance(request: Request, typed: Typed, route: Route, kept: Escalation | None) -> str:
    """What is left for the partner itself. What an indirect provider passes on is on that one."""
    is_counted = typed.category is not Category.AGREED and not (kept and kept.submitted_at)
    if not is_counted or route.via_id or route.choices or route.refusal:
        return ""
    return balance_text(read_balance(request.partner_id or 0))


def _returned(access: Access, kept: Escalation) -> dict[str, Any] | None:
    """What whoever returned it last said to be missing, so that nobody has to look for it elsewhere."""
    events = [one for one in queries.list_events(access, kept) if one.status == Status.RETURNED]
    if not events:
        return None
    items = [{"item": one, "name": str(words.ITEM_NAMES.get(one, one))} for one in events[-1].items]
    return {"items": items, "text": events[-1].text}


def _gap(item: str, said: str) -> dict[str, str]:
    return {"item": item, "name": str(words.ITEM_NAMES[item]), "text": said}


def _field(
    item: Item, values: Mapping[str, str], colleagues: Mapping[int, str], files: Sequence[EscalationFile], number: str
) -> dict[str, Any]:
    value = values.get(item.code, "")
    return {
        "code": item.code,
        "form": item.form.value,
        "heading": words.HEADINGS.get(item.code, ""),
        "label": words.ITEM_NAMES[item.code],
        "hint": _hint(item),
        "value": value,
        "is_required": item.is_required,
        "length_max": item.length_max,
        "options": _options(item, value, colleagues),
        "files": [shown_file(one, url("helpdesk:escalation_file_remove", number, one.pk)) for one in files],
    }


def _of_item(item: Item, files: Sequence[EscalationFile], others: Collection[str]) -> list[EscalationFile]:
    """What is sent is shown, so that it can be taken out: files that no item asks for any more stand with the further
    ones.
    """
    return [one for one in files if one.item == item.code or (item.code == "files" and one.item in others)]


def _hint(item: Item) -> str:
    hint = str(words.ITEM_HINTS.get(item.code, ""))
    if item.form is Form.END:
        word = ONGOING_WORDS.get(get_language() or "en", ONGOING_WORDS["en"])[0]
        hint = _("Day, time and zone; or “%(word)s”.") % {"word": word}
    return hint


def _options(item: Item, value: str, colleagues: Mapping[int, str]) -> list[dict[str, Any]]:
    if item.code == "contact":
        pairs = [(str(one), name) for one, name in sorted(colleagues.items(), key=lambda each: each[1].casefold())]
    elif item.code == "severity":
        pairs = [(one, str(SEVERITY_NAMES[one])) for one in item.choices]
    else:
        names = words.CHOICE_NAMES.get(item.code, {})
        pairs = [(one, str(names[one])) for one in item.choices]
    return [{"id": one, "label": label, "is_chosen": one == value} for one, label in pairs]


def shown_file(one: EscalationFile, href: str) -> dict[str, Any]:
    found = ", ".join(str(words.FINDING_NAMES[each]) for each in one.findings)
    return {"id": one.pk, "name": one.name, "size": size_text(one.size), "href": href, "findings": found}


def _findings(refused: EscalationRefused, files: Sequence[EscalationFile]) -> list[dict[str, str]]:
    names = {f"file-{one.pk}": one.name for one in files}
    return [
        {
            "where": names.get(where) or str(words.ITEM_NAMES.get(where, where)),
            "what": ", ".join(str(words.FINDING_NAMES[one]) for one in what),
        }
        for where, what in refused.findings.items()
    ]


def security(settings: Any) -> dict[str, str]:
    """Where a vulnerability is reported; a mailbox or a page of the provider's."""
    channel = settings.security_channel
    is_page, is_mail = channel.startswith("https://"), "@" in channel and " " not in channel
    href = channel if is_page else f"mailto:{channel}" if is_mail else ""
    return {"channel": channel, "href": href, "note": settings.security_note}


def health_text(health: Mapping[str, Any]) -> str:
    """The result of the health check; when it was made stands beside it."""
    said = [str(words.RESULT_NAMES[health["result"]])]
    if health.get("despite"):
        said.append(str(words.DESPITE_NAMES[health["despite"]]))
    return " · ".join(said)


def _health(health: Mapping[str, Any]) -> str:
    zone = get_current_timezone_name()
    when = {"when": fmt.minute(datetime.fromisoformat(health["at"]), zone), "zone": zone.replace("_", " ")}
    looked = _("looked at on %(when)s (%(zone)s)") % when
    return f"{health_text(health)} · {looked}"


def _vias(route: Route, chosen: int | None) -> list[dict[str, Any]]:
    names = names_of_organizations(route.choices) if route.choices else {}
    return [{"id": one, "label": names.get(one, ""), "is_chosen": one == chosen} for one in route.choices]


def _via_name(kept: Escalation | None, route: Route) -> str:
    via = kept.via_id if kept and kept.via_id else route.via_id
    return names_of_organizations([via]).get(via, "") if via else ""


def _tenants(access: Access, request: Request, typed: Typed) -> dict[str, Any]:
    """Requests of other customers of the same partner: proposed ones, and those that were named."""
    if typed.category is not Category.REGIONAL:
        return {"tenants": None, "more_tenants": ""}
    named = queries.list_named(access, request, typed.tenants)
    rows = {one.pk: one for one in (*named, *queries.list_similar(access, request))}
    places = places_of_desk(one.workspace_id for one in rows.values())
    known = {one.number for one in rows.values()}
    return {
        "tenants": [
            {
                "number": one.number,
                "title": one.title,
                "customer": places[one.workspace_id].customer if one.workspace_id in places else "",
                "is_chosen": one.number in typed.tenants,
            }
            for one in rows.values()
        ],
        "more_tenants": " ".join(one for one in typed.tenants if one not in known),
    }
