"""Fixtures are in cast.py: Django is not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def centre(world: Any) -> Any:
    from tests.messages import cast

    return cast.centre(world)


@pytest.fixture
def publish(centre: Any) -> Any:
    from tests.messages import cast

    return cast.publisher(centre)
