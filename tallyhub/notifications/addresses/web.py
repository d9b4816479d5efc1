"""The page on which a customer says to which of its mailboxes news of the provider goes."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.notifications.addresses import commands, queries

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@GET_POST
def addresses(request: HubRequest) -> HttpResponseBase:
    access = request.access
    access.require(Right.ADMINISTER)
    typed, language = request.POST.get("address", "").strip(), request.POST.get("language", "")
    if request.method != "POST":
        return _show(request, "", get_language() or "en", "")
    try:
        commands.add_address(access, typed, language)
    except (Invalid, Conflict) as error:
        return _show(request, typed, language, str(sentence(error)))
    messages.success(request, _("News of the provider goes there from now on."))
    return redirect("notifications:addresses")


def _show(request: HubRequest, typed: str, language: str, problem: str) -> HttpResponse:
    names, zone = dict(LANGUAGES), get_current_timezone_name()
    with scope(request.access):
        context = {
            "rows": [
                {
                    "id": one.pk,
                    "address": one.address,
                    "language": names.get(one.language, one.language),
                    "added": fmt.minute(one.added_at, zone),
                    "is_stopped": one.stopped_at is not None,
                }
                for one in queries.list_addresses(request.access)
            ],
            "domains": fmt.listed(queries.list_proved_domains(request.access)),
            "languages": [{"id": code, "label": name, "is_chosen": code == language} for code, name in LANGUAGES],
            "typed": typed,
            "problem": problem,
            "addresses_max": commands.ADDRESSES_MAX,
            "zone": zone.replace("_", " "),
        }
        return render(request, "notifications/addresses.html", context, status=400 if problem else 200)


@signed_in
@require_POST
def remove(request: HubRequest, address_id: int) -> HttpResponseBase:
    request.access.require(Right.ADMINISTER)
    commands.remove_address(request.access, address_id)
    messages.success(request, _("The address gets no more mail."))
    return redirect("notifications:addresses")
