"""Mails to the people of a partner's desk: what a customer asks of it, and what it says about that."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.helpdesk.intake.queries import find_intake, list_handovers
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter
from tallyhub.organizations.queries import names_of
from tallyhub.organizations.sign_on import act_at_work
from tallyhub.support.conversation.addresses import reply_address
from tallyhub.support.conversation.queries import get_written
from tallyhub.support.desk import at_desk
from tallyhub.support.models import Request
from tallyhub.support.queries import get_request, places_of_desk
from tallyhub.support.rules import number_of
from tallyhub.support.words import SEVERITY_NAMES

QUOTED_MAX = 20_000  # characters of what the customer wrote; the rest is read in the hub


def _asked(person: Person, params: Mapping[str, Any]) -> Letter:
    """For whoever works at the desk where it is now."""
    access = _access(person, params["subject"])
    with scope(access):
        request = get_request(access, number_of(params["subject"]))
        intake = find_intake(access, request)
        named = _named(request)
    severity = _("Severity: %(severity)s") % {"severity": SEVERITY_NAMES[request.severity]}
    product = _("Product: %(product)s") % {"product": request.product.name if request.product else _("none named")}
    outside = [_("It came in outside the hours of service.")] if intake and intake.is_outside_hours else []
    first = _("%(customer)s asks you in the request %(number)s:") % named
    return _letter(person, request, first, *_quoted(request.description), severity, product, *outside)


def _given_back(person: Person, params: Mapping[str, Any]) -> Letter:
    access = _access(person, params["subject"])
    with scope(access):
        request = get_request(access, number_of(params["subject"]))
        last = next(iter(list_handovers(access, request)), None)
        named = _named(request)
    first = _("The supplier gave the request %(number)s of %(customer)s back to you:") % named
    return _letter(person, request, first, *_quoted(last.reason if last else ""))


def _moved_here(person: Person, params: Mapping[str, Any]) -> Letter:
    request, named = _request(person, params)
    first = _("Whoever worked on the request %(number)s of %(customer)s is suspended. It is with you now:") % named
    return _letter(person, request, first, *_quoted(request.description))


def _said(person: Person, params: Mapping[str, Any]) -> Letter:
    access = _access(person, params["request"])
    with scope(access):
        written = get_written(access, params["subject"])
        author = names_of(access, [written.message.author_id]).get(written.message.author_id or 0)
        named = _named(written.request) | {"who": author or _("Somebody who has left")}
    files = _("Files, which you find in the hub: %(names)s") % {"names": fmt.listed(written.files)}
    first = _("%(who)s of %(customer)s wrote in the request %(number)s:") % named
    return _letter(
        person,
        written.request,
        first,
        *_quoted(written.message.body),
        *([files] if written.files else []),
        anchor=f"#message-{written.message.pk}",
    )


def _mail_added(person: Person, params: Mapping[str, Any]) -> Letter:
    """Whoever works on it hears of what came in, though a colleague wrote it there."""
    request, named = _request(person, params)
    first = _("What the customer wrote by mail was added to the request %(number)s of %(customer)s.") % named
    return _letter(person, request, first)


def _is_trouble_gone(person: Person, params: Mapping[str, Any]) -> Letter:
    """The incident that it follows is over: the desk is to say whether that was it."""
    request, named = _request(person, params)
    first = _("The incident that the request %(number)s of %(customer)s follows is over.") % named
    return _letter(person, request, first, _("Is the trouble gone? Ask the customer, and say it in the request."))


def _request(person: Person, params: Mapping[str, Any]) -> tuple[Request, dict[str, str]]:
    """With what its first sentence names."""
    access = _access(person, params["subject"])
    with scope(access):
        request = get_request(access, number_of(params["subject"]))
        return request, _named(request)


def _access(person: Person, request_id: int) -> Access:
    """Raises DoesNotExist for whoever is not at its desk any more."""
    return at_desk(act_at_work(person.pk), number_of(request_id))


def _named(request: Request) -> dict[str, str]:
    place = places_of_desk([request.workspace_id]).get(request.workspace_id)
    return {"customer": place.customer if place else "", "number": request.number}


def _quoted(text: str) -> list[str]:
    said = text if len(text) <= QUOTED_MAX else f"{text[:QUOTED_MAX]}…"
    return [one for one in said.split("\n\n") if one]


def _letter(person: Person, request: Request, *paragraphs: str, anchor: str = "") -> Letter:
    return Letter(
        subject=_("[%(number)s] %(title)s") % {"number": request.number, "title": request.title},
        paragraphs=paragraphs,
        button=_("Open the support request"),
        path=reverse("helpdesk:request", args=[request.number]) + anchor,
        reply_to=reply_address(request.pk, person.pk),
    )


LETTERS = {
    "helpdesk.contacted": Kind(_asked),
    "helpdesk.given_back": Kind(_given_back),
    "helpdesk.is_trouble_gone": Kind(_is_trouble_gone),
    "helpdesk.mail_added": Kind(_mail_added),
    "helpdesk.moved_here": Kind(_moved_here),
    "helpdesk.said": Kind(_said),
    "helpdesk.taken_in": Kind(_asked),
}
