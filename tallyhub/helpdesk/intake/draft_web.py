"""What the buttons of a form to a partner do, whoever writes: all of it is kept first, whatever is wrong with it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tallyhub.helpdesk.intake import forms
from tallyhub.helpdesk.intake.asking import Refused
from tallyhub.helpdesk.intake.rules import Asked, Problem, read_asked
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import HubRequest
from tallyhub.kernel.ids import find_id
from tallyhub.support.conversation import storage
from tallyhub.support.conversation.storage import Kept


@dataclass(frozen=True, slots=True)
class Form:
    """``drop`` and ``remove`` return keys of bytes that nobody needs any more, ``send`` the number of the request.
    ``sent`` tells whoever wrote that number. ``here``: where one goes on writing; ``away``: where who stops goes.
    """

    drop: Callable[[], Iterable[str]]
    save: Callable[[Asked, Sequence[Kept]], None]
    remove: Callable[[int], Iterable[str]]
    show: Callable[[Asked, list[Problem]], HttpResponse]
    send: Callable[[Asked], str]
    sent: str
    here: str
    away: str


def answer(request: HubRequest, form: Form) -> HttpResponseBase:
    """Keep all of it, files as well, then do what the button says."""
    act = request.POST.get("act")
    if act == "drop":
        storage.remove(form.drop())
        messages.success(request, _("What you had begun to write was deleted."))
        return redirect(form.away)
    asked = forms.read(request.POST)
    wrong = read_asked(asked)[1]
    unfit: dict[str, Any] = {one.field: "" for one in wrong}  # too long, as a rule: it stays on the page alone
    wrong += _keep(request, form, replace(asked, **unfit))
    if gone := find_id(request.POST.get("remove")):
        storage.remove(form.remove(gone))
    if wrong:
        return form.show(asked, wrong)
    if gone or act == "attach":
        return redirect(form.here)
    if act == "later":
        messages.success(request, _("It is kept. Nobody else sees it, and you find it here again."))
        return redirect(form.away)
    return send(request, form, asked)


def _keep(request: HubRequest, form: Form, asked: Asked) -> list[Problem]:
    try:
        with storage.keeping(storage.sent_by(request)) as kept:
            form.save(asked, kept)
    except Invalid as error:
        form.save(asked, ())
        return [Problem("files", error)]
    return []


def send(request: HubRequest, form: Form, asked: Asked) -> HttpResponseBase:
    """Without keeping it first."""
    try:
        number = form.send(asked)
    except Refused as refused:
        return form.show(asked, refused.problems)
    messages.success(request, form.sent % {"number": number})
    return redirect("helpdesk:request", number)
