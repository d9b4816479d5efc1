"""Known incidents in the request form: before somebody goes on, they are told what goes on (R5.4, R4.1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tallyhub.health.rules import EventStatus, Visibility
from tallyhub.support.models import Draft

Publish = Callable[..., int]


@pytest.fixture
def step(health: Any, client: Client) -> str:
    client.force_login(health.contact)
    client.post("/support/open/begin/", {"workspace": health.north.pk})
    draft = Draft.objects.using("owner").get()
    return f"/support/open/{draft.pk}/what/"


def choose(client: Client, step: str, product: Any, **over: Any) -> Any:
    return client.post(step, {"kind": "problem", "product": product.pk, "act": "next", "seen": "", **over})


def test_the_events_of_the_chosen_product_are_shown_before_one_goes_on(
    health: Any, publish: Publish, client: Client, step: str
) -> None:
    event = publish()
    publish(title="Of another product", components={health.index.pk: "major_outage"})
    assert choose(client, step, health.database)["Location"] == step
    page = client.get(step).content.decode()
    assert f'href="/health/events/{event}/"' in page
    assert "Queries fail" in page
    assert "Of another product" not in page
    assert choose(client, step, health.database, seen=health.database.pk)["Location"].endswith("/problem/")


def test_another_step_is_not_reached_past_them_either(health: Any, publish: Publish, client: Client, step: str) -> None:
    publish()
    assert choose(client, step, health.database, go="severity")["Location"] == step


def test_without_an_event_one_goes_on_at_once(health: Any, publish: Publish, client: Client, step: str) -> None:
    publish(status=EventStatus.RESOLVED)
    publish(visibility=Visibility.AFFECTED, components={health.index.pk: "major_outage"})
    assert choose(client, step, health.database)["Location"].endswith("/problem/")
    assert "This is known already" not in client.get(step).content.decode()
