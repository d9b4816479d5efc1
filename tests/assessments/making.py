"""Assessments as a collector, an administrator and the provider make them."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from tallyhub.assessments.models import Check, Definition, SetUp, Version
from tallyhub.organizations.models import Workspace
from tests.make import make_entitlement, make_service

COLLECTED = datetime(2026, 11, 20, 8, tzinfo=UTC)
FOCUS = ("security", "availability", "performance", "operation", "change", "upgrade")
PRIORITIES = ("high", "medium", "low")


def make_definition(code: str = "server-health", *, checks: int = 6, versions: int = 1, **over: Any) -> Definition:
    """With so many checks in each version: C1, C2, …; the odd ones have a question."""
    made = Definition.objects.using("owner").create(code=code, names={"en": code.replace("-", " ").title()}, **over)
    for number in range(1, versions + 1):
        add_version(made, number, checks)
    return made


def add_version(definition: Definition, number: int, checks: int = 6) -> Version:
    version = Version.objects.using("owner").create(
        definition_id=definition.pk, number=number, published_at=datetime(2026, 1, number, tzinfo=UTC)
    )
    Check.objects.using("owner").bulk_create(
        Check(
            version_id=version.pk,
            code=f"C{n + 1}",
            place=n,
            focus=FOCUS[n % 6],
            priority=PRIORITIES[n % 3],
            titles={"en": f"Title {n + 1}"},
            remedies={"en": f"Remedy {n + 1}"},
            questions={"en": f"Question {n + 1}?"} if n % 2 == 0 else {},
        )
        for n in range(checks)
    )
    return version


def make_set_up(definition: Definition, workspace: Workspace, **over: Any) -> SetUp:
    fields = {
        "customer_id": workspace.customer_id,
        "workspace_id": workspace.pk,
        "definition_id": definition.pk,
        "configured_on": "2026-11-01",
    }
    return SetUp.objects.using("owner").create(**fields | over)


def sell(world: SimpleNamespace, unit: str, bought: int | None = None, package: Any = None) -> Any:
    """An entitlement of assessments, in cedar's base package, which reaches north and south."""
    return make_entitlement(package or world.base, make_service("assessments", unit), bought=bought)


def report(results: dict[str, Any] | None = None, **over: Any) -> dict[str, Any]:
    """A collector's result: outcome by check, or an outcome with the names of its objects."""
    found = results if results is not None else {"C1": ("failed", ["srv-1", "srv-2"]), "C2": "passed", "C3": "failed"}
    return {
        "definition": "server-health",
        "version": 1,
        "collected_at": COLLECTED.isoformat(),
        "prerequisites": [
            {"name": "Reach the directory", "group": "Discovery", "passed": True},
            {"name": "Read the event log", "group": "Collection", "passed": False, "fix": "Open port 5985."},
        ],
        "results": [_result(check, outcome) for check, outcome in found.items()],
    } | over


def _result(check: str, outcome: Any) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"check": check, "result": outcome}
    said, names = outcome
    return {"check": check, "result": said, "objects": [{"name": name, "type": "server"} for name in names]}


def file_of(said: Any) -> io.BytesIO:
    """As an uploaded file."""
    made = io.BytesIO(said if isinstance(said, bytes) else json.dumps(said).encode())
    made.name = "result.json"
    return made
