"""The people of one's own organisation: who works there, as what, since when; and who was invited."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.models import Staff
from tallyhub.organizations.queries import is_work_of, page_of_colleagues
from tallyhub.organizations.rules import STAFF_ROLE_NAMES, Kind, StaffRole
from tallyhub.partners import page
from tallyhub.partners.models import StaffInvitation
from tallyhub.partners.rules import Refused
from tallyhub.partners.staff import commands, queries
from tallyhub.partners.staff.rules import NewColleague, has_come, roles_at
from tallyhub.partners.words import STAFF_MEANS

PAGE_ROWS = 50
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def people(request: HubRequest) -> HttpResponseBase:
    """All who work there now, who was invited; and a new invitation."""
    request.access.require_serving(Right.MANAGE_STAFF)
    if request.method != "POST":
        return _page(request)
    data = request.POST
    try:
        commands.invite_person(
            request.access,
            NewColleague(
                address=data.get("email", "").strip(),
                name=data.get("name", ""),
                language=data.get("language", ""),
                roles=data.getlist("roles"),
            ),
        )
    except (Invalid, Conflict) as error:
        return _page(request, typed=error)
    messages.success(request, _("Invited. Whoever has the address gets a mail, and works here once they accept."))
    return redirect("partners:staff")


def _page(request: HubRequest, *, typed: HubError | None = None, problem: HubError | None = None) -> HttpResponse:
    """``typed``: why the form was refused; ``problem``: why a change of somebody was."""
    access, house = request.access, request.sign_on.house
    text, after = page.read_text(request.GET), page.read_after(request.GET)
    with scope(access):
        found = page_of_colleagues(access, text, after, PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        held = queries.count_held(access, [one.pk for one in shown])
        invited = queries.list_invited(access)
        last = (shown[-1].person.name, shown[-1].pk) if len(found) > PAGE_ROWS else None
        context = {
            "house": house.name,
            "people": [_line(one, house.kind, access.person_id, held.get(one.pk, 0)) for one in shown],
            "text": text,
            "is_later": after is not None,
            "first_href": page.address(text=text),
            "next_href": page.address(text=text, after=last) if last else "",
            "invited": [_invited(one, house.kind) for one in invited],
            "form": _form(request, house.kind, typed),
            "problem": str(sentence(problem)) if problem else "",
            "zone": page.zone_name(),
        }
    error = typed or problem
    status = 200 if error is None else 409 if isinstance(error, Conflict) else 400
    return render(request, "partners/staff.html", context, status=status)


def _line(one: Staff, kind: Kind, own_id: int | None, held: int) -> dict[str, Any]:
    since = _("since %(since)s") % {"since": page.when(one.starts_at)}
    until = {"since": page.when(one.starts_at), "until": page.when(one.ends_at) if one.ends_at else ""}
    return {
        "id": one.pk,
        "name": one.person.name,
        "email": one.person.email or "",
        "roles": fmt.listed([str(STAFF_ROLE_NAMES[role]) for role in roles_at(kind) if role in one.roles]),
        "choices": _choices(kind, one.roles),
        "term": _("since %(since)s, until %(until)s") % until if one.ends_at else since,
        "is_oneself": one.person_id == own_id,
        "has_come": has_come(one),
        "follows": _follows_end(held, is_oneself=one.person_id == own_id),
    }


def _follows_end(held: int, *, is_oneself: bool) -> list[str]:
    loses = ngettext(
        "What they hold by %(n)s delegation of a customer ends at once.",
        "What they hold by %(n)s delegations of customers ends at once.",
        held,
    )
    if is_oneself:
        goes = _("You act for the organisation no more, from the next click on, and see this page no more.")
    else:
        goes = _("They act for the organisation no more, from the next click on, and leave its security groups.")
    return [goes, *([loses % {"n": fmt.number(held)}] if held else [])]


def _invited(one: StaffInvitation, kind: Kind) -> dict[str, Any]:
    """Nothing but what was written here, and whether it was answered: what stands behind the address is not theirs."""
    if one.answered_at is not None:
        badge = {"text": _("invited, has declined"), "tone": "plain"}
        term = _("declined on %(when)s") % {"when": page.when(one.answered_at)}
    elif one.expires_at <= clock.now():
        badge = {"text": _("invited, not answered in time"), "tone": "plain"}
        term = _("until %(until)s") % {"until": page.when(one.expires_at)}
    else:
        badge = {"text": _("invited, not answered yet"), "tone": "low"}
        term = _("until %(until)s") % {"until": page.when(one.expires_at)}
    return {
        "id": one.pk,
        "email": one.email,
        "badge": badge,
        "roles": fmt.listed([str(STAFF_ROLE_NAMES[role]) for role in roles_at(kind) if role in one.roles]),
        "term": term,
        "is_open": one.answered_at is None,
    }


def _choices(kind: Kind, chosen: Collection[str]) -> list[dict[str, Any]]:
    return [
        {"value": role.value, "name": STAFF_ROLE_NAMES[role], "means": STAFF_MEANS[role], "is_chosen": role in chosen}
        for role in roles_at(kind)
    ]


def _form(request: HubRequest, kind: Kind, error: HubError | None) -> dict[str, Any]:
    """With what was typed, and what is wrong beside its field."""
    data = request.POST if error else {}
    language = data.get("language") or get_language() or "en"
    return {
        "email": data.get("email", ""),
        "name": data.get("name", ""),
        "languages": [{"id": code, "label": name, "is_chosen": code == language} for code, name in LANGUAGES],
        "roles": _choices(kind, request.POST.getlist("roles") if error else ()),
        "errors": _errors(error),
    }


def _errors(error: HubError | None) -> dict[str, str]:
    """By field. What the present state forbids is about the address."""
    if isinstance(error, Refused):
        return {field: str(sentence(one)) for field, one in error.fields.items()}
    return {"address": str(sentence(error))} if error else {}


@signed_in
@require_POST
def change_roles(request: HubRequest, staff_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_STAFF)
    roles = request.POST.getlist("roles")
    try:
        commands.change_roles(request.access, staff_id, roles)
    except (Invalid, Conflict) as error:
        return _page(request, problem=error)
    messages.success(request, _("Changed. It counts from their next click."))
    return _back(request, staff_id, is_out=StaffRole.ORGANIZATION_ADMINISTRATOR not in roles)


@signed_in
@require_POST
def end(request: HubRequest, staff_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_STAFF)
    try:
        commands.end_employment(request.access, staff_id)
    except Conflict as error:
        return _page(request, problem=error)
    messages.success(
        request, _("Ended. They act for the organisation no more, and what customers let them do is over.")
    )
    return _back(request, staff_id, is_out=True)


def _back(request: HubRequest, staff_id: int, *, is_out: bool) -> HttpResponseBase:
    """Whoever took their own role away may not see the list any more."""
    with scope(request.access):
        is_own = is_work_of(request.access, staff_id, request.access.person_id or 0)
    return redirect("activity:home" if is_out and is_own else "partners:staff")


@signed_in
@require_POST
def ask_again(request: HubRequest, staff_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_STAFF)
    commands.ask_again(request.access, staff_id)
    messages.success(request, _("They get a new mail with a link by which to choose a password."))
    return redirect("partners:staff")


@signed_in
@require_POST
def resend(request: HubRequest, invitation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_STAFF)
    try:
        commands.resend_invitation(request.access, invitation_id)
    except Conflict as error:
        return _page(request, problem=error)
    messages.success(request, _("Sent again. The link that was sent before is void."))
    return redirect("partners:staff")


@signed_in
@require_POST
def revoke(request: HubRequest, invitation_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.MANAGE_STAFF)
    try:
        commands.revoke_invitation(request.access, invitation_id)
    except Conflict as error:
        return _page(request, problem=error)
    messages.success(request, _("Taken back. Its link opens nothing any more."))
    return redirect("partners:staff")
