"""The import page: upload, mapping, preview, dry run, import, result; inside one customer only (R8.1)."""

import csv
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from procrastinate.contrib.django import app

from tallyhub.integrations.importing import import_file, import_records, spreadsheets
from tallyhub.integrations.imports import commands, running
from tallyhub.integrations.models import Import, SavedMapping
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger.models import Entry
from tests.integrations.files import entry, past, past_entry, text_of
from tests.make import make_person
from tests.world import NOW

URL = "/import/"
WAIT_SECONDS_MAX = 60


def upload(client: Any, content: str | bytes, name: str = "rows.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(URL, {"file": SimpleUploadedFile(name, data)})


def uploaded(client: Any, content: str | bytes, what: str = "kind:consumption") -> str:
    """The page of a file whose mapping is chosen."""
    answer = upload(client, content)
    assert answer.status_code == 302, answer.content.decode()
    assert client.post(f"{answer.url}mapping/", {"what": what}).status_code == 302
    return str(answer.url)


def start(client: Any, page: str, how: str = "import") -> str:
    """Ask for it, do what the worker would, and read the page."""
    assert client.post(f"{page}start/", {"how": how}).status_code == 302
    work()
    return str(client.get(page).content.decode())


def work() -> None:
    taken = "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo' RETURNING task_name, args"
    with connection.cursor() as cursor:
        cursor.execute(taken)
        jobs = cursor.fetchall()
    for name, arguments in jobs:
        if name == commands.RUN:
            app.tasks[name].func(**json.loads(arguments))


def entries(world: SimpleNamespace) -> int:
    return Entry.objects.using("owner").filter(customer_id=world.cedar.pk, source="import").count()


@pytest.fixture
def csam(client: Any, world: SimpleNamespace) -> Any:
    client.force_login(world.csam)
    return client


# The way through


def test_from_a_file_to_entries_with_a_look_before(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world, amount="5"), entry(world, amount="7")]))
    shown = csam.get(page).content.decode()
    assert "First rows: consumption" in shown
    assert "CED-2026" in shown
    assert "Nothing is wrong" in start(csam, page, "dry")
    assert entries(world) == 0
    assert "Everything is in" in start(csam, page)
    assert entries(world) == 2
    assert "consumption: 2 rows, 2 new, 0 known" in csam.get(page).content.decode()
    event = Event.objects.using("owner").get(kind="integrations.imported")
    assert (event.actor_id, event.customer_id, event.details["consumption"]) == (world.csam.pk, world.cedar.pk, 2)


def test_the_same_file_again_changes_nothing(csam: Any, world: SimpleNamespace) -> None:
    content = text_of([entry(world)])
    for _ in range(2):
        page = uploaded(csam, content)
        said = start(csam, page)
    assert "1 row, 0 new, 1 known" in said
    assert entries(world) == 1


def test_columns_are_chosen_on_screen_and_kept_by_name(csam: Any, world: SimpleNamespace) -> None:
    content = "Ticket;Day;Minutes\nT-1;04.05.2026;30\n"
    page = uploaded(csam, content)
    assert "A value is needed here" in csam.get(page).content.decode()
    fixed = {"agreement": "CED-2026", "package": "BASE", "entitlement": world.cedar_advisory.code}
    fixed |= {"workspace": "north", "unit": "minutes"}
    fields = {f"value-{name}": text for name, text in fixed.items()}
    fields |= {"column-external_id": "Ticket", "column-occurred_on": "Day", "column-amount": "Minutes"}
    fields |= {"day": "%d.%m.%Y", "time": "%Y-%m-%d %H:%M:%S", "zone": "", "encoding": "utf-8"}
    assert csam.post(f"{page}mapping/", {"what": "columns:consumption", **fields}).status_code == 302
    assert "2026-05-04" in csam.get(page).content.decode()
    assert csam.post(f"{page}save/", {"name": "Tickets"}).status_code == 302
    assert csam.post(f"{page}save/", {"name": "Tickets"}).status_code == 400  # the name is taken
    assert "Everything is in" in start(csam, page)

    saved = SavedMapping.objects.using("owner").get()
    again = uploaded(csam, content.replace("T-1", "T-2"), f"saved:{saved.pk}")
    assert "Everything is in" in start(csam, again)
    assert entries(world) == 2
    assert csam.post(f"{URL}mappings/{saved.pk}/delete/").status_code == 302
    assert SavedMapping.objects.using("owner").count() == 0


@pytest.mark.parametrize("form", ["jsonl", "xlsx"])
def test_what_a_file_is_tells_its_content_and_not_its_name(
    csam: Any, world: SimpleNamespace, tmp_path: Path, form: str
) -> None:
    row = entry(world)
    content = json.dumps(row).encode() if form == "jsonl" else sheet(tmp_path, [row])
    answer = upload(csam, content, "wrong.csv")
    csam.post(f"{answer.url}mapping/", {"what": "kind:consumption"})
    assert "Everything is in" in start(csam, answer.url)


# What is wrong


def test_problems_stand_beside_the_cells_of_the_preview(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world, occurred_on="2026-02-30")]))
    shown = csam.get(page).content.decode()
    cell = shown[shown.index("2026-02-30") :][:300]
    assert "This is no day" in cell


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"agreement,package\nx,a\0b\n", "line 2: The line holds a NUL character"),
        ("agreement,package\nx,y\n".encode("utf-16"), "line 1: The byte ff is not"),
        (b"agreement,package\nx," + b"a" * 1_100_000 + b"\n", "line 2: The line is longer"),
        (b'agreement,package\nx,"a\nb\n', "line 2: A quotation mark is opened"),
        (b"agreement,agreement\nx,y\n", "agreement: This column is there twice"),
        (b"agreement,package\n", "The file is empty"),
        (b",".join(b"c%d" % n for n in range(501)) + b"\n" + b"," * 500 + b"\n", "line 1: There are more than 500 col"),
        (json.dumps(dict.fromkeys(map(str, range(501)), "x")).encode(), "line 1: There are more than 500 columns"),
        (b"agreement," + b"c" * 201 + b"\nx,y\n", "line 1: The name of a column is longer"),
        (b'{"agreement": "\\ud800"}\n{"agr\\u0000": "a"}', "agreement: There is a control character"),
        (b'{"\\udfff": "x"}\n', "There is a control character"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_and_no_column_is_offered(
    csam: Any, world: SimpleNamespace, content: bytes, said: str
) -> None:  # R8.1
    page = uploaded(csam, content)
    shown = csam.get(page).content.decode()
    assert said in shown
    assert "column-agreement" not in shown
    assert "A value is needed here" not in shown
    assert said.partition(": ")[2] in start(csam, page, "dry")


def test_another_encoding_may_be_all_that_a_file_needs(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world, title="Prüfung")]).encode("cp1252"))
    assert "line 2: The byte fc is not" in csam.get(page).content.decode()
    form = {"day": "%Y-%m-%d", "time": "%Y-%m-%d %H:%M:%S", "zone": "", "encoding": "cp1252"}
    assert csam.post(f"{page}mapping/", {"what": "format:consumption", **form}).status_code == 302
    assert "Prüfung" in csam.get(page).content.decode()
    assert "Everything is in" in start(csam, page)


def test_a_long_cell_is_cut_in_the_preview(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world, title="a" * 100_000)]))
    assert len(csam.get(page).content) < 100_000


def test_a_wrong_row_refuses_the_file_and_every_reason_can_be_taken(csam: Any, world: SimpleNamespace) -> None:
    bad = [entry(world, external_id="=1+1", workspace="nowhere"), entry(world, amount="0")]
    page = uploaded(csam, text_of([entry(world), *bad]))
    assert "2 problems. Nothing was written." in start(csam, page)
    assert entries(world) == 0
    answer = csam.get(f"{page}problems.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Line"], row["Column"], row["Code"]) for row in rows] == [
        ("3", "workspace", "workspace_unknown"),
        ("4", "amount", "amount_zero"),
    ]
    assert all(row["Reason"] for row in rows)


@pytest.mark.parametrize(
    ("kind", "column", "row"),
    [
        ("consumption", "agreement", lambda world: entry(world, agreement="BIR-2026")),
        ("workspaces", "customer", lambda world: {"customer": "birch", "code": "new", "name": "New"}),
        ("packages", "agreement", lambda world: {"agreement": "BIR-2026", "code": "X", "name": "X", "scope": "addon"}),
        (
            "agreements",
            "customer",
            lambda world: {
                "customer": "birch", "number": "B-2", "name": "B", "plan": "other", "zone": "UTC",
                "starts_on": "2026-01-01", "ends_on": "2026-12-31",
            },
        ),
        ("consumption", "person", lambda world: entry(world, person="stranger@birch.test")),
    ],
)  # fmt: skip
def test_what_is_another_customers_is_unknown(
    csam: Any, world: SimpleNamespace, kind: str, column: str, row: Any
) -> None:
    page = uploaded(csam, text_of([row(world)]), f"kind:{kind}")
    start(csam, page)
    (problem,) = Import.objects.using("owner").get().problems
    assert (problem["code"], problem["column"]) == (f"{column}_unknown", column)


def test_the_number_of_another_customers_agreement_is_only_taken(csam: Any, world: SimpleNamespace) -> None:  # R3.8
    """What the back office says, too; and not a word of the database, which would name the table and the value."""
    row = {"customer": "cedar", "number": "BIR-2026", "name": "B", "plan": "other", "seller": "northgate"}
    row |= {"zone": "UTC", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    page = uploaded(csam, text_of([row]), "kind:agreements")
    said = start(csam, page, "dry")
    assert "This number is taken. Choose another one." in said
    assert "agreements_agreement" not in said + b"".join(csam.get(f"{page}problems.csv").streaming_content).decode()


def test_the_database_alone_keeps_another_customer_out(
    csam: Any, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the first wall taken down: whatever is looked up counts as reached."""
    from tallyhub.integrations.importing.run import Run

    monkeypatch.setattr(Run, "reach", lambda self, customers: set(customers) | {world.birch.pk})
    page = uploaded(csam, text_of([{"customer": "birch", "code": "new", "name": "New"}]), "kind:workspaces")
    with pytest.raises(Exception, match="row-level security"):
        start(csam, page)
    other = {"agreement": "BIR-2026", "entitlement": world.birch_advisory.code, "workspace": "main"}
    page = uploaded(csam, text_of([entry(world, **other)]))
    assert "There is no agreement with this number" in start(csam, page)


@pytest.mark.parametrize("kind", ["customers", "services", "sellers", "people", "grants", "nothing"])
def test_what_is_the_providers_cannot_be_brought_in_here(csam: Any, world: SimpleNamespace, kind: str) -> None:
    answer = upload(csam, "code,name\nx,X\n")
    assert csam.post(f"{answer.url}mapping/", {"what": f"kind:{kind}"}).status_code == 400


def test_a_shipped_mapping_passes_over_what_is_the_providers(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, "number,opened_at\nINC1,01-02-2016 10:00\n", "shipped:servicenow-incidents")
    assert "Passed over here: services, customers, people" in csam.get(page).content.decode()


def test_another_customers_import_is_not_found(csam: Any, world: SimpleNamespace, owner: Any) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    owner.execute("UPDATE integrations_import SET customer_id = %s", [world.birch.pk])
    acts = ("mapping", "start", "save", "delete")
    assert [csam.post(f"{page}{act}/", {"name": "x"}).status_code for act in acts] == [404] * 4
    assert csam.get(page).status_code == csam.get(f"{page}problems.csv").status_code == 404


def test_a_right_that_is_lost_meanwhile_stops_the_import(csam: Any, world: SimpleNamespace, owner: Any) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    csam.post(f"{page}start/", {"how": "import"})
    owner.execute("UPDATE organizations_accessgrant SET ends_at = %s WHERE person_id = %s", [NOW, world.csam.pk])
    work()
    (problem,) = Import.objects.using("owner").get().problems
    assert problem["code"] == "import_not_allowed"
    assert entries(world) == 0


# Bounds


def test_a_file_that_is_too_large_is_kept_nowhere(csam: Any, world: SimpleNamespace) -> None:
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"import_megabytes": 1})):
        answer = upload(csam, b"a,b\n" + b"1,2\n" * 400_000)
    assert answer.status_code == 400
    assert "larger than 1 MB" in answer.content.decode()
    assert Import.objects.using("owner").count() == 0


def test_a_file_with_too_many_rows_is_refused(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world) for _ in range(4)]))
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"import_rows": 3})):
        assert "more than 3 rows" in start(csam, page)
    assert entries(world) == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip"])
def test_what_is_no_file_is_refused(csam: Any, world: SimpleNamespace, content: bytes) -> None:
    assert upload(csam, content).status_code == 400
    assert Import.objects.using("owner").count() == 0


def sheet(folder: Path, rows: list[dict[str, Any]]) -> bytes:
    path = folder / "sheet.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, list(rows[0]))
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row.values()):
                write = page.write_datetime if hasattr(value, "year") else page.write
                write(line, column, value, day) if hasattr(value, "year") else write(line, column, value)
    return path.read_bytes()


def test_a_bomb_is_refused_before_it_is_opened(
    csam: Any, world: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "UNPACKED_BYTES_MAX", 1024 * 1024)
    answer = upload(csam, bomb(10 * 1024 * 1024))
    assert answer.status_code == 400
    assert "Unpacked, the spreadsheet is larger" in answer.content.decode()


def test_a_bomb_that_lies_about_its_size_is_refused(
    csam: Any, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "UNPACKED_BYTES_MAX", 1024 * 1024)
    honest = 10 * 1024 * 1024
    lying = bomb(honest).replace(struct.pack("<I", honest), struct.pack("<I", 10))
    assert zipfile.ZipFile(io.BytesIO(lying)).getinfo("xl/sheet1.xml").file_size == 10
    assert upload(csam, lying).status_code == 400


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sheet1.xml", b"\0" * size)
    assert len(out.getvalue()) < size // 100
    assert zlib.crc32(b"") == 0
    return out.getvalue()


# XLSX on the command line, too


def test_a_spreadsheet_is_read_like_the_text_it_shows(world: SimpleNamespace, tmp_path: Path) -> None:
    from datetime import date

    row: dict[str, Any] = entry(world, external_id="X-9") | {"occurred_on": date(2026, 5, 4), "amount": 1.5}
    (tmp_path / "consumption.xlsx").write_bytes(sheet(tmp_path, [row | {"unit": "hours"}]))
    report = import_file(tmp_path / "consumption.xlsx")
    assert [problem.sentence for problem in report.problems] == []
    booked = Entry.objects.using("owner").get(external_id="X-9")
    assert (booked.real_amount, booked.occurred_on) == (90, date(2026, 5, 4))


def test_a_problem_of_a_spreadsheet_names_its_row(world: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "consumption.xlsx").write_bytes(sheet(tmp_path, [entry(world), entry(world, amount="x")]))
    (problem,) = import_file(tmp_path / "consumption.xlsx").problems
    assert (problem.line, problem.column, problem.code) == (3, "amount", "amount_malformed")


# Afterwards


def test_the_file_and_its_cells_are_gone_after_a_day(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world, amount="private")]))
    start(csam, page)
    kept = Import.objects.using("owner").get().file
    assert default_storage.exists(kept)
    with clock.frozen(NOW + timedelta(hours=25)):
        app.tasks["integrations.clear_imports"].func(timestamp=0)
    one = Import.objects.using("owner").get()
    assert (one.file, one.problems, one.problem_count) == ("", [], 1)
    assert not default_storage.exists(kept)
    assert csam.get(page).status_code == 200
    assert csam.post(f"{page}start/").status_code == 400


def test_a_removed_import_takes_its_file_along(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    kept = Import.objects.using("owner").get().file
    assert csam.post(f"{page}delete/").status_code == 302
    assert not default_storage.exists(kept)
    assert Import.objects.using("owner").count() == 0


def test_an_import_runs_once_though_it_is_asked_for_twice(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    assert csam.post(f"{page}start/", {"how": "import"}).status_code == 302
    assert csam.post(f"{page}start/", {"how": "import"}).status_code == 400
    work()
    assert csam.post(f"{page}start/", {"how": "import"}).status_code == 400  # it is in
    assert entries(world) == 1


def test_a_fault_in_the_middle_leaves_nothing_and_says_so(
    csam: Any, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    monkeypatch.setattr(commands, "write_end", lambda *_: 1 / 0)
    csam.post(f"{page}start/", {"how": "import"})
    with pytest.raises(ZeroDivisionError):
        work()
    assert entries(world) == 0


def test_a_worker_that_is_killed_leaves_nothing_and_the_import_can_be_started_again(
    csam: Any, world: SimpleNamespace, owner: Any
) -> None:
    import_records(past())
    page = uploaded(csam, text_of([past_entry(n) for n in range(50)]))
    owner.execute("SELECT pg_advisory_lock(74112026)")  # the import waits for its turn, in the middle of its work
    csam.post(f"{page}start/", {"how": "import"})
    worker = subprocess.Popen([sys.executable, "-m", "tallyhub.site.worker"], env=os.environ)
    try:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while Import.objects.using("owner").get().stage != "running":
            assert time.monotonic() < deadline
            assert worker.poll() is None
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(WAIT_SECONDS_MAX)
    owner.execute("SELECT pg_advisory_unlock(74112026)")
    owner.execute("UPDATE integrations_import SET beat_at = '2020-01-01'")
    assert entries(world) == 0
    said = csam.get(page).content.decode()
    assert "The worker was stopped in the middle. Nothing of the file is in" in said
    assert "Everything is in" in start(csam, page)
    assert entries(world) == 50


def test_a_sign_of_life_after_the_end_changes_nothing(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    start(csam, page)
    one = Import.objects.using("owner").get()
    commands.beat(Access.of_system([world.cedar.pk]), one.pk, done=1, total=2)
    assert Import.objects.using("owner").get().done == one.done


def test_while_it_runs_the_page_says_how_far_it_is(csam: Any, world: SimpleNamespace) -> None:
    page = uploaded(csam, text_of([entry(world)]))
    csam.post(f"{page}start/", {"how": "import"})
    hub, one = Access.of_system([world.cedar.pk]), Import.objects.using("owner").get()
    assert "Waits for the worker" in csam.get(page).content.decode()
    commands.claim(hub, one.pk)
    commands.beat(hub, one.pk, done=30, total=120)
    assert '<progress value="30" max="120"' in csam.get(page).content.decode()
    assert commands.claim(hub, one.pk) is None
    running.run(one.pk, world.csam.pk, world.cedar.pk)  # not waiting any more: nothing happens
    assert entries(world) == 0


def test_people_of_the_customer_can_be_named_by_address(csam: Any, world: SimpleNamespace) -> None:
    make_person("elsewhere")
    page = uploaded(csam, text_of([entry(world, person="member@example.test")]))
    assert "Everything is in" in start(csam, page)
    page = uploaded(csam, text_of([entry(world, person="elsewhere@example.test")]))
    assert "The customer has nobody with this key or address" in start(csam, page)
