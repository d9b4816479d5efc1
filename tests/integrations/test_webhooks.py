"""Webhooks after Standard Webhooks: what is sent, how it is signed, when it is tried again, who may (R8.2)."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from procrastinate.contrib.django import app
from standardwebhooks.webhooks import Webhook

from tallyhub.integrations.importing import import_records
from tallyhub.integrations.models import Attempt, Delivery, Endpoint
from tallyhub.integrations.webhooks import commands, rules
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.organizations import sign_on
from tests.integrations.files import entry, past
from tests.world import NOW

URL = "/webhooks/"


@dataclass
class Target:
    """Another system: keeps what it gets and answers as it is told."""

    status: int = 200
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""


@pytest.fixture
def target() -> Iterator[Target]:
    told = Target()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"thank you")

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}/hook?a=b"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield told
        server.shutdown()


@pytest.fixture(autouse=True)
def loopback_allowed() -> Iterator[None]:
    allowed = settings.TALLYHUB.model_copy(update={"webhook_allow_private": "127.0.0.0/8"})
    with override_settings(TALLYHUB=allowed):
        yield


def access_of(world: SimpleNamespace, who: str = "admin") -> Access:
    return sign_on.act_for(getattr(world, who).pk, world.cedar.pk).access


def add(world: SimpleNamespace, target: Target, *types: str) -> Endpoint:
    return commands.add_endpoint(access_of(world), url=target.url, types=types or rules.CHOSEN)


TAKE_JOB = """
UPDATE procrastinate_jobs SET status = 'succeeded'
WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo') RETURNING task_name, args
"""


def work() -> None:
    """What the worker does until nothing waits. The clock is held in this thread, so its jobs run here."""
    while job := _take():
        name, arguments = job
        app.tasks[name].func(**json.loads(arguments))


def _take() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_JOB)
        return cursor.fetchone()


def later(wait: timedelta) -> Any:
    return clock.frozen(clock.now() + wait)


def book(world: SimpleNamespace, **over: str) -> None:
    import_records([("consumption", [entry(world, **over)])])


def verified(endpoint_secret: str, got: tuple[dict[str, str], str]) -> Any:
    """As another system reads it; its clock is the machine's, so the time is not compared here."""
    headers, body = got
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = Webhook(endpoint_secret).sign(headers["webhook-id"], at, body)
    assert expected in headers["webhook-signature"].split(" ")
    return json.loads(body)


# What is sent


def test_a_file_of_entries_is_told_with_ids_and_numbers_only(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    book(world, title="Secret words", person="member@example.test", external_id="R-1")
    work()
    ((headers, body),) = target.got
    told = verified(endpoint.secret, (headers, body))
    assert told["type"] == "entries.posted"
    assert told["timestamp"] == "2026-11-21T12:00:00Z"
    assert told["data"] | {"event_id": 0} == {
        "customer_id": world.cedar.pk, "event_id": 0, "actor_id": None, "count": 1,
    }  # fmt: skip
    assert "Secret" not in body
    assert "member" not in body
    assert headers["content-type"] == "application/json"


def test_the_library_of_the_other_side_verifies_a_message(target: Target) -> None:
    """With the machine's own time, as it is in life."""
    secret, body = rules.new_secret(), '{"type":"ping"}'
    sent = rules.headers([secret], "msg_1", clock.now(), body)
    assert Webhook(secret).verify(body, sent) == {"type": "ping"}


@pytest.mark.parametrize(
    ("streams", "types"),
    [
        (lambda world: past(), ["agreement.changed"]),
        (
            lambda world: [
                ("allotments", [{
                    "agreement": "CED-2026", "package": "BASE", "entitlement": world.cedar_advisory.code,
                    "external_id": "T-1", "kind": "top_up", "amount": "60", "unit": "minutes",
                }]),
            ],
            ["allotment.added"],
        ),
        (
            lambda world: [
                ("consumption", [
                    entry(world, external_id="A"),
                    entry(world, external_id="B", reverses="A", reason="booked_twice", amount="-1"),
                ]),
            ],
            ["entries.posted", "entry.reversed"],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_news_has_its_type(world: SimpleNamespace, target: Target, streams: Any, types: list[str]) -> None:
    add(world, target)
    import_records(streams(world))
    work()
    assert sorted(json.loads(body)["type"] for _headers, body in target.got) == types


def test_only_the_types_that_were_chosen_are_sent(world: SimpleNamespace, target: Target) -> None:
    add(world, target, "entry.reversed")
    book(world)
    work()
    assert target.got == []


def test_another_customers_events_are_not_told(world: SimpleNamespace, target: Target) -> None:
    add(world, target)
    place = {"agreement": "BIR-2026", "entitlement": world.birch_advisory.code, "workspace": "main"}
    book(world, **place)
    work()
    assert target.got == []


def test_what_was_rolled_back_is_not_told(world: SimpleNamespace, target: Target) -> None:
    add(world, target)
    with pytest.raises(Exception, match="import_refused"):
        import_records([("consumption", [entry(world), entry(world, amount="x")])])
    work()
    assert target.got == []


def test_the_same_event_again_makes_no_second_message(world: SimpleNamespace, target: Target) -> None:
    add(world, target)
    book(world)
    work()
    (delivery,) = Delivery.objects.using("owner").all()
    commands.spread(Access.of_system([world.cedar.pk]), delivery.event_id or 0)
    work()
    assert len(target.got) == 1


# Tries


def test_a_refused_message_is_tried_ten_times_over_three_days_and_then_given_up(
    world: SimpleNamespace, target: Target
) -> None:
    endpoint = add(world, target)
    target.status = 500
    book(world)
    work()
    spent = timedelta()
    for _ in range(40):
        if Delivery.objects.using("owner").get().state != "pending":
            break
        wait = max(Delivery.objects.using("owner").get().next_at - NOW - spent, timedelta())
        spent += wait
        with clock.frozen(NOW + spent):
            commands.begin_due(Access.of_system([world.cedar.pk]))
            work()
    assert len(target.got) == 10
    assert timedelta(days=2, hours=12) < spent < timedelta(days=3, hours=12)
    assert len({headers["webhook-id"] for headers, _body in target.got}) == 1
    assert Endpoint.objects.using("owner").get(pk=endpoint.pk).failing_since == NOW + spent
    assert Attempt.objects.using("owner").count() == 10


def test_a_message_is_not_tried_before_its_time(world: SimpleNamespace, target: Target) -> None:
    add(world, target)
    target.status = 500
    book(world)
    work()
    commands.begin_due(Access.of_system([world.cedar.pk]))
    work()
    assert len(target.got) == 1


def test_a_success_ends_the_failing(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    Endpoint.objects.using("owner").update(failing_since=NOW)
    commands.ping(access_of(world), endpoint.pk)
    work()
    assert Endpoint.objects.using("owner").get().failing_since is None
    assert Delivery.objects.using("owner").get().state == "delivered"


def test_after_a_failure_the_other_messages_wait_a_minute(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    target.status = 500
    for _ in range(3):
        commands.ping(access_of(world), endpoint.pk)
    work()
    assert len(target.got) == 1
    target.status = 200
    with later(timedelta(minutes=2)):
        commands.begin_due(Access.of_system([world.cedar.pk]))
        work()
    assert len(target.got) == 4


def test_a_try_that_a_killed_worker_began_is_made_again(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    hub, delivery = Access.of_system([world.cedar.pk]), Delivery.objects.using("owner").get()
    assert commands.claim(hub, delivery.pk)
    assert commands.claim(hub, delivery.pk) is None  # and not twice at once
    work()
    assert target.got == []
    with later(timedelta(minutes=2)):
        commands.begin_due(hub)
        work()
    assert len(target.got) == 1


def test_gone_pauses_the_endpoint(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    target.status = 410
    commands.ping(access_of(world), endpoint.pk)
    work()
    assert Endpoint.objects.using("owner").get(pk=endpoint.pk).is_paused


def test_a_paused_endpoint_gets_its_messages_when_it_is_resumed(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    commands.pause_endpoint(access_of(world), endpoint.pk)
    book(world)
    work()
    assert target.got == []
    commands.resume_endpoint(access_of(world), endpoint.pk)
    commands.begin_due(Access.of_system([world.cedar.pk]))
    work()
    assert len(target.got) == 1


def test_old_messages_go_and_with_them_their_answers(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    work()
    with later(timedelta(days=31)):
        commands.begin_due(Access.of_system([world.cedar.pk]))
    assert Delivery.objects.using("owner").count() == Attempt.objects.using("owner").count() == 0


# Secrets


def test_both_secrets_sign_for_a_day_after_a_change(world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    changed = commands.rotate_secret(access_of(world), endpoint.pk)
    assert changed.secret != endpoint.secret
    commands.ping(access_of(world), endpoint.pk)
    work()
    for secret in (endpoint.secret, changed.secret):
        assert verified(secret, target.got[0])["type"] == "ping"
    with later(timedelta(hours=25)):
        commands.ping(access_of(world), endpoint.pk)
        work()
    assert verified(changed.secret, target.got[1])
    assert len(target.got[1][0]["webhook-signature"].split()) == 1


def test_the_secret_is_shown_once(client: Any, world: SimpleNamespace, target: Target) -> None:
    client.force_login(world.admin)
    answer = client.post(URL, {"url": target.url, "types": ["entries.posted"]})
    (secret,) = re.findall(r"whsec_[\w+/=]+", answer.content.decode())
    assert answer.headers["Cache-Control"] == "no-store"
    endpoint = Endpoint.objects.using("owner").get()
    assert endpoint.secret == secret
    for address in (URL, f"{URL}{endpoint.pk}/", "/audit/"):
        assert "whsec_" not in client.get(address).content.decode()


# Replay


def test_one_message_is_sent_again_under_its_id(client: Any, world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    work()
    client.force_login(world.csam)
    delivery = Delivery.objects.using("owner").get()
    assert client.post(f"{URL}messages/{delivery.pk}/replay/").status_code == 302
    work()
    assert len({headers["webhook-id"] for headers, _body in target.got}) == 1
    assert len(target.got) == 2


def test_all_since_a_time_are_sent_again(client: Any, world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    for hours in range(4):
        with later(timedelta(hours=hours)):
            commands.ping(access_of(world), endpoint.pk)
            work()
    assert len(target.got) == 4
    client.force_login(world.admin)
    with later(timedelta(hours=5)):
        client.post(f"{URL}{endpoint.pk}/replay/", {"since": "2026-11-21T14:00"})
        commands.begin_due(Access.of_system([world.cedar.pk]))
        work()
    assert len(target.got) == 6


# Who, and what is refused


def test_an_endpoint_of_another_customer_is_not_found(client: Any, world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    delivery = Delivery.objects.using("owner").get()
    client.force_login(world.stranger)
    assert client.get(f"{URL}{endpoint.pk}/").status_code == 404
    acts = ("secret", "ping", "pause", "resume", "delete")
    addresses = [f"{URL}{endpoint.pk}/{act}/" for act in acts] + [f"{URL}messages/{delivery.pk}/replay/"]
    assert [client.post(address).status_code for address in addresses] == [404] * 6
    assert Endpoint.objects.using("owner").get() == endpoint


def test_an_endpoint_is_deleted_with_everything_it_was_sent(
    client: Any, world: SimpleNamespace, target: Target
) -> None:
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    work()
    client.force_login(world.admin)
    assert client.post(f"{URL}{endpoint.pk}/delete/").status_code == 302
    assert [model.objects.using("owner").count() for model in (Endpoint, Delivery, Attempt)] == [0, 0, 0]
    assert "Deleted an endpoint" in client.get("/audit/").content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.test/", "https://", "https:///path", "https://user:pass@a.test/", "https://a.test/#part",
        "javascript:x", "https://a.test:0/", "https://a.test:99999/", "https://a.test/\r\nx", "https://a b.test/",
        "//a.test/", "https://" + "a" * 600 + ".test/", "https://[::1", "https://\ud800.test/",
        "https://a.test/" + "ü" * 200,
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_called_is_refused(world: SimpleNamespace, url: str) -> None:
    with pytest.raises(Invalid, match="target_malformed"):
        commands.add_endpoint(access_of(world), url=url, types=["entries.posted"])


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.test/träger/?q=ü&r=%20", "https://a.test/tr%C3%A4ger/?q=%C3%BC&r=%20"),
        ("https://straße.test/", "https://xn--strae-oqa.test/"),
        ("https://BÜCHER.test:8443/x", "https://xn--bcher-kva.test:8443/x"),
        ("https://a_b.test/", "https://a_b.test/"),
    ],
)
def test_an_address_is_kept_as_it_is_called(world: SimpleNamespace, url: str, kept: str) -> None:
    assert commands.add_endpoint(access_of(world), url=url, types=["entries.posted"]).url == kept


def test_without_an_allowed_network_only_tls_and_public_addresses_are_taken(world: SimpleNamespace) -> None:
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"webhook_allow_private": ""})):
        for url, code in (
            ("http://a.test/", "target_malformed"),
            ("https://127.0.0.1/", "target_refused"),
            ("https://[::ffff:10.0.0.1]/", "target_refused"),
            ("https://169.254.169.254/latest/", "target_refused"),
        ):
            with pytest.raises(Invalid, match=code):
                commands.add_endpoint(access_of(world), url=url, types=["entries.posted"])


@pytest.mark.parametrize("types", [[], ["ping"], ["entries.posted", "nothing"]])
def test_types_that_are_none_are_refused(world: SimpleNamespace, target: Target, types: list[str]) -> None:
    with pytest.raises(Invalid, match="webhook_type_unknown"):
        commands.add_endpoint(access_of(world), url=target.url, types=types)


def test_there_is_an_end_to_endpoints(world: SimpleNamespace, target: Target, monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "ENDPOINTS_MAX", 1)
    add(world, target)
    with pytest.raises(Conflict, match="webhook_too_many"):
        add(world, target)


def test_what_is_wrong_stands_beside_the_field(client: Any, world: SimpleNamespace) -> None:
    client.force_login(world.admin)
    answer = client.post(URL, {"url": "ftp://a.test/", "types": ["entries.posted"]})
    assert answer.status_code == 400
    assert "Write an address that begins with https://" in answer.content.decode()
    assert Endpoint.objects.using("owner").count() == 0


def test_the_page_says_what_was_answered(client: Any, world: SimpleNamespace, target: Target) -> None:
    endpoint = add(world, target)
    target.status = 302
    target.headers = {"location": "http://127.0.0.1/"}
    commands.ping(access_of(world), endpoint.pk)
    work()
    client.force_login(world.admin)
    page = client.get(f"{URL}{endpoint.pk}/").content.decode()
    assert "status 302 leads elsewhere, which is not followed" in page
    assert "thank you" in page
    assert "next try" in page


def test_the_worker_itself_delivers(world: SimpleNamespace, target: Target) -> None:
    """Through the queue, in a worker of its own, on the machine's clock."""
    endpoint = add(world, target)
    commands.ping(access_of(world), endpoint.pk)
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert verified(endpoint.secret, target.got[0])["type"] == "ping"


@pytest.fixture
def hanging() -> Iterator[Target]:
    """Takes every message and never answers."""
    told, ends = Target(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.got.append(({}, ""))
            ends.wait(60)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield told
        ends.set()
        server.shutdown()


def test_systems_that_hang_keep_no_other_job_waiting(world: SimpleNamespace, hanging: Target, owner: Any) -> None:
    """R8.2: in the worker as it runs, on the machine's clock."""
    for _ in range(4):
        endpoint = add(world, hanging)
        for _ in range(3):
            commands.ping(access_of(world), endpoint.pk)
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'default' AND status IN ('todo', 'doing')"
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
        "VALUES ('default', 'tallyhub.ledger.jobs.refresh_snapshots', '{\"timestamp\": 0}')"
    )
    environment = os.environ | {"TALLYHUB_WEBHOOK_ALLOW_PRIVATE": "127.0.0.0/8"}
    with subprocess.Popen([sys.executable, "-m", "tallyhub.site.worker"], env=environment) as worker:
        try:
            deadline = time.monotonic() + 60
            while len(hanging.got) < rules.AT_ONCE_MAX or owner.execute(waiting).fetchone()[0]:
                assert time.monotonic() < deadline, (len(hanging.got), owner.execute(waiting).fetchone())
                time.sleep(0.02)
            assert len(hanging.got) == rules.AT_ONCE_MAX
        finally:
            worker.kill()
