"""The form of an escalation, the page of one for each side, and the steps that all sides make alike."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.helpdesk.escalations import commands, form_page, forms, page, queries
from tallyhub.helpdesk.escalations.commands import Typed
from tallyhub.helpdesk.escalations.form_page import Refusal
from tallyhub.helpdesk.escalations.page import Refused
from tallyhub.helpdesk.escalations.rules import Category, Status
from tallyhub.helpdesk.escalations.steps import require_side
from tallyhub.helpdesk.escalations.taken import read_taken
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, send_file, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners.page import publisher
from tallyhub.support.conversation import storage
from tallyhub.support.desk import of_request
from tallyhub.support.models import Request
from tallyhub.support.queries import get_request

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
NONE = "none"  # the address's word for none of the categories


@signed_in
@of_request
@GET_POST
def escalate(request: HubRequest, number: str) -> HttpResponseBase:
    """GET without a category asks for one. What was typed is kept as a draft, whatever it is worth."""
    with scope(request.access):
        _own(request.access, number)
    if request.method == "POST":
        return _posted(request, number, read_word(Category, request.POST.get("category")))
    wanted = request.GET.get("category", "")
    with scope(request.access):
        ask = _own(request.access, number)
        kept = queries.find_current(request.access, ask)
        if kept and kept.status not in (Status.DRAFT, Status.RETURNED):
            return redirect("helpdesk:escalation", kept.pk)
        if not wanted and kept is None:
            return _choose(request, ask)
        if wanted == NONE:
            return _choose(request, ask, fits_none=True)
        last = form_page.of_kept(request.access, kept) if kept else None
        category = read_word(Category, wanted or (last.category if last else ""))
        typed = _typed(request.access, ask, category, last)
        return render(request, "helpdesk/escalate.html", form_page.context(request.access, ask, typed, kept, Refusal()))


def _own(access: Access, number: str) -> Request:
    """Raises DoesNotExist for a stranger, Forbidden for whoever sees the request and does not escalate it."""
    ask = get_request(access, number)
    commands.require_own(access, ask)
    return ask


def _choose(request: HubRequest, ask: Request, *, fits_none: bool = False) -> HttpResponse:
    """In none of them: the partner solves it, unless the provider has said otherwise (S003-27)."""
    settings = queries.find_settings(queries.get_provider_id())
    context = {
        "ask": ask,
        "publisher": publisher(ask.product),
        "categories": form_page.categories("", takes_agreed=settings.takes_agreed),
        "takes_agreed": settings.takes_agreed,
        "fits_none": fits_none,
        "lock": form_page.lock(request.access, ask),
        "baseline_href": url("helpdesk:baseline"),
        "security": form_page.security(settings),
    }
    return render(request, "helpdesk/escalate_choose.html", context, status=400 if fits_none else 200)


def _typed(access: Access, ask: Request, category: Category, last: Typed | None) -> Typed:
    """What is known already, and over it what was kept."""
    first = form_page.first_typed(access, ask, category, read_taken(access, ask))
    if last is None:
        return first
    values = {**first.values, **{code: said for code, said in last.values.items() if said}}
    return Typed(category, values, last.tenants or first.tenants, last.via_id)


def _posted(request: HubRequest, number: str, category: Category) -> HttpResponseBase:
    typed = forms.read_typed(request.POST, category)
    if typed.values.get("vulnerability") == "yes":
        return _security(request, number)
    version = find_id(request.POST.get("draft_version")) or 0
    try:
        with forms.keeping(request, category) as files:
            kept = commands.save_draft(request.access, number, typed, version, files)
        if request.POST.get("act") == "send":
            kept = commands.send(request.access, number, kept.version, request.POST.get("looked", ""))
    except (Invalid, Conflict) as error:
        return _refused(request, number, typed, error)
    if request.POST.get("act") == "send":
        messages.success(request, _("It is sent. You are told by mail how it goes on."))
        return redirect("helpdesk:escalation", kept.pk)
    messages.success(request, _("The draft is kept. Nobody else reads it."))
    return redirect("helpdesk:escalate", number)


def _refused(request: HubRequest, number: str, typed: Typed, error: HubError) -> HttpResponse:
    status = 409 if isinstance(error, Conflict) else 400
    with scope(request.access):
        ask = _own(request.access, number)
        kept = queries.find_current(request.access, ask)
        context = form_page.context(request.access, ask, typed, kept, Refusal.of(error))
        return render(request, "helpdesk/escalate.html", context, status=status)


def _security(request: HubRequest, number: str) -> HttpResponse:
    """A vulnerability is no escalation: nothing of it is kept here, where more people read it than should (edge 39)."""
    with scope(request.access):
        ask = _own(request.access, number)
        settings = queries.find_settings(queries.get_provider_id())
        context = {"ask": ask, "security": form_page.security(settings)}
        return render(request, "helpdesk/vulnerability.html", context)


@signed_in
@of_request
@require_POST
def remove_file(request: HubRequest, number: str, file_id: int) -> HttpResponseBase:
    commands.remove_file(request.access, number, file_id)
    messages.success(request, _("The file is taken out."))
    return redirect("helpdesk:escalate", number)


# The page of one, for each side


@signed_in
@require_safe
def escalation(request: HubRequest, escalation_id: int) -> HttpResponse:
    return _page(request, escalation_id, Refused())


def _page(request: HubRequest, escalation_id: int, refused: Refused, status: int = 200) -> HttpResponse:
    zone = get_current_timezone_name()
    with scope(request.access):
        one = queries.get_escalation(request.access, escalation_id)
        require_side(request.access, one)
        context = page.context(request.access, one, zone, refused)
        return render(request, "helpdesk/escalation.html", context, status=status)


@signed_in
@require_POST
def move(request: HubRequest, escalation_id: int) -> HttpResponseBase:
    becomes = read_word(Status, request.POST.get("becomes"))
    text, items = forms.plain(request.POST.get("text", "")), tuple(request.POST.getlist("items"))
    version = find_id(request.POST.get("version")) or 0
    return _do(
        request,
        escalation_id,
        lambda: commands.move(request.access, escalation_id, becomes, version=version, text=text, items=items),
        Refused(becomes.value, text, items),
        _("That is done, and the others are told."),
    )


@signed_in
@require_POST
def note(request: HubRequest, escalation_id: int) -> HttpResponseBase:
    text = forms.plain(request.POST.get("text", ""))
    return _do(
        request,
        escalation_id,
        lambda: commands.note(request.access, escalation_id, text),
        Refused("note", text),
        _("Your note is kept. No customer reads it."),
    )


@signed_in
@of_request
@require_POST
def publish(request: HubRequest, number: str) -> HttpResponseBase:
    """In the partner's name, as a message on the request."""
    event_id, text = read_id(request.POST.get("event")), forms.plain(request.POST.get("text", ""))
    with scope(request.access):
        event = queries.get_event(request.access, _own(request.access, number), event_id)
    return _do(
        request,
        event.escalation_id,
        lambda: commands.publish(request.access, number, event_id, text),
        Refused("publish", text, about=event_id),
        _("The customer reads it on the request now."),
    )


def _do(request: HubRequest, escalation_id: int, act: Callable[[], Any], typed: Refused, done: str) -> HttpResponseBase:
    """And back to the page; what was typed comes back where it is refused."""
    try:
        act()
    except (Conflict, Invalid) as error:
        refused = Refused(typed.act, typed.text, typed.items, str(sentence(error)), typed.about)
        return _page(request, escalation_id, refused, 409 if isinstance(error, Conflict) else 400)
    messages.success(request, done)
    return redirect("helpdesk:escalation", escalation_id)


@signed_in
@require_safe
def file(request: HubRequest, escalation_id: int, file_id: int) -> HttpResponseBase:
    """Saved, never shown: evidence comes from machines that somebody has trouble with."""
    with scope(request.access):
        require_side(request.access, queries.get_escalation(request.access, escalation_id))
        one = queries.get_file(request.access, escalation_id, file_id)
        return send_file(storage.open_file(one.key), one.name)
