"""The baseline: the list that partners read, and the provider's editor of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_products
from tallyhub.helpdesk.baseline import commands, queries
from tallyhub.helpdesk.models import BaselineItem
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners.rules import Refused

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
READERS = (Right.SERVE_CUSTOMERS, Right.WORK_ESCALATIONS, Right.EDIT_GUIDES)


def require_reader(access: Access) -> None:
    if not any(access.serves(right) for right in READERS):
        raise Forbidden(Right.SERVE_CUSTOMERS)


@signed_in
@require_safe
def baseline(request: HubRequest) -> HttpResponse:
    """What a partner solves by itself, of one product or of all."""
    access = request.access
    require_reader(access)
    product = find_id(request.GET.get("product"))
    with scope(access):
        found = queries.list_items(product)
        context = {
            "products": [
                {"id": one.pk, "label": one.name, "is_chosen": one.pk == product}
                for one in list_products()
                if one.is_offered
            ],
            "items": [
                {"title": one.title, "text": one.text, "product": one.product.name if one.product else ""}
                for one in found
            ],
            "may_edit": access.serves(Right.EDIT_GUIDES),
        }
        return render(request, "helpdesk/baseline.html", context)


@signed_in
@require_safe
def registry(request: HubRequest) -> HttpResponse:
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    with scope(access):
        rows = [
            {
                "title": one.title,
                "code": one.code,
                "href": url("helpdesk:baseline_edit", one.pk),
                "product": one.product.name if one.product else _("every product"),
                "is_used": one.is_used,
                "languages": ", ".join(code for code, _name in LANGUAGES if code in one.titles),
            }
            for one in queries.list_edited(access)
        ]
        return render(request, "helpdesk/baseline_registry.html", {"rows": rows})


@signed_in
@require_POST
def usual(request: HubRequest) -> HttpResponseBase:
    added = commands.add_usual(request.access)
    text = ngettext("%(n)s item was added.", "%(n)s items were added.", added) % {"n": fmt.number(added)}
    messages.success(request, text if added else _("All of the usual list is there already."))
    return redirect("helpdesk:baseline_registry")


@signed_in
@GET_POST
def add(request: HubRequest) -> HttpResponseBase:
    return _edit(request, None)


@signed_in
@GET_POST
def edit(request: HubRequest, item_id: int) -> HttpResponseBase:
    return _edit(request, item_id)


def _edit(request: HubRequest, item_id: int | None) -> HttpResponseBase:
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    with scope(access):
        item = queries.get_edited(access, item_id) if item_id is not None else None
    if request.method != "POST":
        return _form(request, _typed_of(item) if item else _BLANK, item, item.version if item else 0, {}, "")
    typed, version = _read(request.POST, item), find_id(request.POST.get("version")) or 0
    try:
        if item:
            commands.change_item(access, item.pk, version, typed)
        else:
            commands.add_item(access, typed)
    except Refused as refused:
        errors = {name: str(sentence(one)) for name, one in refused.fields.items()}
        return _form(request, typed, item, version, errors, "")
    except Conflict as error:
        return _form(request, typed, item, version, {}, str(sentence(error)))
    messages.success(request, _("The item is saved."))
    return redirect("helpdesk:baseline_registry")


_BLANK = commands.Typed(code="", product=None, titles={}, texts={})


def _typed_of(item: BaselineItem) -> commands.Typed:
    return commands.Typed(item.code, item.product_id, item.titles, item.texts, str(item.position), item.is_used)


def _read(data: QueryDict, item: BaselineItem | None) -> commands.Typed:
    product = data.get("product", "")
    return commands.Typed(
        code=item.code if item else data.get("code", "").strip(),
        product=read_id(product) if product else None,
        titles={code: data.get(f"title_{code}", "") for code, _name in LANGUAGES},
        texts={code: data.get(f"text_{code}", "") for code, _name in LANGUAGES},
        position=data.get("position", ""),
        is_used="is_used" in data,
    )


def _form(
    request: HubRequest,
    typed: commands.Typed,
    item: BaselineItem | None,
    version: int,
    errors: Mapping[str, str],
    notice: str,
) -> HttpResponse:
    context: dict[str, Any] = {
        "item": item,
        "typed": typed,
        "version": version,
        "errors": errors,
        "notice": notice,
        "products": [
            {"id": one.pk, "label": one.name, "is_chosen": one.pk == typed.product} for one in list_products()
        ],
        "languages": [
            {"code": code, "name": name, "title": typed.titles.get(code, ""), "text": typed.texts.get(code, "")}
            for code, name in LANGUAGES
        ],
    }
    return render(request, "helpdesk/baseline_edit.html", context, status=400 if errors or notice else 200)
