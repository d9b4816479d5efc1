"""Puts the demo into the database, once."""

from datetime import date

from allauth.account.models import EmailAddress

from tallyhub.accounts.models import Person
from tallyhub.integrations.importing import import_records
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Organization
from tallyhub.site.demo import (
    additional,
    articles,
    assessments,
    contacts,
    desk_mails,
    engagements,
    escalations,
    gates,
    health,
    learning,
    messages,
    office,
    partner_requests,
    partner_support,
    partners,
    support,
    wishes,
)
from tallyhub.site.demo.cast import ACCOUNTS, PASSWORD, Account
from tallyhub.site.demo.story import PROVIDER, records


def load(today: date) -> list[Account]:
    """Make the demo unless its provider is there already; returns those of its accounts that are there.

    What an earlier release made stays as it is: it lacks people of whom later stories tell.
    ``today`` is a day that has begun in every zone of the demo, or began at most a day ago.
    """
    if not Organization.objects.filter(code=PROVIDER).exists():
        import_records(contacts.held_back(records(today)))
    there = _list_there()
    if len(there) == len(ACCOUNTS):
        _fill(today)
    return there


def _list_there() -> list[Account]:
    with scope(Access.of_system()):
        addresses = [account.email for account in ACCOUNTS]
        known = set(Person.objects.filter(email_folded__in=addresses).values_list("email_folded", flat=True))
    return [account for account in ACCOUNTS if account.email in known]


def _fill(today: date) -> None:
    """Once; again changes nothing, and a killed first run is taken up."""
    contacts.set_up(records(today), today)
    office.set_up(today)
    additional.set_up()
    health.set_up_editor()
    _open_accounts()
    support.set_up()
    health.set_up()
    messages.set_up()
    articles.set_up()
    partners.set_up()
    engagements.set_up()
    learning.set_up(today)
    assessments.set_up()
    partner_support.set_up()
    partner_requests.set_up()
    desk_mails.set_up()
    gates.set_up()
    escalations.set_up()
    wishes.set_up()


def _open_accounts() -> None:
    """Give a password to the accounts that have none yet: all of them, or those a killed first run left without."""
    addresses = [account.email for account in ACCOUNTS]
    with scope(Access.of_system(), writing=True):
        for person in Person.objects.filter(email_folded__in=addresses):
            if not person.has_usable_password():
                _open_account(person)


def _open_account(person: Person) -> None:
    """A confirmed address makes a work account where the customer has proved its domain (R7.2)."""
    person.set_password(PASSWORD)
    person.confirmed_at = clock.now()
    person.save(update_fields=["password", "confirmed_at"])
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
