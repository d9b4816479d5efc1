"""The demo's mail, as its readers would get it. There is no such page in an ordinary hub."""

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallyhub.site.demo import catcher

# A mail is somebody else's HTML: no script, no form, no picture from elsewhere, and a frame of our page only. A link
# opens a page of its own, as in a mail program; that page is an ordinary one, and knows nothing of where it came from.
_MAY = "allow-popups allow-popups-to-escape-sandbox"
_MAIL_POLICY = f"sandbox {_MAY}; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_LINKS_OPEN_A_PAGE = '<base target="_blank">'


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    _only_in_the_demo()
    return render(request, "site/demo_mails.html", {"mails": catcher.list_caught(settings.TALLYHUB.data_dir)})


@require_safe
def mail(request: HttpRequest, key: str) -> HttpResponse:
    _only_in_the_demo()
    shown = {"mail": catcher.read(settings.TALLYHUB.data_dir, key), "may": _MAY}
    return render(request, "site/demo_mail.html", shown)


@require_safe
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    _only_in_the_demo()
    headers = {"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    html = catcher.read(settings.TALLYHUB.data_dir, key).html
    start, head, rest = html.partition("<head>")
    linked = f"{start}{head}{_LINKS_OPEN_A_PAGE}{rest}" if head else f"{_LINKS_OPEN_A_PAGE}{html}"
    return HttpResponse(linked, headers=headers)


def _only_in_the_demo() -> None:
    if not settings.TALLYHUB.demo:
        raise ObjectDoesNotExist
