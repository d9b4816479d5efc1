"""What is true at the moment the workers are forked."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tallyhub.organizations.models import Organization
from tallyhub.site import server
from tallyhub.site.config import Config


def test_the_workers_inherit_no_connection(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3.8: two processes on one connection would read each other's answers."""
    seen: list[Any] = []

    class Forking:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def serve(self) -> None:
            seen.append([connection.connection for connection in connections.all()])
            seen.append(dict(DatabaseWrapper._connection_pools))

    monkeypatch.setattr(server, "Granian", Forking)
    Organization.objects.exists()  # as `tallyhub demo` does before it serves
    assert DatabaseWrapper._connection_pools
    server.run(Config(), with_worker=False)
    assert seen == [[None, None], {}]
