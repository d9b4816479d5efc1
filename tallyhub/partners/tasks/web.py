"""Configuration tasks: the customer's list of what it sets up itself, and the provider's registry of them."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_channels, list_products
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners import page
from tallyhub.partners.models import ConfigurationTask
from tallyhub.partners.rules import Refused
from tallyhub.partners.tasks import commands, queries
from tallyhub.partners.tasks.rules import ADDRESS_OF, PAGE_NAMES, RIGHT_NAMES, HubPage

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def tasks(request: HubRequest) -> HttpResponse:
    """For each product that the customer holds, whoever sold it."""
    access = request.access
    page.require_reader(access)
    with scope(access):
        held = {one.product_id for one in list_channels(access.customers)} if access.customers else set()
        found = queries.list_tasks(held) if access.customers else []
        wanted = find_id(request.GET.get("product"))
        shown = [one for one in found if wanted is None or one.product_id in (None, wanted)]
        groups = [
            {"name": _group_name(product), "tasks": [_task(access, one) for one in each]}
            for product, each in groupby(shown, lambda one: one.product)
        ]
        offered = {one.product_id: one.product.name for one in found if one.product}
        context = {
            "groups": sorted(groups, key=lambda one: one["name"] != _group_name(None)),
            "products": [
                {"id": key, "label": name, "is_chosen": key == wanted}
                for key, name in sorted(offered.items(), key=_by_name)
            ],
            "has_customer": bool(access.customers),
            "may_give": access.has_anywhere(Right.MANAGE_USERS),
        }
        return render(request, "partners/tasks.html", context)


def _by_name(item: tuple[Any, str]) -> str:
    return item[1].casefold()


def _group_name(product: Any) -> str:
    return product.name if product else _("For everything you use")


def _task(access: Access, one: ConfigurationTask) -> dict[str, Any]:
    may = queries.may_do(access, one)
    way = url(ADDRESS_OF[HubPage(one.page)]) if one.page else one.link
    return {
        "id": one.pk,
        "title": one.title,
        "steps": [line.strip() for line in one.text(one.steps).splitlines() if line.strip()],
        "href": way if may else "",
        "is_here": bool(one.page),
        "needs": str(RIGHT_NAMES[Right(one.right)]) if one.right and not may else "",
    }


@signed_in
@require_safe
def registry(request: HubRequest) -> HttpResponse:
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    with scope(access):
        found = queries.list_edited(access)
        rows = [
            {
                "title": one.title,
                "code": one.code,
                "href": url("partners:task_edit", one.pk),
                "product": one.product.name if one.product else _("every product"),
                "way": str(PAGE_NAMES[HubPage(one.page)]) if one.page else one.link or _("steps only"),
                "is_used": one.is_used,
                "languages": ", ".join(code for code, _name in LANGUAGES if code in one.titles),
            }
            for one in found
        ]
        return render(request, "partners/task_registry.html", {"rows": rows})


@signed_in
@GET_POST
def add(request: HubRequest) -> HttpResponseBase:
    return _edit(request, None)


@signed_in
@GET_POST
def edit(request: HubRequest, task_id: int) -> HttpResponseBase:
    return _edit(request, task_id)


def _edit(request: HubRequest, task_id: int | None) -> HttpResponseBase:
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    with scope(access):
        task = queries.get_edited(access, task_id) if task_id is not None else None
    if request.method != "POST":
        version = task.version if task else 0
        return _form(request, _typed_of(task) if task else _BLANK, task, version, {}, "")
    typed, version = _read(request.POST, task), find_id(request.POST.get("version")) or 0
    try:
        if task:
            commands.change_task(access, task.pk, version, typed)
        else:
            commands.add_task(access, typed)
    except Refused as refused:
        errors = {name: str(sentence(one)) for name, one in refused.fields.items()}
        return _form(request, typed, task, version, errors, "")
    except Conflict as error:
        return _form(request, typed, task, version, {}, str(sentence(error)))
    messages.success(request, _("The task is saved."))
    return redirect("partners:task_registry")


_BLANK = commands.Typed(code="", product=None, titles={}, steps={})


def _typed_of(task: ConfigurationTask) -> commands.Typed:
    return commands.Typed(
        task.code, task.product_id, task.titles, task.steps, task.page, task.link, task.right, str(task.position),
        task.is_used,
    )  # fmt: skip


def _read(data: QueryDict, task: ConfigurationTask | None) -> commands.Typed:
    product = data.get("product", "")
    return commands.Typed(
        code=task.code if task else data.get("code", "").strip(),
        product=read_id(product) if product else None,
        titles={code: data.get(f"title_{code}", "") for code, _name in LANGUAGES},
        steps={code: data.get(f"steps_{code}", "") for code, _name in LANGUAGES},
        way=data.get("page", ""),
        link=data.get("link", ""),
        right=data.get("right", ""),
        position=data.get("position", ""),
        is_used="is_used" in data,
    )


def _form(
    request: HubRequest,
    typed: commands.Typed,
    task: ConfigurationTask | None,
    version: int,
    errors: Mapping[str, str],
    notice: str,
) -> HttpResponse:
    context = {
        "task": task,
        "typed": typed,
        "version": version,
        "errors": errors,
        "notice": notice,
        "products": [
            {"id": one.pk, "label": one.name, "is_chosen": one.pk == typed.product} for one in list_products()
        ],
        "pages": [{"id": one.value, "label": name, "is_chosen": one == typed.way} for one, name in PAGE_NAMES.items()],
        "rights": [
            {"id": one.value, "label": name, "is_chosen": one == typed.right} for one, name in RIGHT_NAMES.items()
        ],
        "languages": [
            {"code": code, "name": name, "title": typed.titles.get(code, ""), "steps": typed.steps.get(code, "")}
            for code, name in LANGUAGES
        ],
    }
    return render(request, "partners/task_edit.html", context, status=400 if errors or notice else 200)
