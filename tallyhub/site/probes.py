"""Addresses for machines: is the process there, is it ready, what does it count. Neither sign-on nor sessions run."""

import logging
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from tallyhub.kernel.errors import HubError
from tallyhub.site import database, metrics

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


def answer_probes(get_response: Handler) -> Handler:
    """Before hosts are checked, because a probe comes to an address and not to a name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        return answer(request) if answer and request.method in ("GET", "HEAD") else get_response(request)

    return middleware


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody: restarting a web worker does not bring a database back."""
    return _line("ok")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Send people here, or not. One word says why not."""
    reason = _obstacle()
    if reason:
        log.warning("not ready", extra={"facts": {"reason": reason}})
    return _line(reason, 503) if reason else _line("ok")


def _obstacle() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        database.check_app_role()
    except DatabaseError:
        database.let_go()
        return "database"
    except HubError:
        return "role"
    return "migrations" if _known_migrations() - applied.keys() else ""


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def counts(request: HttpRequest) -> HttpResponse:
    """For who has the token; without a token for this machine alone, and only where no proxy brings others."""
    token = settings.TALLYHUB.metrics_token
    if token:
        told = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not constant_time_compare(told, token):
            return _line("unauthorized", 401)
    elif not (settings.TALLYHUB.is_for_this_machine and _is_loopback(request.META.get("REMOTE_ADDR", ""))):
        return _line("not found", 404)
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _line(text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(f"{text}\n", content_type="text/plain", status=status)
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


ANSWERS = {"/healthz": healthz, "/readyz": readyz, "/metrics": counts}
