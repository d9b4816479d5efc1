"""Files to import, valid by default: pass only what your test is about."""

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import psycopg

_serial = count(1)
Rows = Sequence[Mapping[str, str]]


def entry(world: SimpleNamespace, **over: str) -> dict[str, str]:
    """A minute of advisory support in cedar's north."""
    fields = {
        "agreement": "CED-2026",
        "package": "BASE",
        "entitlement": world.cedar_advisory.code,
        "workspace": "north",
        "occurred_on": "2026-05-04",
        "amount": "1",
        "unit": "minutes",
        "external_id": f"X-{next(_serial)}",
    }
    return {name: text for name, text in (fields | over).items() if text or name in over}


def past(customer: str = "cedar", seller: str = "northgate") -> list[tuple[str, Rows]]:
    """An agreement of 2020, whose days have passed on every machine's clock."""
    place = {"agreement": "PAST", "package": "P"}
    agreement = {"customer": customer, "number": "PAST", "name": "Past", "plan": "other", "seller": seller}
    return [
        ("services", [{"code": "past", "kind": "advisory", "unit": "minutes", "name_en": "Past"}]),
        ("agreements", [agreement | {"zone": "Europe/Berlin", "starts_on": "2020-01-01", "ends_on": "2020-12-31"}]),
        ("packages", [{"agreement": "PAST", "code": "P", "name": "Past", "scope": "enterprise"}]),
        ("entitlements", [place | {"code": "E", "service": "past", "is_as_needed": "true"}]),
        ("mappings", [place | {"workspace": "north"}]),
    ]


def past_entry(number: int, **over: str) -> dict[str, str]:
    place = {"agreement": "PAST", "package": "P", "entitlement": "E", "workspace": "north"}
    return place | {"occurred_on": "2020-05-04", "amount": "5", "unit": "minutes", "external_id": f"P-{number}"} | over


def text_of(rows: Rows, delimiter: str = ",") -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, name: str, content: Rows | str | bytes) -> Path:
    path = folder / name
    if not isinstance(content, str | bytes):
        content = text_of(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def counts(owner: "psycopg.Connection[tuple[int]]") -> dict[str, int]:
    """How many rows each of our tables has."""
    tables = owner.execute(
        "SELECT relname FROM pg_stat_user_tables "
        "WHERE relname ~ '^(accounts|organizations|agreements|ledger|journal|support)_'"
    ).fetchall()
    return {name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in sorted(tables)}
