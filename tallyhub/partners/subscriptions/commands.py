"""A wish from the asking to the end. None of it changes an agreement: whoever sells does that elsewhere."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from tallyhub.journal.steps import News, record
from tallyhub.kernel import cells, clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import read_name
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import list_colleagues
from tallyhub.partners import steps
from tallyhub.partners.holdings.queries import list_held
from tallyhub.partners.holdings.rules import Subscription
from tallyhub.partners.models import SubscriptionWish
from tallyhub.partners.subscriptions import queries, rules
from tallyhub.partners.subscriptions import steps as steps_of_wishes
from tallyhub.partners.subscriptions.rules import Typed, WishKind, WishState, may_answer, may_ask
from tallyhub.partners.subscriptions.steps import about


@command
def ask(access: Access, typed: Typed) -> int:
    """For whoever administers the customer in whole; returns the wish's id. What is held through whom decides to whom
    it goes.

    Raises Forbidden, DoesNotExist for what is not held, Invalid for what cannot be wished, and Conflict for what is
    over, was asked already, or would be one too many.
    """
    return steps_of_wishes.ask(access, typed).pk


@dataclass(frozen=True, slots=True)
class Change:
    """What a program wants a subscription to be. ``quantity``: the whole of one line, in its smallest steps."""

    package: int
    entitlement: int | None = None
    quantity: int | None = None
    cancels: bool = False
    reason: str = ""


@command
def attempt_change(access: Access, change: Change, *, may_wish: bool) -> int | None:
    """A program tried to change a subscription itself (S003-48). Nothing changes but that the attempt is written down;
    where it may wish, the wish is there afterwards (edge case 31): its id, also of one that was open already.

    Raises DoesNotExist for what is not held.
    """
    held = next((one for one in list_held(access) if one.package_id == change.package), None)
    if held is None:
        raise ObjectDoesNotExist
    record(access, "partners.subscription_change_refused", held.package_id, partner=held.seller_id)
    typed = _wish_of(held, change)
    if typed is None or not may_wish or not may_ask(access):
        return None
    try:
        with transaction.atomic():
            return steps_of_wishes.ask(access, typed).pk
    except (Conflict, Invalid, ObjectDoesNotExist) as error:
        if getattr(error, "code", "") != "wish_open":
            return None
    found = queries.find_open(access, steps_of_wishes.wish_of(access, typed))
    return found.pk if found else None


def _wish_of(held: Subscription, change: Change) -> Typed | None:
    """The wish that says the same. None: it says nothing, or nothing that could be told apart."""
    if change.cancels:
        return Typed(WishKind.CANCEL, held.package_id, reason=change.reason)
    counted = [one for one in held.lines if one.balance is not None and not one.balance.is_as_needed]
    named = [one for one in counted if change.entitlement in (None, one.entitlement_id)]
    if change.quantity is None or len(named) != 1:
        return None
    more = change.quantity - (steps_of_wishes.in_force(named[0]) or 0)
    kind = WishKind.ADD if more > 0 else WishKind.REDUCE
    if not more:
        return None
    return Typed(kind, held.package_id, named[0].entitlement_id, amount=abs(more), reason=change.reason)


@command
def withdraw(access: Access, wish_id: int) -> None:
    """By the customer, until it is done or declined."""
    wish = queries.lock_wish(access, wish_id)
    if not may_ask(access) or wish.customer_id not in access.customers:
        raise Forbidden(Right.ADMINISTER)
    rules.check_open(WishState(wish.state))
    _end(access, wish, WishState.WITHDRAWN)
    record(access, "partners.wish_withdrawn", wish.pk, **about(wish))


@command
def accept(access: Access, wish_id: int) -> None:
    """By whoever is asked. A partner that is suspended sells nothing new."""
    wish = _lock_asked(access, wish_id)
    rules.check_asked(WishState(wish.state))
    steps.check_active(wish.organization_id)
    wish.state, wish.answered_at, wish.answered_by_id = WishState.ACCEPTED, clock.now(), access.person_id
    wish.owner_id = wish.owner_id or access.person_id
    wish.save(update_fields=["state", "answered_at", "answered_by_id", "owner_id"])
    steps.tell(access, [News("partners.wish_accepted", wish.customer_id, wish.pk, details=about(wish))])


@command
def decline(access: Access, wish_id: int, reason: str) -> None:
    """Also of one that was accepted and cannot be done after all. Raises Invalid without a reason."""
    wish = _lock_asked(access, wish_id)
    rules.check_open(WishState(wish.state))
    said = cells.lines(rules.NOTE_MAX)(reason)
    if not said:
        raise Invalid("wish_reason_missing")
    wish.state, wish.answer = WishState.DECLINED, said
    wish.answered_at, wish.answered_by_id = clock.now(), access.person_id
    wish.save(update_fields=["state", "answer", "answered_at", "answered_by_id"])
    steps.tell(access, [News("partners.wish_declined", wish.customer_id, wish.pk, details=about(wish))])


@command
def finish(access: Access, wish_id: int, note: str, number: str) -> None:
    """It is done; ``number``: of the agreement that followed, as whoever sold it writes it. Agreements stay."""
    wish = _lock_asked(access, wish_id)
    state = WishState(wish.state)
    rules.check_open(state)
    wish.note = cells.lines(rules.NOTE_MAX)(note)
    wish.number = read_name(number, length_max=rules.NUMBER_MAX)
    if state is WishState.ASKED:
        wish.answered_at, wish.answered_by_id = clock.now(), access.person_id
    wish.owner_id = wish.owner_id or access.person_id
    wish.save(update_fields=["note", "number", "answered_at", "answered_by_id", "owner_id"])
    _end(access, wish, WishState.DONE)
    steps.tell(access, [News("partners.wish_done", wish.customer_id, wish.pk, details=about(wish))])


@command
def set_owner(access: Access, wish_id: int, owner: int | None) -> None:
    """Who of those who are asked looks after it; None: nobody in particular. Raises DoesNotExist for anybody else."""
    wish = _lock_asked(access, wish_id)
    rules.check_open(WishState(wish.state))
    if owner is not None and owner not in owners_offered(access, wish):
        raise ObjectDoesNotExist
    wish.owner_id = owner
    wish.save(update_fields=["owner_id"])
    steps.tell(access, [News("partners.wish_owner_set", wish.customer_id, wish.pk, details=about(wish))])


def owners_offered(access: Access, wish: SubscriptionWish) -> dict[int, str]:
    """Colleagues at the partner by name; at the provider, whoever takes it for themselves."""
    if wish.organization_id in access.organizations:
        return {one.person_id: one.person.name for one in list_colleagues(access)}
    return dict.fromkeys([access.person_id] if access.person_id else [], "")


def _lock_asked(access: Access, wish_id: int) -> SubscriptionWish:
    """One that the reader may answer: whoever is asked, and never who asks."""
    wish = queries.lock_wish(access, wish_id)
    if not may_answer(access, wish.organization_id, wish.organization.kind):
        raise Forbidden(Right.SERVE_CUSTOMERS)
    return wish


def _end(access: Access, wish: SubscriptionWish, state: WishState) -> None:
    wish.state, wish.ended_at, wish.ended_by_id = state, clock.now(), access.person_id
    wish.save(update_fields=["state", "ended_at", "ended_by_id"])
