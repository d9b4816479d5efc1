"""Programs: the API reads what the token's holder may, a webhook says that something reaches the customer (R8.2)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope, offered_scopes
from tallyhub.health.rules import EventKind, EventStatus, Reach, Visibility
from tallyhub.integrations.models import Delivery, Endpoint
from tallyhub.organizations.sign_on import act_for
from tests.integrations.api.program import Program, make_token
from tests.working import run_jobs
from tests.world import NOW

Publish = Callable[..., int]


def program(person: Any, customer: Any) -> Program:
    return Program(make_token(person, customer, TokenScope.READ_HEALTH))


def test_a_program_reads_what_its_person_may(health: Any, publish: Publish) -> None:
    public = publish(regions=frozenset({health.west.pk}))
    named = publish(visibility=Visibility.AFFECTED, reach=Reach.NAMED, customers=frozenset({health.birch.pk}))
    notice = publish(kind=EventKind.ADVISORY, status=EventStatus.RESOLVED, visibility=Visibility.SIGNED_IN)
    answer = program(health.member, health.cedar).get("/health-events").json()
    assert [one["id"] for one in answer["items"]] == [public, notice]
    first = answer["items"][0]
    assert first["components"] == [{"product": "database", "component": "queries", "status": "major_outage"}]
    assert (first["regions"], first["impact"]) == (["west"], "critical")
    theirs = program(health.stranger, health.birch)
    assert [one["id"] for one in theirs.get("/health-events").json()["items"]] == [public, named, notice]
    assert [one["id"] for one in theirs.get("/health-events", is_over="true").json()["items"]] == [notice]
    assert [one["id"] for one in theirs.get("/health-events", kind="incident").json()["items"]] == [public, named]


def test_another_scope_does_not_open_it(health: Any) -> None:
    other = Program(make_token(health.member, health.cedar, TokenScope.READ_LEARNING))
    assert other.get("/health-events").status_code == 403


def test_everybody_may_make_such_a_token(health: Any) -> None:
    access = act_for(health.member.pk, health.cedar.pk).access
    assert TokenScope.READ_HEALTH in offered_scopes(access, is_of_customer=False)


@pytest.mark.parametrize("customer", ["cedar", "birch"])
def test_a_webhook_says_what_reaches_the_customer_and_no_other(health: Any, publish: Publish, customer: str) -> None:
    for one in (health.cedar, health.birch):
        Endpoint.objects.using("owner").create(
            customer=one, url="https://hook.test/", types=["health.told"], secret="whsec_eA==", made_at=NOW
        )
    wanted = getattr(health, customer)
    event = publish(visibility=Visibility.AFFECTED, reach=Reach.NAMED, customers=frozenset({wanted.pk}))
    run_jobs()
    [delivery] = Delivery.objects.using("owner").all()
    assert delivery.customer_id == wanted.pk
    told = json.loads(delivery.body)
    assert (told["type"], told["data"]["health_event_id"]) == ("health.told", event)
