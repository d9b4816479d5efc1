"""PostgreSQL's own programs for dump and restore, wherever they are, and how they are called."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tallyhub.kernel.errors import HubError
from tallyhub.site import postgres

NEEDED = ("pg_dump", "pg_restore", "psql")


def find(server_major: int, folder: str = "") -> Path:
    """The folder of programs that fit a server: of its major version, else of the next newer one.

    Its own version is best: a newer pg_dump may write what only that server understands (see postgres.py, ``_copy``).

    ``folder`` is TALLYHUB_POSTGRES_BIN; then come the wheel's, the search path, and where distributions put them.
    Raises HubError that names what is missing.
    """
    candidates = [Path(folder)] if folder else list(_candidates())
    fitting = {major: one for one in reversed(candidates) if (major := _major(one)) and major >= server_major}
    if not fitting:
        raise HubError(
            f"{', '.join(NEEDED)} of PostgreSQL {server_major} or newer are needed and not found. "
            "Install PostgreSQL's client programs, or name their folder in TALLYHUB_POSTGRES_BIN."
        )
    return fitting[min(fitting)]


def _candidates() -> Iterator[Path]:
    with suppress(postgres.PostgresError):
        yield postgres.wheel_binaries()
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@cache
def _major(folder: Path) -> int:
    """0 where a program is missing."""
    if not all(os.access(folder / name, os.X_OK) for name in NEEDED):
        return 0
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)[.\w]", said)
    return int(found[1]) if found else 0


def reach(address: str) -> tuple[str, dict[str, str]]:
    """An address for the command line, and the environment that holds its password: arguments can be seen by others."""
    parts = conninfo_to_dict(address)
    password = parts.pop("password", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    return make_conninfo("", **parts), os.environ | secret | {"PGAPPNAME": "tallyhub"}
