"""Adding many rows at once, for imports: what is missing is inserted, what is there is compared, nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models

from tallyhub.kernel.scope import require_transaction

M = TypeVar("M", bound=models.Model)
Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Added(Generic[M]):
    """``rows`` are the stored ones, in the order they were asked for; ``new`` and ``differing`` name places in it."""

    rows: list[M]
    new: list[int]
    differing: list[tuple[int, str]]  # with the first column that differs


def add_missing(model: type[M], rows: Sequence[Row], key: Sequence[str]) -> Added[M]:
    """Insert the rows whose key is not there yet. A column that a row does not name is neither compared nor set.

    The key's columns are all named by each row. Needs an open transaction and sees only what its scope shows.
    """
    require_transaction()
    known = _known(model, rows, key)
    added: Added[M] = Added([], [], [])
    for place, row in enumerate(rows):
        it = tuple(row[column] for column in key)
        if it not in known:
            known[it] = model(**row)
            added.new.append(place)
        elif column := first_difference(known[it], row):
            added.differing.append((place, column))
        added.rows.append(known[it])
    model._default_manager.bulk_create([added.rows[place] for place in added.new])
    return added


def first_difference(stored: models.Model, row: Row) -> str:
    """The first column in which a stored row is not what was said; empty where there is none."""
    return next((column for column, value in row.items() if getattr(stored, column) != value), "")


def _known(model: type[M], rows: Sequence[Row], key: Sequence[str]) -> dict[Key, M]:
    """The stored rows by key. Each column narrows on its own, so a few that were not asked for come along."""
    narrowed = {}
    for column in key:
        values = {row[column] for row in rows}
        if None not in values:  # SQL's IN finds no NULL
            narrowed[f"{column}__in"] = values
    found = model._default_manager.filter(**narrowed)
    return {tuple(getattr(one, column) for column in key): one for one in found}


def change_offered(model: type[M], offered: Mapping[str, bool]) -> int:
    """Offer entries of a catalogue, or offer them no more, by code; returns how many came out different."""
    require_transaction()
    changed = 0
    for is_offered in (True, False):
        codes = [code for code, wanted in offered.items() if wanted is is_offered]
        others = model._default_manager.filter(code__in=codes).exclude(is_offered=is_offered)
        changed += others.update(is_offered=is_offered)
    return changed
