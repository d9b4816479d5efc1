"""What people do with endpoints, and what the hub does to deliver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallyhub.integrations.models import Attempt, Delivery, Endpoint
from tallyhub.integrations.webhooks import news, queries, rules
from tallyhub.integrations.webhooks.rules import State, Type
from tallyhub.integrations.webhooks.sending import Answer
from tallyhub.journal.queries import find_event
from tallyhub.journal.rules import ASKED_OF
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.outbound import check_target
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import which_were_staff

DELIVER, QUEUE = "integrations.deliver", "deliveries"  # the job, and where it waits
DUE_MAX = 200  # deliveries that a minute's round begins, per customer
_GONE = 410  # "do not call again" (Standard Webhooks, *Failing*)


@command
def add_endpoint(access: Access, *, url: str, types: Sequence[str]) -> Endpoint:
    """Its secret is shown now and never again."""
    access.require(Right.MANAGE_WEBHOOKS)
    if not types or set(types) - set(rules.CHOSEN):
        raise Invalid("webhook_type_unknown", types=", ".join(rules.CHOSEN))
    if Endpoint.objects.visible_to(access).count() >= rules.ENDPOINTS_MAX:
        raise Conflict("webhook_too_many", endpoints_max=rules.ENDPOINTS_MAX)
    endpoint = Endpoint.objects.create(
        customer_id=access.customer_id or 0,
        url=check_target(url, settings.TALLYHUB.webhook_networks, length_max=rules.URL_MAX),
        types=sorted(set(types)),
        secret=rules.new_secret(),
        made_by_id=access.person_id,
        made_at=clock.now(),
    )
    record(access, "integrations.endpoint_added", endpoint.pk)
    return endpoint


@command
def rotate_secret(access: Access, endpoint_id: int) -> Endpoint:
    """The old secret signs beside the new one for a day. An even older one no longer does."""
    endpoint = _lock(access, endpoint_id)
    endpoint.old_secret, endpoint.old_until = endpoint.secret, clock.now() + rules.OVERLAP
    endpoint.secret = rules.new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_until"])
    record(access, "integrations.endpoint_secret_changed", endpoint.pk)
    return endpoint


@command
def pause_endpoint(access: Access, endpoint_id: int) -> None:
    """Messages are kept for it in the meantime."""
    endpoint = _lock(access, endpoint_id)
    endpoint.is_paused = True
    endpoint.save(update_fields=["is_paused"])
    record(access, "integrations.endpoint_paused", endpoint.pk)


@command
def resume_endpoint(access: Access, endpoint_id: int) -> None:
    """What is pending goes out with the next round."""
    endpoint = _lock(access, endpoint_id)
    endpoint.is_paused, endpoint.rests_until = False, None
    endpoint.save(update_fields=["is_paused", "rests_until"])
    record(access, "integrations.endpoint_resumed", endpoint.pk)


@command
def delete_endpoint(access: Access, endpoint_id: int) -> None:
    """With everything that it was sent."""
    endpoint = _lock(access, endpoint_id)
    record(access, "integrations.endpoint_deleted", endpoint.pk)
    endpoint.delete()


@command
def ping(access: Access, endpoint_id: int) -> None:
    endpoint = _lock(access, endpoint_id)
    who = {"customer_id": endpoint.customer_id, "actor_id": access.person_id}
    body = news.body(Type.PING, clock.now(), who)
    _send(Delivery.objects.create(**_new(endpoint, None, Type.PING, body)))


@command
def replay(access: Access, delivery_id: int) -> int:
    """Send one message again, with its id; returns the endpoint's."""
    access.require(Right.MANAGE_WEBHOOKS)
    delivery = Delivery.objects.visible_to(access).select_for_update().get(pk=delivery_id)
    delivery.state, delivery.tries, delivery.next_at = State.PENDING, 0, clock.now()
    delivery.save(update_fields=["state", "tries", "next_at"])
    record(access, "integrations.endpoint_replayed", delivery.endpoint_id, messages=1)
    _send(delivery)
    return delivery.endpoint_id


@command
def replay_since(access: Access, endpoint_id: int, since: datetime) -> int:
    """Send every message since then again, REPLAY_MAX at most, oldest first; returns how many."""
    _lock(access, endpoint_id)
    found = queries.replayable(access, endpoint_id, since).order_by("pk").values_list("pk", flat=True)
    chosen = list(found[: rules.REPLAY_MAX])
    again = {"state": State.PENDING, "tries": 0, "next_at": clock.now()}
    Delivery.objects.visible_to(access).filter(pk__in=chosen).update(**again)
    record(access, "integrations.endpoint_replayed", endpoint_id, messages=len(chosen))
    return len(chosen)


def _lock(access: Access, endpoint_id: int) -> Endpoint:
    access.require(Right.MANAGE_WEBHOOKS)
    return queries.lock_endpoint(access, endpoint_id)


# What the hub does


@command
def spread(access: Access, event_id: int) -> None:
    """Make the messages of an event, one for each endpoint that wants its type. Safe to repeat."""
    event = find_event(access, event_id)
    told = news.messages(event) if event else []
    if not told:
        return
    endpoints = list(Endpoint.objects.visible_to(access))
    if event and ASKED_OF in event.details:
        endpoints = _without_staffs(access, endpoints)
    wanted = [
        Delivery(**_new(endpoint, event_id, type_, body))
        for type_, body in told
        for endpoint in endpoints
        if type_ in endpoint.types
    ]
    Delivery.objects.bulk_create(wanted, ignore_conflicts=True)
    for delivery in Delivery.objects.visible_to(access).filter(event_id=event_id, state=State.PENDING, tries=0):
        _send(delivery)


def _without_staffs(access: Access, endpoints: list[Endpoint]) -> list[Endpoint]:
    """What is asked of a partner is told to the systems that the customer's own people named (R5.3)."""
    staff = which_were_staff(access, {one.made_by_id for one in endpoints if one.made_by_id is not None})
    return [one for one in endpoints if one.made_by_id not in staff]


def _new(endpoint: Endpoint, event_id: int | None, type_: Type, body: str) -> dict[str, object]:
    now = clock.now()
    ids = {"customer_id": endpoint.customer_id, "endpoint_id": endpoint.pk, "event_id": event_id}
    return {**ids, "type": type_, "body": body, "next_at": now, "made_at": now}


def _send(delivery: Delivery) -> None:
    """Defer the job, once: the minute's round may have been quicker. Jobs of a lane run one after another."""
    once = f"{DELIVER} {delivery.pk}"
    lane = f"{DELIVER} {delivery.customer_id} {delivery.pk % rules.AT_ONCE_MAX}"
    job = app.configure_task(DELIVER, queue=QUEUE, queueing_lock=once, lock=lane)
    try:
        with transaction.atomic():  # a refused insert would spoil the command
            job.defer(delivery_id=delivery.pk, customer_id=delivery.customer_id)
    except AlreadyEnqueued:
        pass


@dataclass(frozen=True, slots=True)
class Message:
    url: str
    headers: dict[str, str]
    body: str


@command
def claim(access: Access, delivery_id: int) -> Message | None:
    """What is to be sent now, and nobody else sends it for a minute. None: not now, or not at all."""
    now = clock.now()
    delivery = queries.lock_delivery(access, delivery_id)
    if delivery is None or delivery.state != State.PENDING or delivery.next_at > now or delivery.endpoint.is_paused:
        return None
    endpoint = delivery.endpoint
    if endpoint.rests_until and endpoint.rests_until > now:
        return None
    delivery.next_at = now + rules.LEASE
    delivery.save(update_fields=["next_at"])
    signing = [endpoint.secret, *([endpoint.old_secret] if endpoint.old_until and endpoint.old_until > now else [])]
    return Message(endpoint.url, rules.headers(signing, f"msg_{delivery.pk}", now, delivery.body), delivery.body)


@command
def note_attempt(access: Access, delivery_id: int, answer: Answer) -> None:
    """Write down what came of it, and when it is tried again."""
    delivery = queries.lock_delivery(access, delivery_id)
    if delivery is None:  # its endpoint was deleted meanwhile
        return
    Attempt.objects.create(
        customer_id=delivery.customer_id,
        delivery=delivery,
        at=clock.now(),
        status=answer.status,
        problem=answer.problem or "",
        answer=answer.head,
        milliseconds=answer.milliseconds,
    )
    delivery.tries += 1
    if rules.is_accepted(answer.status):
        _accepted(delivery)
    else:
        _refused(delivery, answer.status)
    delivery.save(update_fields=["state", "tries", "next_at"])


def _accepted(delivery: Delivery) -> None:
    delivery.state = State.DELIVERED
    if delivery.endpoint.failing_since or delivery.endpoint.rests_until:
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(failing_since=None, rests_until=None)


def _refused(delivery: Delivery, status: int | None) -> None:
    now = clock.now()
    wait = rules.wait_after(delivery.tries)
    endpoint: dict[str, object] = {"rests_until": now + rules.REST}
    if wait is None:
        delivery.state = State.FAILED
        endpoint["failing_since"] = delivery.endpoint.failing_since or now
    else:
        delivery.next_at = now + wait
    if status == _GONE:
        endpoint["is_paused"] = True
    Endpoint.objects.filter(pk=delivery.endpoint_id).update(**endpoint)


@command
def begin_due(access: Access) -> None:
    """The minute's round in one customer: what is due goes to the worker, what is too old goes."""
    due = queries.due_deliveries(access, DUE_MAX)
    for delivery in Delivery.objects.visible_to(access).filter(pk__in=due).order_by("next_at", "pk"):
        _send(delivery)
    Delivery.objects.visible_to(access).filter(made_at__lt=clock.now() - rules.KEPT).delete()
