"""Mails about wishes: to whoever is asked, and to the customer's administrators of what became of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter, reader_access
from tallyhub.partners.subscriptions import page
from tallyhub.partners.subscriptions.queries import Wished, get_wished
from tallyhub.partners.subscriptions.rules import WishState

# Of each mail its subject, what it says first, in which states it is still news, and whether who is asked gets it.
_SAID: dict[str, tuple[Any, Any, frozenset[WishState], bool]] = {
    "partners.wish_asked": (
        gettext_lazy("%(customer)s asks: %(title)s"),
        gettext_lazy("%(customer)s asks you for a change of what it has."),
        frozenset({WishState.ASKED}),
        True,
    ),
    "partners.wish_withdrawn": (
        gettext_lazy("Withdrawn by %(customer)s: %(title)s"),
        gettext_lazy("%(customer)s has withdrawn what it asked you for."),
        frozenset({WishState.WITHDRAWN}),
        True,
    ),
    "partners.wish_accepted": (
        gettext_lazy("Accepted by %(organization)s: %(title)s"),
        gettext_lazy("%(organization)s accepted what you asked for. You get another mail when it is done."),
        frozenset({WishState.ACCEPTED}),
        False,
    ),
    "partners.wish_declined": (
        gettext_lazy("Declined by %(organization)s: %(title)s"),
        gettext_lazy("%(organization)s declined what you asked for."),
        frozenset({WishState.DECLINED}),
        False,
    ),
    "partners.wish_done": (
        gettext_lazy("Done by %(organization)s: %(title)s"),
        gettext_lazy("%(organization)s says that what you asked for is done."),
        frozenset({WishState.DONE}),
        False,
    ),
}
TO_WHO_IS_ASKED = frozenset(kind for kind, (_subject, _first, _states, is_to_asked) in _SAID.items() if is_to_asked)


def _letter(event: str) -> Callable[[Person, Mapping[str, Any]], Letter]:
    subject, first, states, is_to_asked = _SAID[event]

    def make(person: Person, params: Mapping[str, Any]) -> Letter:
        """For whoever may read it now."""
        access: Access = reader_access(person, params)
        with scope(access):
            one = get_wished(access, params["subject"])
        if one.wish.state not in states:
            raise ObjectDoesNotExist
        named = {"customer": one.customer, "organization": one.organization, "title": page.title(one)}
        address = "partners:wish" if is_to_asked else "partners:wish_own"
        return Letter(
            subject=subject % named,
            paragraphs=tuple(filter(None, (first % named, *_details(one)))),
            button=_("Open the wish"),
            path=reverse(address, args=[one.wish.pk]),
        )

    return make


def _details(one: Wished) -> list[str]:
    lines = [f"{name}: {text}" for name, text in page.facts(one)]
    return [*lines, one.wish.answer, one.wish.note]


LETTERS = {event: Kind(_letter(event)) for event in _SAID}
