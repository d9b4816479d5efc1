"""The one page of mail: to take no more digests, without signing in, because the link in the mail says who it is."""

from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tallyhub.kernel.access import Access
from tallyhub.kernel.http import HubRequest
from tallyhub.notifications import commands, message


@csrf_exempt  # a mail program sends it, too (RFC 8058); the signature in the address is the right to do it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HubRequest, reader: str) -> HttpResponse:
    try:
        person_id = message.read_reader(reader)
    except (BadSignature, ValueError) as error:
        raise ObjectDoesNotExist from error
    if request.method == "POST":
        commands.unsubscribe(Access(person_id=person_id))
    return render(request, "notifications/unsubscribe.html", {"is_done": request.method == "POST"})
