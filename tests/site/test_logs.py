"""What stands in the log, and above all what does not: R10.3."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client, override_settings
from django.urls import reverse

from tallyhub.site import logs, worker
from tallyhub.site.config import Config
from tests.test_doors import doors


class Log(io.StringIO):
    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that any logger says, as the hub would write it."""
    stream = Log()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_a_request_is_one_line_of_json_with_its_figures(world: Any, client: Any, log: Log) -> None:  # R10.3
    client.force_login(world.admin)
    response = client.get("/customer-activity/?q=secret")
    (line,) = [one for one in log.lines if one["message"] == "request"]
    assert line.pop("milliseconds") > 0
    assert line.pop("statements") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", line.pop("time"))
    assert line == {
        "level": "info",
        "logger": "tallyhub.site.middleware",
        "message": "request",
        "request_id": response.headers["X-Request-Id"],
        "method": "GET",
        "view": "activity:customer_activity",
        "status": 200,
        "person_id": world.admin.pk,
    }


def test_a_whole_walk_writes_no_name_address_token_or_query(world: Any, log: Log) -> None:  # R10.3
    tokens, addresses = set(), doors(world).items()
    for who in world.cast:
        client = Client(raise_request_exception=False)
        client.force_login(getattr(world, who))
        for (method, name), (arguments, _) in addresses:
            client.generic(method, reverse(name, args=arguments) + "?q=Birch+hushed&who=someone@example.test").close()
        client.get("/cedar/north/Network basics/")
        client.post("/accounts/login/", {"login": f"{who}@example.test", "password": "correct horse battery"})
        tokens |= {cookie.value for cookie in client.cookies.values() if cookie.value}
    written = log.getvalue()
    assert written.count("\n") > 100
    people = {f"{who}@example.test" for who in world.cast}
    texts = {"Cedar", "Birch", "Northgate", "Lakeside", "hushed", "Network basics", "CED-2026", "correct horse"}
    assert {one for one in people | texts | tokens if one.lower() in written.lower()} == set()


def test_a_fault_shows_the_id_that_stands_in_the_log(world: Any, log: Log, monkeypatch: Any) -> None:  # R10.3
    from tallyhub.activity import web

    def fail(*_args: Any, **_more: Any) -> None:
        raise IntegrityError('duplicate key: Key (email)=(admin@example.test) already exists; "Cedar"')

    monkeypatch.setattr(web, "_home_card", fail, raising=False)
    monkeypatch.setattr("tallyhub.activity.web.render", fail)
    client = Client(raise_request_exception=False)
    client.force_login(world.admin)
    response = client.get("/customer-activity/")
    (line,) = [one for one in log.lines if one["message"] == "fault"]
    assert response.status_code == 500
    assert line["request_id"] in response.content.decode()
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert line["error"]["kind"] == "django.db.utils.IntegrityError"
    assert any("test_logs.py" in frame for frame in line["error"]["frames"])
    assert "example.test" not in log.getvalue()


def test_a_foreign_loggers_arguments_are_left_out(log: Log) -> None:  # R10.3
    logging.getLogger("some.library").warning("cannot reach %s", "admin@example.test")
    assert log.lines[0]["message"] == "cannot reach %s"


def test_an_id_is_taken_from_a_trusted_proxy_only(client: Any) -> None:  # R10.3
    told = {"HTTP_X_REQUEST_ID": "from-the-proxy-1"}
    assert client.get("/healthz", **told).headers["X-Request-Id"] != "from-the-proxy-1"
    with override_settings(TALLYHUB=Config(trusted_proxies="127.0.0.1")):
        assert client.get("/healthz", **told).headers["X-Request-Id"] == "from-the-proxy-1"
        odd = {"HTTP_X_REQUEST_ID": "two words\n"}
        assert re.fullmatch(r"[0-9a-f]{16}", client.get("/healthz", **odd).headers["X-Request-Id"])


def test_a_job_has_an_id_and_a_line(world: Any, log: Log) -> None:  # R10.3
    from types import SimpleNamespace

    def work() -> str:
        logging.getLogger("tallyhub.some").warning("inside")
        return "done"

    context = SimpleNamespace(job=SimpleNamespace(id=7, task_name="some.task"))
    assert worker.observed(work, context, None) == "done"
    inside, end = log.lines
    assert inside["request_id"] == end["request_id"] == "job-7"
    assert (end["task"], end["outcome"]) == ("some.task", "done")


def test_text_is_for_people_and_keeps_the_facts() -> None:
    record = logging.LogRecord("tallyhub.x", logging.INFO, "f", 1, "request", None, None)
    record.facts = {"status": 200}
    shape = logs.configuration("text", "INFO")["formatters"]["ours"]["format"]
    with logs.known_as("abc"):
        assert logs.TextFormatter(shape).format(record).endswith("INFO tallyhub.x [abc] request status=200")


def test_a_refused_request_is_one_line_and_django_adds_none(world: Any, log: Log) -> None:  # R10.3
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.admin)
    assert client.get("/no-such-page/").status_code == 404
    assert client.post("/switch/workspace/").status_code == 403  # django.security speaks of it, were it let
    assert [line["logger"] for line in log.lines] == ["tallyhub.site.middleware"] * 2


def test_probes_do_not_fill_the_log(world: Any, client: Client, log: Log) -> None:
    for path in ("/healthz", "/readyz", "/healthz"):
        assert client.get(path).status_code == 200
    assert [line for line in log.lines if line["level"] != "debug"] == []


def test_a_fault_deep_down_is_told_with_its_innermost_frames() -> None:
    def fall(depth: int) -> None:
        if depth:
            fall(depth - 1)
        raise ValueError

    with pytest.raises(ValueError) as caught:
        fall(50)
    frames = logs._described(caught.value)["frames"]
    assert len(frames) == logs.FRAMES_MAX
    assert all(frame.endswith(" fall") for frame in frames)
