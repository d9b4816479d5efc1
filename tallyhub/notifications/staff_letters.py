"""Mails to people of the provider or a partner: that they are asked to work there, and how who works there comes in."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter, password_path
from tallyhub.organizations.queries import find_house, get_seller
from tallyhub.partners.staff.links import path_of
from tallyhub.partners.staff.page import roles_in_words
from tallyhub.partners.staff.queries import find_by_link
from tallyhub.people.invitations.links import Link
from tallyhub.people.invitations.page import until
from tallyhub.people.invitations.rules import OPEN_STEPS, next_step


def _invited(person: Person, params: Mapping[str, Any]) -> Letter:
    """The link is made here and stored nowhere. One that was answered, taken back or sent again is not sent."""
    link = Link(params["invitation"], params["serial"])
    found = find_by_link(link)
    if found is None or next_step(found, link.serial, None, clock.now()) not in OPEN_STEPS:
        raise ObjectDoesNotExist
    named = {"organization": found.organization_name, "inviter": found.inviter_name}
    if found.inviter_name:
        who = _("%(inviter)s asks you to work for %(organization)s here.") % named
    else:
        who = _("%(organization)s asks you to work for it here.") % named
    roles = [f"{one['name']}: {one['means']}" for one in roles_in_words(found.kind, found.roles)]
    return Letter(
        subject=_("Work for %(organization)s here?") % named,
        paragraphs=(
            who,
            *roles,
            _("The invitation is good until %(until)s.") % {"until": until(found.expires_at, found.organization_zone)},
            _("If you do not expect it, do nothing: nothing happens until you accept."),
        ),
        button=_("Look at the invitation"),
        path=path_of(link),
    )


def _asked(person: Person, params: Mapping[str, Any]) -> Letter:
    """To who works there by an import and has never come in. Who has left again hears nothing."""
    with scope(Access(person_id=person.pk)):
        house = find_house(person.pk)
        if house is None or person.has_usable_password() or person.last_login is not None:
            raise ObjectDoesNotExist
        named = {"organization": get_seller(house).name}
    first = _("%(organization)s has you among its people here.") % named
    once = _("Choose a password with the link. It can be used once, within one day.")
    later = _("After that, ask whoever administers %(organization)s here to send it again.") % named
    return Letter(
        _("You act for %(organization)s") % named,
        (first, once, later),
        button=_("Choose a password"),
        path=password_path(person),
    )


LETTERS = {"partners.staff_asked": Kind(_asked), "partners.staff_invited": Kind(_invited)}
