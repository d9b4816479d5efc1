"""The addresses for machines: R10.2, R10.3."""

import errno
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client, override_settings

from tallyhub.site import database
from tallyhub.site.config import Config


@pytest.fixture
def away() -> Iterator[None]:
    """A database that nobody can reach."""
    database.let_go()
    settings = connections["default"].settings_dict
    kept = settings["HOST"]
    settings["HOST"] = "/nowhere"
    settings["OPTIONS"]["pool"]["timeout"] = 0.2
    yield
    database.let_go()
    settings["HOST"] = kept
    settings["OPTIONS"]["pool"]["timeout"] = 3


def test_healthz_asks_nobody(client: Any, away: None) -> None:
    response = client.get("/healthz", HTTP_HOST="10.0.0.3")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_is_well_with_the_database_the_schema_and_the_role(client: Any, empty: None) -> None:
    assert client.get("/readyz").content == b"ok\n"


def test_readyz_says_that_the_database_is_away(client: Any, away: None) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database\n")


def test_readyz_says_that_migrations_are_missing(client: Any, empty: None, owner: Any) -> None:
    owner.execute("DELETE FROM django_migrations WHERE app = 'ledger' AND name = '0002_walls'")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations\n")


def test_readyz_says_that_the_role_could_pass_the_wall(client: Any, empty: None, owner: Any) -> None:
    owner.execute("GRANT TRUNCATE ON ledger_entry TO tallyhub_app")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"role\n")


def test_probes_run_neither_sign_on_nor_sessions(world: Any, client: Any, statements: Any) -> None:
    client.force_login(world.admin)
    with statements() as made:
        assert client.get("/healthz").cookies == {}
        assert client.get("/readyz").cookies == {}
    assert [one for one in made if "sign_on" in one] == []


def test_a_database_that_is_away_is_said_calmly(world: Any, away: None) -> None:  # R10.3
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "somebody"
    response = client.get("/customer-activity/", HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    page = response.content.decode()
    assert "The hub is not available for a moment" in page
    assert "Traceback" not in page


def test_programs_are_told_to_come_again_while_the_database_is_away(world: Any, away: None) -> None:  # R8.2
    answer = Client().get("/api/v1/entitlements", HTTP_AUTHORIZATION=f"Bearer thub_{'a' * 43}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json()["type"].endswith("#database_away")


def test_a_connection_that_broke_meanwhile_is_replaced(world: Any, client: Any) -> None:  # R10.3
    """After a restart of the database nobody notices."""
    import os

    import psycopg

    client.force_login(world.admin)
    assert client.get("/").status_code == 200
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as admin:
        name = connection.settings_dict["NAME"]
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'tallyhub_app'",
            [name],
        )
    assert client.get("/").status_code == 200


def test_a_full_disk_is_said_in_a_sentence(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # R10.3
    def fail(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tallyhub.activity.web.render", fail)
    client = Client(raise_request_exception=False)
    client.force_login(world.admin)
    response = client.get("/customer-activity/")
    assert response.status_code == 503
    assert "disk is full. Nothing was changed." in response.content.decode().replace("&#39;", "'")


def test_a_page_that_takes_too_long_is_ended_and_says_so(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 3, faults: the limit is the web workers' own; jobs and imports have none."""

    def sleep(*_args: Any, **_more: Any) -> None:
        connection.cursor().execute("SELECT pg_sleep(60)")

    options = dict(connections["default"].settings_dict["OPTIONS"])
    monkeypatch.setitem(connections["default"].settings_dict, "OPTIONS", options)
    monkeypatch.setattr("tallyhub.activity.web.render", sleep)
    client = Client(raise_request_exception=False)
    client.force_login(world.admin)
    database.let_go()
    with override_settings(TALLYHUB=Config(statement_seconds_max=1)):
        database.bound_statements()
        response = client.get("/customer-activity/")
    database.let_go()
    assert response.status_code == 503
    assert "That took too long" in response.content.decode()


# /metrics


def metrics(client: Any, config: Config, **more: Any) -> Any:
    with override_settings(TALLYHUB=config):
        return client.get("/metrics", **more)


OPEN = {
    "for this machine": ({}, {}, 200),
    "from elsewhere": ({}, {"REMOTE_ADDR": "203.0.113.9"}, 404),
    "bound to the network": ({"bind": "0.0.0.0:8000"}, {}, 404),
    "behind a proxy on this machine": ({"base_url": "https://hub.example.test"}, {}, 404),
    "behind a named proxy": ({"trusted_proxies": "127.0.0.1"}, {}, 404),
    "with the token": ({"metrics_token": "s3"}, {"HTTP_AUTHORIZATION": "Bearer s3"}, 200),
    "with another token": ({"metrics_token": "s3"}, {"HTTP_AUTHORIZATION": "Bearer s4"}, 401),
    "without the token": ({"metrics_token": "s3"}, {}, 401),
    "from elsewhere with the token": (
        {"metrics_token": "s3", "bind": "0.0.0.0:8000"},
        {"HTTP_AUTHORIZATION": "Bearer s3", "REMOTE_ADDR": "203.0.113.9"},
        200,
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_metrics_are_for_the_token_or_for_this_machine(client: Any, empty: None, case: str) -> None:
    config, request, status = OPEN[case]
    assert metrics(client, Config(**config), **request).status_code == status


def test_metrics_count_requests_statements_jobs_and_versions(world: Any, client: Any, owner: Any) -> None:
    (versions,) = owner.execute("SELECT count(*) FROM ledger_ledgerversion").fetchone()
    client.force_login(world.admin)
    client.get("/customer-activity/")
    text = metrics(client, Config()).content.decode()
    assert 'tallyhub_request_seconds_count{method="GET",status="200",view="activity:customer_activity"}' in text
    assert 'tallyhub_request_statements_bucket{le="8.0",view="activity:customer_activity"}' in text
    assert 'tallyhub_jobs{state="waiting"}' in text
    assert f"tallyhub_ledger_versions_total {versions:.1f}" in text
    assert "tallyhub_stale_snapshot_customers 2.0" in text
    assert "tallyhub_database_up 1.0" in text


def test_metrics_say_that_jobs_stand_still(client: Any, empty: None, owner: Any) -> None:  # R10.2
    def workers() -> str:
        text = client.get("/metrics").content.decode()
        return "\n".join(line for line in text.splitlines() if line.startswith("tallyhub_job_workers"))

    assert workers() == "tallyhub_job_workers 0.0"
    owner.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')")
    assert "tallyhub_job_workers 0.0\ntallyhub_job_workers_silent_seconds 12" in workers()
    owner.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert workers().startswith("tallyhub_job_workers 1.0")


def test_metrics_name_no_customer_and_no_person(world: Any, client: Any) -> None:
    client.force_login(world.admin)
    client.get(f"/customer-activity/entitlements/{world.cedar_credits.pk}/")
    client.get("/a-path-with-cedar-in-it/")
    text = metrics(client, Config()).content.decode().lower()
    assert [word for word in ("cedar", "birch", "admin@", "northgate") if word in text] == []


def test_metrics_say_that_the_database_is_away(client: Any, away: None) -> None:
    assert "tallyhub_database_up 0.0" in metrics(client, Config()).content.decode()
