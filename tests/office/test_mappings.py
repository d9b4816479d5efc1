"""Which package reaches which workspace: a table to tick, and a workspace that keeps one (R3.7, R7.1)."""

from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tallyhub.agreements.models import Mapping
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import Organization, Workspace
from tests.make import make_workspace
from tests.office.writing import said
from tests.world import NOW


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def mapped(customer: Any) -> set[tuple[int, int]]:
    found = Mapping.objects.using("owner").filter(customer=customer)
    return set(found.values_list("package_id", "workspace_id"))


def send(client: Any, before: set[tuple[int, int]], ticked: set[tuple[int, int]], **more: str) -> Any:
    def texts(pairs: set[tuple[int, int]]) -> list[str]:
        return [f"{package}-{place}" for package, place in sorted(pairs)]

    fields = {"before": " ".join(texts(before)), "ticked": texts(ticked), **more}
    return client.post(reverse("office:mappings"), fields)


def test_a_tick_maps_a_package_and_pages_know(world: SimpleNamespace, csam: Any) -> None:  # R3.7
    before = mapped(world.cedar)
    page = said(csam.get(reverse("office:mappings")))
    assert f'value="{world.unmapped.pk}-{world.south.pk}"' in page
    assert "reaches no workspace" in page
    assert "Old base" not in page
    assert "Old base" in said(csam.get(reverse("office:mappings") + "?all"))
    new = (world.unmapped.pk, world.south.pk)
    assert send(csam, before, before | {new}).status_code == 302
    assert mapped(world.cedar) == before | {new}
    assert Organization.objects.using("owner").get(pk=world.cedar.pk).data_version == 1
    event = Event.objects.using("owner").get(kind="office.mapping_added")
    assert (event.subject_id, event.workspace_id) == new


def test_before_a_mapping_goes_one_is_told_what_stays_booked(world: SimpleNamespace, csam: Any) -> None:
    before = mapped(world.cedar)
    gone = (world.base.pk, world.south.pk)
    asked = send(csam, before, before - {gone})
    assert "2 entries of South stay booked" in said(asked)
    assert mapped(world.cedar) == before
    send(csam, before, before - {gone}, sure="yes")
    assert mapped(world.cedar) == before - {gone}
    assert Entry.objects.using("owner").filter(workspace=world.south).count() == 2
    assert Event.objects.using("owner").filter(kind="office.mapping_removed", workspace_id=world.south.pk).exists()


def test_the_last_package_of_a_workspace_cannot_be_taken_away(world: SimpleNamespace, csam: Any) -> None:  # R7.1
    before = mapped(world.cedar)
    kept = {one for one in before if one[1] != world.south.pk}
    answer = send(csam, before, kept, sure="yes")
    assert answer.status_code == 409
    assert "South would have no package left" in said(answer)
    assert mapped(world.cedar) == before
    exchanged = kept | {(world.unmapped.pk, world.south.pk)}
    assert send(csam, before, exchanged, sure="yes").status_code == 302
    assert mapped(world.cedar) == exchanged


def test_two_who_take_the_last_two_away_at_once_leave_one(world: SimpleNamespace, csam: Any) -> None:
    other = Client()
    other.force_login(world.coordinator)
    before = mapped(world.cedar)
    south = sorted(one for one in before if one[1] == world.south.pk)
    gate, statuses = Barrier(2), []

    def take(client: Any, pair: tuple[int, int]) -> None:
        gate.wait()
        with clock.frozen(NOW):
            statuses.append(send(client, before, before - {pair}, sure="yes").status_code)
        connection.close()

    assert len(south) == 2
    threads = [Thread(target=take, args=pair) for pair in zip((csam, other), south, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 409]
    assert len([one for one in mapped(world.cedar) if one[1] == world.south.pk]) == 1


def test_a_digit_that_is_none_of_ours_is_no_id(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(reverse("office:mappings"), {"ticked": ["\u0663-1"], "before": ""})
    assert answer.status_code == 400


def test_what_somebody_else_mapped_meanwhile_stays(world: SimpleNamespace, csam: Any) -> None:
    before = mapped(world.cedar)
    theirs, mine = (world.unmapped.pk, world.south.pk), (world.unmapped.pk, world.north.pk)
    send(csam, before, before | {theirs})
    send(csam, before, before | {mine})
    assert mapped(world.cedar) == before | {theirs, mine}


def test_nothing_new_happens_in_an_archived_workspace(world: SimpleNamespace, csam: Any) -> None:
    Workspace.objects.using("owner").filter(pk=world.south.pk).update(archived_at=NOW)
    before = mapped(world.cedar)
    answer = send(csam, before, before | {(world.unmapped.pk, world.south.pk)})
    assert answer.status_code == 409
    assert "South is archived" in said(answer)
    assert mapped(world.cedar) == before


def test_ids_of_another_customer_are_not_there(world: SimpleNamespace, csam: Any) -> None:  # R3.8
    before, theirs = mapped(world.cedar), mapped(world.birch)
    for pair in (
        (world.birch_base.pk, world.north.pk),
        (world.base.pk, world.birch_main.pk),
        (world.birch_base.pk, world.birch_main.pk),
        (999_999, world.north.pk),
    ):
        assert send(csam, before, before | {pair}).status_code == 404
        assert send(csam, before | {pair}, before).status_code == 404
        assert send(csam, before | {pair}, before, sure="yes").status_code == 404
    assert (mapped(world.cedar), mapped(world.birch)) == (before, theirs)


def test_what_is_no_pair_is_refused(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(reverse("office:mappings"), {"before": "", "ticked": "1-1; DROP TABLE"})
    assert answer.status_code == 400


def test_the_table_takes_as_many_statements_for_many_workspaces(
    world: SimpleNamespace, csam: Any, statements: Any
) -> None:
    def count() -> int:
        with statements() as made:
            csam.get(reverse("office:mappings"))
        return len(made)

    few = count()
    for n in range(20):
        make_workspace(world.cedar, f"more-{n}")
    assert count() == few
