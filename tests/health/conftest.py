"""Fixtures are in cast.py: Django is not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def health(world: Any, tmp_path: Any) -> Any:
    from tests.health import cast

    yield from cast.health(world, tmp_path)


@pytest.fixture
def publish(health: Any) -> Any:
    from tests.health import cast

    return cast.publisher(health)
