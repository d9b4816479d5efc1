"""What our views know of a request."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import lru_cache, wraps
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails
from jinja2.environment import TemplateStream

from tallyhub.kernel.access import Access

P = ParamSpec("P")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_MAX = 100  # characters; a file system takes 255 bytes
_BUFFERED = 100  # pieces of a template per chunk of a stream


class HubRequest(HttpRequest):
    """A request that has passed our middlewares."""

    access: Access
    htmx: HtmxDetails
    sign_on: Any  # organizations.sign_on.SignOn: this package knows no tables
    if TYPE_CHECKING:
        user: Any


View = Callable[Concatenate[HubRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Ask for sign-in first, and come back afterwards."""

    @wraps(view)
    def asking(request: HubRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.access.person_id is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return asking


def address_here(request: HttpRequest, wanted: str, otherwise: str) -> str:
    """An address that a form or link names, to go on to; another one where it leads to another site."""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed and wanted.startswith("/") else otherwise


@lru_cache(8_192)
def url(name: str, *args: str | int) -> str:
    """An address of ours by its name. Kept, because working it out anew took a tenth of a page's time."""
    return reverse(name, args=args)


def attachment(name: str) -> str:
    """A Content-Disposition that saves the answer under a name: in ASCII for old clients, and as it is (RFC 6266)."""
    plain = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()).strip("-.")
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"


def send_file(file: IO[bytes], name: str, media_type: str = "application/octet-stream") -> FileResponse:
    """Somebody's file: saved, never shown as a page of ours, and whatever opens it may run nothing and ask nobody."""
    response = FileResponse(file, content_type=media_type)
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def file_name(words: Iterable[str], ending: str) -> str:
    """A name for a file of ours: ``proactive-credits-2026-03-01.csv``; letters of any script stay."""
    said = "-".join(re.sub(r"[\W_]+", "-", word.lower()).strip("-") for word in words)
    return f"{said[:_NAME_MAX].strip('-')}.{ending}"


def render_stream(request: HttpRequest, name: str, context: dict[str, Any]) -> Iterator[str]:
    """A page piece by piece, for one that is too long to be held. What the context reads is read as it goes."""
    found: Any = get_template(name, using="jinja2")
    full = {**context}
    for processor in found.backend.template_context_processors:
        full |= processor(request)
    with closing(found.template.generate(full)) as made:
        pieces = TemplateStream(made)
        pieces.enable_buffering(_BUFFERED)
        yield from pieces


def etag_of(request: HubRequest, *depends_on: object) -> str:
    """Names the page that this person gets: release, rights, language, zone, theme, address and what it depends on.

    Empty for a page that carries a message: it is shown once.
    """
    if len(get_messages(request)):
        return ""
    parts = (
        settings.TALLYHUB_RELEASE,
        request.access.fingerprint,
        get_language(),
        get_current_timezone_name(),
        getattr(request.user, "theme", ""),
        request.META.get("CSRF_COOKIE"),
        request.get_full_path(),
        depends_on,
    )
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: HubRequest, etag: str) -> bool:
    """True when the browser has this very page."""
    known = request.headers.get("If-None-Match", "")
    return bool(etag) and etag in (one.strip().removeprefix("W/") for one in known.split(","))
