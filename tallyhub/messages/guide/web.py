"""The guide for everybody, with what was answered in the address; and its table for editors."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_products
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id
from tallyhub.kernel.scope import scope
from tallyhub.messages.guide import commands, queries, words
from tallyhub.messages.guide.forms import DestinationForm, IssueForm, RowForm, VersionForm, standing
from tallyhub.messages.guide.rules import (
    LANGUAGE,
    Answers,
    Asker,
    Destination,
    Guide,
    Issue,
    Question,
    Row,
    Target,
    Texts,
    choices_of,
    find_destination,
    load,
    next_question,
)

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
UNSURE = "-"  # in the address: that one does not know


@signed_in
@require_safe
def guide(request: HubRequest) -> HttpResponse:
    """One question after the other, three at most, then where to ask."""
    with scope(request.access):
        table, _number = queries.get_guide()
        products = {one.pk: one.name for one in list_products()}
    answers = _read(request, table)
    question = next_question(table, answers)
    context = {
        "answered": _answered(request, table, answers, products),
        "question": _asked(request, table, question, answers, products) if question else None,
        "destination": None if question else _shown(find_destination(table, answers)),
        "has_customer": bool(request.access.customers),
        "may_open": request.access.has_anywhere(Right.OPEN_REQUESTS),
        "may_edit": request.access.serves(Right.EDIT_GUIDES),
    }
    return render(request, "messages/guide.html", context)


def _read(request: HubRequest, table: Guide) -> Answers:
    """What the address answers. What no question of ours offers is as if one did not know."""
    said = {one: request.GET.get(one.value) for one in Question}
    issue = said[Question.ISSUE]
    found = issue if issue and table.find_issue(issue) else None
    asker = said[Question.ASKER]
    known: dict[Question, Any] = {
        Question.ISSUE: found,
        Question.PRODUCT: find_id(said[Question.PRODUCT]),
        Question.ASKER: Asker(asker) if asker in set(Asker) else None,
    }
    unsure = frozenset(one for one in Question if said[one] and known[one] is None)
    return Answers(**{one.value: known[one] for one in Question}, unsure=unsure)


def _in(texts: Texts) -> str:
    """In the reader's language, or else in English."""
    return texts.get(get_language() or LANGUAGE) or texts.get(LANGUAGE, "")


def _name(question: Question, value: Any, products: dict[int, str]) -> str:
    if isinstance(value, Issue):
        return _in(value.names)
    return products.get(value, "") if question is Question.PRODUCT else str(words.ASKER_NAMES[value])


def _asked(
    request: HubRequest, table: Guide, question: Question, answers: Answers, products: dict[int, str]
) -> dict[str, Any]:
    offered = choices_of(table, question, answers)
    found = [(one.code if isinstance(one, Issue) else one, _name(question, one, products)) for one in offered]
    return {
        "name": str(words.QUESTION_NAMES[question]),
        "choices": [
            {"href": _address(request, {question: str(value)}), "label": label}
            for value, label in [*found, (UNSURE, str(words.UNSURE_NAMES[question]))]
            if label
        ],
    }


def _address(request: HubRequest, over: dict[Question, str]) -> str:
    said = {one.value: over.get(one, request.GET.get(one.value, "")) for one in Question}
    kept = urlencode({name: value for name, value in said.items() if value})
    return url("messages:guide") + (f"?{kept}" if kept else "")


def _answered(request: HubRequest, table: Guide, answers: Answers, products: dict[int, str]) -> list[dict[str, str]]:
    """Each question that was answered, and the address at which it is asked again, with what came before it."""
    found: list[dict[str, str]] = []
    kept: dict[str, str] = {}
    for question in Question:
        if not answers.has(question):
            continue
        value: Any = getattr(answers, question.value)
        if question is Question.ISSUE and value:
            value = table.find_issue(value)
        label = str(words.UNSURE_NAMES[question]) if value is None else _name(question, value, products)
        again = url("messages:guide") + (f"?{urlencode(kept)}" if kept else "")
        found.append({"question": str(words.QUESTION_NAMES[question]), "answer": label, "href": again})
        kept[question.value] = request.GET.get(question.value, "")
    return found


def _shown(destination: Destination) -> dict[str, Any]:
    return {
        "text": _in(destination.texts),
        "url": destination.url,
        "is_link": destination.target is Target.LINK,
        "is_request": destination.target is Target.REQUEST,
    }


# --- for editors -----------------------------------------------------------------------------------------------


@signed_in
@require_safe
def table(request: HubRequest) -> HttpResponse:
    """The table as it is, or as it was in one of its versions."""
    request.access.require_serving(Right.EDIT_GUIDES)
    zone = get_current_timezone_name()
    wanted = request.GET.get("version", "")
    with scope(request.access):
        versions = queries.list_versions()
        shown, number = queries.get_guide()
        if wanted:
            old = queries.get_version(read_id(wanted))
            shown = load(old.content)
        products = {one.pk: one.name for one in list_products()}
        context = {
            "number": number,
            "wanted": wanted,
            "rows": [_row(one, shown, products) for one in shown.rows],
            "issues": [{"code": one.code, "name": _in(one.names)} for one in shown.issues],
            "otherwise": _leads_to(shown.otherwise),
            "versions": [
                {"number": one.number, "when": fmt.minute(one.at, zone), "is_current": one.number == number}
                for one in versions
            ],
        }
        return render(request, "messages/guide_table.html", context)


def _row(one: Row, shown: Guide, products: dict[int, str]) -> dict[str, Any]:
    issue = shown.find_issue(one.issue)
    return {
        "id": one.id,
        "issue": _in(issue.names) if issue else one.issue,
        "product": _("Whichever") if one.product is None else products.get(one.product, ""),
        "asker": str(words.ASKER_NAMES[one.asker]) if one.asker else _("Whoever"),
        "destination": _leads_to(one.destination),
    }


def _leads_to(destination: Destination) -> dict[str, Any]:
    return {**_shown(destination), "target": str(words.TARGET_NAMES[destination.target])}


@signed_in
@GET_POST
def row(request: HubRequest, row_id: int) -> HttpResponseBase:
    """A row; a new one has the number 0."""
    request.access.require_serving(Right.EDIT_GUIDES)
    with scope(request.access):
        shown, number = queries.get_guide()
        products = list_products()
    found = next((one for one in shown.rows if one.id == row_id), None)
    if row_id and found is None:
        raise ObjectDoesNotExist
    initial: dict[str, Any] = {"version": number}
    if found:
        said = {"issue": found.issue, "product": found.product or "", "asker": found.asker or ""}
        initial |= {**said, **standing(found.destination)}
    form = RowForm(shown, products, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            commands.put_row(request.access, form.cleaned_data["version"], form.row(row_id))
            return _saved(request)
        except (Invalid, Conflict) as error:
            form.show(error)
    context = {"form": form, "title": _("A row of the guide"), "row_id": row_id, "version": number}
    return render(request, "messages/guide_row.html", context, status=400 if form.is_bound else 200)


def _saved(request: HubRequest) -> HttpResponseBase:
    messages.success(request, _("The change was saved. The version before stays readable."))
    return redirect("messages:guide_table")


@signed_in
@GET_POST
def otherwise(request: HubRequest) -> HttpResponseBase:
    """The default queue."""
    request.access.require_serving(Right.EDIT_GUIDES)
    with scope(request.access):
        shown, number = queries.get_guide()
    data = request.POST if request.method == "POST" else None
    form = DestinationForm(data, initial={"version": number, **standing(shown.otherwise)})
    if form.is_valid():
        try:
            commands.set_otherwise(request.access, form.cleaned_data["version"], form.destination())
            return _saved(request)
        except (Invalid, Conflict) as error:
            form.show(error)
    context = {"form": form, "title": _("The default queue"), "row_id": 0, "version": number}
    return render(request, "messages/guide_row.html", context, status=400 if form.is_bound else 200)


@signed_in
@GET_POST
def issue_add(request: HubRequest) -> HttpResponseBase:
    return _issue(request, None)


@signed_in
@GET_POST
def issue(request: HubRequest, code: str) -> HttpResponseBase:
    """What an issue is called; its code stays."""
    return _issue(request, code)


def _issue(request: HubRequest, code: str | None) -> HttpResponseBase:
    request.access.require_serving(Right.EDIT_GUIDES)
    with scope(request.access):
        shown, number = queries.get_guide()
    found = shown.find_issue(code) if code is not None else None
    if code is not None and found is None:
        raise ObjectDoesNotExist
    initial: dict[str, Any] = {"version": number}
    if found:
        initial |= {"code": code, **{f"name_{language}": name for language, name in found.names.items()}}
    form = IssueForm(found, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            commands.put_issue(request.access, form.cleaned_data["version"], form.issue())
            return _saved(request)
        except (Invalid, Conflict) as error:
            form.show(error)
    context = {"form": form, "code": found.code if found else "", "version": number}
    return render(request, "messages/guide_issue.html", context, status=400 if form.is_bound else 200)


@signed_in
@require_POST
def row_remove(request: HubRequest, row_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.EDIT_GUIDES)
    commands.remove_row(request.access, _version(request), row_id)
    return _saved(request)


@signed_in
@require_POST
def issue_remove(request: HubRequest, code: str) -> HttpResponseBase:
    request.access.require_serving(Right.EDIT_GUIDES)
    commands.remove_issue(request.access, _version(request), code)
    return _saved(request)


def _version(request: HubRequest) -> int:
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict("guide_changed_meanwhile")
    return int(form.cleaned_data["version"])
