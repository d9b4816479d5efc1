"""The side of those who are asked: a partner of all its customers, at the provider the account team of its own."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.grid import TEXT_MAX
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners import page as partners
from tallyhub.partners.subscriptions import commands, page, queries
from tallyhub.partners.subscriptions.queries import WishFilter
from tallyhub.partners.subscriptions.rules import NOTE_MAX, NUMBER_MAX, WishKind, WishState
from tallyhub.partners.subscriptions.words import KIND_NAMES, STATE_NAMES

NOBODY = 0  # no customer has this id
OPEN, CLOSED, ALL = "", "closed", "all"  # the address's words beside those of the states


def answers_wishes(access: Access) -> bool:
    """Whoever works with customers at a partner, or looks after one for the provider."""
    return partners.serves(access) or access.has_anywhere(Right.MANAGE_AGREEMENTS)


def _require(access: Access) -> None:
    if not answers_wishes(access):
        raise Forbidden(Right.SERVE_CUSTOMERS)


@signed_in
@require_safe
def wishes(request: HubRequest) -> HttpResponse:
    """The newest first, a page at a time; filter and place are in the address."""
    access, query = request.access, request.GET
    _require(access)
    wanted, after = _read(query), find_id(query.get("after"))
    code = query.get("customer", "").replace("\0", "").strip()[:TEXT_MAX]
    with scope(access):
        if code:
            wanted = replace(wanted, customer_id=queries.find_customer(access, code) or NOBODY)
        found = queries.list_asked(access, wanted, after)
        context = {
            "rows": [page.asked_row(one) for one in found.rows],
            "filters": _filters(query),
            "is_filtered": any(query.get(name) for name in ("state", "kind", "customer")),
            "customer": code,
            "next_href": _next(query, found.next_after) if found.next_after is not None else "",
            "first_href": _next(query, None) if after is not None else "",
            "is_partner": partners.serves(access),
            "zone": partners.zone_name(),
        }
        return render(request, "partners/wishes.html", context)


def _read(query: QueryDict) -> WishFilter:
    """Raises DoesNotExist for a word that is none."""
    state = query.get("state", OPEN)
    is_group = state in (OPEN, CLOSED, ALL)
    return WishFilter(
        state=None if is_group else read_word(WishState, state),
        is_open=None if state == ALL else state == OPEN,
        kind=read_word(WishKind, kind) if (kind := query.get("kind")) else None,
    )


def _filters(query: QueryDict) -> dict[str, list[dict[str, Any]]]:
    states = {
        OPEN: _("Open wishes"),
        **{one.value: str(STATE_NAMES[one]) for one in WishState},
        CLOSED: _("All that are over"),
        ALL: _("All wishes"),
    }
    kinds = {"": _("Every kind"), **{one.value: str(KIND_NAMES[one]) for one in WishKind}}
    return {"states": _choices(states, query.get("state", OPEN)), "kinds": _choices(kinds, query.get("kind", ""))}


def _choices(names: dict[str, str], chosen: str) -> list[dict[str, Any]]:
    return [{"id": key, "label": label, "is_chosen": key == chosen} for key, label in names.items()]


def _next(query: QueryDict, after: int | None) -> str:
    carried = {name: query.get(name, "") for name in ("state", "kind", "customer")}
    if after is not None:
        carried["after"] = str(after)
    return url("partners:wishes") + "?" + urlencode({key: value for key, value in carried.items() if value})


@signed_in
@require_safe
def wish(request: HubRequest, wish_id: int) -> HttpResponse:
    return _wish(request, wish_id)


def _wish(request: HubRequest, wish_id: int, act: str = "", error: Invalid | None = None) -> HttpResponse:
    access = request.access
    _require(access)
    with scope(access):
        one = _asked(access, wish_id)
        owners = commands.owners_offered(access, one.wish)
        context = {
            "one": page.asked_row(one),
            "facts": page.facts(one),
            "history": page.history(one),
            "is_open": page.is_open(one),
            "is_asked": page.is_asked(one),
            "customer_href": url("partners:customer", one.wish.customer_id) if partners.serves(access) else "",
            "owners": [
                {"id": key, "label": name, "is_chosen": key == one.wish.owner_id}
                for key, name in sorted(owners.items(), key=lambda each: each[1])
                if name
            ],
            "takes": not one.owner and any(not name for name in owners.values()),
            "me": access.person_id,
            "typed": {name: request.POST.get(name, "") for name in ("reason", "note", "number")},
            "errors": {act: sentence(error)} if error else {},
            "maxima": {"note": NOTE_MAX, "number": NUMBER_MAX},
            "zone": partners.zone_name(),
        }
        return render(request, "partners/wish.html", context, status=400 if error else 200)


def _asked(access: Access, wish_id: int) -> queries.Wished:
    """One that the reader is asked. Raises DoesNotExist for one of their own as a customer."""
    one = queries.get_wished(access, wish_id)
    if not queries.to_answer(access).filter(pk=wish_id).exists():
        raise ObjectDoesNotExist
    return one


def _require_asked(request: HubRequest, wish_id: int) -> None:
    _require(request.access)
    with scope(request.access):
        _asked(request.access, wish_id)


@signed_in
@require_POST
def accept(request: HubRequest, wish_id: int) -> HttpResponseBase:
    _require_asked(request, wish_id)
    commands.accept(request.access, wish_id)
    messages.success(request, _("It is accepted. The customer gets a mail."))
    return redirect("partners:wish", wish_id)


@signed_in
@require_POST
def decline(request: HubRequest, wish_id: int) -> HttpResponseBase:
    _require_asked(request, wish_id)
    try:
        commands.decline(request.access, wish_id, request.POST.get("reason", ""))
    except Invalid as error:
        return _wish(request, wish_id, "decline", error)
    messages.success(request, _("It is declined. The customer gets a mail with your reason."))
    return redirect("partners:wish", wish_id)


@signed_in
@require_POST
def done(request: HubRequest, wish_id: int) -> HttpResponseBase:
    _require_asked(request, wish_id)
    try:
        commands.finish(request.access, wish_id, request.POST.get("note", ""), request.POST.get("number", ""))
    except Invalid as error:
        return _wish(request, wish_id, "done", error)
    messages.success(request, _("It is done. The customer gets a mail."))
    return redirect("partners:wish", wish_id)


@signed_in
@require_POST
def owner(request: HubRequest, wish_id: int) -> HttpResponseBase:
    _require_asked(request, wish_id)
    chosen = request.POST.get("owner", "")
    commands.set_owner(request.access, wish_id, read_id(chosen) if chosen else None)
    messages.success(request, _("Who looks after it is changed."))
    return redirect("partners:wish", wish_id)
