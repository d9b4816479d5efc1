"""The customer's other systems hear of what the account team writes (R8.2)."""

import json
from types import SimpleNamespace
from typing import Any

from django.urls import reverse

from tallyhub.integrations.webhooks.news import MESSAGES_OF, messages
from tallyhub.journal.models import Event
from tallyhub.site.wiring import NEWS
from tests.office.test_amendments import DAYS, allot, through
from tests.office.writing import approve, written


def told(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The types and counts of the messages that an event of this kind made."""
    found = Event.objects.using("owner").filter(kind=kind)
    said = [(type_, json.loads(body)["data"]) for event in found for type_, body in messages(event)]
    return [(type_, {name: data[name] for name in data if name[-3:] != "_id"}) for type_, data in said]


def test_agreements_allotments_and_mappings_are_told(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.csam)
    approve(client, written(client, world))
    through(client, allot(world.cedar_advisory, "top_up"), DAYS | {"amount": "1"})
    through(client, reverse("office:package_end", args=[world.addon.pk]), {"last_day": "2026-11-30"})
    client.post(reverse("office:agreement_rename", args=[world.agreement.pk]), {"name": "Other"})
    client.post(reverse("office:mappings"), {"before": "", "ticked": f"{world.unmapped.pk}-{world.south.pk}"})
    agreed, bought = "agreement.changed", "allotment.added"
    assert told("office.agreement_approved") == [
        (agreed, {"agreements": 1, "packages": 1, "entitlements": 2}),
        (bought, {"count": 1}),
    ]
    assert told("office.allotment_added") == [(bought, {"count": 1})]
    assert told("office.ended_early") == [(agreed, {"packages": 1}), (bought, {"count": 1})]
    assert told("office.renamed") == [(agreed, {"agreements": 1})]
    assert told("office.mapping_added") == [(agreed, {"mappings": 1})]


def test_every_kind_that_makes_messages_is_handed_on() -> None:
    assert {kind for kind in MESSAGES_OF if "integrations.spread" not in NEWS.get(kind, ())} == set()
