"""What the link of an invitation to work for an organisation opens. Looking changes nothing: programs follow links."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners.staff import commands, links, queries
from tallyhub.partners.staff.page import roles_in_words
from tallyhub.partners.staff.queries import Found
from tallyhub.partners.staff.rules import DECLINABLE, end_of
from tallyhub.people.invitations.forms import RegisterForm
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.opened import language_of, show
from tallyhub.people.invitations.page import until
from tallyhub.people.invitations.rules import OPEN_STEPS, Step, masked, next_step


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HubRequest, token: str) -> HttpResponseBase:
    """Accept; who cannot sign in yet opens an account before."""
    link = links.read(token)
    found, step = _read(request, link)
    if step is Step.ACCEPTED and found and found.is_accepted and found.person_id == request.access.person_id:
        return redirect("activity:home")  # they work there; of a double click the second one, too
    with translation.override(language_of(request, found)):
        form = _form(request, found) if step is Step.REGISTER and found else None
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                return _use(request, token, link, form)
            except Conflict as error:
                return _page(request, token, *_read(request, link), form, status=409, problem=sentence(error))
            except Invalid as error:
                if form is None:
                    raise
                form.add_error("password", sentence(error))
        return _page(request, token, found, step, form, status=400 if form is not None and form.is_bound else 200)


@require_POST
def decline(request: HubRequest, token: str) -> HttpResponseBase:
    link = links.read(token)
    found, step = _read(request, link)
    with translation.override(language_of(request, found)):
        form = _form(None, found) if step is Step.REGISTER and found else None
        try:
            commands.decline(request.access, link)
        except Conflict as error:
            return _page(request, token, *_read(request, link), form, status=409, problem=sentence(error))
    return redirect("partners:staff_join", token)


def _read(request: HubRequest, link: Link) -> tuple[Found | None, Step]:
    with scope(request.access):
        found = queries.find_by_link(link)
    return found, next_step(found, link.serial, request.access.person_id, clock.now())


def _form(request: HubRequest | None, found: Found) -> RegisterForm:
    if request is not None and request.method == "POST":
        return RegisterForm(request.POST)
    name = "" if found.name == found.email else found.name
    return RegisterForm(initial={"name": name, "language": found.language, "zone": found.organization_zone})


def _use(request: HubRequest, token: str, link: Link, form: RegisterForm | None) -> HttpResponseBase:
    """Signed in, at the same page, where they answer then; or at work."""
    if form is not None:
        person = commands.register(request.access, link, **form.account)
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("partners:staff_join", token)
    commands.accept(request.access, link)
    if request.sign_on.vouched_by is None:
        messages.success(request, _("Welcome. You act for the organisation from now on."))
    else:
        messages.success(
            request,
            _(
                "Welcome. To act for the organisation, sign in with a password of your own. Who has none asks for one "
                "on the sign-in page."
            ),
        )
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
    is_open = step in OPEN_STEPS
    context: dict[str, Any] = {
        "step": step,
        "token": token,
        "form": form,
        "problem": problem,
        "sentence": "" if is_open else sentence(Conflict(end_of(found, step))),
        "about": _about(found) if found and is_open else None,
        "may_decline": step in DECLINABLE,
    }
    status = 410 if status == 200 and not is_open else status
    return show(request, "partners/staff_join.html", context, status=status)


def _about(found: Found) -> dict[str, Any]:
    return {
        "organization": found.organization_name,
        "inviter": found.inviter_name,
        "address": masked(found.email),
        "roles": roles_in_words(found.kind, found.roles),
        "until": until(found.expires_at, found.organization_zone),
    }
