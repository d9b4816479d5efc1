"""Mails to people of the provider or a partner: that they work there from now on, and how they come in."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter, password_path
from tallyhub.organizations.queries import find_house, get_seller


def _added(person: Person, params: Mapping[str, Any]) -> Letter:
    """Who cannot sign in yet gets the link by which to choose a password. Who has left again hears nothing."""
    with scope(Access(person_id=person.pk)):
        house = find_house(person.pk)
        if house is None:
            raise ObjectDoesNotExist
        named = {"organization": get_seller(house).name}
    subject = _("You act for %(organization)s") % named
    first = _("%(organization)s has added you to its people here.") % named
    if person.has_usable_password() or person.last_login is not None:
        return Letter(subject, (first,), button=_("Go to the home page"), path=reverse("activity:home"))
    once = _("Choose a password with the link. It can be used once, within one day.")
    later = _("After that, ask whoever administers %(organization)s here to send it again.") % named
    return Letter(subject, (first, once, later), button=_("Choose a password"), path=password_path(person))


LETTERS = {"partners.staff_added": Kind(_added), "partners.staff_asked": Kind(_added)}
