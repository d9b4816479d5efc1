"""Who may do what; who can see this, and why (R7.3)."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import cut, page_links, read_place
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import list_held
from tallyhub.people.rights import queries, words
from tallyhub.people.rights.sources import Sources
from tallyhub.people.rights.who import Reasons


@signed_in
@require_safe
def rights(request: HubRequest) -> HttpResponse:
    return render(
        request,
        "people/rights.html",
        {"tables": words.tables(), "manages": request.access.has_anywhere(Right.MANAGE_USERS)},
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: ``thing`` is an agreement or an entitlement, else it is the one workspace."""

    workspaces: tuple[int, ...]
    thing: queries.Thing | None = None
    carried: tuple[tuple[str, str], ...] = ()


@signed_in
@require_safe
def who(request: HubRequest) -> HttpResponse:
    """For those who administer a workspace, and the account team. The same number of statements, whatever is there."""
    access = request.access
    audited = access.workspaces_with(Right.VIEW_AUDIT)
    if not audited:
        raise Forbidden(Right.VIEW_AUDIT)
    with scope(access):
        choice = _choice(request.GET, access, audited)
        place = read_place(request.GET, queries.SORTS)
        found = cut(queries.list_holders(access, choice.workspaces, place), place)
        order = {one.id: at for at, one in enumerate(found.rows)}
        held = sorted(list_held(access, choice.workspaces, order), key=lambda one: order[one.person_id])
        names = {one.id: one.name for one in request.sign_on.places}
        reasons = Reasons(
            Sources(access, (one.source for one in held)), names, choice.thing.mapped if choice.thing else None
        )
        context = {
            "people": reasons.people(held),
            "workspaces": [{"id": one, "label": names[one], "is_chosen": one in choice.workspaces} for one in audited],
            "workspace": names[choice.workspaces[0]] if not choice.thing else "",
            "thing": choice.thing.title if choice.thing else "",
            "kind": next(iter(dict(choice.carried)), "workspace"),
            "mapped": [(names[one], choice.thing.mapped[one]) for one in choice.workspaces] if choice.thing else [],
            "is_part": bool(choice.thing) and not access.has(Right.VIEW_AUDIT),
            "pager": page_links(url("people:who"), choice.carried, found, place, _key_of),
        }
        return render(request, "people/who.html", context)


def _key_of(holder: queries.Holder) -> str:
    return f"{holder.sort_value}~{holder.id}"


def _choice(query: QueryDict, access: Access, audited: tuple[int, ...]) -> Choice:
    """Raises DoesNotExist for what is not there, or not for whoever asks."""
    if agreement := query.get("agreement"):
        return _of_thing("agreement", agreement, queries.get_agreement(access, read_id(agreement)), access, audited)
    if entitlement := query.get("entitlement"):
        thing = queries.get_entitlement(access, read_id(entitlement), get_language() or "en")
        return _of_thing("entitlement", entitlement, thing, access, audited)
    current = access.workspace_id if access.workspace_id in audited else audited[0]
    wanted = read_id(query.get("workspace") or str(current))
    if wanted not in audited:
        raise ObjectDoesNotExist
    return Choice((wanted,), carried=(("workspace", str(wanted)),))


def _of_thing(name: str, value: str, thing: queries.Thing, access: Access, audited: tuple[int, ...]) -> Choice:
    """Somebody who administers one workspace sees whom it reaches there, and who has the customer in whole."""
    workspaces = tuple(one for one in thing.mapped if one in audited)
    if not workspaces and not access.has(Right.VIEW_AUDIT):
        raise ObjectDoesNotExist
    return Choice(workspaces, thing, ((name, value),))
