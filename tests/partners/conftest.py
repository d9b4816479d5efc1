"""Who works for a partner, and their browsers."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def firm(world: SimpleNamespace) -> SimpleNamespace:
    from tests.partners.world import people

    return people(world)


@pytest.fixture
def as_() -> Callable[[Any], Any]:
    """A browser of somebody."""
    from django.test import Client

    def browser(person: Any) -> Any:
        client = Client()
        client.force_login(person)
        return client

    return browser
