"""The reference of the page's ratios: pgbench's rate of reference.sql."""

import os
import re
import subprocess
from pathlib import Path

from psycopg import conninfo

from benchmarks.ground import Database, Ground

_SCRIPT = Path(__file__).with_name("reference.sql")
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def rate(ground: Ground, database: Database, seconds: float) -> float:
    """Transactions per second as the app's role: prepared, four clients in two threads."""
    parts = conninfo.conninfo_to_dict(database.app)
    address = {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
    command = [
        str(ground.binaries / "pgbench"),
        "-n",
        "-M",
        "prepared",
        "-c",
        "4",
        "-j",
        "2",
        "-T",
        str(max(round(seconds), 1)),
    ]
    done = subprocess.run(
        [*command, "-f", str(_SCRIPT)], env=os.environ | address, capture_output=True, text=True, check=True
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise RuntimeError(f"pgbench said: {done.stdout}{done.stderr}")
    return float(found[1])
