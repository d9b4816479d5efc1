"""The API apart from the pages: no session, no cookie, no CSRF, and an answer in JSON whatever happens."""

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request
from ninja.parser import Parser

from tallyhub.integrations.api.problems import Stop, answer_error, problem, too_large
from tallyhub.integrations.importing.files import once
from tallyhub.kernel.errors import HubError, Invalid

PREFIX = "/api/"
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Language, Authorization"}
log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


def apart(get_response: Handler) -> Handler:
    """Middleware, to stand before whatever reads a cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _answer(request) if request.path_info.startswith(PREFIX) else get_response(request)

    return middleware


def _answer(request: Any) -> HttpResponse:
    request.COOKIES = {}  # a browser's session opens nothing here, so no page of another site can use it
    with translation.override(get_language_from_request(request)), timezone.override("UTC"):
        response = _tried(request)
        if response.status_code == 405:
            response = problem(405, HubError("method_unknown"), headers={"Allow": response.headers["Allow"]})
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _tried(request: Any) -> HttpResponse:
    try:
        _check_length(request)
        found = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    except Exception as error:
        return answer_error(error) or fault(error)
    return response


def fault(error: Exception) -> HttpResponse:
    """Nothing was written: the transaction of a fault is rolled back. The number stands in the log, too."""
    number = secrets.token_hex(4)
    log.error("fault", exc_info=error, extra={"facts": {"number": number}})
    return problem(500, HubError("fault", number=number))


def _check_length(request: HttpRequest) -> None:
    """Refuse a body by its announced length, before any of it is read."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Stop(411, "length_needed")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > settings.TALLYHUB.api_body_max:
        raise too_large()


class JsonBody(Parser):
    """A body is JSON, and says so; a parameter is one of the contract's, and comes once."""

    def __init__(self, known: Callable[[HttpRequest], frozenset[str]]) -> None:
        self._known = known

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        if odd := sorted(
            set(data) - (known := self._known(request))
        ):  # a filter with a slip in it would filter nothing
            raise Stop(422, "parameter_unknown", parameter=odd[0], known=", ".join(sorted(known)))
        if twice := [name for name, values in data.lists() if len(values) > 1 and name not in list_fields]:
            raise Stop(422, "parameter_twice", parameter=twice[0])
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        return found

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Stop(415, "body_not_json")
        try:
            return json.loads(request.body, parse_constant=_refuse, object_pairs_hook=once)
        except Invalid as error:
            raise Stop(400, error.code) from None
        except (ValueError, RecursionError):
            raise Stop(400, "body_malformed") from None


def _refuse(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's
