"""From an error to a page: a sentence that says what was wrong and what to do."""

import errno
import logging
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request, ngettext
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Busy, Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.rules import is_of_staff, roles_with
from tallyhub.partners.technical.web import refused as through_partner
from tallyhub.people.invitations.links import DamagedLink
from tallyhub.site import logs
from tallyhub.support.requests.rules import HeldThroughPartner

log = logging.getLogger(__name__)
RETRY_SECONDS = 10
_DISK_FULL, _TOO_SLOW = "53100", ("57014", "55P03", "40P01", "40001")  # PostgreSQL's error codes
Handler = Callable[[HttpRequest], HttpResponse]


class SentenceMiddleware:
    """Turns the hub's own errors into pages. Hidden and absent objects get the same answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DamagedLink):
            return damaged_link(request)
        if isinstance(error, ObjectDoesNotExist):
            return not_found(request, error)
        if isinstance(error, HeldThroughPartner):
            return through_partner(request, error)
        if isinstance(error, Forbidden):
            return forbidden(request, error)
        if isinstance(error, Conflict):
            return _page(request, 409, _("That is not possible now"), sentence(error), _ways(request))
        if isinstance(error, Invalid):
            return refused(request, error)
        if isinstance(error, Busy):
            return _again_later(_page(request, 503, _("Too much at once"), sentence(error)))
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable(request, error)
        return None


def refused(request: HttpRequest, error: Invalid) -> HttpResponse:
    """What the address says, or what a form sent, is wrong."""
    title = _("Please check what you entered") if request.method == "POST" else _("Please check the address")
    return _page(request, 400, title, sentence(error), _ways(request))


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What Django does not read to its end: too many fields or files, too long a form, another host's name."""
    return _page(
        request,
        400,
        _("That could not be read"),
        _("It has too many fields or files, or is too large. Nothing was changed. Go back and send less at once."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For what is not there and for what one may not know of. The offers are the same for everybody."""
    return _page(
        request,
        404,
        _("There is nothing here for you"),
        _("The page does not exist, or it belongs to an organisation or workspace that you are not signed in to."),
        offers=_elsewhere(),
    )


def damaged_link(request: HttpRequest) -> HttpResponse:
    """Of an invitation. The same for each that the hub did not sign, whatever there is."""
    return _page(
        request,
        404,
        _("The link of the invitation is damaged"),
        _(
            "Open it from the newest mail once more, or copy it from there as a whole. If it still does not open, ask "
            "whoever invited you to send the invitation again."
        ),
        offers=[{"title": _("Sign in"), "href": reverse("account_login")}]
        if not _is_signed_in(request)
        else _ways(request),
    )


def _is_signed_in(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "access", None), "person_id", None))


def _ways(request: HttpRequest) -> list[dict[str, Any]]:
    """Back to the page one came from, as the browser names it, and home. Never to another site."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}, require_https=False)
    parts = urlsplit(before if is_ours else "")
    address = parts._replace(scheme="", netloc="", fragment="").geturl()
    is_local = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    is_same = request.method in ("GET", "HEAD") and address == request.get_full_path()
    home = {"title": _("Go to the home page"), "href": "/"}
    return [{"title": _("Back"), "href": address}, home] if is_local and not is_same else [home]


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Names the roles that would do, and the ways to somebody, or somewhere, that has one (design 5.1)."""
    access = getattr(request, "access", None)
    text = _needed(access, exception.code) if access and isinstance(exception, Forbidden) else ""
    text = text or _("Your administrator can give you the role it takes.")
    return _page(
        request, 403, _("You do not have the right to see this"), text, offers=[*_ways(request), *_elsewhere()]
    )


def _needed(access: Access, right: str) -> str:
    """The roles that would do, and who is given them. Empty where no role has the right."""
    roles, is_theirs = roles_with(access, right)
    if is_theirs:
        text = ngettext(
            "It takes this role: %(roles)s. Your administrator can give it to you.",
            "It takes one of these roles: %(roles)s. Your administrator can give it to you.",
            len(roles),
        )
    elif is_of_staff(access):
        text = ngettext(
            "It takes this role: %(roles)s. Only the customer’s own people are given it.",
            "It takes one of these roles: %(roles)s. Only the customer’s own people are given it.",
            len(roles),
        )
    else:
        text = ngettext(
            "It takes this role: %(roles)s. Only people of the provider or of a partner are given it.",
            "It takes one of these roles: %(roles)s. Only people of the provider or of a partner are given it.",
            len(roles),
        )
    return text % {"roles": fmt.listed(roles)} if roles else ""


def _elsewhere() -> list[dict[str, Any]]:
    """Somebody else, or somewhere else: the same for everybody, so that it tells nothing."""
    return [
        {"title": _("Sign in with another account"), "href": reverse("account_logout")},
        {"title": _("Switch to another organisation"), "href": reverse("organizations:switch")},
    ]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("The form has expired"),
        _("Nothing was changed. Go back, reload the page and send the form again."),
        _ways(request),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, 413, _("That is too much"), _("Sign in first: only then is a file taken."))


def fault(request: HttpRequest) -> HttpResponse:
    """Nothing was written: the transaction of a fault is rolled back. The id stands in the log beside the frames."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request, error)
    log.error("fault", exc_info=error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _page(request, 503, _("There is no room left"), _disk_is_full())
    text = _("Nothing was changed. Try again; if it happens again, tell your provider this number: %(number)s")
    return _page(request, 500, _("Something went wrong on our side"), text % {"number": logs.request_id()})


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database is away, busy or full. Said in the browser's language where nobody could be asked who it is."""
    state = getattr(error.__cause__, "sqlstate", None)
    log.error("database", exc_info=error)
    language = translation.get_language() if hasattr(request, "access") else get_language_from_request(request)
    with translation.override(language):
        if state == _DISK_FULL:
            title, text = _("There is no room left"), _disk_is_full()
        elif state in _TOO_SLOW:
            title, text = _("That took too long"), _("Nothing was changed. Wait a moment and try again.")
        else:
            title = _("The hub is not available for a moment")
            text = _(
                "Its database does not answer. Nothing was changed. The hub goes on by itself; try again in a minute."
            )
        return _again_later(_page(request, 503, title, text))


def _again_later(response: HttpResponse) -> HttpResponse:
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _disk_is_full() -> str:
    return _("The hub's disk is full. Nothing was changed. Tell whoever runs the hub; then try again.")


def _page(
    request: HttpRequest, status: int, title: str, text: str, offers: list[dict[str, Any]] | None = None
) -> HttpResponse:
    context = {"title": title, "sentence": text, "offers": offers or []}
    return render(request, "site/error.html", context, status=status, using="jinja2")


__all__ = ["HubError"]
