"""Spreadsheets made by a job: what is in them, how far they are, who gets them, and what is left when things fail."""

import io
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from procrastinate.contrib.django import app
from python_calamine import CalamineWorkbook

from tallyhub.activity import commands, jobs
from tallyhub.activity.models import Export
from tallyhub.agreements.models import Entitlement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.progress import Stage, telling
from tallyhub.organizations.models import AccessGrant
from tests.activity.test_customer_activity import text
from tests.activity.test_drilldown import of, rows_of
from tests.activity.test_statements import make
from tests.make import book, make_request
from tests.working import run_jobs
from tests.world import NOW


def folder() -> Path:
    return Path(default_storage.path("exports"))


@pytest.fixture(autouse=True)
def _no_files() -> Iterator[None]:
    """The database of each test is its own, the folder is the worker's."""
    yield
    shutil.rmtree(folder(), ignore_errors=True)


def ask(client: Client, who: Any, address: str) -> str:
    """The address of the export's page."""
    client.force_login(who)
    answer = client.post("/exports/make/", {"address": address})
    assert answer.status_code == 302, answer.status_code
    return str(answer.headers["Location"])


def take(client: Client, export: str) -> list[dict[str, Any]]:
    answer = client.get(f"{export}file/")
    assert answer.status_code == 200, answer.status_code
    found = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    keys, _labels, *rows = found.get_sheet_by_index(found.sheet_names.index("Entries")).to_python()
    return [dict(zip(keys, row, strict=True)) for row in rows]


def shown(client: Client, export: str) -> str:
    return text(client.get(export).content.decode())


def stage_of() -> str:
    return Export.objects.using("owner").get().stage


def files() -> list[str]:
    return sorted(path.name for path in folder().glob("*"))


def test_a_job_makes_exactly_what_the_filters_show(world: SimpleNamespace, client: Client) -> None:  # R8.3
    address = of(world.cedar_reactive) + "?workspace=all&from=2026-03-01&to=2026-04-30"
    export = ask(client, world.admin, address)
    assert "waiting for its turn: 3 rows" in shown(client, export)
    run_jobs()
    assert "The file is ready: 3 rows." in shown(client, export)
    rows = take(client, export)
    assert [row["occurred_on"] for row in rows] == [date(2026, 3, 5), date(2026, 3, 7), date(2026, 4, 5)]
    assert [row["title"] for row in rows] == ["North case 3", "South case", "North case 4"]


def test_a_cap_is_in_the_spreadsheet_too(world: SimpleNamespace, client: Client) -> None:  # R2.1
    """As time that can be reckoned with, beside what was drawn."""
    Entitlement.objects.using("owner").filter(pk=world.cedar_advisory.pk).update(request_cap=360)
    number = make_request(world.north, kind="advice").number
    export = ask(client, world.admin, of(world.cedar_advisory))
    run_jobs()
    rows = take(client, export)
    caps = {row["reference"]: row["cap"] for row in rows}
    assert caps[number] == timedelta(hours=6)
    assert set(caps.values()) == {timedelta(hours=6), ""}


def test_it_adds_up_to_what_the_csv_says(world: SimpleNamespace, client: Client) -> None:  # R8.3
    export = ask(client, world.admin, of(world.cedar_advisory) + "?workspace=all")
    run_jobs()
    rows = take(client, export)
    csv = rows_of(client, world.admin, of(world.cedar_advisory) + "entries.csv?workspace=all&header=keys")
    assert [key for key in rows[0] if key != "package_name"] == list(csv[0])  # a CSV's columns stay as they were
    assert sum((row["charged"] for row in rows), timedelta()) == timedelta(minutes=450)
    assert sum(row["charged_minutes"] for row in rows) == 450


def test_a_long_statement_is_made_by_a_job_too(world: SimpleNamespace, client: Client) -> None:  # R1.1
    export = ask(client, world.admin, f"/statements/{make(world).pk}/")
    run_jobs()
    assert {row["service"] for row in take(client, export)} >= {"Reactive support", "Advisory support"}


def test_the_grid_offers_it_with_its_filters(world: SimpleNamespace, client: Client) -> None:  # R8.3
    client.force_login(world.admin)
    grid = client.get(of(world.cedar_reactive) + "?workspace=all&from=2026-03-01&sort=charged").content.decode()
    assert f'value="{of(world.cedar_reactive)}?workspace=all&amp;from=2026-03-01"' in grid


def test_its_page_asks_again_until_the_work_is_over(world: SimpleNamespace, client: Client) -> None:
    export = ask(client, world.admin, of(world.cedar_reactive))
    hub = Access.of_system([world.cedar.pk])
    commands.report_export(hub, Export.objects.using("owner").get().pk, stage=Stage.RUNNING, done=4)
    page = client.get(export).content.decode()
    assert "4 of 10 rows" in page
    assert '<progress value="4" max="10"' in page
    assert f'hx-get="{export}" hx-trigger="every 1s"' in page
    assert "Show how far it is now" in page  # without script
    run_jobs()
    assert "hx-trigger" not in client.get(export).content.decode()


def test_progress_is_told_while_the_rows_are_read() -> None:
    told: list[int] = []
    assert list(telling(range(5), told.append, every=5)) == [0, 1, 2, 3, 4]
    assert told == [5]


def test_only_who_asked_gets_it(world: SimpleNamespace, client: Client) -> None:  # R3.8
    export = ask(client, world.admin, of(world.cedar_credits))
    run_jobs()
    for who in (world.north_admin, world.csam, world.stranger):
        client.force_login(who)
        assert client.get(export).status_code == 404
        assert client.get(f"{export}file/").status_code == 404
        assert export not in client.get("/exports/").content.decode()
    client.force_login(world.admin)
    assert export in client.get("/exports/").content.decode()


def test_who_has_lost_the_right_no_longer_gets_it(world: SimpleNamespace, client: Client) -> None:  # R3.8
    export = ask(client, world.north_admin, of(world.cedar_reactive))
    run_jobs()
    assert len(take(client, export)) == 10
    AccessGrant.objects.using("owner").filter(person=world.north_admin).update(role="customer_activity")
    answer = client.get(f"{export}file/")
    assert answer.status_code == 409
    assert "Your rights have changed" in text(answer.content.decode())
    AccessGrant.objects.using("owner").filter(person=world.north_admin).delete()
    assert client.get(f"{export}file/").status_code == 404


def test_a_right_lost_before_the_job_runs_makes_no_file(world: SimpleNamespace, client: Client) -> None:  # R3.8
    ask(client, world.north_admin, of(world.cedar_reactive))
    AccessGrant.objects.using("owner").filter(person=world.north_admin).update(role="member")
    run_jobs()
    assert (stage_of(), files()) == ("failed", [])


def test_what_the_page_refuses_is_refused(world: SimpleNamespace, client: Client) -> None:  # R2.2
    client.force_login(world.admin)
    refused = {
        of(world.cedar_education): 403,
        of(world.cedar_benefit): 404,
        of(world.birch_advisory): 404,
        of(world.cedar_credits) + "?from=yesterday": 404,
        "/accounts/profile/": 404,
        "https://example.org/": 404,
        "": 404,
    }
    found = {address: client.post("/exports/make/", {"address": address}).status_code for address in refused}
    assert found == refused
    assert not Export.objects.using("owner").exists()


def test_beyond_the_limit_csv_is_offered(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:  # R8.3
    monkeypatch.setattr(settings, "TALLYHUB", settings.TALLYHUB.model_copy(update={"export_rows_max": 9}))
    client.force_login(world.admin)
    answer = client.post("/exports/make/", {"address": of(world.cedar_reactive)})
    assert answer.status_code == 409
    assert "more than 9 rows" in text(answer.content.decode())
    assert "Download them as CSV" in text(answer.content.decode())


def test_one_person_does_not_fill_the_queue(world: SimpleNamespace, client: Client) -> None:
    for _ in range(commands.EXPORTS_MAX):
        ask(client, world.admin, of(world.cedar_credits))
    answer = client.post("/exports/make/", {"address": of(world.cedar_credits)})
    assert answer.status_code == 409
    assert Export.objects.using("owner").count() == commands.EXPORTS_MAX


def test_it_is_gone_after_its_hours(world: SimpleNamespace, client: Client) -> None:  # R8.3
    export = ask(client, world.admin, of(world.cedar_credits))
    run_jobs()
    assert len(files()) == 1
    with clock.frozen(NOW + timedelta(hours=23)):
        jobs.remove_exports(0)
        assert len(take(client, export)) == 1
    with clock.frozen(NOW + timedelta(hours=24, minutes=1)):
        assert client.get(f"{export}file/").status_code == 404  # before the job comes round, too
        jobs.remove_exports(0)
    assert files() == []
    assert not Export.objects.using("owner").exists()


def test_a_file_whose_row_is_gone_goes_with_its_hours(world: SimpleNamespace, client: Client) -> None:  # R10.4
    ask(client, world.admin, of(world.cedar_credits))
    run_jobs()
    Export.objects.using("owner").all().delete()  # as when the person is erased
    jobs.remove_exports(0)
    assert len(files()) == 1
    with clock.frozen(datetime.now(UTC) + timedelta(hours=49)):
        jobs.remove_exports(0)
    assert files() == []


KILLED_IN_THE_MIDDLE = """
import os, signal, django
django.setup()
from tallyhub.kernel import spreadsheets
from tests.working import run_jobs
write = spreadsheets._write_cell
def die_on_the_way(made, row, *rest):
    write(made, row, *rest)
    if row > 5:
        os.kill(os.getpid(), signal.SIGKILL)
spreadsheets._write_cell = die_on_the_way
run_jobs()
"""


def test_a_killed_worker_leaves_no_half_file_and_the_job_is_done_again(
    world: SimpleNamespace, client: Client, owner: Any
) -> None:
    export = ask(client, world.admin, of(world.cedar_reactive))
    ended = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not [name for name in files() if name.endswith(".xlsx")]
    assert stage_of() == "running"
    assert client.get(f"{export}file/").status_code == 409
    owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    app.configure_task("tallyhub.site.jobs.retry_stalled", queueing_lock="of this test").defer(timestamp=0)
    run_jobs()
    run_jobs()
    assert len(take(client, export)) == 10
    assert len(files()) == 1


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """No file of this process may grow beyond ``size`` bytes: the system refuses as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_leaves_nothing(world: SimpleNamespace, client: Client) -> None:
    export = ask(client, world.admin, of(world.cedar_reactive))
    with little_room(100):
        run_jobs()
    assert "disk of the hub is full" in shown(client, export)
    assert files() == []


def test_a_person_in_an_export_is_named_as_on_the_page(world: SimpleNamespace, client: Client) -> None:  # R1.5
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), person_id=world.member.pk)
    named, unnamed = (ask(client, who, of(world.cedar_credits)) for who in (world.admin, world.reader))
    run_jobs()
    assert "person" not in take(client, unnamed)[0]
    client.force_login(world.admin)
    assert [row["person"] for row in take(client, named)] == ["", "member"]


def test_files_are_named_by_tile_and_days(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    answer = client.get(of(world.cedar_credits) + "entries.csv?from=2026-03-01&to=2026-04-30")
    expected = "proactive-credits-2026-03-01-2026-04-30.csv"
    header = f"attachment; filename=\"{expected}\"; filename*=UTF-8''{expected}"
    assert answer.headers["Content-Disposition"] == header
    answer = client.get("/customer-activity/enterprise/as_needed/entries.csv")
    assert 'filename="as-needed-support-2026-01-01-2026-11-21.csv"' in answer.headers["Content-Disposition"]


def test_a_name_of_another_script_has_an_ascii_stand_in() -> None:
    from tallyhub.kernel.http import attachment, file_name

    assert file_name(["Проактивные кредиты / 2", "2026-03-01"], "csv") == "проактивные-кредиты-2-2026-03-01.csv"
    header = attachment("проактивные-кредиты-2026.csv")
    assert header.isascii()
    assert header.startswith("attachment; filename=\"2026.csv\"; filename*=UTF-8''%D0%BF")
