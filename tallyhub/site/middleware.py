"""Two middlewares of our own: who asks, and the headers that every answer carries."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request

from tallyhub.organizations import sign_on

Handler = Callable[[HttpRequest], HttpResponse]

# Everything comes from our own files; no inline script or style, so no nonces and pages stay cacheable (design 5.5).
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "private, no-cache",  # static files name their own
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def security_headers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


class SignedInPerson(SessionMiddleware):
    """Session, person and rights in one statement; then the person's language and zone.

    Stands for Django's session, authentication and locale middlewares; how a session is saved stays Django's.
    """

    def __call__(self, request: Any) -> Any:
        signed_on = sign_on.read(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        request.session = signed_on.session
        request.user = signed_on.person
        request.access = signed_on.access
        request.sign_on = signed_on
        person = signed_on.person
        language = person.language if person.is_authenticated else get_language_from_request(request)
        with translation.override(language), timezone.override(person.zone if person.is_authenticated else "UTC"):
            request.LANGUAGE_CODE = language
            answer: Any = self.get_response(request)
            response = self.process_response(request, answer)
        response.headers.setdefault("Content-Language", language)
        return response
