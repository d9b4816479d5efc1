"""Merging a request into another one: what will happen, and who does not see the other one, is said beforehand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import names_of
from tallyhub.people.groups import queries as groups
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_look
from tallyhub.support.models import Request
from tallyhub.support.queries import get_request
from tallyhub.support.requests.queries import list_left_out
from tallyhub.support.requests.rules import may_share
from tallyhub.support.work import commands, steps
from tallyhub.support.work.rules import check_merge

NUMBER_MAX = 40  # characters


@signed_in
@of_request
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HubRequest, number: str) -> HttpResponseBase:
    """Asked with ``into`` in the address; done by sending the form that then shows."""
    if request.method != "POST":
        return _ask(request, number, _read(request.GET.get("into")))
    into = _read(request.POST.get("into"))
    with scope(request.access):
        _get(request.access, number)
    try:
        other = commands.merge_request(request.access, number, into or "0")
    except (Invalid, Conflict, Request.DoesNotExist) as error:
        return _ask(request, number, into, error=error)
    done = _("The request %(number)s was merged into this one.") % {"number": number}
    messages.success(request, done)
    return redirect("support:request", other.number)


def _read(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()[:NUMBER_MAX]


def _get(access: Access, number: str) -> Request:
    found = get_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=found.workspace_id)
    return found


def _ask(request: HubRequest, number: str, into: str, *, error: Exception | None = None) -> HttpResponse:
    with scope(request.access):
        ask = _get(request.access, number)
        try:
            other = _other(request.access, ask, into) if into else None
        except (Invalid, Conflict) as found:
            error, other = found, None
        context: dict[str, Any] = {"ask": ask, "into": into, "other": other, "said": _said(error)}
        context["may_share"] = may_share(request.access)
        if other:
            context["left_out"] = _left_out(request.access, ask, other)
        response = render(request, "support/merge.html", context, status=_status(error))
    for one in filter(None, (ask, other)):
        tell_look(request.access, one)
    return response


def _other(access: Access, ask: Request, into: str) -> Request:
    """The one that it may be merged into. Raises Invalid and Conflict."""
    try:
        other = get_request(access, into)
    except Request.DoesNotExist:
        raise Invalid("work_request_unknown") from None
    check_merge(steps.merging_of(ask), steps.merging_of(other))
    return other


def _said(error: Exception | None) -> str:
    if error is None:
        return ""
    return sentence(error if isinstance(error, HubError) else Invalid("work_request_unknown"))


def _status(error: Exception | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, Conflict) else 400


def _left_out(access: Access, ask: Request, other: Request) -> list[str]:
    people, in_groups = list_left_out(access, ask, other)
    names, group_names = names_of(access, people), groups.names_of(access, in_groups)
    of_groups = [_("the group %(group)s") % {"group": group_names[one]} for one in in_groups if one in group_names]
    return [*(names[one] for one in people if one in names), *of_groups]
