"""The components and regions of each product: for editors."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_products
from tallyhub.health import queries
from tallyhub.health.catalogue import commands
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence


@signed_in
@require_safe
def components(request: HubRequest) -> HttpResponse:
    return _show(request, {}, "")


def _show(request: HubRequest, typed: dict[str, str], problem: str) -> HttpResponse:
    access = request.access
    access.require_serving(Right.EDIT_HEALTH)
    with scope(access):
        parts, regions = queries.list_parts(access)
        by_product = {key: list(found) for key, found in groupby(parts, lambda one: one.product_id)}
        regions_by_product = {key: list(found) for key, found in groupby(regions, lambda one: one.product_id)}
        products = list_products()
        context = {
            "products": [
                {
                    "id": one.pk,
                    "name": one.name,
                    "components": by_product.get(one.pk, []),
                    "regions": regions_by_product.get(one.pk, []),
                }
                for one in products
            ],
            "choices": [
                {"id": one.pk, "label": one.name, "is_chosen": str(one.pk) == typed.get("product")} for one in products
            ],
            "languages": [(code, name, typed.get(f"name_{code}", "")) for code, name in LANGUAGES],
            "typed": typed,
            "problem": problem,
        }
        return render(request, "health/components.html", context, status=400 if problem else 200)


def _names(data: Any) -> dict[str, str]:
    return {code: data.get(f"name_{code}", "") for code, _name in LANGUAGES}


@signed_in
@require_POST
def add(request: HubRequest) -> HttpResponseBase:
    access, data = request.access, request.POST
    access.require_serving(Right.EDIT_HEALTH)
    sort = _sort(data.get("sort", ""))
    try:
        commands.add_part(access, sort, read_id(data.get("product")), data.get("code", "").strip(), _names(data))
    except (Invalid, Conflict) as error:
        return _show(request, {name: str(value) for name, value in data.items()}, str(sentence(error)))
    messages.success(request, _("It was added."))
    return redirect("health:components")


@signed_in
@require_POST
def change(request: HubRequest, sort: str, part_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.EDIT_HEALTH)
    said = {"is_used": "is_used" in request.POST, "is_public": "is_public" in request.POST}
    commands.change_part(request.access, _sort(sort), part_id, names={"en": request.POST.get("name_en", "")}, **said)
    messages.success(request, _("The change was saved."))
    return redirect("health:components")


def _sort(text: str) -> str:
    if text not in commands.SORTS:
        raise ObjectDoesNotExist
    return text
