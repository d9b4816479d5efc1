"""The public page and its documents: for everybody, and when everything else is away (S003-54)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import psycopg
import pytest
from django.test import Client

from tallyhub.health import queries
from tallyhub.health.editing import commands
from tallyhub.health.editing.commands import Post
from tallyhub.health.public import snapshot
from tallyhub.health.rules import EventKind, EventStatus, Visibility
from tallyhub.kernel import clock
from tallyhub.kernel.scope import scope
from tallyhub.site import postgres
from tests import migrated
from tests.working import run_jobs
from tests.world import NOW

Publish = Callable[..., int]
DOCUMENTS = (
    "summary.json", "status.json", "components.json", "incidents.json", "incidents/unresolved.json",
    "scheduled-maintenances.json", "scheduled-maintenances/upcoming.json", "scheduled-maintenances/active.json",
)  # fmt: skip
PAGES = ("/status/", "/status/history/", "/status/feed.atom")


def read(client: Client, name: str) -> Any:
    answer = client.get(f"/api/v2/{name}")
    assert answer.status_code == 200, name
    return answer.json()


def planned(publish: Publish, **over: Any) -> int:
    times = {"scheduled_from": NOW + timedelta(days=2), "scheduled_until": NOW + timedelta(days=2, hours=3)}
    fields = {"kind": EventKind.MAINTENANCE, "title": "New disks", "status": EventStatus.SCHEDULED, "occurred_at": None}
    return publish("Disks are exchanged.", **fields | times | over)


def test_documents_have_the_fields_of_statuspage(health: Any, publish: Publish, client: Client) -> None:
    incident = publish()
    snapshot.publish()
    summary = read(client, "summary.json")
    assert summary.keys() == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert summary["page"].keys() == {"id", "name", "url", "time_zone", "updated_at"}
    assert summary["page"]["time_zone"] == "Europe/Berlin"
    assert summary["status"] == {"indicator": "critical", "description": "Major Service Outage"}
    group, *members = summary["components"][:3]
    assert group["group"] is True
    assert group["components"] == [one["id"] for one in members] == [str(health.queries.pk), str(health.backup.pk)]
    assert [one["status"] for one in (group, *members)] == ["major_outage", "major_outage", "operational"]
    assert all(one["group_id"] == group["id"] for one in members)
    [told] = summary["incidents"]
    assert told["id"] == str(incident)
    assert (told["status"], told["impact"], told["resolved_at"]) == ("investigating", "critical", None)
    assert told["shortlink"].endswith(f"/status/incidents/{incident}/")
    [update] = told["incident_updates"]
    assert (update["body"], update["incident_id"]) == ("Queries fail.", str(incident))
    assert update["affected_components"] == [
        {"code": str(health.queries.pk), "name": "Queries", "old_status": "operational", "new_status": "major_outage"}
    ]
    for moment in (told["created_at"], told["started_at"], update["display_at"], summary["page"]["updated_at"]):
        assert datetime.fromisoformat(moment) == NOW
        assert moment.endswith("+01:00")  # with the offset of the page's zone (35)


def test_each_address_answers_with_its_own_events(health: Any, publish: Publish, client: Client) -> None:
    done = publish(status=EventStatus.RESOLVED, title="Over")
    going, ahead = publish(title="Going on"), planned(publish)
    active = planned(
        publish, status=EventStatus.IN_PROGRESS, title="At work", components={health.index.pk: "under_maintenance"}
    )
    snapshot.publish()

    def ids(name: str, key: str) -> list[str]:
        return [one["id"] for one in read(client, name)[key]]

    assert ids("incidents.json", "incidents") == [str(going), str(done)]
    assert ids("incidents/unresolved.json", "incidents") == [str(going)]
    assert ids("scheduled-maintenances.json", "scheduled_maintenances") == [str(active), str(ahead)]
    assert ids("scheduled-maintenances/upcoming.json", "scheduled_maintenances") == [str(ahead)]
    assert ids("scheduled-maintenances/active.json", "scheduled_maintenances") == [str(active)]
    assert ids("summary.json", "incidents") == [str(going)]
    assert ids("summary.json", "scheduled_maintenances") == [str(active), str(ahead)]
    planned_one = read(client, "scheduled-maintenances/upcoming.json")["scheduled_maintenances"][0]
    assert datetime.fromisoformat(planned_one["scheduled_for"]) == NOW + timedelta(days=2)
    states = {one["id"]: one["status"] for one in read(client, "components.json")["components"]}
    assert states[str(health.index.pk)] == "under_maintenance"


@pytest.mark.parametrize("visibility", [Visibility.SIGNED_IN, Visibility.AFFECTED])
def test_what_is_not_public_stands_in_no_document(
    health: Any, publish: Publish, client: Client, visibility: Visibility
) -> None:
    publish(visibility=visibility, title="Inside only")
    snapshot.publish()
    assert "Inside only" not in snapshot.path().read_text()
    assert read(client, "status.json")["status"]["indicator"] == "none"
    for page in PAGES:
        assert "Inside only" not in client.get(page).content.decode()


def test_even_for_who_sees_all_only_what_is_public_is_listed(health: Any, publish: Publish) -> None:
    public, _hidden = publish(), publish(visibility=Visibility.AFFECTED)
    with scope(health.editing):
        assert [one.pk for one in queries.list_public(is_maintenance=False)] == [public]


def test_the_database_hides_the_rest_from_the_file(
    health: Any, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the Python wall off: asked for what is hidden, it has nothing."""
    publish(visibility=Visibility.AFFECTED)
    monkeypatch.setattr(queries, "Visibility", SimpleNamespace(PUBLIC=Visibility.AFFECTED))
    snapshot.publish()
    assert json.loads(snapshot.path().read_text())["incidents"] == []


def test_a_component_that_is_not_public_is_not_named(health: Any, publish: Publish, client: Client, owner: Any) -> None:
    owner.execute("UPDATE health_component SET is_public = false WHERE id = %s", [health.backup.pk])
    publish(components={health.backup.pk: "partial_outage", health.queries.pk: "operational"})
    snapshot.publish()
    assert "Backup" not in snapshot.path().read_text()
    for page in (*PAGES, "/api/v2/summary.json"):
        assert client.get(page).status_code == 200


def test_any_site_may_read_and_keep_it(health: Any, publish: Publish, client: Client) -> None:
    publish()
    snapshot.publish()
    for name in DOCUMENTS:
        answer = client.get(f"/api/v2/{name}", headers={"Origin": "https://elsewhere.test"})
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=30"
        assert "Set-Cookie" not in answer
        again = client.get(f"/api/v2/{name}", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert client.options("/api/v2/summary.json")["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert client.post("/api/v2/summary.json").status_code == 405
    assert client.get("/api/v2/nothing.json").status_code == 404


def test_a_change_is_published_by_its_job(health: Any, publish: Publish, client: Client, owner: Any) -> None:
    event = publish()
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'health.publish_page' AND status = 'todo'"
    assert owner.execute(waiting).fetchone() == (1,)  # of the change itself, and not of the next minute
    run_jobs()
    assert read(client, "status.json")["status"]["indicator"] == "critical"
    commands.post_update(
        health.editing, event, 1, Post("Mended.", EventStatus.RESOLVED, {health.queries.pk: "operational"})
    )
    run_jobs()
    assert read(client, "status.json")["status"]["indicator"] == "none"


def test_the_page_says_how_the_components_are_now_and_an_incident_what_it_was(
    health: Any, publish: Publish, client: Client
) -> None:
    event = publish()
    better = Post("Better.", EventStatus.MONITORING, {health.queries.pk: "degraded_performance"})
    commands.post_update(health.editing, event, 1, better)
    snapshot.publish()
    summary = read(client, "summary.json")
    assert summary["status"]["indicator"] == "minor"
    assert summary["incidents"][0]["impact"] == "critical"


def test_before_anything_is_published_it_says_so(health: Any, client: Client) -> None:
    assert client.get("/api/v2/summary.json").status_code == 503
    assert client.get("/status/").status_code == 503


def test_no_statement_and_no_cookie_is_needed(  # S003-54
    health: Any, publish: Publish, client: Client, statements: Any
) -> None:
    event = publish()
    snapshot.publish()
    client.force_login(health.admin)
    with statements() as made:
        for page in (*PAGES, f"/status/incidents/{event}/", *(f"/api/v2/{name}" for name in DOCUMENTS)):
            answer = client.get(page)
            assert answer.status_code == 200
            assert "admin@example.test" not in answer.content.decode()
    assert made == []


def test_a_page_speaks_the_browsers_language_and_the_events_stay_as_written(
    health: Any, publish: Publish, client: Client
) -> None:
    event = publish(workaround="Use the copy.")
    snapshot.publish()
    page = client.get(f"/status/incidents/{event}/").content.decode()
    assert "Use the copy." in page
    assert "Europe/Berlin" in page
    assert client.get("/status/incidents/999999/").status_code == 404
    assert client.get("/status/", headers={"Accept-Language": "de"})["Content-Language"] == "de"


def test_the_feed_is_atom_and_names_each_event_once(health: Any, publish: Publish, client: Client) -> None:
    publish(title="One & only")
    snapshot.publish()
    answer = client.get("/status/feed.atom")
    root = ET.fromstring(answer.content)  # noqa: S314 - we have made it
    atom = "{http://www.w3.org/2005/Atom}"
    assert [one.findtext(f"{atom}title") for one in root.findall(f"{atom}entry")] == ["One & only"]


def test_what_ended_long_ago_is_not_published_any_more(health: Any, publish: Publish, client: Client) -> None:
    event = publish(
        status=EventStatus.RESOLVED, occurred_at=NOW - timedelta(days=400), ended_at=NOW - timedelta(days=390)
    )
    snapshot.publish()
    assert read(client, "incidents.json")["incidents"] == []
    client.force_login(health.member)
    assert client.get(f"/health/events/{event}/").status_code == 200  # a link opens it for good


# Somebody else's client


@pytest.fixture
def exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """statuspage-prometheus-exporter, as it is: it reads summary.json of any Statuspage page over HTTP."""
    services = tmp_path / "services.json"
    services.write_text("{}")
    monkeypatch.setenv("SERVICES_JSON_PATH", str(services))
    monkeypatch.chdir(tmp_path)  # it keeps answers in the folder where it runs
    from statuspage_prometheus_exporter import service_checker

    return service_checker


def test_a_client_of_statuspage_reads_what_goes_on(health: Any, publish: Publish, exporter: Any, live_hub: str) -> None:
    incident, ahead = publish(), planned(publish)
    publish(title="Over", status=EventStatus.RESOLVED)
    snapshot.publish()
    found = exporter.check_service_status("hub", {"url": f"{live_hub}/api/v2/summary.json"})
    assert found["success"], found.get("error")
    assert (found["status"], found["raw_status"], found["status_text"]) == (0, "critical", "Critical Outage")
    [told] = found["incident_metadata"]
    assert (told["id"], told["name"], told["impact"]) == (str(incident), "Queries fail", "critical")
    assert told["affected_components"] == ["Queries"]
    [maintenance] = found["maintenance_metadata"]
    assert (maintenance["id"], maintenance["status"]) == (str(ahead), "scheduled")
    assert datetime.fromisoformat(maintenance["scheduled_start"]) == NOW + timedelta(days=2)
    states = {one["name"]: one["status_value"] for one in found["component_metadata"]}
    assert states == {"Database": 0, "Queries": 0, "Backup": 1, "Search": 1, "Index": 1}


def test_a_client_of_statuspage_reads_that_all_is_well(health: Any, exporter: Any, live_hub: str) -> None:
    snapshot.publish()
    found = exporter.check_service_status("hub", {"url": f"{live_hub}/api/v2/summary.json"})
    assert (found["status"], found["details"]) == (1, "All Systems Operational")
    assert found["incident_metadata"] == found["maintenance_metadata"] == []


@pytest.fixture
def live_hub(health: Any) -> Any:
    """The hub over HTTP, in this process."""
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    server = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={}, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()


# Without a database

SETUP = """
INSERT INTO organizations_organization (kind, code, name, zone, data_version, market)
VALUES ('provider', 'north', 'Northgate', 'Europe/Oslo', 0, '');
INSERT INTO health_event (organization_id, kind, title, status, impact, impact_override, visibility, reach, workaround,
                          occurred_at, published_at, changed_at, version)
SELECT id, 'incident', 'Sign-in fails', 'investigating', 'major', '', 'public', 'everybody', '', now(), now(), now(), 1
FROM organizations_organization;
INSERT INTO health_update (organization_id, event_id, kind, status, text, components, changes, at)
SELECT organization_id, id, 'posted', 'investigating', 'We look into it.', '[]', '{}', now() FROM health_event;
"""
SECONDS_MAX = 90


def fetch(address: str) -> tuple[int, str]:
    """As somebody whose browser has a session."""
    request = urllib.request.Request(address, headers={"Cookie": "sessionid=nobodys"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_current_incidents_are_readable_when_sign_in_and_database_are_down(tmp_path: Path) -> None:  # S003-54
    binaries, fast = os.environ.get("TALLYHUB_POSTGRES_BIN", ""), ("-c", "fsync=off")
    with postgres.running(tmp_path / "db", binaries=binaries, options=fast) as database:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "TALLYHUB_DATABASE_URL": database.app,
            "TALLYHUB_OWNER_URL": database.owner,
            "TALLYHUB_DATA_DIR": str(tmp_path / "data"),
            "TALLYHUB_BIND": f"127.0.0.1:{port}",
        }
        migrated.fill(database)
        with psycopg.connect(database.owner, autocommit=True) as connection:
            connection.execute(SETUP)
        hub = subprocess.Popen([sys.executable, "-m", "tallyhub", "serve"], env=environment)
        try:
            deadline = time.monotonic() + SECONDS_MAX
            while fetch(f"http://127.0.0.1:{port}/readyz")[0] != 200:
                assert time.monotonic() < deadline, "does not serve"
                time.sleep(0.1)
            postgres._stop(postgres._server((tmp_path / "db").resolve(), binaries, fast))
            assert fetch(f"http://127.0.0.1:{port}/accounts/login/")[0] == 503
            for path in PAGES:
                status, text = fetch(f"http://127.0.0.1:{port}{path}")
                assert status == 200, path
                assert path == "/status/history/" or "Sign-in fails" in text
            status, text = fetch(f"http://127.0.0.1:{port}/api/v2/incidents/unresolved.json")
            assert [one["name"] for one in json.loads(text)["incidents"]] == ["Sign-in fails"]
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(60)
    postgres.remove(tmp_path / "db")


def test_a_reader_never_sees_half_of_the_file(health: SimpleNamespace, publish: Publish) -> None:
    publish()
    snapshot.publish()
    before = snapshot.path().stat().st_ino
    snapshot.publish()
    assert snapshot.path().stat().st_ino != before  # put in place whole
    assert [one.name for one in snapshot.path().parent.iterdir()] == ["page.json"]
    assert clock.now() == NOW
