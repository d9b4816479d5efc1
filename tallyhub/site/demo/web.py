"""The demo's mail, as its readers would get it. There is no such page in an ordinary hub."""

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallyhub.site.demo import catcher

# A mail is somebody else's HTML: no script, no form, no picture from elsewhere, and a frame of our page only.
_MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    _only_in_the_demo()
    return render(request, "site/demo_mails.html", {"mails": catcher.list_caught(settings.TALLYHUB.data_dir)})


@require_safe
def mail(request: HttpRequest, key: str) -> HttpResponse:
    _only_in_the_demo()
    return render(request, "site/demo_mail.html", {"mail": catcher.read(settings.TALLYHUB.data_dir, key)})


@require_safe
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    _only_in_the_demo()
    headers = {"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(catcher.read(settings.TALLYHUB.data_dir, key).html, headers=headers)


def _only_in_the_demo() -> None:
    if not settings.TALLYHUB.demo:
        raise ObjectDoesNotExist
