"""Birch bought the database from lakeside and messaging from the provider; lakeside has a plan and people."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


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


@pytest.fixture
def sold(world: SimpleNamespace, as_: Any, owner: Any) -> SimpleNamespace:
    """Birch's old agreement, which covers everything from lakeside, covers nothing."""
    from tests.partners.plans import mixed, supporting
    from tests.partners.world import people

    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    firm = people(world)
    supporting(firm, as_)
    return mixed(firm)
