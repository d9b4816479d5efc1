"""What the link of an invitation opens. Looking changes nothing: programs that scan mail follow links, too (R3.5)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.accounts.sessions import CUSTOMER_KEY, WORKSPACE_KEY
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.people.invitations import commands, page, queries
from tallyhub.people.invitations.commands import Joined
from tallyhub.people.invitations.forms import RegisterForm
from tallyhub.people.invitations.links import Link, read_token
from tallyhub.people.invitations.opened import language_of, show
from tallyhub.people.invitations.queries import Found
from tallyhub.people.invitations.refusal import refusal
from tallyhub.people.invitations.rules import OPEN_STEPS, Step, masked, may_ask, next_step

_ADMITTED = frozenset({Step.REGISTER, Step.SIGN_IN, Step.JOIN})  # one click more, and the person is in


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HubRequest, token: str) -> HttpResponseBase:
    link = read_token(token)
    found, step = _read(request, link)
    if step is Step.ACCEPTED and found and found.person_id == request.access.person_id and request.method != "POST":
        return redirect("activity:home")  # they are in, perhaps since they signed in to come here
    with translation.override(language_of(request, found)):
        form = _form(request, found) if step is Step.REGISTER and found else None
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                return _enter(request, _use(request, link, form))
            except Conflict as error:  # used, taken back or expired since the page was shown: it says which
                return _page(request, token, *_read(request, link), form, status=409, problem=sentence(error))
            except Invalid as error:
                if form is None:
                    raise
                form.add_error("password", sentence(error))
        status = 400 if form is not None and form.is_bound else 200
        return _page(request, token, found, step, form, status=status)


def _read(request: HubRequest, link: Link) -> tuple[Found | None, Step]:
    with scope(request.access):
        found = queries.find_by_link(link)
    return found, next_step(found, link.serial, request.access.person_id, clock.now())


def _form(request: HubRequest, found: Found) -> RegisterForm:
    if request.method == "POST":
        return RegisterForm(request.POST)
    return RegisterForm(initial={"name": found.name, "language": found.language, "zone": found.customer_zone})


def _use(request: HubRequest, link: Link, form: RegisterForm | None) -> Joined:
    if form is None:
        return commands.join(request.access, link)
    return commands.register(request.access, link, **form.account)


def _enter(request: HubRequest, joined: Joined) -> HttpResponseBase:
    """Signed in, in the workspace that was joined."""
    if request.access.person_id is None:
        login(request, joined.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[CUSTOMER_KEY] = joined.customer_id
    request.session[WORKSPACE_KEY] = joined.workspace_id
    with translation.override(joined.person.language):
        messages.success(request, _("Welcome. You have joined the workspace."))
    return redirect("activity:home")


def _page(
    request: HubRequest,
    token: str,
    found: Found | None,
    step: Step,
    form: RegisterForm | None,
    *,
    status: int,
    problem: str = "",
) -> HttpResponse:
    status = 410 if status == 200 and step not in OPEN_STEPS else status
    refused, may_be_vouched = refusal(found) if found and step in _ADMITTED else ("", False)
    context: dict[str, Any] = {
        "step": step,
        "token": token,
        "form": form,
        "problem": "" if refused else problem,
        "refused": refused,
        "may_be_vouched": may_be_vouched,
        "sentence": sentence(Conflict(step)) if step not in OPEN_STEPS else "",
        "about": _about(found) if found and step in OPEN_STEPS | {Step.EXPIRED} else None,
        "may_ask": bool(found and step is Step.EXPIRED and may_ask(found, clock.now())),
    }
    return show(request, "people/invitation.html", context, status=status)


def _about(found: Found) -> dict[str, Any]:
    return {
        "customer": found.customer_name,
        "workspace": found.workspace_name,
        "inviter": found.inviter_name,
        "address": masked(found.email),
        "does": page.what_roles_do(found.roles),
        "until": page.until(found.expires_at, found.customer_zone),
    }


@require_POST
def ask(request: HubRequest, token: str) -> HttpResponseBase:
    """Another invitation, please: the signed link is the right to ask for one."""
    commands.ask_again(request.access, read_token(token))
    messages.success(request, _("Whoever invited you was asked for a new invitation."))
    return redirect("people:invitation", token)
