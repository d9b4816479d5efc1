"""Middlewares of our own: who asks, what every answer carries, and what is noted of it."""

import logging
import re
from collections.abc import Callable
from threading import Lock
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request

from tallyhub.kernel.errors import Invalid
from tallyhub.organizations import sign_on
from tallyhub.site import database, errors, logs, metrics
from tallyhub.site.probes import ANSWERS

log = logging.getLogger(__name__)
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
STAY_ON_TLS = "max-age=31536000"  # a year; not for the host's neighbours, who may not have TLS
TURN_SECONDS_MAX = 0.05
ID_MAX = 2**63 - 1  # of a bigint
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def security_headers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.TALLYHUB.is_tls:
            response.headers["Strict-Transport-Security"] = STAY_ON_TLS
        return response

    return middleware


def take_turns(get_response: Handler) -> Handler:
    """Let one thread of a worker work at a time, while the others wait for what people send.

    Threads that share an interpreter take it from each other in the middle of a page, and all of them end later; one
    after the other is quicker. Whoever works long does not hold up the others for more than a moment.
    """
    turn = Lock()

    def middleware(request: HttpRequest) -> HttpResponse:
        has_turn = request.method in ("GET", "HEAD") and turn.acquire(timeout=TURN_SECONDS_MAX)
        try:
            return get_response(request)
        finally:
            if has_turn:
                turn.release()

    return middleware


def observed(get_response: Handler) -> Handler:
    """Give each request an id, and note what became of it: one line in the log, and the metrics.

    The id is a trusted proxy's, or made here; it is answered, and stands on the page of a fault.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_REQUEST_ID", "")  # a stranger's was taken away before (proxies.py)
        counted = _Counted()
        began = perf_counter()
        with logs.known_as(told if REQUEST_ID.fullmatch(told) else logs.new_id()):
            with connection.execute_wrapper(counted):
                response = get_response(request)
            _note(request, response, perf_counter() - began, counted.statements)
            response.headers["X-Request-Id"] = logs.request_id()
        return response

    return middleware


class _Counted:
    """Counts the statements of one request."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(statement, params, many, context)


def _note(request: HttpRequest, response: HttpResponse, seconds: float, statements: int) -> None:
    """The view's name stands for the path, which may hold codes that people wrote."""
    match = request.resolver_match
    view = match.view_name if match else ANSWERS[path].__name__ if (path := request.path_info) in ANSWERS else "none"
    method = request.method if request.method in metrics.METHODS else "other"
    metrics.REQUEST_SECONDS.labels(view, method, response.status_code).observe(seconds)
    metrics.REQUEST_STATEMENTS.labels(view).observe(statements)
    facts = {
        "method": method,
        "view": view,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
        "statements": statements,
        "person_id": access.person_id if (access := getattr(request, "access", None)) else None,
    }
    level = logging.DEBUG if request.path_info in ANSWERS else logging.INFO
    log.log(level, "request", extra={"facts": facts})


def files_from_people(get_response: Handler) -> Handler:
    """A stranger's body that is longer than a form is not read: the check of forms, which comes next, would."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_long = length.isdigit() and int(length) > settings.TALLYHUB.body_bytes_max
        if is_long and request.access.person_id is None:  # type: ignore[attr-defined]
            return errors.too_large(request)
        return get_response(request)

    return middleware


class PossibleIds:
    """Answers that nothing is there where an address names an id that no row can have, for every view at once.

    The database would refuse the number itself, which is a fault and no answer.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        is_beyond = any(isinstance(one, int) and one > ID_MAX for one in kwargs.values())
        return errors.not_found(request) if is_beyond else None


class PlainTexts:
    """Refuses a form with a NUL in it, for every view at once: nobody types one, and no database keeps one.

    Views that take no form of ours read their body themselves.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        texts = (text for name, values in request.POST.lists() for text in (name, *values))
        return errors.refused(request, Invalid("control_character")) if any("\0" in text for text in texts) else None


class SignedInPerson(SessionMiddleware):
    """Session, person and rights in one statement; then the person's language and zone.

    Stands for Django's session, authentication and locale middlewares; how a session is saved stays Django's.
    """

    def __call__(self, request: Any) -> Any:
        signed_on = _read_sign_on(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
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


def _read_sign_on(session_key: str | None) -> sign_on.SignOn:
    """The first statement of a request is where a connection shows that the database was away: then take a new one."""
    try:
        return sign_on.read(session_key)
    except (InterfaceError, OperationalError):
        if connection.connection is None:  # it is away still
            raise
        database.let_go()
        return sign_on.read(session_key)
