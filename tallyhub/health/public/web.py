"""Mail for visitors: asked for, confirmed and ended without an account."""

from allauth.core.internal import ratelimit
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tallyhub.health.public import commands, links
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import HubRequest
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_providers

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


def _hub() -> Access:
    """Acting for the provider. Raises DoesNotExist where there is none."""
    with scope(Access()):
        provider = next(iter(list_providers()), None)
    if provider is None:
        raise ObjectDoesNotExist
    return Access.of_system(organizations=[provider.pk])


@GET_POST
def subscribe(request: HubRequest) -> HttpResponse:
    """The answer is the same whether or not the address was known."""
    address, problem = request.POST.get("address", ""), ""
    if request.method == "POST":
        if ratelimit.consume(request, app="allauth.account", action="health_subscribe") is None:
            raise Invalid("health_asked_too_often")
        try:
            commands.ask(_hub(), address, get_language() or "en")
            return _say(
                request,
                _("Look into your mail"),
                _("Open the link in the mail that we sent you. Until then you get no other one."),
            )
        except Invalid as error:
            problem = str(sentence(error))
    context = {"address": address, "problem": problem}
    return render(request, "health/subscribe.html", context, status=400 if problem else 200)


@GET_POST
def confirm(request: HubRequest, signed: str) -> HttpResponse:
    """A button, because programs that look through mail open its links."""
    visitor_id = links.read_confirm(signed)
    if request.method == "POST":
        commands.confirm(_hub(), visitor_id)
        return _say(
            request,
            _("You get mail"),
            _("From now on you get mail about what is public. Each has a link that ends it."),
        )
    return _ask(
        request,
        _("Mail about service health"),
        _("Do you want mail about incidents, advisory notices and maintenance?"),
        _("Yes, send me mail"),
    )


@csrf_exempt  # a mail program sends it, too (RFC 8058); the signature in the address is the right to do it
@GET_POST
def unsubscribe(request: HubRequest, signed: str) -> HttpResponse:
    visitor_id = links.read_leave(signed)
    if request.method == "POST":
        commands.leave(_hub(), visitor_id)
        return _say(
            request, _("No more mail"), _("Your address was removed. You get no more mail about service health.")
        )
    return _ask(
        request,
        _("No more mail"),
        _("Your address is removed, and you get no more mail about service health."),
        _("Send me no more mail"),
    )


def _say(request: HubRequest, title: str, text: str) -> HttpResponse:
    return render(request, "health/visitor.html", {"title": title, "sentence": text, "button": ""})


def _ask(request: HubRequest, title: str, text: str, button: str) -> HttpResponse:
    return render(request, "health/visitor.html", {"title": title, "sentence": text, "button": button})
