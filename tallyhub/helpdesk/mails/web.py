"""Mails to a partner's desk: which wait, what one says, adding it to a request, and putting it aside."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.helpdesk.mails import commands, page, queries
from tallyhub.helpdesk.mails.rules import Adding, read_reason
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.grid import cut, moment, page_links, read_place
from tallyhub.kernel.http import HubRequest, send_file, signed_in, url
from tallyhub.kernel.ids import read_ids
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import get_seller
from tallyhub.support.conversation import storage
from tallyhub.support.desk import at_desk
from tallyhub.support.models import Request


@signed_in
@require_safe
def mails(request: HubRequest) -> HttpResponse:
    """``state``: ``done`` for those that were taken in or put aside; else those that wait."""
    access, is_done = request.access, request.GET.get("state") == "done"
    access.require_serving(Right.SERVE_CUSTOMERS)
    place = read_place(request.GET, queries.SORTS)
    carried = [("state", "done")] if is_done else []
    with scope(access):
        found = cut(queries.list_mails(access, place, is_done=is_done), place)
        senders = queries.find_senders(one.pk for one in found.rows)
        names = queries.names_of_doers(found.rows)
        context = {
            "rows": [page.row(one, senders.get(one.pk, ()), names) for one in found.rows],
            "tabs": page.tabs(is_done=is_done),
            "is_done": is_done,
            "desk": page.desk(get_seller(access.organization_id or 0), queries.count_waiting(access)),
            "pager": page_links(url("helpdesk:mails"), carried, found, place, lambda one: f"{moment(one.at)}~{one.pk}"),
            "zone": get_current_timezone_name().replace("_", " "),
        }
        return render(request, "helpdesk/mails.html", context)


@signed_in
@require_safe
def mail(request: HubRequest, mail_id: int) -> HttpResponse:
    return _show(request, mail_id)


def _show(request: HubRequest, mail_id: int, adding: Adding | None = None, **errors: str) -> HttpResponse:
    """``adding``: what was typed to add it to a request; ``errors``: what was wrong, by field."""
    access = request.access
    access.require_serving(Right.SERVE_CUSTOMERS)
    with scope(access):
        one = queries.get_mail(access, mail_id)
        senders = queries.find_senders([one.pk])
        names = queries.names_of_doers([one])
        files, hints = queries.list_files(access, one), queries.list_hints(access, one)
        context = {
            "mail": page.mail(one, files, senders.get(one.pk, ()), names, hints),
            "adding": page.adding(one, files, hints, adding),
            "errors": errors,
        }
        return render(request, "helpdesk/mail.html", context, status=400 if errors else 200)


@signed_in
@require_safe
def file(request: HubRequest, mail_id: int, file_id: int) -> HttpResponseBase:
    """Saved, never shown: anybody may have sent it."""
    request.access.require_serving(Right.SERVE_CUSTOMERS)
    with scope(request.access):
        one = queries.get_file(request.access, mail_id, file_id)
        return send_file(storage.open_file(one.key), one.name)


@signed_in
@require_POST
def add_to(request: HubRequest, mail_id: int) -> HttpResponseBase:
    """``act``: ``note`` for an internal note; else everybody who sees the request reads it."""
    request.access.require_serving(Right.SERVE_CUSTOMERS)
    number, body = request.POST.get("number", "").strip(), request.POST.get("body", "")
    adding = Adding(number, body, read_ids(request.POST.getlist("mail_files")))
    try:
        inside = at_desk(request.access, number)
    except Request.DoesNotExist:
        return _show(request, mail_id, adding, number=_("There is no request with this number at your desk."))
    try:
        commands.add_to(inside, mail_id, adding, as_note=request.POST.get("act") == "note")
    except Invalid as error:
        return _show(request, mail_id, adding, body=sentence(error))
    except Conflict as error:
        if error.code != "mail_taken":
            return _show(request, mail_id, adding, number=sentence(error))
        messages.error(request, sentence(error))
        return redirect("helpdesk:mail", mail_id)
    messages.success(request, _("The mail is in the request %(number)s.") % {"number": number})
    return redirect("helpdesk:request", number)


@signed_in
@require_POST
def put_aside(request: HubRequest, mail_id: int) -> HttpResponseBase:
    request.access.require_serving(Right.SERVE_CUSTOMERS)
    try:
        reason = read_reason(request.POST.get("reason", ""))
    except Invalid as error:
        return _show(request, mail_id, reason=sentence(error))
    try:
        commands.put_aside(request.access, mail_id, reason)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("helpdesk:mail", mail_id)
    messages.success(request, _("The mail was put aside. You find it under Done."))
    return redirect("helpdesk:mails")
