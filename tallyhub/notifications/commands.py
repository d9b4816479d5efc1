"""What happens to a mail, and to mail for a person. All run in the scope of the person that the mail is for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.queries import find_person, list_active
from tallyhub.engagements.queries import list_concerned
from tallyhub.health import queries as health
from tallyhub.health.models import Visitor
from tallyhub.health.public.steps import find_visitor, lock_visitor, stop_visitor
from tallyhub.health.rules import Visibility
from tallyhub.helpdesk.escalations.queries import get_escalation, list_readers
from tallyhub.journal.queries import find_event
from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command, widen
from tallyhub.messages import queries as centre
from tallyhub.messages.steps import begin_week, mark_mailed
from tallyhub.notifications import queries, rules, steps
from tallyhub.notifications.addresses.steps import lock_address, mails_to, stop_address
from tallyhub.notifications.letters import LETTERS
from tallyhub.notifications.models import Mail, Mailbox, NewsAddress
from tallyhub.notifications.rules import State
from tallyhub.notifications.service_letters import TO_ACCOUNT_TEAM, TO_BOTH
from tallyhub.notifications.steps import NewMail
from tallyhub.notifications.wish_letters import TO_WHO_IS_ASKED
from tallyhub.organizations.queries import get_seller, list_account_team, list_serving
from tallyhub.organizations.rules import Kind
from tallyhub.partners.queries import list_recipients
from tallyhub.partners.staff.queries import get_invitation
from tallyhub.people.invitations.queries import list_answering, list_unanswered
from tallyhub.people.invitations.steps import mark_told
from tallyhub.people.models import Invitation
from tallyhub.support.conversation.queries import get_by_id, get_message, is_told_otherwise, list_named


@command
def tell(access: Access, letter: str, *, subject: int | None = None, customer: int | None = None) -> None:
    """Write to the person of the scope about an event; ``subject`` is the number of what it is about."""
    about: dict[str, Any] = {} if subject is None else {"subject": subject, "customer": customer}
    if find_person(access.person_id):  # not erased since
        steps.send(access, access.person_id or 0, letter, **about)


@command
def tell_invited(access: Access, invitations: Collection[int]) -> None:
    """Write to everybody who was invited, each time that they were, once. For the hub itself."""
    steps.send_many(access, [_to_invited("people.invited", one) for one in mark_told(access.customers, invitations)])


@command
def remind_invited(access: Access, invitations: Collection[int]) -> None:
    """Write again to those who have not answered. For the hub itself."""
    steps.send_many(access, [_to_invited("people.reminded", one) for one in list_unanswered(access, invitations)])


def _to_invited(letter: str, one: Invitation) -> NewMail:
    """In the language that the inviter chose (R6.2)."""
    about = {"invitation": one.pk, "serial": one.serial, "language": one.language}
    return NewMail(one.person_id, letter, about)


@command
def tell_inviters(access: Access, letter: str, invitation_id: int) -> None:
    """Write to whoever can invite the person anew. For the hub itself."""
    invitation, people = list_answering(access, invitation_id)
    about = {"invitation": invitation.pk, "serial": invitation.serial}
    steps.send_many(access, [NewMail(one, letter, about) for one in people])


@command
def tell_of_request(access: Access, letter: str, subject_id: int, actor_id: int | None) -> None:
    """Write about a support request to whoever sees it by name, but not to who did it; of a refused answer, to its
    writer alone. For the hub itself. All about a request is one thread."""
    request_id = get_message(access, subject_id).request_id if letter == "support.message_added" else subject_id
    if letter == "support.status_changed" and is_told_otherwise(access, request_id):
        return
    is_to_actor = letter == "support.reply_refused"
    people = {actor_id or 0} if is_to_actor else list_named(access, request_id) - {actor_id}
    if letter == "support.message_added":
        people -= _at_desk(access, request_id)  # they have a mail of their own
    about = {"subject": subject_id, "customer": access.customers[0]}
    thread = f"request-{request_id}"
    steps.send_many(access, [NewMail(one, letter, about, thread) for one in list_active(people)])


@command
def tell_of_health(access: Access, update_id: int) -> None:
    """Write about an update of service health to everybody whom it reaches and who wants it: customers, their partners
    and visitors in one statement, so at one moment (S003-30). For the hub itself, which acts for the provider.

    The journal of each customer says that it was told.
    """
    update = health.get_update(access, update_id)
    if clock.now() - update.at > rules.AGE_MAX:  # no news any more, as a mail of that age is none
        return
    event, thread = update.event, f"health-{update.event_id}"
    people = health.list_readers(event.pk)
    mails = [
        NewMail(person, "health.told", {"update": update_id, "customer": customer, "organization": partner}, thread)
        for person, customer, partner in people
    ]
    visitors = health.list_visitors(access) if event.visibility == Visibility.PUBLIC else []
    mails += [
        NewMail(None, "health.visitor_told", {"update": update_id}, thread, (one.pk, one.organization_id))
        for one in visitors
    ]
    reached = health.list_reached(event.pk)
    widen(Access.of_system(reached, organizations=access.organizations))  # to the mailbox and journal of each of them
    boxes = mails_to(reached, "health.address_told", {"update": update_id}, thread)
    steps.send_many(access, mails + boxes)
    details = {
        "event": event.pk,
        "update": update_id,
        "boxes": len(boxes),
        "people": len(people),
        "partners": len({partner for _person, _customer, partner in people if partner}),
        "visitors": len(visitors),
    }
    told = [News("health.told", customer, event.pk, details=details) for customer in reached]
    record_many(access, [News("health.sent", None, update_id, details=details), *told])


@command
def tell_of_message(access: Access, post_id: int) -> None:
    """Write about a message to everybody who got it since mail about it was written, and who wants mail at once:
    customers and their partners in one statement, so at one moment (S003-30). For the hub itself.
    """
    post = centre.lock_edited(access, post_id)
    first = clock.now() - rules.AGE_MAX  # older news is none, as a mail of that age
    people, customers = centre.list_readers(post_id, first), centre.list_untold(post_id, first)
    mark_mailed(post)
    about, thread = {"message": post_id}, f"message-{post_id}"
    mails = [
        NewMail(person, "messages.told", {**about, "customer": customer, "organization": partner}, thread)
        for person, customer, partner in people
    ]
    widen(Access.of_system(customers, organizations=access.organizations))  # to the mailboxes of each of them
    boxes = mails_to(customers, "messages.address_told", about, thread)
    steps.send_many(access, mails + boxes)
    partners = len({partner for _person, _customer, partner in people if partner})
    details = {"people": len(people), "partners": partners, "boxes": len(boxes)}
    record_many(access, [News("messages.told", None, post_id, details=details)])


@command
def tell_of_correction(access: Access, post_id: int) -> None:
    """Write to everybody, and every mailbox, that got mail about a message before it was corrected. Who gets it only
    now gets it as it is now. For the hub itself.
    """
    centre.lock_edited(access, post_id)  # so that of two corrections each is told once
    version, thread = centre.get_version(access, post_id), f"message-{post_id}"
    had = queries.list_had(thread, version.number, version.at)
    if not had:
        return
    widen(Access.of_system({one.box[1] for one in had if one.box}, organizations=access.organizations))
    about = {"message": post_id, "version": version.number}
    mails = [
        NewMail(None, "messages.address_corrected", {**about, "customer": one.box[1]}, thread, address=one.box)
        if one.box
        else NewMail(one.person_id, "messages.corrected", {**one.whose, **about}, thread)
        for one in had
    ]
    steps.send_many(access, mails)
    boxes = sum(one.box is not None for one in had)
    details = {"version": version.number, "people": len(had) - boxes, "boxes": boxes}
    record_many(access, [News("messages.correction_told", None, post_id, details=details)])


@command
def send_digests(access: Access) -> None:
    """Write to everybody who wants a digest of the week that is over and has not read all of it; once. For the hub
    itself.
    """
    today = clock.now().date()
    last = today - timedelta(days=today.weekday())
    first = last - timedelta(days=7)
    if not begin_week(access, last):
        return
    instants = [datetime.combine(day, time(), UTC) for day in (first, last)]
    week = {"first": first.isoformat(), "last": last.isoformat()}
    people = centre.list_digest_readers(*instants)
    steps.send_many(
        access,
        [
            NewMail(person, "messages.digest", {**week, "customer": customer, "organization": partner})
            for person, customer, partner in people
        ],
    )
    record_many(access, [News("messages.digests_sent", None, None, details={"people": len(people), **week})])


@command
def take_digests(access: Access) -> None:
    """The person of the scope has chosen to get digests: that they unsubscribed from them before is forgotten."""
    chosen = centre.find_mail_choice(access)
    if chosen and chosen.takes_digest:
        Mailbox.objects.filter(pk=access.person_id or 0).update(takes_digests=True)


@command
def tell_visitor(access: Access, visitor_id: int) -> None:
    """Ask somebody without an account whether they want the mail that they asked for."""
    if visitor := find_visitor(access, visitor_id):
        of = (visitor.pk, visitor.organization_id)
        steps.send_many(access, [NewMail(None, "health.visitor_asked", {}, "", of)])


@command
def tell_of_partners(access: Access, letter: str, delegation_id: int) -> None:
    """Write about a delegation to the admin agents of its partner and the administrators of its customer. For the hub
    itself, which acts for both. All about one is one thread.
    """
    (customer,), (partner,) = access.customers, access.organizations
    mails = [
        NewMail(
            one.person_id,
            letter,
            {"subject": delegation_id, "customer": customer, "organization": one.organization_id},
            f"delegation-{delegation_id}",
        )
        for one in list_recipients(partner, customer)
    ]
    steps.send_many(access, mails)


@command
def tell_of_partnership(access: Access, letter: str, partnership_id: int) -> None:
    """Write to the admin agents of both partners. For the hub itself, which acts for both."""
    thread = f"partnership-{partnership_id}"
    mails = [
        NewMail(one.person_id, letter, {"subject": partnership_id, "organization": partner}, thread)
        for partner in access.organizations
        for one in list_recipients(partner, None)
    ]
    steps.send_many(access, mails)


@command
def tell_of_wish(access: Access, letter: str, wish_id: int) -> None:
    """Write about a wish: to whoever is asked, the admin agents of a partner or the account team of the provider's, or
    to the customer's administrators. For the hub itself, which acts for both. All about one is one thread.
    """
    (customer,), (asked,) = access.customers, access.organizations
    about = {"subject": wish_id, "customer": customer}
    if letter not in TO_WHO_IS_ASKED:
        readers = [(one.person_id, about) for one in list_recipients(None, customer)]
    elif get_seller(asked).kind == Kind.PROVIDER:
        readers = [(one, about) for one in list_account_team(access)]
    else:
        readers = [(one.person_id, {**about, "organization": asked}) for one in list_recipients(asked, None)]
    steps.send_many(access, [NewMail(one, letter, params, f"wish-{wish_id}") for one, params in readers])


@command
def tell_colleague(access: Access, invitation_id: int) -> None:
    """Write to who was invited to work for an organisation. For the hub itself."""
    one = get_invitation(access, invitation_id)
    about = {"invitation": one.pk, "serial": one.serial}
    steps.send_many(access, [NewMail(one.person_id, "partners.staff_invited", about)])


@command
def tell_of_proposal(access: Access, letter: str, delegation_id: int) -> None:
    """Write to the admin agents of one partner about what is asked for a reseller. For the hub itself."""
    (partner,) = access.organizations
    about = {"subject": delegation_id, "organization": partner}
    people = list_recipients(partner, None)
    steps.send_many(access, [NewMail(one.person_id, letter, about, f"delegation-{delegation_id}") for one in people])


def _at_desk(access: Access, request_id: int) -> set[int]:
    desk = get_by_id(access, request_id).desk_id
    if desk is None:
        return set()
    both = Access.of_system(access.customers, organizations=[desk])
    widen(both)
    return set(list_serving(both, desk))


# What a desk reads where others have a letter of their own about the same event.
AT_DESK = {
    "support.message_added": "helpdesk.said",
    "helpdesk.incident_over": "helpdesk.is_trouble_gone",
    "helpdesk.moved_on": "helpdesk.moved_here",
    "helpdesk.mail_taken_in": "helpdesk.taken_in",
}


@command
def tell_desk(access: Access, event: str, subject_id: int, request_id: int, actor_id: int | None) -> None:
    """Write to whoever at the desk a partner request is assigned to, or to all who serve customers there; not to who
    did it, and not of what the desk says itself. For the hub itself, which acts for both.
    """
    (desk,), request = access.organizations, get_by_id(access, request_id)
    if event == "support.message_added" and get_message(access, subject_id).is_by_staff:
        return
    serving = set(list_serving(access, desk))
    people = ({request.assigned_to_id} if request.assigned_to_id in serving else serving) - {actor_id}
    letter = AT_DESK.get(event, event)
    about = {"subject": subject_id, "request": request_id}
    thread = f"request-{request_id}"
    steps.send_many(access, [NewMail(one, letter, about, thread) for one in list_active(people)])


@command
def tell_of_escalation(access: Access, letter: str, escalation_id: int, actor_id: int | None) -> None:
    """Write to the sides of an escalation but the one that acted. For the hub itself. All about one is one thread."""
    one = get_escalation(access, escalation_id)
    thread = f"escalation-{escalation_id}"
    steps.send_many(
        access,
        [
            NewMail(person, letter, {"subject": escalation_id, "organization": house}, thread)
            for person, house in list_readers(access, one, actor_id)
        ],
    )


@command
def tell_of_service(access: Access, letter: str, event_id: int, engagement_id: int, actor_id: int | None) -> None:
    """Write about a service that was ordered: to its requester, or else to who can judge it; a request, a dispute and a
    cancelling to the account team. Never to who did it. For the hub itself. All about one is one thread."""
    people: set[int] = set()
    if letter in TO_ACCOUNT_TEAM:
        people |= set(list_account_team(access))
    if letter not in TO_ACCOUNT_TEAM or letter in TO_BOTH:
        people |= set(list_concerned(access, engagement_id))
    event = find_event(access, event_id)
    about = {"subject": engagement_id, "customer": access.customers[0]}
    if event and (delivery := event.details.get("delivery")):
        about["delivery"] = delivery
    thread = f"engagement-{engagement_id}"
    steps.send_many(access, [NewMail(one, letter, about, thread) for one in list_active(people - {actor_id or 0})])


@dataclass(frozen=True, slots=True)
class Try:
    """A mail that is ours to send for ``rules.LEASE``."""

    mail: Mail
    earlier: list[str]  # keys of the thread


@command
def claim(access: Access, key: str) -> Try | None:
    """Take a mail that is due, so that no other worker sends it, too. None: not due, not there, or not to be sent."""
    found = Mail.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=key, state=State.WAITING)
    mail = found.filter(next_at__lte=clock.now()).select_related("person", "visitor", "address__customer").first()
    if mail is None:
        return None
    if why := _why_not(mail):
        _settle(mail, State.STOPPED, why)
        return None
    mail.attempts += 1
    mail.next_at = clock.now() + rules.LEASE
    mail.save(update_fields=["attempts", "next_at"])
    return Try(mail, queries.earlier_keys(mail))


def _why_not(mail: Mail) -> str:
    address, why = _address_of(mail)
    if why:
        return why
    if rules.is_reserved(address) and not settings.TALLYHUB.demo:
        return "reserved_domain"
    return "too_old" if clock.now() - mail.created_at > rules.AGE_MAX else ""


def _address_of(mail: Mail) -> tuple[str, str]:
    """The reader's address; and why nothing is sent there, if so."""
    for box in (mail.visitor, mail.address):
        if box is not None:
            return box.address, "address_stopped" if box.stopped_at else ""
    person = mail.person
    if person is None or not person.email or not person.is_active:
        return "", "no_address"
    mailbox = queries.find_mailbox(person.pk)
    if mailbox and mailbox.stopped_at:
        return person.email, "address_stopped"
    is_unwanted = mailbox and not mailbox.takes_digests and LETTERS[mail.letter].is_digest
    return person.email, "unsubscribed" if is_unwanted else ""


@command
def settle(access: Access, key: str, state: State, error: str = "") -> None:
    """How a try ended. ``WAITING`` is a failure that may pass: tried again later, until it is given up."""
    mail = Mail.objects.select_for_update().filter(pk=key).first()
    if mail is None:  # erased in the meantime
        return
    if state == State.REFUSED:
        _stop(mail, error)
        record(access, "notifications.address_stopped", mail.person_id, reason=error)
    wait = rules.next_try(mail.attempts)
    if state == State.WAITING and wait is not None:
        mail.next_at, mail.error = clock.now() + wait, error
        mail.save(update_fields=["next_at", "error"])
        return
    _settle(mail, State.FAILED if state == State.WAITING else state, error)


@command
def bounce(access: Access, key: str, error: str) -> bool:
    """A mail came back; the third one stops mail to the address. False: it had come back before, or was never sent."""
    mail = Mail.objects.select_for_update().filter(pk=key, state=State.SENT).first()
    if mail is None:
        return False
    _settle(mail, State.BOUNCED, error)
    kept = _kept_of(mail)
    kept.bounces += 1
    kept.save(update_fields=["bounces"])
    record(access, "notifications.mail_bounced", mail.person_id, bounces=kept.bounces, status=error)
    if kept.bounces >= rules.BOUNCES_MAX and not kept.stopped_at:
        _stop(mail, "bounces")
        record(access, "notifications.address_stopped", mail.person_id, reason="bounces")
    return True


@command
def allow_again(access: Access) -> bool:
    """Mail to the person of the scope is sent again, after the address was mended. False: it had not been stopped."""
    stopped = Mailbox.objects.select_for_update().filter(pk=access.person_id or 0, stopped_at__isnull=False)
    if not stopped.update(stopped_at=None, reason="", bounces=0):
        return False
    record(access, "notifications.allowed_again", access.person_id)
    steps.send(access, access.person_id or 0, "notifications.allowed_again")
    return True


@command
def unsubscribe(access: Access) -> None:
    if not find_person(access.person_id):
        raise ObjectDoesNotExist
    Mailbox.objects.update_or_create(pk=access.person_id or 0, defaults={"takes_digests": False})
    record(access, "notifications.unsubscribed", access.person_id)


def _kept_of(mail: Mail) -> Mailbox | NewsAddress | Visitor:
    """What counts the bounces of its reader, locked."""
    if mail.address_id is not None:
        return lock_address(mail.address_id)
    if mail.visitor_id is not None:
        return lock_visitor(mail.visitor_id)
    return Mailbox.objects.select_for_update().get_or_create(pk=mail.person_id)[0]


def _stop(mail: Mail, reason: str) -> None:
    if mail.address_id is not None:
        stop_address(mail.address_id)
    elif mail.visitor_id is not None:
        stop_visitor(mail.visitor_id)
    else:
        Mailbox.objects.update_or_create(pk=mail.person_id, defaults={"stopped_at": clock.now(), "reason": reason})


def _settle(mail: Mail, state: State, error: str) -> None:
    mail.state, mail.error = state, error
    mail.sent_at = clock.now() if state == State.SENT else mail.sent_at
    mail.save(update_fields=["state", "error", "sent_at"])
