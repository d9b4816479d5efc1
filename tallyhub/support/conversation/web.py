"""The conversation of a request: its page, what is written in it, and its files."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, send_file, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.support.conversation import commands, media, page, queries, steps, storage
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_look
from tallyhub.support.models import StoredFile
from tallyhub.support.parts import assemble

BACK = "support:request"  # where one is after something was written


@signed_in
@of_request
@require_safe
def conversation(request: HubRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HubRequest, number: str, status: int = 200, **typed: str) -> HttpResponse:
    with scope(request.access):
        found = queries.get_request(request.access, number)
        query = request.GET.dict() if request.method != "POST" else {}
        part = page.read(request.access, found, query, **typed)
        context = {"ask": found, **assemble(request.access, found, [part])}
        response = render(request, "support/conversation.html", context, status=status)
    tell_look(request.access, found)
    return response


@signed_in
@of_request
@require_POST
def say(request: HubRequest, number: str) -> HttpResponseBase:
    """To everybody who sees the request."""
    return _write(request, number, commands.say, _("Your message is in the request."), ("typed", "problem"))


@signed_in
@of_request
@require_POST
def note(request: HubRequest, number: str) -> HttpResponseBase:
    """Among staff."""
    steps.check_may_note(request.access)
    return _write(request, number, commands.note, _("Your note is kept."), ("typed_note", "note_problem"))


def _write(
    request: HubRequest, number: str, act: Callable[..., Any], done: str, names: tuple[str, str]
) -> HttpResponseBase:
    """What was typed comes back where it is refused. ``names``: of the text and of the problem, in the page."""
    with scope(request.access):
        queries.get_request(request.access, number)  # before anything is kept for a stranger
    body = request.POST.get("body", "")
    try:
        with storage.keeping(storage.sent_by(request)) as kept:
            act(request.access, number, body=body, files=kept)
    except (Conflict, Invalid) as error:
        said = dict(zip(names, (body, sentence(error)), strict=True))
        return _page(request, number, 409 if isinstance(error, Conflict) else 400, **said)
    messages.success(request, done)
    return redirect(BACK, number)


@signed_in
@of_request
@require_safe
def file(request: HubRequest, number: str, file_id: int) -> HttpResponseBase:
    return _send(request, number, file_id, queries.get_file)


@signed_in
@of_request
@require_safe
def note_file(request: HubRequest, number: str, file_id: int) -> HttpResponseBase:
    return _send(request, number, file_id, queries.get_note_file)


def _send(request: HubRequest, number: str, file_id: int, find: Callable[..., StoredFile]) -> HttpResponseBase:
    with scope(request.access):
        ask = queries.get_request(request.access, number)
        response = _answer(find(request.access, number, file_id))
    tell_look(request.access, ask)
    return response


def _answer(one: StoredFile) -> HttpResponseBase:
    """Saved, or shown where it is a picture."""
    charset = "; charset=utf-8" if one.media_type == media.TEXT else ""
    response = send_file(storage.open_file(one.key), one.name, one.media_type + charset)
    if one.media_type in media.PICTURES:
        saved = response.headers["Content-Disposition"]
        response.headers["Content-Disposition"] = f"inline{saved.removeprefix('attachment')}"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
