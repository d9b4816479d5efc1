"""Setting up, bringing results in, and what counts."""

from typing import Any

from django.urls import reverse

from tallyhub.assessments.models import AffectedObject, Finding, Run, SetUp
from tallyhub.ledger.models import Entry
from tests.assessments.making import file_of, make_definition, make_set_up, report, sell


def upload(client: Any, set_up: SetUp, said: Any) -> Any:
    return client.post("/assessments/upload/", {"set_up": set_up.pk, "file": file_of(said)})


def test_a_result_makes_a_run_with_its_findings_and_objects(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    answer = upload(client, one, report())
    assert answer.status_code == 302
    run = Run.objects.using("owner").get()
    assert (run.failed, run.passed, run.high, run.affected) == (2, 1, 1, 2)
    assert (run.prerequisites_passed, run.prerequisites) == (1, 2)
    assert AffectedObject.objects.using("owner").count() == 2
    page = client.get(reverse("assessments:run", args=[run.pk])).content.decode()
    assert "50 %" in page
    assert "srv-1 (server)" in page
    assert page.index("Title 1") < page.index("Title 3")  # high priority first
    assert "Open port 5985." in page
    assert "2 affected objects" in page


def test_a_run_of_a_workspace_that_counts_runs_draws_one(world: Any, client: Any) -> None:
    entitlement = sell(world, "runs", 10)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    upload(client, one, report())
    entry = Entry.objects.using("owner").get(entitlement=entitlement)
    assert (entry.charged, entry.occurred_on.isoformat(), entry.source) == (1, "2026-11-20", "assessments")
    run = Run.objects.using("owner").get()
    assert run.entry_id == entry.pk
    upload(client, one, report())  # the same again
    assert Run.objects.using("owner").count() == 1
    client.post(reverse("assessments:withdraw", args=[run.pk]))
    assert Entry.objects.using("owner").filter(reverses=entry).exists()
    upload(client, one, report())  # it was withdrawn, so it is new again
    assert Entry.objects.using("owner").filter(entitlement=entitlement).count() == 3


def test_what_is_wrong_with_a_file_is_said_and_nothing_is_kept(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(versions=2), world.north)
    client.force_login(world.north_admin)
    answer = upload(client, one, report(version=3))
    assert answer.status_code == 400
    assert "version 3" in answer.content.decode()
    assert "version 2" in answer.content.decode()
    assert not Finding.objects.using("owner").exists()
    assert upload(client, one, report(version=1)).status_code == 302  # an older one that is known
