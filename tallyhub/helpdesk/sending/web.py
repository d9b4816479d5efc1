"""Sending an article about a partner request."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallyhub.helpdesk.sending import commands
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.sentences import sentence
from tallyhub.support.desk import of_request


@signed_in
@of_request
@require_POST
def send(request: HubRequest, number: str) -> HttpResponseBase:
    article = read_id(request.POST.get("article"))
    try:
        commands.send(request.access, number, article, get_language() or "en")
    except (Conflict, Invalid) as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("The customer has the link, and what comes of it is shown here."))
    return redirect("helpdesk:request", number)
