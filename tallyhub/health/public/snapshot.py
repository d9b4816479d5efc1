"""The public page as a file: written at every change and at the start, read when everything else is away."""

import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from tallyhub.health import queries
from tallyhub.health.models import Component, HealthEvent
from tallyhub.health.public.statuspage import Writer
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.queries import list_providers

FILE_MODE = 0o600


def path() -> Path:
    """In the data folder, which every process of the hub has."""
    return settings.TALLYHUB.data_dir.resolve() / "status" / "page.json"


def publish() -> bool:
    """Write what is public now. False: there is no provider yet, whose page it would be."""
    made = build()
    if made is None:
        return False
    _write(path(), json.dumps(made, ensure_ascii=False, separators=(",", ":")))
    return True


def build() -> dict[str, Any] | None:
    """With no rights of anybody's: the database itself shows nothing here that is not public."""
    with scope(Access()):
        provider = next(iter(list_providers()), None)
        if provider is None:
            return None
        incidents, planned = queries.list_public(is_maintenance=False), queries.list_public(is_maintenance=True)
        parts = queries.list_public_components()
    writer = Writer(provider, settings.TALLYHUB.address)
    events = [*incidents, *planned]
    components = writer.components(parts, events)
    by_id = {int(one["id"]): one for one in components if not one["group"]}
    changed_at = max((one.changed_at for one in events), default=clock.now())
    return {
        "page": writer.page(changed_at),
        "components": components,
        "incidents": [writer.event(one, by_id) for one in incidents],
        "scheduled_maintenances": [writer.event(one, by_id) for one in planned],
        "hub": {"names": _names(parts), "events": {str(one.pk): _more(one) for one in events}},
    }


def _names(parts: list[Component]) -> dict[str, dict[str, str]]:
    """Of components and products, in every language that they have."""
    products = {f"product-{one.product_id}": one.product.names for one in parts}
    return products | {str(one.pk): one.names for one in parts}


def _more(event: HealthEvent) -> dict[str, Any]:
    """What our own page says of an event, and Statuspage's documents do not."""
    return {
        "kind": event.kind,
        "workaround": event.workaround,
        "regions": [one.region.names for one in event.regions.all()],
    }


def _write(target: Path, text: str) -> None:
    """Whole or not at all; a reader never sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".page-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read() -> dict[str, Any] | None:
    """What was written last; None where nothing was yet. Asks no database."""
    target = path()
    try:
        stat = target.stat()
    except FileNotFoundError:
        return None
    return _read(str(target), stat.st_mtime_ns, stat.st_ino)


@lru_cache(2)
def _read(name: str, _changed: int, _inode: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(name).read_text(encoding="utf-8"))
    return found
