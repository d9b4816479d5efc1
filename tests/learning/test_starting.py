"""Starting, going on and completing: one entry, on the day it was started (R2.2)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from tallyhub.kernel import clock
from tallyhub.learning.catalogue import commands
from tallyhub.learning.models import Record
from tallyhub.ledger.models import Entry
from tallyhub.organizations.sign_on import act_for
from tests.make import make_activity
from tests.world import NOW


@pytest.fixture
def basics(world: SimpleNamespace) -> Any:
    return make_activity("basics")


def entries(world: SimpleNamespace) -> list[Entry]:
    """Those that were booked here."""
    return list(Entry.objects.using("owner").filter(source="learning").order_by("pk"))


def record_of(person: Any) -> Record:
    return Record.objects.using("owner").get(person=person)


def post(client: Any, activity: Any, act: str, **more: Any) -> Any:
    return client.post(f"/learning/activities/{activity.pk}/{act}/", **more)


def test_starting_counts_one_activity_on_that_day(world: SimpleNamespace, basics: Any, client: Any) -> None:
    client.force_login(world.member)
    answer = post(client, basics, "start", follow=True)
    assert basics.url in answer.content.decode()
    (entry,) = entries(world)
    assert (entry.entitlement_id, entry.workspace_id, entry.charged) == (world.cedar_education.pk, world.north.pk, 1)
    assert (entry.occurred_on, entry.person_id) == (NOW.date(), world.member.pk)
    record = record_of(world.member)
    assert (record.started_on, record.completed_on, record.entry_id) == (NOW.date(), None, entry.pk)
    assert (record.entitlement_id, record.choice["why"]) == (world.cedar_education.pk, "base")


def test_coming_back_and_completing_count_nothing_more(world: SimpleNamespace, basics: Any, client: Any) -> None:
    client.force_login(world.member)
    post(client, basics, "start")
    with clock.frozen(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        post(client, basics, "start")
    with clock.frozen(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        post(client, basics, "complete")
    with clock.frozen(datetime(2026, 11, 29, 12, tzinfo=UTC)):
        post(client, basics, "complete")
    record = record_of(world.member)
    assert (record.started_on, record.last_activity_on) == (date(2026, 11, 21), date(2026, 11, 29))
    assert (record.completed_on, record.progress_pct) == (date(2026, 11, 26), 100)
    assert len(entries(world)) == 1


def test_two_clicks_at_once_are_one_start(world: SimpleNamespace, basics: Any) -> None:
    access = act_for(world.member.pk, world.cedar.pk).access
    from dataclasses import replace

    here = replace(access, workspace_id=world.north.pk)

    def click(_: int) -> bool:
        try:
            with clock.frozen(NOW):
                return commands.open_activity(here, basics.pk)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(click, range(8)))
    assert sorted(found) == [False] * 7 + [True]
    assert len(entries(world)) == 1


def test_the_day_is_that_of_the_agreement(world: SimpleNamespace, basics: Any, client: Any) -> None:
    """Half past eleven at night in UTC is the next day in Berlin."""
    client.force_login(world.member)
    with clock.frozen(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):
        post(client, basics, "start")
    (entry,) = entries(world)
    assert entry.occurred_on == date(2026, 11, 22)


def test_what_nobody_pays_is_kept_with_the_reason(world: SimpleNamespace, basics: Any, client: Any) -> None:
    client.force_login(world.stranger)
    answer = post(client, basics, "start", follow=True)
    assert answer.status_code == 200
    record = record_of(world.stranger)
    assert (record.unbooked, record.entry_id) == ("missing", None)
    assert "No agreement of that day holds on-demand education." in client.get("/learning/transcript/").content.decode()


def test_staff_of_the_provider_use_nothing_up(world: SimpleNamespace, basics: Any, client: Any) -> None:
    client.force_login(world.csam)
    assert post(client, basics, "start").status_code == 403
    assert entries(world) == []
