"""The steps in which a request is opened: what each form says, and what each page shows."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallyhub.articles import page as articles
from tallyhub.articles.queries import list_offered
from tallyhub.health import page as health
from tallyhub.health.queries import list_active
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import read_id, read_ids
from tallyhub.kernel.names import read_name
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_members, names_of
from tallyhub.support.conversation.rules import FILES_MAX
from tallyhub.support.conversation.storage import megabytes_max
from tallyhub.support.models import Draft
from tallyhub.support.requests import page, queries
from tallyhub.support.requests.rules import IMPACT_MAX, Problem, Step, Typed, check_typed
from tallyhub.support.rules import TEXT_MAX, TITLE_MAX, Kind, Severity, read_text
from tallyhub.support.words import KIND_MEANS, KIND_NAMES, SEVERITY_MEANS, SEVERITY_NAMES, size_text

ARTICLES_SHOWN = 3
FIND_MAX = 100  # characters of a name that is searched for
STEP_NAMES: dict[Step, Any] = {
    Step.WHAT: gettext_lazy("What it is about"),
    Step.PROBLEM: gettext_lazy("Description"),
    Step.SEVERITY: gettext_lazy("Severity"),
    Step.PEOPLE: gettext_lazy("People"),
    Step.CHECK: gettext_lazy("Check and send"),
}


def read_find(data: QueryDict) -> str:
    return (data.get("find") or "").replace("\x00", "").strip()[:FIND_MAX]


# What was typed. A text that cannot be kept is told beside its field, and stands there as it was.

Read = tuple[dict[str, Any], dict[str, HubError]]


def read_step(step: Step, data: QueryDict) -> Read:
    """(fields of Typed, what is wrong with a field that cannot be kept). Raises DoesNotExist for what is no id."""
    return _READERS[step](data)


def _read_what(data: QueryDict) -> Read:
    kind, product = data.get("kind", ""), data.get("product")
    return {"kind": kind if kind in set(Kind) else "", "product": read_id(product) if product else None}, {}


def _read_problem(data: QueryDict) -> Read:
    return _texts(
        data,
        title=lambda text: read_name(text, length_max=TITLE_MAX),
        description=lambda text: read_text(text, length_max=TEXT_MAX),
    )


def _read_severity(data: QueryDict) -> Read:
    severity = data.get("severity", "")
    typed, errors = _texts(data, impact=lambda text: read_text(text, length_max=IMPACT_MAX))
    return {"severity": severity if severity in set(Severity) else "", **typed}, errors


def _texts(data: QueryDict, **readers: Callable[[str], str]) -> Read:
    typed: dict[str, Any] = {}
    errors: dict[str, HubError] = {}
    for name, read in readers.items():
        said = data.get(name, "")
        try:
            typed[name] = read(said)
        except Invalid as error:
            typed[name], errors[name] = said, error
    return typed, errors


def _read_people(data: QueryDict) -> Read:
    contact = data.get("primary_contact")
    people, groups = read_ids(data.getlist("people")), read_ids(data.getlist("groups"))
    typed = {
        "primary_contact": read_id(contact) if contact else None,
        "people": tuple(people),
        "groups": tuple(groups),
    }
    return typed, {}


_READERS: Mapping[Step, Callable[[QueryDict], Read]] = {
    Step.WHAT: _read_what,
    Step.PROBLEM: _read_problem,
    Step.SEVERITY: _read_severity,
    Step.PEOPLE: _read_people,
}


# What a page shows


def frame(draft: Draft, step: Step, workspace: str) -> dict[str, Any]:
    return {
        "draft": draft,
        "workspace": workspace,
        "step": step,
        "title": str(STEP_NAMES[step]),
        "steps": [
            {
                "id": one.value,
                "name": str(name),
                "href": url("support:open_step", draft.pk, one),
                "is_current": one is step,
            }
            for one, name in STEP_NAMES.items()
        ],
    }


def content(access: Access, draft: Draft, step: Step, typed: Typed, find: str) -> dict[str, Any]:
    """Of one step, with what is typed in it."""
    if step is Step.WHAT:
        return _what(access, draft, typed)
    if step is Step.SEVERITY:
        return {"severities": _radios(SEVERITY_NAMES, SEVERITY_MEANS, typed.severity), "impact_max": IMPACT_MAX}
    if step is Step.PEOPLE:
        return _people(access, draft, typed, find)
    if step is Step.CHECK:
        return _check(access, draft, typed)
    offered = list_offered(access, typed.product, ARTICLES_SHOWN) if typed.product else []
    return {
        "articles": [articles.offered(one, typed.product) for one in offered],
        "title_max": TITLE_MAX,
        "text_max": TEXT_MAX,
        "files": [
            {"id": one.pk, "name": one.name, "size": size_text(one.size)}
            for one in queries.list_draft_files(access, draft)
        ],
        "files_max": FILES_MAX,
        "megabytes_max": megabytes_max(),
    }


def _radios(names: Mapping[str, Any], means: Mapping[str, Any], chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "name": str(name), "means": str(means[value]), "is_chosen": value == chosen}
        for value, name in names.items()
    ]


def _what(access: Access, draft: Draft, typed: Typed) -> dict[str, Any]:
    products = queries.list_direct_products(access, draft.workspace_id)
    return {
        "kinds": _radios(KIND_NAMES, KIND_MEANS, typed.kind),
        "products": [{"id": one.pk, "label": one.name, "is_chosen": one.pk == typed.product} for one in products],
        "known": known_events(access, typed.product),
        "seen": typed.product or "",
        "has_partner": queries.has_partner(access),
    }


def known_events(access: Access, product: int | None) -> list[dict[str, Any]]:
    """What goes on with the product already, as service health tells it: perhaps nobody need ask."""
    if product is None:
        return []
    zone = get_current_timezone_name()
    return [health.line(one, zone) for one in list_active(access, [product])]


def _people(access: Access, draft: Draft, typed: Typed, find: str) -> dict[str, Any]:
    me = access.person_id or 0
    chosen = list(typed.people)
    people, has_more = page.people_choices(access, draft.workspace_id, find, chosen, but={me})
    contact = [typed.primary_contact] if typed.primary_contact not in (None, me) else []
    contacts, _more = page.people_choices(access, draft.workspace_id, find, contact, but={me})
    return {
        "find": find,
        "people": people,
        "contacts": [{"id": one["id"], "label": one["name"], "is_chosen": one["is_chosen"]} for one in contacts],
        "has_more": has_more,
        "groups": page.group_choices(access, draft.workspace_id, list(typed.groups)),
    }


def _check(access: Access, draft: Draft, typed: Typed) -> dict[str, Any]:
    products = {one.pk: one.name for one in queries.list_direct_products(access, draft.workspace_id)}
    chosen = [*typed.people, *([typed.primary_contact] if typed.primary_contact else [])]
    names = names_of(access, {access.person_id, *list_members(access, draft.workspace_id, chosen)})
    groups = {one["id"]: one["name"] for one in page.group_choices(access, draft.workspace_id, list(typed.groups))}
    contact = names.get(typed.primary_contact or access.person_id or 0, "")
    shared = [*(names.get(one, "") for one in typed.people), *(groups.get(one, "") for one in typed.groups)]
    said: dict[Step, list[tuple[str, str]]] = {
        Step.WHAT: [
            (_("Kind"), str(KIND_NAMES.get(typed.kind, ""))),
            (_("Product"), products.get(typed.product or 0, "")),
        ],
        Step.PROBLEM: [
            (_("Title"), typed.title),
            (_("Description"), typed.description),
            (_("Files"), "\n".join(one.name for one in queries.list_draft_files(access, draft))),
        ],
        Step.SEVERITY: [(_("Severity"), str(SEVERITY_NAMES.get(typed.severity, ""))), (_("Impact"), typed.impact)],
        Step.PEOPLE: [(_("Primary contact"), contact), (_("Shared with"), ", ".join(filter(None, shared)))],
    }
    missing = problems(access, draft, typed)
    return {
        "parts": [
            {
                "name": str(STEP_NAMES[step]),
                "href": url("support:open_step", draft.pk, step) + "?to=check",
                "facts": facts,
                "problems": [sentence(one.error) for one in missing if one.step is step],
            }
            for step, facts in said.items()
        ],
        "is_complete": not missing,
    }


def problems(access: Access, draft: Draft, typed: Typed) -> list[Problem]:
    return check_typed(typed, queries.offered(access, draft.workspace_id, typed))
