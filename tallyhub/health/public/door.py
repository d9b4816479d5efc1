"""The public page and its documents, before sign-in and the database are asked for anything."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request

from tallyhub.health.public import page, snapshot
from tallyhub.health.public.statuspage import documents

API, PAGES = "/api/v2/", "/status/"
KEPT_SECONDS = 30  # by browsers and proxies
RETRY_SECONDS = 60
NEEDS_DATABASE = ("subscribe", "confirm", "unsubscribe")
CORS = {
    "Access-Control-Allow-Origin": "*",  # nothing in it is anybody's own, and no cookie is read
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
Handler = Callable[[HttpRequest], HttpResponse]


def apart(get_response: Handler) -> Handler:
    """Middleware, to stand before whatever reads a cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(API):
            return _document(request, path.removeprefix(API))
        if path.startswith(PAGES) and path.removeprefix(PAGES).partition("/")[0] not in NEEDS_DATABASE:
            return _page(request, path.removeprefix(PAGES))
        return get_response(request)

    return middleware


def _document(request: HttpRequest, name: str) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        return _with(response, CORS | {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Max-Age": "86400"})
    if request.method not in ("GET", "HEAD"):
        return _json({"error": "method not allowed"}, 405, {"Allow": "GET, HEAD, OPTIONS"})
    kept = snapshot.read()
    if kept is None:
        return _json({"error": "not published yet"}, 503, {"Retry-After": str(RETRY_SECONDS)})
    found = documents(kept).get(name)
    if found is None:
        return _json({"error": "not found"}, 404, {})
    return _kept(request, _json(found, 200, {}))


def _json(content: Any, status: int, headers: dict[str, str]) -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
    return _with(response, CORS | headers)


def _with(response: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _page(request: HttpRequest, name: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    request.COOKIES = {}  # whoever is signed in reads the same as everybody else, so that it can be kept for all
    kept = snapshot.read()
    zone = kept["page"]["time_zone"] if kept else "UTC"
    with translation.override(get_language_from_request(request)), timezone.override(zone):
        response = page.answer(request, name, kept)
        response.headers["Content-Language"] = translation.get_language() or "en"
    response.headers["Vary"] = "Accept-Language"
    return _kept(request, response) if response.status_code == 200 else response


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """May be kept by anybody for a moment, and is asked for by its ETag afterwards."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    known = (one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(","))
    found = HttpResponse(status=304) if etag in known else response
    for name in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary", "Content-Language"):
        if name in response.headers:
            found.headers[name] = response.headers[name]
    found.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    found.headers["ETag"] = etag
    return found
