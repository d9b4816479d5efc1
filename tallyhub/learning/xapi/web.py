"""The xAPI endpoint: about, and statements put, posted and read by id. A source shows its key and secret each time.

The middleware that keeps the API apart has taken the cookies away and bounded the body before we are called.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from tallyhub.accounts.tokens import digest_of
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.learning.models import XapiStatement
from tallyhub.learning.xapi import commands, queries
from tallyhub.learning.xapi.queries import Speaker
from tallyhub.learning.xapi.rules import (
    VERSION,
    Malformed,
    Parsed,
    is_spoken,
    read_body,
    read_id,
    read_statement,
    read_statements,
)

_ADDED = "X-Experience-API-Version"
_CHALLENGE = 'Basic realm="Tallyhub xAPI", charset="UTF-8"'
_JSON = "application/json"
View = Callable[[HttpRequest], HttpResponse]


class Stop(HubError):
    """The request ends here, with a status of its own."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.status = status
        self.headers = headers or {}


def _answering(view: View) -> View:
    """Errors of the caller in words, and the version on every answer."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)
        except Stop as error:
            response = _problem(error.status, error, error.headers)
        except (Malformed, Invalid) as error:
            response = _problem(400, error)
        except Conflict as error:
            response = _problem(409, error)
        except Forbidden as error:
            response = _problem(403, error)
        response.headers[_ADDED] = VERSION
        return response

    return answer


def _problem(status: int, error: HubError, headers: dict[str, str] | None = None) -> HttpResponse:
    said: dict[str, Any] = {"code": error.code, "detail": str(sentence(error))}
    if error.lines:
        said |= {"statement": error.lines[0]}
    return JsonResponse(said, status=status, headers=headers or {})


@_answering
def about(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise Stop(405, "method_unknown", {"Allow": "GET, HEAD"})
    return JsonResponse({"version": [VERSION]})


@_answering
def statements(request: HttpRequest) -> HttpResponse:
    doing = {"GET": _get, "HEAD": _get, "POST": _post, "PUT": _put}.get(request.method or "")
    if doing is None:
        raise Stop(405, "method_unknown", {"Allow": "GET, HEAD, POST, PUT"})
    speaker = _speaker(request)
    if not is_spoken(request.headers.get(_ADDED)):
        raise Malformed("xapi_version")
    return doing(request, speaker)


def _speaker(request: HttpRequest) -> Speaker:
    """By HTTP Basic: the key is the name, the secret the password."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        key, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        key, secret = "", ""
    found = None
    if scheme.lower() == "basic" and key and "\x00" not in key:
        found = queries.use_source(key, digest_of(secret))
    if found is None:
        raise Stop(401, "xapi_unknown", {"WWW-Authenticate": _CHALLENGE})
    if found.requests > settings.TALLYHUB.api_rate:
        wait = 60 - clock.now().second
        raise Stop(429, "rate_exceeded", {"Retry-After": str(wait)}, rate=settings.TALLYHUB.api_rate)
    return found


def _post(request: HttpRequest, speaker: Speaker) -> HttpResponse:
    if request.GET:
        raise Malformed("xapi_parameter", parameter=min(request.GET)[:80])
    found = read_statements(_body(request), clock.now())
    commands.take_statements(speaker.access, speaker, found)
    return JsonResponse([str(one.id) for one in found], safe=False)


def _put(request: HttpRequest, speaker: Speaker) -> HttpResponse:
    if set(request.GET) != {"statementId"}:
        raise Malformed("xapi_id_missing")
    found: Parsed = read_statement(_body(request), clock.now(), read_id(request.GET["statementId"]))
    commands.take_statements(speaker.access, speaker, [found])
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> Any:
    if request.content_type != _JSON:
        raise Malformed("xapi_not_json")
    return read_body(request.body)


def _get(request: HttpRequest, speaker: Speaker) -> HttpResponse:
    """One that was stored, as it came. One that was voided has a parameter of its own."""
    ways = {"statementId": False, "voidedStatementId": True}
    named = [name for name in request.GET if name in ways]
    if len(named) != 1 or set(request.GET) - {*named, "format", "attachments"}:
        raise Malformed("xapi_single_only")
    wanted = read_id(request.GET[named[0]])
    with scope(speaker.access):
        found = queries.find_statements(speaker, [wanted]).get(wanted)
    if found is None or (found.voided_at is not None) is not ways[named[0]]:
        raise Stop(404, "nothing_here")
    return JsonResponse(_shown(found), headers={"X-Experience-API-Consistent-Through": clock.now().isoformat()})


def _shown(one: XapiStatement) -> dict[str, Any]:
    """Whoever answers for it is the source that told it, whatever it says of itself."""
    authority = {"account": {"homePage": "urn:tallyhub", "name": f"source-{one.source_id}"}, "objectType": "Agent"}
    return {"version": VERSION, **one.content, "authority": authority, "stored": one.stored_at.isoformat()}
