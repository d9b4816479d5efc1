"""Rules of learning that nothing else watches: each was taken out once, and no test went red."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.learning import jobs, steps
from tallyhub.learning.models import Activity, Record
from tallyhub.learning.rules import Said
from tallyhub.ledger import doctor
from tallyhub.ledger.steps import reverse
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.sign_on import act_for
from tests.activity.test_customer_activity import text
from tests.integrations.api.program import Program, make_token
from tests.integrations.files import entry, write
from tests.learning.people import learn
from tests.learning.test_records_in import Bringing, booked, learnt
from tests.learning.test_starting import entries
from tests.make import grant, make_activity, make_entitlement, make_person, make_service


@pytest.fixture
def bring(world: SimpleNamespace, tmp_path: Path) -> Bringing:
    make_activity("basics")
    make_activity("second")
    return Bringing(tmp_path)


def used(world: SimpleNamespace, external_id: str = "L-1", **over: str) -> dict[str, str]:
    """An activity that another system booked."""
    fields = {"entitlement": world.cedar_education.code, "unit": "activities", "external_id": external_id,
              "source": "lms", "occurred_on": "2026-03-02"}  # fmt: skip
    return entry(world, **fields | over)


def joined() -> str:
    """The source of what stands for the one record there is, and its name there."""
    record = Record.objects.using("owner").select_related("entry").get()
    return f"{record.entry.source} {record.entry.external_id}" if record.entry else ""


@pytest.mark.parametrize("column", ["person", "activity", "workspace"])
def test_a_name_stays_with_what_it_is_about(world: SimpleNamespace, bring: Bringing, column: str) -> None:
    grant(world.member, "member", world.south)
    bring.ok(learnt())
    other = {"person": "reader@example.test", "activity": "second", "workspace": "south"}[column]
    (problem,) = bring(learnt(**{column: other, "progress_pct": "50"})).problems
    assert (problem.column, problem.code) == (column, "row_differs")
    assert Record.objects.using("owner").count() == 1


def test_an_entry_of_another_workspace_stands_for_no_record(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(used(world, workspace="south"), kind="consumption")
    bring.ok(learnt())
    assert joined().startswith("learning ")


def test_an_entry_of_another_service_stands_for_no_record(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(used(world, entitlement=world.cedar_advisory.code, unit="minutes"), kind="consumption")
    bring.ok(learnt())
    assert joined().startswith("learning ")


def test_what_takes_an_entry_back_stands_for_no_record(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(used(world, "Z-1"), kind="consumption")
    bring.ok(used(world, "L-1", amount="-1", reverses="Z-1", reason="wrong"), kind="consumption")
    bring.ok(learnt())
    assert joined().startswith("learning ")


def test_an_entry_that_was_taken_back_stands_for_no_record(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(used(world), kind="consumption")
    bring.ok(used(world, "Z-1", amount="-1", reverses="L-1", reason="wrong"), kind="consumption")
    bring.ok(learnt())
    assert joined().startswith("learning ")
    assert sum(charged for *_rest, charged in booked(world)) == 1


@pytest.mark.parametrize("order", [("L-1", "L-2"), ("L-2", "L-1")])
def test_of_two_entries_for_one_record_the_older_one_stands_for_it(
    world: SimpleNamespace, bring: Bringing, order: tuple[str, str]
) -> None:
    bring.ok(learnt("L-1"), learnt("L-2"))
    for external_id in order:
        bring.ok(used(world, external_id), kind="consumption")
        assert joined() == f"lms {order[0]}"
    bring.ok(learnt("L-1", completed_on="2026-04-01"))
    assert joined() == f"lms {order[0]}"
    assert [(source, charged) for source, _name, _day, charged in booked(world)] == [
        ("learning", 1), ("lms", 1), ("learning", -1), ("lms", 1),
    ]  # fmt: skip


def test_both_entries_that_were_booked_before_stay_and_the_older_one_is_joined(
    world: SimpleNamespace, bring: Bringing
) -> None:
    bring.ok(used(world, "L-2"), used(world, "L-1"), kind="consumption")
    bring.ok(learnt("L-1"), learnt("L-2"))
    assert joined() == "lms L-2"
    assert len(booked(world)) == 2


def test_by_the_page_a_workspace_of_the_same_file_takes_no_record_yet(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path
) -> None:
    sections = [
        {"kind": "workspaces", "columns": {"customer": "customer", "code": "workspace", "name": "workspace"}},
        {"kind": "learning_records", "columns": {name: name for name in learnt()}},
    ]
    path = write(tmp_path, "both.csv", [learnt(workspace="west")])
    access = act_for(world.csam.pk, world.cedar.pk).access
    report = import_for(access, path, Mapping.model_validate({"records": sections}), dry_run=False)
    assert ("workspace", "workspace_just_made") in [(one.column, one.code) for one in report.problems]


@pytest.mark.parametrize(
    "url", ["http://learn.test/x", "javascript:alert(1)", "HTTPS//x", "https://learn.test/" + "x" * 500]
)
def test_an_activity_lies_at_a_safe_address_only(world: SimpleNamespace, bring: Bringing, url: str) -> None:
    row = {"code": "third", "format": "course", "level": "beginner", "language": "en", "minutes": "60",
           "name_en": "Third", "added_on": "2026-01-02", "url": url}  # fmt: skip
    assert [one.column for one in bring(row, kind="activities").problems] == ["url"]


def test_each_customer_pays_for_its_own_people_in_one_file(world: SimpleNamespace, bring: Bringing) -> None:
    theirs = make_entitlement(world.birch_base, world.education, bought=5)
    somebody = make_person("learner", email="learner@birch.test")
    grant(somebody, "member", world.birch_main)
    bring.ok(learnt(), learnt("B-1", customer="birch", workspace="main", person="learner@birch.test"))
    assert [(one.customer_id, one.entitlement_id) for one in entries(world)] == [
        (world.cedar.pk, world.cedar_education.pk), (world.birch.pk, theirs.pk),
    ]  # fmt: skip
    assert {one.occurred_on for one in entries(world)} == {date(2026, 3, 2)}


def test_of_two_entries_the_one_that_was_taken_back_stands_for_nothing(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(used(world, "L-1"), used(world, "L-2"), kind="consumption")
    bring.ok(used(world, "Z-1", amount="-1", reverses="L-1", reason="wrong"), kind="consumption")
    bring.ok(learnt("L-1"), learnt("L-2"))
    assert joined() == "lms L-2"
    assert sum(charged for *_rest, charged in booked(world)) == 1


def test_rows_that_count_nothing_are_counted_so_that_the_others_add_up(
    world: SimpleNamespace, bring: Bringing, client: Client
) -> None:
    """R1.13, for whoever sees the figures alone, too: a pair of two entries, and a record that was taken back."""
    drill = f"/customer-activity/entitlements/{world.cedar_education.pk}/"
    bring.ok(learnt())
    bring.ok(learnt(started_on="2026-03-01"))  # what was booked here and moved is no row at all
    client.force_login(world.reader)
    assert "count nothing" not in text(client.get(drill).content.decode())
    for n in ("1", "2"):
        bring.ok(used(world, f"Z-{n}"), kind="consumption")
    bring.ok(used(world, "B-1", amount="-1", reverses="Z-1", reason="wrong"), kind="consumption")
    for who in (world.reader, world.learning):
        client.force_login(who)
        page = text(client.get(drill).content.decode())
        assert "2 of the rows count nothing, because they were taken back or take others back." in page
        assert "Used in the agreement 3" in page
    assert "5 entries" in page
    booked_here = Record.objects.using("owner").get().entry
    assert booked_here is not None
    customer = Access.of_system([world.cedar.pk])
    with scope(customer, writing=True):
        reverse(customer, [booked_here.pk], "wrong")
    client.force_login(world.reader)
    page = text(client.get(drill).content.decode())
    assert "0 of 5 shown." in page
    assert "3 of the rows count nothing" in page
    assert "of the rows" not in text(client.get(f"{drill}?from=2026-01-01").content.decode())


def test_what_somebody_took_back_is_not_booked_again_by_a_click_or_a_file(  # R2.2
    world: SimpleNamespace, bring: Bringing, client: Any
) -> None:
    client.force_login(world.member)
    address = f"/learning/activities/{Activity.objects.get(code='basics').pk}/"
    client.post(f"{address}start/")
    (entry,) = entries(world)
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))
    assert program.post(f"/entries/{entry.pk}/reversal", {"reason": "wrong"}).status_code == 200
    assert Record.objects.using("owner").get().unbooked == "taken_back"
    client.post(f"{address}start/")
    client.post(f"{address}complete/")
    bring.ok(learnt(started_on="2026-02-01"))
    jobs.book_unbooked(0)
    assert [one.charged for one in entries(world)] == [1, -1]
    assert "What was booked for it was taken back." in client.get("/learning/transcript/").content.decode()
    bring.ok(used(world), kind="consumption")  # somebody books it again by its name
    assert (joined(), Record.objects.using("owner").get().unbooked) == ("lms L-1", "")
    assert list(doctor.find_differences()) == []


def test_what_its_system_takes_back_in_a_file_is_not_booked_again(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(learnt())
    bring.ok(used(world), kind="consumption")
    bring.ok(used(world, "Z-1", amount="-1", reverses="L-1", reason="wrong"), kind="consumption")
    assert Record.objects.using("owner").get().unbooked == "taken_back"
    bring.ok(learnt(completed_on="2026-04-01"))
    assert sum(charged for *_rest, charged in booked(world)) == 0


def test_what_is_told_of_an_archived_workspace_is_kept_and_not_booked(world: SimpleNamespace) -> None:  # R3.5
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(archived_at="2026-11-20T00:00Z")
    learn(world.north, world.member, make_activity("safety"), date(2026, 2, 1))
    assert (entries(world), Record.objects.using("owner").get().unbooked) == ([], "archived")


def test_an_entitlement_that_counts_something_else_pays_no_activity(world: SimpleNamespace) -> None:  # R2.2
    make_entitlement(world.birch_base, make_service("education", "minutes"), bought=600)
    learn(world.birch_main, world.stranger, make_activity("safety"), date(2026, 2, 1))
    assert (entries(world), Record.objects.using("owner").get().unbooked) == ([], "missing")


def told(world: SimpleNamespace, learnt: steps.Learnt) -> None:
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True), steps.as_hub(access, [world.cedar.pk]) as hub:
        steps.book(hub, steps.learn(hub, [learnt]))


def test_a_systems_name_for_one_persons_record_is_not_taken_for_anothers(world: SimpleNamespace) -> None:  # R2.2
    basics, day = make_activity("basics"), date(2026, 3, 2)
    of_member, of_reader = (
        steps.Learnt(world.cedar.pk, world.north.pk, who.pk, basics.pk, "lms", "L-1", Said(day, day, None, 0))
        for who in (world.member, world.reader)
    )
    told(world, of_member)
    with pytest.raises(Conflict):
        told(world, of_reader)
    assert [one.person_id for one in Record.objects.using("owner")] == [world.member.pk]


def test_a_program_reads_nothing_that_was_not_started(world: SimpleNamespace) -> None:  # R8.2
    day = date(2026, 3, 2)
    touched = Said(None, day, None, 0)
    told(
        world,
        steps.Learnt(
            world.cedar.pk, world.north.pk, world.member.pk, make_activity("basics").pk, "lms", "L-1", touched
        ),
    )
    program = Program(make_token(world.member, world.cedar, TokenScope.READ_LEARNING))
    assert program.get("/learning-records").json()["items"] == []
