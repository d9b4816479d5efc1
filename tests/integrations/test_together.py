"""All or nothing: dry runs, two imports at once, and an import that is killed. Other processes, a real server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tallyhub.integrations.importing import import_files, import_records, importer
from tests.integrations.files import counts, past, past_entry, write
from tests.integrations.test_kinds import STORY

MAPPING = """
format: {zone: Europe/Berlin}
records:
  - kind: workspaces
    columns: {customer: {value: cedar}, code: {value: extra}, name: {value: Extra}}
  - kind: consumption
    columns: {agreement: agreement, package: package, entitlement: entitlement, workspace: workspace,
              occurred_on: occurred_on, amount: amount, unit: unit, external_id: external_id}
"""
WAIT_SECONDS_MAX = 120
_serial = count(1)


@dataclass
class Started:
    """``tallyhub import`` in a process of its own; what it says goes to a file, so that no pipe fills up."""

    process: "subprocess.Popen[bytes]"
    said: Path

    def ended(self) -> int:
        return self.process.wait(WAIT_SECONDS_MAX)


def start(folder: Path, *arguments: str | Path) -> Started:
    said = folder / f"said-{next(_serial)}"
    command = [sys.executable, "-m", "tallyhub.site.cli", "import", *map(str, arguments)]
    with said.open("wb") as out:
        return Started(subprocess.Popen(command, stderr=out, stdout=out, env=os.environ), said)


def wait_until(question: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not question():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


# Of this worker's database only: the locks of the others are in the same view.
WAITING = "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = %s"


def waiting(owner) -> list[tuple[int]]:
    return owner.execute(WAITING, [owner.info.dbname]).fetchall()


def entries(owner) -> list[tuple[str]]:
    return owner.execute("SELECT external_id FROM ledger_entry WHERE external_id LIKE 'P-%%' ORDER BY 1").fetchall()


@pytest.fixture
def past_world(world):
    import_records(past())
    return world


def test_a_dry_run_says_what_would_happen_and_writes_nothing(world, owner, tmp_path):  # R8.1
    paths = [write(tmp_path, f"{kind}.csv", rows) for kind, rows in STORY.items()]
    before = counts(owner)
    reports = list(import_files(paths, dry_run=True))  # later files name what earlier ones would have made
    assert [report.problem_count for report in reports] == [0] * len(STORY)
    assert all(report.is_dry_run for report in reports)
    assert {kind: report.tallies[kind].new for kind, report in zip(STORY, reports, strict=True)} == {
        kind: len(rows) for kind, rows in STORY.items()
    }
    assert counts(owner) == before


def test_files_before_a_refused_one_stay_and_those_after_it_are_not_tried(world, owner, tmp_path):
    good = write(tmp_path, "1-workspaces.csv", [{"customer": "cedar", "code": "a", "name": "A"}])
    bad = write(tmp_path, "2-workspaces.csv", [{"customer": "cedar", "code": "b", "name": "B"}, {"customer": "x"}])
    never = write(tmp_path, "3-workspaces.csv", [{"customer": "cedar", "code": "c", "name": "C"}])
    assert [report.is_refused for report in import_files([good, bad, never])] == [False, True]
    found = owner.execute("SELECT code FROM organizations_workspace WHERE length(code) = 1").fetchall()
    assert found == [("a",)]


def test_two_imports_at_once_double_nothing_and_both_end(past_world, owner, tmp_path):
    path = write(tmp_path, "consumption.csv", [past_entry(n) for n in range(2_000)])
    both = [start(tmp_path, path), start(tmp_path, path)]
    assert [one.ended() for one in both] == [0, 0], [one.said.read_text() for one in both]
    assert sorted("2000 new" in one.said.read_text() for one in both) == [False, True]
    assert len(entries(owner)) == 2_000
    total = owner.execute(
        "SELECT t.entries FROM ledger_entitlementtotal t JOIN agreements_entitlement e ON e.id = t.entitlement_id "
        "WHERE e.code = 'E'"
    )
    assert total.fetchone() == (2_000,)


def test_one_import_waits_for_the_other(world, owner, tmp_path):
    path = write(tmp_path, "customers.csv", STORY["customers"])
    with psycopg.connect(os.environ["TALLYHUB_DATABASE_URL"]) as other:
        other.execute(importer.ONE_AT_A_TIME)
        one = start(tmp_path, path)
        wait_until(lambda: waiting(owner) or one.process.poll() is not None)
        assert one.process.poll() is None
        assert owner.execute("SELECT count(*) FROM organizations_organization WHERE code = 'maple'").fetchone() == (0,)
    assert one.ended() == 0


def test_two_imports_that_name_each_others_rows_in_another_order_do_not_wait_in_a_ring(past_world, owner, tmp_path):
    rows = [past_entry(n) for n in range(3_000)]
    one, other = write(tmp_path, "a consumption.csv", rows), write(tmp_path, "b consumption.csv", rows[::-1])
    both = [start(tmp_path, one), start(tmp_path, other)]
    assert [each.ended() for each in both] == [0, 0]
    assert len(entries(owner)) == 3_000


def test_a_killed_import_leaves_nothing_and_the_next_one_works(past_world, owner, tmp_path):  # R8.1
    path = write(tmp_path, "consumption.csv", [past_entry(n) for n in range(500)])
    mapping = write(tmp_path, "mapping.yaml", MAPPING)
    before = counts(owner)
    with psycopg.connect(os.environ["TALLYHUB_OWNER_URL"]) as blocker:
        # It stands at the very last moment: everything is made, and the ledger's lock is ours.
        blocker.execute(
            "INSERT INTO ledger_customerledger VALUES (%s, 0, now()) ON CONFLICT DO NOTHING", [past_world.cedar.pk]
        )
        blocker.execute("SELECT FROM ledger_customerledger WHERE customer_id = %s FOR UPDATE", [past_world.cedar.pk])
        killed = start(tmp_path, path, "--mapping", mapping)
        wait_until(lambda: waiting(owner) or killed.process.poll() is not None)
        assert killed.process.poll() is None, killed.said.read_text()
        killed.process.send_signal(signal.SIGKILL)
        assert killed.ended() == -signal.SIGKILL
    dry = start(tmp_path, path, "--mapping", mapping, "--dry-run")  # waits for what the server still holds
    assert dry.ended() == 0, dry.said.read_text()
    assert counts(owner) == before

    again = start(tmp_path, path, "--mapping", mapping)
    assert again.ended() == 0, again.said.read_text()
    assert len(entries(owner)) == 500
    assert owner.execute("SELECT count(*) FROM organizations_workspace WHERE code = 'extra'").fetchone() == (1,)


def test_a_server_that_goes_away_is_a_sentence_and_nothing_is_written(past_world, owner, tmp_path):
    path = write(tmp_path, "consumption.csv", [past_entry(n) for n in range(500)])
    with (
        psycopg.connect(os.environ["TALLYHUB_OWNER_URL"]) as blocker,
        psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as admin,
    ):
        blocker.execute("LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE")
        stopped = start(tmp_path, path)
        wait_until(lambda: waiting(owner) or stopped.process.poll() is not None)
        for (pid,) in waiting(owner):
            admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert stopped.ended() == 1
    said = stopped.said.read_text()
    assert "The database stopped the import" in said
    assert "Traceback" not in said
    assert entries(owner) == []
