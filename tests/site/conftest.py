"""The demo, for whatever looks at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.site.demo_day import NOW, TODAY


@pytest.fixture
def loaded(databases: Any) -> Iterator[Any]:
    """Its accounts; the demo in a database of its own, on its day: loaded once, and a copy for each test."""
    from tallyhub.kernel import clock
    from tallyhub.site.demo.cast import ACCOUNTS
    from tallyhub.site.demo.loading import load

    def make() -> None:
        databases.fresh()
        load(TODAY)

    with clock.frozen(NOW):
        databases.kept("demo", make)
        yield list(ACCOUNTS)
