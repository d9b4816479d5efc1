"""All that the hub holds about a person, as one ZIP: JSON for programs, CSV for people."""

import csv
import io
import json
import shutil
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import harmless
from tallyhub.kernel.personal import Holding
from tallyhub.kernel.scope import scope
from tallyhub.privacy import queries
from tallyhub.privacy.registry import HOLDINGS

IN_MEMORY_MAX = 1024 * 1024  # bytes; what is larger goes to a temporary file without a name


def write(person_id: int) -> IO[bytes]:
    """The archive, at its beginning. It is kept nowhere: it ends with its last reader."""
    made: IO[bytes] = SpooledTemporaryFile(IN_MEMORY_MAX)  # noqa: SIM115 - the answer closes it
    with scope(Access()):
        access = queries.access_to(person_id)
    with scope(access), ZipFile(made, "w", ZIP_DEFLATED) as archive:
        about = {"person": person_id, "made_at": clock.now().isoformat(), "files": [one.name for one in HOLDINGS]}
        archive.writestr("about.json", json.dumps(about, indent=2))
        for holding in HOLDINGS:
            _add(archive, holding, person_id)
    made.seek(0)
    return made


def _add(archive: ZipFile, holding: Holding, person_id: int) -> None:
    """Both files from one reading, so that they agree; the CSV waits while the JSON is written."""
    with SpooledTemporaryFile(IN_MEMORY_MAX) as waiting:
        table = io.TextIOWrapper(waiting, "utf-8-sig", newline="", write_through=True)
        writer = csv.writer(table)
        with archive.open(f"{holding.name}.json", "w") as file:
            before = "["
            for row in queries.stream(holding, person_id):
                values = json.loads(row)
                if before == "[":
                    writer.writerow(values)
                writer.writerow(map(_cell, values.values()))
                file.write(f"{before}\n{row}".encode())
                before = ","
            file.write(b"\n]\n" if before == "," else b"[]\n")
        table.detach()
        waiting.seek(0)
        with archive.open(f"{holding.name}.csv", "w") as file:
            shutil.copyfileobj(waiting, file)


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        return harmless(json.dumps(value, ensure_ascii=False))
    return harmless("" if value is None else str(value))
