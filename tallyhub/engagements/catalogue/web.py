"""The catalogue of services, a data sheet, and requesting one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.engagements import words
from tallyhub.engagements.catalogue import page, queries
from tallyhub.engagements.forms import find_day
from tallyhub.engagements.planning import commands
from tallyhub.engagements.planning.commands import Wish, may_request
from tallyhub.engagements.rules import NOTE_MAX, Category, OfferingKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence

TEXT_MAX = 100  # characters of what is searched for


@signed_in
@require_safe
def services(request: HubRequest) -> HttpResponse:
    wanted = _read_filter(request)
    with scope(request.access):
        found = queries.list_offerings(wanted)
        units = queries.units_here(request.access.workspaces)
        shown = found[: queries.FOUND_MAX]
        n = len(shown)
        context = {
            "offerings": [page.card(one, units) for one in shown],
            "filters": page.filters(wanted, list_products()),
            "text": wanted.text,
            "is_filtered": wanted != queries.Wanted(),
            "is_cut": len(found) > n,
            "count": ngettext("%(n)s service", "%(n)s services", n) % {"n": fmt.number(n)},
        }
        return render(request, "engagements/services.html", context)


def _read_filter(request: HubRequest) -> queries.Wanted:
    query = request.GET
    return queries.Wanted(
        text=(query.get("text") or "").replace("\x00", "").strip()[:TEXT_MAX],
        kind=read_word(OfferingKind, kind) if (kind := query.get("kind")) else "",
        category=read_word(Category, category) if (category := query.get("category")) else "",
        product=read_id(product) if (product := query.get("product")) else None,
    )


@signed_in
@require_safe
def offering(request: HubRequest, code: str) -> HttpResponse:
    return _offering(request, code)


@signed_in
@require_POST
def request_service(request: HubRequest, code: str) -> HttpResponseBase:
    typed = request.POST
    workspace_id = read_id(typed.get("workspace"))
    try:
        wish = Wish(
            typed.get("wish", "").replace("\x00", ""),
            find_day(typed.get("wanted_from", "")),
            find_day(typed.get("wanted_until", "")),
        )
        number = commands.request_service(request.access, workspace_id, code, wish)
    except Forbidden:
        raise
    except HubError as error:
        return _offering(request, code, said=sentence(error), typed=typed.dict(), status=400)
    messages.success(request, _("Your request is on its way. Your account team plans it with you."))
    return redirect("engagements:engagement", number)


def _offering(
    request: HubRequest, code: str, *, said: str = "", typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    with scope(request.access):
        one = queries.get_offering(code)
        units = queries.units_here(request.access.workspaces)
        places = [each for each in request.sign_on.places if may_request(request.access, each.id)]
        chosen = (typed or {}).get("workspace") or str(request.access.workspace_id)
        context = {
            "name": one.name,
            "code": one.code,
            "description": one.description,
            "badge": page.badge(one, units),
            "facts": [
                (_("Type of service"), words.kind_name(one.kind)),
                (_("Category"), words.category_name(one.category)),
                *([(_("Product"), one.product.name)] if one.product else []),
                (_("Takes"), words.costs(one.planned_minutes, one.credit_rate)),
            ],
            "sheet": page.sheet(one),
            "places": [{"id": each.id, "label": each.name, "is_chosen": str(each.id) == chosen} for each in places],
            "said": said,
            "typed": typed or {},
            "note_max": NOTE_MAX,
        }
        return render(request, "engagements/offering.html", context, status=status)
