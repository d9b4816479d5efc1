"""Pages of editors: what was written with its figures, a new article, and one with its versions."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_products
from tallyhub.articles import page, queries, words
from tallyhub.articles.editing import commands
from tallyhub.articles.editing.forms import ArticleForm
from tallyhub.articles.queries import Counts
from tallyhub.articles.reading.web import pager, read_page
from tallyhub.articles.rules import LANGUAGE, ArticleState, Written, check_written
from tallyhub.kernel import markdown
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.grid import csv_lines, link
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.streams import LongAnswer

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def articles(request: HubRequest) -> HttpResponse:
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_GUIDES)
    at, state = read_page(request), request.GET.get("state", "")
    with scope(access):
        shown, has_more = queries.list_edited(access, state=state, page=at)
        counts = queries.count_outcomes([one.article_id for one in shown])
        names = {one.pk: one.name for one in list_products()}
        context = {
            "rows": [page.row(one, counts.get((one.article_id, None), Counts()), names, zone) for one in shown],
            "states": [
                {"id": value, "label": str(name), "is_chosen": value == state}
                for value, name in words.STATE_NAMES.items()
            ],
            "is_filtered": state in set(ArticleState),
            "pager": pager(request, at, has_more=has_more),
            "csv_href": url("articles:edit_csv") + link([("state", state)] if state in set(ArticleState) else []),
        }
        return render(request, "articles/edit.html", context)


@signed_in
@require_safe
def articles_csv(request: HubRequest) -> HttpResponseBase:
    """Exactly what the filter shows."""
    request.access.require_serving(Right.EDIT_GUIDES)
    body = _csv_body(request, request.GET.get("state", ""), translation.get_language() or LANGUAGE)
    response = LongAnswer(request, body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="resources.csv"'
    return response


def _csv_body(request: HubRequest, state: str, language: str) -> Iterator[str]:
    has_keys = request.GET.get("header") == "keys"  # stable names for programs; people get their language
    with translation.override(language), scope(request.access):
        names = {one.pk: one.name for one in list_products()}
        heads = [key if has_keys else label for key, label in page.csv_heads()]
        yield from csv_lines(heads, _csv_rows(request.access, state, names))


def _csv_rows(access: Access, state: str, names: Mapping[int, str]) -> Iterator[list[str | int]]:
    at, has_more = 1, True
    while has_more:
        shown, has_more = queries.list_edited(access, state=state, page=at)
        counts = queries.count_outcomes([one.article_id for one in shown])
        yield from (page.csv_row(one, counts.get((one.article_id, None), Counts()), names) for one in shown)
        at += 1


@signed_in
@GET_POST
def new(request: HubRequest) -> HttpResponseBase:
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    form = ArticleForm(_products(request), request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "preview": []}
    if form.is_valid():
        try:
            said = form.written()
            if request.POST.get("act") != "preview":
                made = commands.write(access, said, is_published=request.POST.get("act") == "publish")
                messages.success(request, _told(request))
                return redirect("articles:edit_article", made)
            context["preview"] = _preview(said)
        except (Invalid, Conflict) as error:
            form.show(error)
    return render(request, "articles/edit_new.html", context, status=400 if form.errors else 200)


def _products(request: HubRequest) -> list[Product]:
    with scope(request.access):
        return list_products()


def _told(request: HubRequest) -> str:
    return _("It is published.") if request.POST.get("act") == "publish" else _("The draft is saved.")


def _preview(said: Written) -> list[dict[str, Any]]:
    """As readers would see it. Raises Invalid."""
    check_written(said)
    return [
        {"name": name, "lang": code, "title": said.titles[code], "body": markdown.render(said.bodies[code], 4)}
        for code, name in LANGUAGES
        if code in said.titles
    ]


@signed_in
@GET_POST
def article(request: HubRequest, article_id: int) -> HttpResponseBase:
    """Its draft to write, what came of it, and its versions. A form that is refused keeps what was typed."""
    access = request.access
    access.require_serving(Right.EDIT_GUIDES)
    with scope(access):
        initial = ArticleForm.initial_of(queries.get_edited(access, article_id))
    form = ArticleForm(_products(request), request.POST if request.method == "POST" else None, initial=initial)
    preview: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            said = form.written()
            if request.POST.get("act") != "preview":
                return _change(request, article_id, form, said)
            preview = _preview(said)
        except (Invalid, Conflict) as error:
            form.show(error)
    return _show(request, article_id, form, preview)


def _change(request: HubRequest, article_id: int, form: ArticleForm, said: Written) -> HttpResponseBase:
    seen, is_published = form.cleaned_data["version"] or 0, request.POST.get("act") == "publish"
    if commands.change(request.access, article_id, seen, said, is_published=is_published):
        messages.success(request, _told(request))
    else:
        messages.info(request, _("Nothing is different, so nothing was changed."))
    return redirect("articles:edit_article", article_id)


def _show(request: HubRequest, article_id: int, form: ArticleForm, preview: list[dict[str, Any]]) -> HttpResponse:
    access, zone = request.access, get_current_timezone_name()
    with scope(access):
        draft = queries.get_edited(access, article_id)
        counts = queries.count_outcomes([article_id])
        names = queries.names_of_products(draft.products)
        context = {
            "form": form,
            "preview": preview,
            "about": page.row(draft, counts.get((article_id, None), Counts()), names, zone),
            "versions": page.versions(queries.list_versions(draft.article), counts, zone),
            "id": article_id,
            "is_published": draft.article.state == ArticleState.PUBLISHED,
            "is_draft": draft.article.state == ArticleState.DRAFT,
            "has_changes": not draft.is_published,
            "version": draft.version,
        }
        return render(request, "articles/edit_article.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def discard(request: HubRequest, article_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.EDIT_GUIDES)
    try:
        is_gone = commands.discard(request.access, article_id, read_id(request.POST.get("version")))
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("articles:edit_article", article_id)
    if is_gone:
        messages.success(request, _("The draft is deleted."))
        return redirect("articles:edit")
    messages.success(request, _("The changes are thrown away. The draft is what readers have, or had last."))
    return redirect("articles:edit_article", article_id)


@signed_in
@require_POST
def withdraw(request: HubRequest, article_id: int) -> HttpResponseBase:
    commands.withdraw(request.access, article_id)
    messages.success(request, _("It is withdrawn. Readers have it no more."))
    return redirect("articles:edit_article", article_id)
