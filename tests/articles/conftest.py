"""Fixtures are in cast.py: Django is not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def desk(world: Any) -> Any:
    from tests.articles import cast

    return cast.desk(world)


@pytest.fixture
def write(desk: Any) -> Any:
    from tests.articles import cast

    return cast.writer(desk)


@pytest.fixture
def as_() -> Any:
    """A browser of somebody."""
    from django.test import Client

    def browser(person: Any) -> Any:
        client = Client()
        client.force_login(person)
        return client

    return browser
