"""Opening a request: drafts, the steps of one, sending it. Every step has an address and works without script."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.support.conversation import storage
from tallyhub.support.models import Draft
from tallyhub.support.requests import commands, opening, queries
from tallyhub.support.requests.rules import HeldThroughPartner, Step, Typed, require_opening

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def drafts(request: HubRequest) -> HttpResponse:
    allowed = require_opening(request.access)
    names = {one.id: one.name for one in request.sign_on.places}
    here = request.access.workspace_id if request.access.workspace_id in allowed else allowed[0]
    with scope(request.access):
        if not queries.may_ask_provider(request.access):
            raise HeldThroughPartner(None)
        context = {
            "drafts": [_line(one, names) for one in queries.list_drafts(request.access)],
            "workspaces": [{"id": one, "label": names[one], "is_chosen": one == here} for one in allowed],
        }
        return render(request, "support/open.html", context)


def _line(draft: Draft, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "title": Typed.of(draft.typed).title or _("Without a title"),
        "workspace": names.get(draft.workspace_id, ""),
        "changed": fmt.minute(draft.changed_at, get_current_timezone_name()),
        "href": url("support:open_step", draft.pk, Step.WHAT),
    }


@signed_in
@require_POST
def begin(request: HubRequest) -> HttpResponseBase:
    require_opening(request.access)
    draft = commands.begin_draft(request.access, read_id(request.POST.get("workspace")))
    return redirect("support:open_step", draft.pk, Step.WHAT)


@signed_in
@require_POST
def delete(request: HubRequest, draft_id: int) -> HttpResponseBase:
    require_opening(request.access)
    storage.remove(commands.delete_draft(request.access, draft_id))
    messages.success(request, _("The draft was deleted."))
    return redirect("support:open")


@signed_in
@require_POST
def send(request: HubRequest, draft_id: int) -> HttpResponseBase:
    """Again, after a second click, leads to the same request."""
    require_opening(request.access)
    number = commands.send_draft(request.access, draft_id)
    messages.success(request, _("The request was sent. Its number is %(number)s.") % {"number": number})
    return redirect("support:request", number)


@signed_in
@GET_POST
def step(request: HubRequest, draft_id: int, step: str) -> HttpResponseBase:
    require_opening(request.access)
    if step not in set(Step):
        raise ObjectDoesNotExist
    if request.method != "POST":
        return _show(request, draft_id, Step(step), {}, {})
    if step == Step.CHECK:
        raise ObjectDoesNotExist
    return _save(request, draft_id, Step(step))


def _save(request: HubRequest, draft_id: int, step: Step) -> HttpResponseBase:
    typed, errors = opening.read_step(step, request.POST)
    if not errors:
        commands.save_draft(request.access, draft_id, **typed)
    if step is Step.PROBLEM:
        errors |= _change_files(request, draft_id)
    if errors:
        return _show(request, draft_id, step, typed, errors)
    if (go := request.POST.get("go")) in set(Step):
        return redirect("support:open_step", draft_id, step if _has_news(request, draft_id, step) else go)
    return _act(request, draft_id, step)


def _act(request: HubRequest, draft_id: int, step: Step) -> HttpResponseBase:
    """What the button says, once everything is kept."""
    act = request.POST.get("act")
    if act == "attach" or "remove" in request.POST:
        return redirect("support:open_step", draft_id, step)
    if act == "find":
        return _show(request, draft_id, step, {}, {}, find=opening.read_find(request.POST))
    if act == "later":
        messages.success(request, _("The draft is kept. Nobody else sees it."))
        return redirect("support:open")
    if act == "back":
        return redirect("support:open_step", draft_id, step.before) if step.before else redirect("support:open")
    if wrong := _wrong(request, draft_id, step):
        return _show(request, draft_id, step, {}, wrong)
    if _has_news(request, draft_id, step):
        return redirect("support:open_step", draft_id, step)
    return redirect("support:open_step", draft_id, Step.CHECK if request.POST.get("to") == "check" else step.after)


def _has_news(request: HubRequest, draft_id: int, step: Step) -> bool:
    """Something goes on with the product that was chosen, and the page that the form was on did not tell of it yet."""
    if step is not Step.WHAT:
        return False
    with scope(request.access):
        product = Typed.of(queries.get_draft(request.access, draft_id).typed).product
        is_told = request.POST.get("seen") == str(product or "")
        return not is_told and bool(opening.known_events(request.access, product))


def _change_files(request: HubRequest, draft_id: int) -> dict[str, HubError]:
    """Keep what came with the form, also beside a text that cannot be kept, and remove what its button names."""
    with scope(request.access):
        queries.get_draft(request.access, draft_id)  # before anything is kept for a stranger
    if gone := request.POST.get("remove"):
        storage.remove(commands.remove_draft_file(request.access, draft_id, read_id(gone)))
    try:
        if files := storage.sent_by(request):
            with storage.keeping(files) as kept:
                commands.add_draft_files(request.access, draft_id, kept)
    except Invalid as error:
        return {"files": error}
    return {}


def _wrong(request: HubRequest, draft_id: int, step: Step) -> dict[str, HubError]:
    """What is missing in this step, by its field."""
    with scope(request.access):
        draft = queries.get_draft(request.access, draft_id)
        found = opening.problems(request.access, draft, Typed.of(draft.typed))
    return {one.field: one.error for one in found if one.step is step}


def _show(
    request: HubRequest,
    draft_id: int,
    step: Step,
    typed: dict[str, Any],
    errors: dict[str, HubError],
    *,
    find: str = "",
) -> HttpResponseBase:
    """``typed``: what could not be kept and stands in the form all the same."""
    access = request.access
    with scope(access):
        draft = queries.get_draft(access, draft_id)
        kept = Typed.of(draft.typed)
        if kept.sent:
            return redirect("support:request", kept.sent)
        access.require(Right.OPEN_REQUESTS, workspace_id=draft.workspace_id)
        names = {one.id: one.name for one in request.sign_on.places}
        shown = replace(kept, **typed)
        context = {
            **opening.frame(draft, step, names.get(draft.workspace_id, "")),
            **opening.content(access, draft, step, shown, find or opening.read_find(request.GET)),
            "typed": shown,
            "errors": {name: sentence(error) for name, error in errors.items()},
            "to": request.POST.get("to") or request.GET.get("to") or "",
        }
        return render(request, f"support/open_{step}.html", context, status=400 if errors else 200)
