"""Mails about delegations, to the admin agents of the partner and the administrators of the customer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letter import Kind, Letter
from tallyhub.organizations.queries import find_house, get_customer
from tallyhub.organizations.sign_on import act_for
from tallyhub.partners import page
from tallyhub.partners.delegations.queries import get_sent
from tallyhub.partners.models import Delegation
from tallyhub.partners.parties.queries import get_partnership, is_without_path
from tallyhub.partners.queries import get_known, get_proposed, names_of_organizations
from tallyhub.partners.rules import EXPIRING_WITHIN, RUNNING, Stage

# Of each mail its subject, what it says first, and in which stages it is still news.
_SAID: dict[str, tuple[Any, Any, frozenset[Stage]]] = {
    "partners.delegation_requested": (
        gettext_lazy("%(partner)s asks for rights at %(customer)s: %(name)s"),
        gettext_lazy("%(partner)s asks %(customer)s for a delegation."),
        frozenset({Stage.PENDING}),
    ),
    "partners.delegation_approved": (
        gettext_lazy("Approved: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("%(customer)s approved a delegation of %(partner)s."),
        RUNNING,
    ),
    "partners.delegation_rejected": (
        gettext_lazy("Refused: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("%(customer)s refused a delegation of %(partner)s."),
        frozenset({Stage.REJECTED}),
    ),
    "partners.delegation_terminated": (
        gettext_lazy("Terminated: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("A delegation of %(partner)s at %(customer)s was terminated. Nobody has a right by it any more."),
        frozenset({Stage.TERMINATED}),
    ),
    "partners.delegation_expired": (
        gettext_lazy("Ended: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("A delegation of %(partner)s at %(customer)s has ended. Nobody has a right by it any more."),
        frozenset({Stage.EXPIRED}),
    ),
    "partners.delegation_extended": (
        gettext_lazy("Extended: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("A delegation of %(partner)s at %(customer)s was extended by itself."),
        RUNNING,
    ),
    "partners.delegation_ending": (
        gettext_lazy("Ends soon: %(name)s of %(partner)s at %(customer)s"),
        gettext_lazy("A delegation of %(partner)s at %(customer)s nears its end."),
        RUNNING,
    ),
}


def _letter(event: str) -> Callable[[Person, Mapping[str, Any]], Letter]:
    subject, first, stages = _SAID[event]

    def make(person: Person, params: Mapping[str, Any]) -> Letter:
        """For whoever may know of it now, as somebody of the partner or of the customer."""
        is_partner = bool(params.get("organization"))
        access = _as_partner(person) if is_partner else act_for(person.pk, params["customer"]).access
        with scope(access):
            one, customer = _found(access, params["subject"], is_partner=is_partner)
            if one.stage not in stages:
                raise ObjectDoesNotExist
            partner = names_of_organizations([one.organization_id])[one.organization_id]
        named = {"partner": partner, "customer": customer, "name": one.name}
        address = "partners:delegation" if is_partner else "partners:decide"
        return Letter(
            subject=subject % named,
            paragraphs=(first % named, *_details(one)),
            button=_("Open the delegation"),
            path=reverse(address, args=[one.pk]),
        )

    return make


def _as_partner(person: Person) -> Access:
    with scope(Access(person_id=person.pk)):
        house = find_house(person.pk)
    return Access(person_id=person.pk, organization_id=house)


def _found(access: Access, delegation_id: int, *, is_partner: bool) -> tuple[Delegation, str]:
    """The delegation and its customer's name. Raises DoesNotExist for whom it is nothing any more."""
    one = get_sent(access, delegation_id)
    if is_partner:
        return one, get_known(one.customer_id).name
    if not access.has(Right.MANAGE_PARTNERS):
        raise ObjectDoesNotExist
    return one, get_customer(access).name


def _details(one: Delegation) -> list[str]:
    said = [
        _("What it allows: %(roles)s") % {"roles": page.role_names(one.granted or one.roles)},
        page.term(one, one.stage),
    ]
    if one.stage is Stage.PENDING and one.extends:
        said.append(_("It would extend by itself at its end."))
    if one.stage in RUNNING and one.extends:
        said.append(_("It extends by itself at its end. Switch that off where it should not."))
    elif one.stage in RUNNING and one.ends_at and one.ends_at - clock.now() <= EXPIRING_WITHIN:
        said.append(_("It cannot be taken up again after its end: the partner has to ask anew."))
    return [text for text in said if text]


# As above, for what an indirect provider asks for its reseller.
_PROPOSED: dict[str, tuple[Any, Any, frozenset[Stage]]] = {
    "partners.delegation_proposed": (
        gettext_lazy("%(provider)s asks for rights of %(reseller)s at %(customer)s: %(name)s"),
        gettext_lazy("It goes to %(customer)s once %(reseller)s agrees."),
        frozenset({Stage.CONSENT}),
    ),
    "partners.delegation_consented": (
        gettext_lazy("%(reseller)s agreed: %(name)s at %(customer)s"),
        gettext_lazy("It waits for the answer of %(customer)s now."),
        frozenset({Stage.PENDING}),
    ),
    "partners.delegation_declined": (
        gettext_lazy("%(reseller)s did not agree: %(name)s at %(customer)s"),
        gettext_lazy("%(customer)s was not asked."),
        frozenset({Stage.REJECTED}),
    ),
}


def _proposal(event: str) -> Callable[[Person, Mapping[str, Any]], Letter]:
    subject, first, stages = _PROPOSED[event]

    def make(person: Person, params: Mapping[str, Any]) -> Letter:
        """For admin agents of the reseller, or of the indirect provider."""
        access = _as_partner(person)
        with scope(access):
            is_reseller = event == "partners.delegation_proposed"
            one = (get_sent if is_reseller else get_proposed)(access, params["subject"])
            if one.stage not in stages or one.provider_id is None:
                raise ObjectDoesNotExist
            names = names_of_organizations([one.provider_id, one.organization_id])
            named = {"provider": names[one.provider_id], "reseller": names[one.organization_id], "name": one.name}
            named["customer"] = get_known(one.customer_id).name
        return Letter(
            subject=subject % named,
            paragraphs=(first % named, *_details(one)),
            button=_("Open the delegation"),
            path=reverse("partners:delegation", args=[one.pk]),
        )

    return make


def _partnership(person: Person, params: Mapping[str, Any]) -> Letter:
    """For admin agents of either. A reseller that is left without any reads what that means."""
    access = _as_partner(person)
    with scope(access):
        one = get_partnership(access, params["subject"])
        names = names_of_organizations([one.provider_id, one.reseller_id])
        is_left = one.reseller_id in access.organizations and is_without_path(one.reseller_id)
    named = {"provider": names[one.provider_id], "reseller": names[one.reseller_id]}
    if one.ended_at is None:
        if one.authorised_at is not None:
            raise ObjectDoesNotExist
        subject = _("%(provider)s invites %(reseller)s to a partnership") % named
        paragraphs = [_("%(reseller)s authorises it, or leaves it unanswered.") % named]
    else:
        subject = _("The partnership of %(provider)s and %(reseller)s has ended") % named
        paragraphs = [_("Customers and delegations stay as they are.")]
        if is_left:
            paragraphs.append(_("You have no indirect provider any more, so nothing can be escalated."))
    return Letter(
        subject=subject,
        paragraphs=tuple(paragraphs),
        button=_("Open the partnerships"),
        path=reverse("partners:partnerships"),
    )


LETTERS = {
    **{event: Kind(_letter(event)) for event in _SAID},
    **{event: Kind(_proposal(event)) for event in _PROPOSED},
    "partners.partnership_ended": Kind(_partnership),
    "partners.partnership_invited": Kind(_partnership),
}
