"""What is in the world of the helpdesk stands in modules of its own: Django is not ready when this is read."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def as_() -> Callable[[Any], Any]:
    """A browser of somebody."""
    from django.test import Client

    def browser(person: Any) -> Any:
        client = Client()
        client.force_login(person)
        return client

    return browser


@pytest.fixture
def gated(world: SimpleNamespace) -> SimpleNamespace:
    from tests.helpdesk import gating
    from tests.partners.world import people

    return gating.gated(people(world))


@pytest.fixture
def linked(world: SimpleNamespace) -> SimpleNamespace:
    """A partner that escalates, and who it escalates to."""
    from tests.helpdesk.escalating import chain

    return chain(world)
