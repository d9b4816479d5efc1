"""Learning records of another system: once, updated, and joined to what an import of consumption booked (R8.1)."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.importing import import_file
from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.learning.models import Activity, Fact, Record
from tallyhub.ledger import doctor
from tallyhub.organizations.sign_on import act_for
from tests.integrations.api.program import Program, make_token
from tests.integrations.files import entry, write
from tests.learning.test_starting import entries
from tests.make import make_activity


def learnt(external_id: str = "L-1", **over: str) -> dict[str, str]:
    fields = {
        "customer": "cedar",
        "workspace": "north",
        "person": "member@example.test",
        "activity": "basics",
        "external_id": external_id,
        "source": "lms",
        "started_on": "2026-03-02",
    }
    return {name: text for name, text in (fields | over).items() if text or name in over}


class Bringing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *rows: dict[str, str], kind: str = "learning_records", **over: Any) -> Any:
        return import_file(write(self._folder, f"{kind}.csv", list(rows)), kind=kind, **over)

    def ok(self, *rows: dict[str, str], kind: str = "learning_records") -> tuple[int, int, int]:
        report = self(*rows, kind=kind)
        assert report.problems == ()
        tally = report.tallies[kind]
        return tally.new, tally.changed, tally.known


@pytest.fixture
def bring(world: SimpleNamespace, tmp_path: Path) -> Bringing:
    make_activity("basics")
    make_activity("second")
    return Bringing(tmp_path)


def records() -> list[tuple[Any, ...]]:
    found = Record.objects.using("owner").order_by("pk")
    return [(one.activity.code, one.started_on, one.last_activity_on, one.completed_on, one.progress_pct)
            for one in found.select_related("activity")]  # fmt: skip


def booked(world: SimpleNamespace) -> list[tuple[str, str, date, int]]:
    """Of education, by whomever."""
    from tallyhub.ledger.models import Entry

    rows = Entry.objects.using("owner").filter(entitlement=world.cedar_education).exclude(source="test")
    return [(one.source, one.external_id, one.occurred_on, one.charged) for one in rows.order_by("pk")]


def test_a_row_becomes_a_record_and_one_entry(world: SimpleNamespace, bring: Bringing) -> None:
    assert bring.ok(learnt(progress_pct="40", last_activity_on="2026-03-09")) == (1, 0, 0)
    assert records() == [("basics", date(2026, 3, 2), date(2026, 3, 9), None, 40)]
    (own,) = entries(world)
    assert (own.occurred_on, own.person_id, own.workspace_id) == (date(2026, 3, 2), world.member.pk, world.north.pk)
    assert list(doctor.find_differences()) == []


def test_the_same_file_again_changes_nothing(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(learnt(), learnt("L-2", activity="second"))
    assert bring.ok(learnt(), learnt("L-2", activity="second")) == (0, 0, 2)
    assert len(entries(world)) == 2


def test_a_later_file_completes_what_was_started_without_another_entry(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(learnt())
    assert bring.ok(learnt(completed_on="2026-04-01")) == (0, 1, 0)
    assert records() == [("basics", date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 1), 100)]
    assert len(entries(world)) == 1


def test_a_repeat_does_not_consume_again(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(learnt(), learnt("L-2", started_on="2026-06-01", completed_on="2026-06-02"))
    assert records() == [("basics", date(2026, 3, 2), date(2026, 6, 2), date(2026, 6, 2), 100)]
    assert len(entries(world)) == 1


def test_an_earlier_start_moves_the_entry(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok(learnt())
    bring.ok(learnt("L-0", started_on="2026-02-01"))
    assert [(one.occurred_on, one.charged, one.reason) for one in entries(world)] == [
        (date(2026, 3, 2), 1, ""),
        (date(2026, 3, 2), -1, "start_moved"),
        (date(2026, 2, 1), 1, ""),
    ]


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"completed_on": "2026-03-01"}, "completed_on", "learning_ends_early"),
        ({"last_activity_on": "2026-03-01"}, "last_activity_on", "learning_ends_early"),
        ({"started_on": "2026-11-22"}, "started_on", "learning_in_future"),
        ({"completed_on": "2027-01-01"}, "completed_on", "learning_in_future"),
        ({"person": "nobody@example.test"}, "person", "person_unknown"),
        ({"person": "stranger@birch.test"}, "person", "person_unknown"),
        ({"activity": "none"}, "activity", "activity_unknown"),
        ({"workspace": "main"}, "workspace", "workspace_unknown"),
        ({"source": "page"}, "source", "source_reserved"),
        ({"source": "xapi:1"}, "source", "source_reserved"),
        ({"external_id": "member@example.test"}, "external_id", "address_in_ledger"),
        ({"progress_pct": "101"}, "progress_pct", "number_out_of_bounds"),
    ],
)
def test_what_cannot_be_is_a_problem_of_its_row(
    world: SimpleNamespace, bring: Bringing, over: dict[str, str], column: str, code: str
) -> None:
    report = bring(learnt(), learnt(**{"external_id": "L-2"} | over))
    assert [(one.line, one.column, one.code) for one in report.problems] == [(3, column, code)]
    assert records() == []


def test_a_name_that_comes_twice_or_is_somebody_elses_is_refused(world: SimpleNamespace, bring: Bringing) -> None:
    assert [one.code for one in bring(learnt(), learnt()).problems] == ["repeated"]
    bring.ok(learnt())
    (problem,) = bring(learnt(person="reader@example.test")).problems
    assert (problem.column, problem.code) == ("person", "row_differs")


def test_what_consumption_booked_before_is_joined_and_not_doubled(world: SimpleNamespace, bring: Bringing) -> None:
    row = entry(world, entitlement=world.cedar_education.code, unit="activities", external_id="L-1", source="lms",
                occurred_on="2026-03-02", person="member@example.test", title="Basics")  # fmt: skip
    bring.ok(row, kind="consumption")
    bring.ok(learnt())
    assert booked(world) == [("lms", "L-1", date(2026, 3, 2), 1)]
    assert Record.objects.using("owner").get().entitlement_id == world.cedar_education.pk


def test_what_consumption_books_afterwards_takes_the_place_of_ours(world: SimpleNamespace, bring: Bringing) -> None:
    row = entry(world, entitlement=world.cedar_education.code, unit="activities", external_id="L-1", source="lms",
                occurred_on="2026-03-02", person="member@example.test")  # fmt: skip
    bring.ok(learnt())
    bring.ok(row, kind="consumption")
    assert sum(charged for *_rest, charged in booked(world)) == 1
    record = Record.objects.using("owner").get()
    assert record.entry is not None
    assert record.entry.source == "lms"
    bring.ok(learnt(completed_on="2026-04-01"))
    assert sum(charged for *_rest, charged in booked(world)) == 1


@pytest.mark.parametrize("source", ["learning", "support"])
def test_another_system_takes_no_name_that_an_entry_of_the_hubs_own_will_have(
    world: SimpleNamespace, bring: Bringing, client: Any, source: str
) -> None:
    """Whoever starts an activity next would be refused: its entry was there already with other content."""
    row = entry(world, entitlement=world.cedar_education.code, unit="activities", external_id="1:1", source=source,
                occurred_on="2026-03-02")  # fmt: skip
    (problem,) = bring(row, kind="consumption").problems
    assert (problem.column, problem.code) == ("source", "source_reserved")
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))
    assert program.book(row).json()["errors"][0]["code"] == "source_reserved"
    client.force_login(world.member)
    answer = client.post(f"/learning/activities/{Activity.objects.get(code='basics').pk}/start/")
    assert answer.status_code == 302


def test_the_account_team_brings_them_in_and_reads_none(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path
) -> None:
    csam = act_for(world.csam.pk, world.cedar.pk).access
    path = write(tmp_path, "learning.csv", [learnt()])
    mapping = Mapping.model_validate({"records": [{"kind": "learning_records", "columns": {
        name: name for name in learnt()}}]})  # fmt: skip
    assert import_for(csam, path, mapping, dry_run=False).problems == ()
    assert len(entries(world)) == 1
    from tallyhub.kernel.scope import scope

    with scope(csam):
        assert not Record.objects.exists()
        assert not Fact.objects.exists()


def test_the_shipped_mapping_reads_what_other_systems_export(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path
) -> None:
    shipped = Path("tallyhub/integrations/mappings/lms-completions.yaml").read_text()
    mapping = tmp_path / "cedar.yaml"
    mapping.write_text(shipped.replace("halden", "cedar").replace("value: group", "value: north"))
    header = "Enrolment,Email,Course code,Start date,Last access,Completion date,Progress\n"
    lines = "7,member@example.test,basics,02/03/2026,09/03/2026,-,40\n8,reader@example.test,basics,-,-,-,0\n"
    report = import_file(write(tmp_path, "export.csv", header + lines), mapping=str(mapping))
    assert report.problems == ()
    assert records() == [("basics", date(2026, 3, 2), date(2026, 3, 9), None, 40)]
