"""A statement with as many lines as a large customer has: the memory of its print page and of its spreadsheet."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import data
from benchmarks.ground import ROOT, Database, Ground, Hub, forget_peaks, peak_bytes, serving
from benchmarks.load import sign_in
from benchmarks.report import Result
from benchmarks.sizes import Sizes

MEMORY_MIB_MAX = 200
# In a process of its own, as the job worker is one: stores a statement over all, and writes its spreadsheet.
_MAKE = """
import json, sys, tempfile, time
from pathlib import Path
import django
django.setup()
from benchmarks import data
from benchmarks.ground import peak_bytes
from tallyhub.accounts.models import Person
from tallyhub.activity import commands
from tallyhub.activity.exports import Reader, open_source
from tallyhub.kernel import spreadsheets
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_for
import os
actor = act_for(Person.objects.get(email=f"{data.WHO}@example.test").pk, 1)
begun = time.perf_counter()
made = commands.make_statement(actor.access, agreement_id=1, first_day=None, last_day=None, language="en")
stored = time.perf_counter()
with tempfile.TemporaryDirectory() as folder, scope(actor.access):
    source = open_source(Reader.of(actor), f"/statements/{made.pk}/", rows_max=10**6)
    spreadsheets.write(Path(folder) / "statement.xlsx", source.sheets(lambda rows: rows))
    size = (Path(folder) / "statement.xlsx").stat().st_size
written = time.perf_counter()
print(json.dumps({"id": made.pk, "lines": made.lines, "peak": peak_bytes(os.getpid()), "file_bytes": size,
                  "store_seconds": round(stored - begun, 2), "write_seconds": round(written - stored, 2)}))
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    from tests.make import PASSWORD

    database = data.deep(ground, sizes.stated)
    made = _make(database)
    with serving(database) as hub:
        cookie = sign_in(hub, f"{data.WHO}@example.test", PASSWORD)
        forget_peaks(hub.pid)
        rows, seconds = _open(hub, cookie, made["id"])
        peak = peak_bytes(hub.pid) / 2**20
    if not sizes.stated == made["lines"] == rows:
        raise RuntimeError(f"{rows} of {made['lines']} lines of {sizes.stated} entries")
    said = f"of the web process that streamed {rows:,} lines in {seconds:.1f} s"
    yield Result("statement, page in MiB", peak, MEMORY_MIB_MAX, False, said, {"seconds": round(seconds, 2)})
    said = f"of a process that wrote {rows:,} lines in {made['write_seconds']} s"
    yield Result("statement, XLSX in MiB", made["peak"] / 2**20, MEMORY_MIB_MAX, False, said, made)


def _make(database: Database) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", _MAKE], env=database.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    made: dict[str, int] = json.loads(done.stdout)
    return made


def _open(hub: Hub, cookie: str, statement_id: int) -> tuple[int, float]:
    """How many lines the print page has, and how long it takes."""
    connection = hub.connect()
    begun = time.perf_counter()
    connection.request("GET", f"/statements/{statement_id}/", headers={"Cookie": cookie})
    answer = connection.getresponse()
    rows, is_below, rest = 0, False, b""
    while block := answer.read(1 << 16):
        text = rest + block
        cut = text.rfind(b"\n") + 1
        text, rest = text[:cut], text[cut:]
        if not is_below and b'class="statement-lines"' in text:
            is_below, text = True, text[text.index(b'class="statement-lines"') :]
        rows += text.count(b'<tr role="row"><td') if is_below else 0
    connection.close()
    return rows, time.perf_counter() - begun
