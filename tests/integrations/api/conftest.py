"""Programs with tokens of the cast. Imports late: Django is set up by the outer conftest only."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def program(world: SimpleNamespace) -> Callable[..., Any]:
    """``program(world.csam, TokenScope.READ_ENTRIES)``: with a personal token in cedar."""

    from tests.integrations.api.program import Program, make_token

    def made(person: Any, *scopes: Any, **over: Any) -> Program:
        return Program(make_token(person, over.pop("customer", world.cedar), *scopes, **over))

    return made


@pytest.fixture
def row(world: SimpleNamespace) -> Callable[..., dict[str, Any]]:
    """A row that may be booked; its external id and whatever differs are named."""

    def made(external_id: str, **over: Any) -> dict[str, Any]:
        return {
            "agreement": "CED-2026",
            "package": "BASE",
            "entitlement": world.cedar_advisory.code,
            "workspace": "north",
            "occurred_on": "2026-11-02",
            "amount": "30",
            "unit": "minutes",
            "external_id": external_id,
        } | over

    return made
