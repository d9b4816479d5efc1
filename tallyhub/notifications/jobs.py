"""Turns news into mail, and sends what is due."""

from procrastinate.contrib.django import app

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications import commands, delivery, queries
from tallyhub.notifications.letters import LETTERS
from tallyhub.notifications.queries import Reader
from tallyhub.organizations.queries import list_providers, list_sellers
from tallyhub.partners.delegations.queries import get_sent
from tallyhub.partners.parties.queries import get_partnership, list_partners
from tallyhub.partners.queries import get_proposed
from tallyhub.partners.subscriptions.queries import get_wish
from tallyhub.support.conversation.queries import get_by_id, get_message


@app.task(name="notifications.tell", pass_context=False)
def tell(event_id: int, kind: str, subject_id: int | None, actor_id: int | None, customer_id: int | None) -> None:
    """News of the journal (``site.wiring``) becomes a mail: to its subject, to who did it, or to its readers."""
    readers = LETTERS[kind].readers
    if readers and customer_id is not None and subject_id is not None:
        access = Access.of_system([customer_id])
        with scope(access):
            people = readers(access, subject_id)
        for person_id in people:
            commands.tell(Access(person_id=person_id), kind, subject=subject_id, customer=customer_id)
        return
    reader_id = actor_id if LETTERS[kind].is_to_actor else subject_id
    if reader_id is not None:
        commands.tell(Access(person_id=reader_id), kind)


@app.task(name="notifications.tell_invited", pass_context=False)
def tell_invited(kind: str, subject_ids: list[int], actor_id: int | None, customer_id: int) -> None:
    """News of many invitations becomes a mail to each that was invited. Safe to repeat."""
    commands.tell_invited(Access.of_system([customer_id]), subject_ids)


@app.task(name="notifications.remind_invited", pass_context=False)
def remind_invited(kind: str, subject_ids: list[int], actor_id: int | None, customer_id: int) -> None:
    """The same for whoever is reminded."""
    commands.remind_invited(Access.of_system([customer_id]), subject_ids)


@app.task(name="notifications.tell_inviters", pass_context=False)
def tell_inviters(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """Somebody's invitation has expired and they ask for a new one."""
    commands.tell_inviters(Access.of_system([customer_id]), kind, subject_id)


@app.task(name="notifications.tell_of_request", pass_context=False)
def tell_of_request(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """Something was said in a support request, or its status has changed."""
    commands.tell_of_request(Access.of_system([customer_id]), kind, subject_id, actor_id)


@app.task(name="notifications.tell_desk", pass_context=False)
def tell_desk(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """A customer asked something of a partner, or said something about it; or a supplier gave it back."""
    hub = Access.of_system([customer_id])
    with scope(hub):
        is_message = kind == "support.message_added"
        request = get_message(hub, subject_id).request if is_message else get_by_id(hub, subject_id)
    if request.desk_id is not None:
        both = Access.of_system([customer_id], organizations=[request.desk_id])
        commands.tell_desk(both, kind, subject_id, request.pk, actor_id)


@app.task(name="notifications.tell_of_service", pass_context=False)
def tell_of_service(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """A service was requested, planned, delivered or judged."""
    commands.tell_of_service(Access.of_system([customer_id]), kind, event_id, subject_id, actor_id)


@app.task(name="notifications.send", pass_context=False)
def send(key: str, person_id: int | None, organization_id: int | None = None, customer_id: int | None = None) -> None:
    """At once, when a command has put it into the outbox."""
    delivery.deliver(key, Reader(person_id, organization_id, customer_id))


@app.periodic(cron="* * * * *")
@app.task(name="notifications.send_due", queueing_lock="notifications.send_due", pass_context=False)
def send_due(timestamp: int) -> None:
    """Again, after a failure that may pass; and what was kept while no mail server was set."""
    if delivery.is_ready():
        for key, reader in queries.list_due(clock.now()):
            delivery.deliver(key, reader)


@app.task(name="notifications.tell_of_health", pass_context=False)
def tell_of_health(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """An update of service health: customers, their partners and visitors are written to at one moment (S003-30)."""
    commands.tell_of_health(Access.of_system(organizations=_providers()), subject_id)


@app.task(name="notifications.tell_of_message", pass_context=False)
def tell_of_message(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """A message was sent: customers and their partners are written to at one moment (S003-30). Safe to repeat."""
    commands.tell_of_message(Access.of_system(organizations=_providers()), subject_id)


@app.task(name="notifications.tell_of_correction", pass_context=False)
def tell_of_correction(
    event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None
) -> None:
    """A message was corrected: whoever got mail about it learns that. Safe to repeat."""
    commands.tell_of_correction(Access.of_system(organizations=_providers()), subject_id)


@app.task(name="notifications.take_digests", pass_context=False)
def take_digests(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """Somebody has chosen what mail they get: who wants a digest gets it, also after having unsubscribed."""
    commands.take_digests(Access(person_id=subject_id))


@app.periodic(cron="10 6 * * *")
@app.task(name="notifications.send_digests", queueing_lock="notifications.send_digests", pass_context=False)
def send_digests(timestamp: int) -> None:
    """Each week, on its first day on which the hub runs at that hour. Safe to repeat."""
    for provider in _providers():
        commands.send_digests(Access.of_system(organizations=[provider]))


@app.task(name="notifications.tell_visitor", pass_context=False)
def tell_visitor(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """Somebody without an account asked for mail, and is asked whether they mean it."""
    commands.tell_visitor(Access.of_system(organizations=_providers()), subject_id)


@app.task(name="notifications.tell_of_partners", pass_context=False)
def tell_of_partners(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """A delegation was asked for, answered, ended or extended: both sides are told."""
    hub = Access.of_system([customer_id])
    with scope(hub):
        partner = get_sent(hub, subject_id).organization_id
    commands.tell_of_partners(Access.of_system([customer_id], organizations=[partner]), kind, subject_id)


@app.task(name="notifications.tell_of_wish", pass_context=False)
def tell_of_wish(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int) -> None:
    """A customer asked for more, for less or for something new, or that was answered."""
    hub = Access.of_system([customer_id])
    with scope(hub):
        asked = get_wish(hub, subject_id).organization_id
    commands.tell_of_wish(Access.of_system([customer_id], organizations=[asked]), kind, subject_id)


@app.task(name="notifications.tell_of_proposal", pass_context=False)
def tell_of_proposal(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """An indirect provider asked for a delegation for its reseller, who is told; or the reseller answered."""
    with scope(Access()):
        houses = [one.pk for one in list_partners()]
    hub = Access.of_system(organizations=houses)
    with scope(hub):
        found = get_proposed(hub, subject_id)
    reader = found.organization_id if kind == "partners.delegation_proposed" else found.provider_id or 0
    commands.tell_of_proposal(Access.of_system(organizations=[reader]), kind, subject_id)


@app.task(name="notifications.tell_colleague", pass_context=False)
def tell_colleague(event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None) -> None:
    """Somebody was invited to work for the provider or a partner, and is written to."""
    with scope(Access()):
        houses = [one.pk for one in list_sellers()]
    commands.tell_colleague(Access.of_system(organizations=houses), subject_id)


@app.task(name="notifications.tell_of_partnership", pass_context=False)
def tell_of_partnership(
    event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None
) -> None:
    """A reseller was invited, or a partnership has ended: both partners are told."""
    with scope(Access()):
        houses = [one.pk for one in list_partners()]
    hub = Access.of_system(organizations=houses)
    with scope(hub):
        found = get_partnership(hub, subject_id)
    both = Access.of_system(organizations=[found.provider_id, found.reseller_id])
    commands.tell_of_partnership(both, kind, subject_id)


@app.task(name="notifications.tell_of_escalation", pass_context=False)
def tell_of_escalation(
    event_id: int, kind: str, subject_id: int, actor_id: int | None, customer_id: int | None
) -> None:
    """An escalation has gone a step, something was said of it, or of the incident that it belongs to."""
    with scope(Access()):
        houses = [one.pk for one in list_sellers()]
    commands.tell_of_escalation(Access.of_system(organizations=houses), kind, subject_id, actor_id)


def _providers() -> list[int]:
    with scope(Access()):
        return [one.pk for one in list_providers()]
