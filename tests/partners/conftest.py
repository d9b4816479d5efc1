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
    """A browser of somebody, whose session outlives what a test does to the clock."""
    from django.test import Client

    from tests.partners.world import keep_signed_in

    def browser(person: Any) -> Any:
        client = Client()
        client.force_login(person)
        keep_signed_in()
        return client

    return browser
