"""Tile and drill-down of on-demand assessments: they say the same, for whoever reads (R1.13, R2.4)."""

import csv
import io
from datetime import date
from typing import Any

from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.assessments.models import Run, SetUp
from tests.assessments.making import file_of, make_definition, make_set_up, report, sell
from tests.make import book, make_package


def rows_of(client: Any, entitlement: Any, query: str = "") -> list[dict[str, str]]:
    answer = client.get(reverse("activity:entitlement_csv", args=[entitlement.pk]) + f"?header=keys&{query}")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def set_up(client: Any, definition: Any, workspace: Any, **over: Any) -> Any:
    return client.post(reverse("assessments:new"), {"definition": definition.pk, "workspace": workspace.pk, **over})


def test_set_ups_and_entries_of_other_systems_add_up_to_the_tile(world: Any, client: Any) -> None:  # R1.13
    entitlement = sell(world, "setups", 5)
    book(entitlement, world.north, 1, date(2026, 5, 5), title="Set up elsewhere")
    definition = make_definition()
    client.force_login(world.admin)
    client.force_login(world.north_admin)
    for label in ("A", "B"):
        assert set_up(client, definition, world.north, label=label).status_code == 302
    client.force_login(world.admin)
    set_up(client, definition, world.south)
    page = client.get(reverse("activity:entitlement", args=[entitlement.pk]) + "?workspace=all").content.decode()
    assert "1 set-up" in page  # left of five: one was booked, three are counted
    rows = rows_of(client, entitlement, "workspace=all")
    assert sum(int(row["charged"]) for row in rows) == 4
    assert sorted(row["status"] for row in rows) == ["Configured", "Configured", "Configured", "–"]
    client.force_login(world.north_admin)
    client.post(reverse("assessments:end", args=[SetUp.objects.using("owner").order_by("pk").first().pk]))
    client.force_login(world.admin)
    rows = rows_of(client, entitlement, "workspace=all")
    assert sum(int(row["charged"]) for row in rows) == 3  # an ended one stays, and counts for nothing
    assert len(rows) == 4


def test_runs_are_rows_of_their_set_up_and_add_up(world: Any, client: Any) -> None:  # R1.13
    entitlement = sell(world, "runs", 10)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    for run_id in ("first", "second"):
        client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(report(run_id=run_id))})
    (row,) = rows_of(client, entitlement)
    assert (row["charged"], row["runs"], row["status"], row["high"]) == ("2", "2", "Ran", "1")
    assert (row["passed"], row["quality"]) == ("1/3", "50")
    client.post(reverse("assessments:withdraw", args=[Run.objects.using("owner").order_by("pk").first().pk]))
    (row,) = rows_of(client, entitlement)
    assert row["charged"] == "1"
    page = client.get(reverse("activity:entitlement", args=[entitlement.pk])).content.decode()
    assert "9 runs" in page


def test_whoever_reads_activity_alone_is_told_how_many_rows_there_are(world: Any, client: Any) -> None:
    entitlement = sell(world, "setups", 5)
    one = make_set_up(make_definition(), world.north, entitlement_id=entitlement.pk)
    runs = sell(world, "runs")
    client.force_login(world.north_admin)
    client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(report())})
    client.force_login(world.reader)
    for entitled, left in ((entitlement, "4 set-ups"), (runs, "1 run")):
        page = client.get(reverse("activity:entitlement", args=[entitled.pk])).content.decode()
        assert "0 of 1 shown" in page
        assert left in page
        assert rows_of(client, entitled) == []


def test_set_ups_beyond_what_was_bought_are_an_administrators_to_decide(world: Any, client: Any) -> None:
    entitlement = sell(world, "setups", 1)
    definition = make_definition()
    client.force_login(world.csam)
    assert set_up(client, definition, world.north).status_code == 302
    answer = set_up(client, definition, world.south, goes_beyond="yes")
    assert answer.status_code == 400
    assert "All set-ups that were bought are in use" in answer.content.decode()
    assert "An administrator of the workspace can set it up beyond that." in answer.content.decode()
    client.force_login(world.admin)
    answer = set_up(client, definition, world.south)
    assert answer.status_code == 400
    assert "Tick below that it is set up beyond them" in answer.content.decode()
    assert 'name="goes_beyond"' in answer.content.decode()
    assert "An administrator of the workspace" not in answer.content.decode()  # whom they would ask are themselves
    assert set_up(client, definition, world.south, goes_beyond="yes").status_code == 302
    assert SetUp.objects.using("owner").get(workspace=world.south).is_beyond
    page = client.get(reverse("activity:entitlement", args=[entitlement.pk]) + "?workspace=all").content.decode()
    assert "Over" in page
    assert "2 set-ups" in page


def test_what_nothing_counts_is_kept_with_the_reason_and_tried_anew(world: Any, client: Any) -> None:
    from tallyhub.agreements.models import Mapping
    from tallyhub.assessments.jobs import settle

    package = make_package(world.agreement, world.south)
    entitlement = sell(world, "runs", 5, package)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(report())})
    run = Run.objects.using("owner").get()
    assert (run.unbooked, run.entry_id) == ("unmapped", None)
    page = client.get(reverse("assessments:run", args=[run.pk])).content.decode()
    assert "does not reach this workspace" in page
    Mapping.objects.using("owner").create(
        customer_id=world.cedar.pk, package_id=package.pk, workspace_id=world.north.pk
    )
    settle(0)
    run.refresh_from_db(using="owner")
    assert (run.unbooked, run.entitlement_id) == ("", entitlement.pk)
    (row,) = rows_of(client, entitlement)
    assert row["charged"] == "1"


def test_of_two_runs_on_one_day_each_bar_says_its_time(world: Any, client: Any) -> None:
    """By the reader's clock: late in the evening in UTC it is the next day in Berlin."""
    one = make_set_up(make_definition(), world.north)
    Person.objects.using("owner").filter(pk=world.north_admin.pk).update(zone="Europe/Berlin")
    client.force_login(world.north_admin)
    times = ("2026-11-18T10:00:00Z", "2026-11-19T23:30:00Z", "2026-11-20T09:05:00Z")
    for n, at in enumerate(times):
        said = report(run_id=f"run-{n}", collected_at=at)
        assert client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(said)}).status_code == 302
    page = client.get(reverse("assessments:set_up", args=[one.pk])).content.decode()
    labels = [each.partition("</span>")[0] for each in page.split('<span class="chart-label">')[1:]]
    assert labels == ["18 Nov 2026", "20 Nov 2026<br>00:30", "20 Nov 2026<br>10:05"]
