"""The table of packages and workspaces: tick, save, and be told what taking a mapping away means."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tallyhub.agreements.models import Package
from tallyhub.agreements.rules import ACTIVE_STATES, Scope, State
from tallyhub.agreements.words import scope_name
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.ledger.queries import count_entries
from tallyhub.office.agreements.page import state_badge
from tallyhub.office.mappings import commands
from tallyhub.office.mappings.queries import Board, read_board
from tallyhub.office.mappings.steps import Pair
from tallyhub.office.overview.page import is_being_set_up, state_inside
from tallyhub.office.workspaces.steps import list_going

_PAIR = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_SHOWN = {*ACTIVE_STATES, State.FUTURE}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mappings(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    if request.method != "POST":
        return _table(request)
    ticked, before = _pairs(request.POST.getlist("ticked")), _pairs(request.POST.get("before", "").split())
    added, removed = ticked - before, before - ticked
    if removed and "sure" not in request.POST:
        return _ask(request, ticked, before)
    try:
        commands.change_mappings(request.access, added=added, removed=removed)
    except Conflict as error:
        return _table(request, ticked, error)
    messages.success(request, _("Saved."))
    return redirect("office:mappings")


def _pairs(texts: Iterable[str]) -> set[Pair]:
    found = [_PAIR.fullmatch(one) for one in texts]
    if not all(found):
        raise Invalid("form_outdated")
    return {(int(one[1]), int(one[2])) for one in found if one}


def _table(request: HubRequest, ticked: set[Pair] | None = None, said: HubError | None = None) -> HttpResponse:
    with scope(request.access):
        board = read_board(request.access, ticked or ())
        shown = _shown(board, with_ended="all" in request.GET)
        places = [one for one in board.workspaces.values() if not one.archived_at or _is_used(board, one.pk)]
        chosen = board.mapped if ticked is None else ticked
        agreements = {one.agreement_id: one.agreement for one in shown}.values()
        going = list_going(request.access, agreements)
        context = {
            "said": sentence(said) if said else "",
            "workspaces": places,
            "rows": [_row(one, board, [place.pk for place in places], chosen, going) for one in shown],
            "is_being_set_up": any(is_being_set_up(one, clock.today(one.zone)) for one in agreements),
            "before": " ".join(
                f"{package}-{place}"
                for package, place in sorted(board.mapped)
                if package in {one.pk for one in shown} and place in {each.pk for each in places}
            ),
            "with_ended": "all" in request.GET,
            "has_ended": len(shown) < len(board.packages),
        }
        return render(request, "office/mappings.html", context, status=409 if said else 200)


def _is_used(board: Board, workspace_id: int) -> bool:
    return any(place == workspace_id for _, place in board.mapped)


def _shown(board: Board, *, with_ended: bool) -> list[Package]:
    """By agreement, the one that ends last first; what has ended only where it is asked for."""
    packages = [one for one in board.packages.values() if with_ended or _state(one) in _SHOWN]
    return sorted(packages, key=lambda one: (-one.agreement.ends_on.toordinal(), one.agreement_id, one.name, one.pk))


def _state(package: Package) -> State:
    return state_inside(package, clock.today(package.agreement.zone))


def _row(package: Package, board: Board, places: list[int], chosen: set[Pair], going: set[int]) -> dict[str, Any]:
    return {
        "name": package.name,
        "about": f"{package.agreement.number} · {scope_name(Scope(package.scope))}",
        "badge": state_badge(_state(package)),
        "is_mapped": any(package.pk == one for one, _ in board.mapped),
        "is_going": package.pk in going,
        "cells": [
            {
                "value": f"{package.pk}-{place}",
                "workspace": board.workspaces[place].name,
                "is_ticked": (package.pk, place) in chosen,
            }
            for place in places
        ],
    }


def _ask(request: HubRequest, ticked: set[Pair], before: set[Pair]) -> HttpResponse:
    """What stays booked, before a mapping is taken away."""
    with scope(request.access):
        removed = before - ticked
        board = read_board(request.access, [*ticked, *before])
        counts = count_entries(removed)
        context = {
            "removed": [_gone(board, pair, counts[pair]) for pair in sorted(removed)],
            "ticked": [f"{package}-{place}" for package, place in sorted(ticked)],
            "before": " ".join(f"{package}-{place}" for package, place in sorted(before)),
        }
        return render(request, "office/mappings_sure.html", context)


def _gone(board: Board, pair: Pair, count: int) -> dict[str, str]:
    package, place = board.packages[pair[0]], board.workspaces[pair[1]]
    if count:
        said = ngettext(
            "%(n)s entry of %(workspace)s stays booked; it can be reversed, but nothing new is booked.",
            "%(n)s entries of %(workspace)s stay booked; they can be reversed, but nothing new is booked.",
            count,
        )
    else:
        said = _("Nothing of %(workspace)s is booked; nothing can be from then on.")
    meaning = said % {"n": fmt.number(count), "workspace": place.name}
    return {"package": package.name, "number": package.agreement.number, "workspace": place.name, "meaning": meaning}
