"""Mails about service health, to people of customers and partners and to visitors, who have no account."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.health import page
from tallyhub.health.models import Update, Visitor
from tallyhub.health.public import links
from tallyhub.health.queries import get_told
from tallyhub.health.rules import UpdateKind
from tallyhub.health.words import KIND_NAMES, STATUS_NAMES
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter, reader_access
from tallyhub.notifications.models import NewsAddress


def _health(person: Person, params: Mapping[str, Any]) -> Letter:
    """For whoever may know of the event now, as somebody of a customer or of its partner."""
    access = reader_access(person, params)
    with scope(access):
        update = get_told(access, params["update"])
        event_id = update.event_id
        return _of_health(update, reverse("health:event", args=[event_id]), leave_path=reverse("health:subscriptions"))


def _visitor_health(visitor: Visitor, params: Mapping[str, Any]) -> Letter:
    """Only what is public, read as everybody may."""
    leave_path = links.leave_path(visitor.pk)
    with scope(Access()):
        update = get_told(Access(), params["update"])
        path = f"/status/incidents/{update.event_id}/"
        return _of_health(update, path, leave_path=leave_path, leave_once_path=leave_path)


def _of_health(update: Update, path: str, **leave: str) -> Letter:
    event, zone = update.event, timezone.get_current_timezone_name()
    said = page.line(event, zone)
    about = {"title": event.title, "kind": KIND_NAMES[event.kind], "status": STATUS_NAMES[update.status]}
    where = {"products": said["products"], "components": said["components"], "regions": said["regions"]}
    changed = _("The maintenance was moved to another time.") if update.kind == UpdateKind.RESCHEDULED else ""
    return Letter(
        subject=_("%(kind)s, %(status)s: %(title)s") % about,
        paragraphs=tuple(
            filter(
                None,
                (
                    update.text or changed,
                    _("%(products)s: %(components)s; regions: %(regions)s") % where,
                    _("%(when)s, times of %(zone)s") % {"when": said["when"], "zone": zone},
                    _("Workaround: %(text)s") % {"text": event.workaround} if event.workaround else "",
                ),
            )
        ),
        button=_("Open the event"),
        path=path,
        **leave,
    )


def _visitor_asked(visitor: Visitor, params: Mapping[str, Any]) -> Letter:
    if visitor.confirmed_at is not None:
        raise ObjectDoesNotExist
    return Letter(
        subject=_("Confirm that you want mail about service health"),
        paragraphs=(
            _("Somebody, probably you, asked for mail about service health at this address."),
            _("Open the link within three days to confirm it. If it was not you, do nothing: no other mail comes."),
        ),
        button=_("Confirm"),
        path=links.confirm_path(visitor.pk),
    )


def _address_health(address: NewsAddress, params: Mapping[str, Any]) -> Letter:
    """What the customer may know, to a mailbox of its own. Its administrators choose who gets these."""
    access = Access.of_system([address.customer_id])
    with scope(access):
        update = get_told(access, params["update"])
        path = reverse("health:event", args=[update.event_id])
        return _of_health(update, path, leave_path=reverse("notifications:addresses"))


LETTERS = {"health.told": Kind(_health)}
ADDRESS_LETTERS = {"health.address_told": _address_health}
VISITOR_LETTERS: dict[str, Callable[[Visitor, Mapping[str, Any]], Letter]] = {
    "health.visitor_asked": _visitor_asked,
    "health.visitor_told": _visitor_health,
}
