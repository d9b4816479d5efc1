"""What is sent slowly, in half or in excess. Issue 3, bad input."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory, override_settings

from tallyhub.site import bodies
from tallyhub.site.config import Config


class Half:
    """A body of which the rest never comes, until the connection ends."""

    def __init__(self) -> None:
        self.ended = Event()

    def read(self, size: int) -> bytes:
        self.ended.wait(60)
        return b""


@contextmanager
def halves(ask: Callable[[Any, str], str], many: int) -> Iterator[list[str]]:
    """So many requests with half a body wait at the same time."""
    half, statuses = Half(), list[str]()
    threads = [Thread(target=lambda: statuses.append(ask(half, "1000"))) for _ in range(many)]
    for one in threads:
        one.start()
    try:
        yield statuses
    finally:
        half.ended.set()
        for one in threads:
            one.join(60)


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    sent = environ["wsgi.input"].read()
    start("200 OK", [])
    return [sent]


def asking(application: Any) -> Callable[..., str]:
    within = bodies.within(application)

    def ask(body: Any, length: str, path: str = "/accounts/login/") -> str:
        told: list[Any] = []
        environ = {"PATH_INFO": path, "CONTENT_LENGTH": length, "wsgi.input": body}
        list(within(environ, lambda status, headers: told.append(status)))
        return str(told[0][:3])

    return ask


def test_a_body_that_comes_is_handed_on_whole() -> None:
    for size in (0, 1, bodies.PIECE, 3 * bodies.PIECE + 1):
        said: list[bytes] = list(
            bodies.within(echo)(
                {"PATH_INFO": "/", "CONTENT_LENGTH": str(size), "wsgi.input": io.BytesIO(b"x" * size)},
                lambda *_about: None,
            )
        )
        assert b"".join(said) == b"x" * size


def test_half_a_body_is_answered_with_408_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.Body.__init__, "__kwdefaults__", {"seconds_max": 0.05})
    half = Half()
    for path, length in (("/accounts/login/", "1000"), ("/import/", str(2 * 1024 * 1024))):
        assert asking(echo)(half, length, path) == "408", path
    half.ended.set()


def test_when_many_halves_wait_the_next_is_refused_and_a_page_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "QUEUED_SECONDS_MAX", 0.05)
    ask = asking(echo)
    with halves(ask, bodies.AT_ONCE_MAX) as answered:
        while ask(io.BytesIO(b"1"), "1") != "503":  # until each of them has its place
            pass
        assert answered == []
        assert ask(io.BytesIO(b""), "0") == "200"
    assert ask(io.BytesIO(b"1"), "1") == "200"


@pytest.mark.parametrize(
    ("path", "megabytes", "status"),
    [("/accounts/login/", 2, "413"), ("/import/", 2, "200"), ("/import/", 201, "413"), ("/import/codes/", 2, "413")],
)
def test_only_where_a_file_is_taken_a_body_may_be_long(path: str, megabytes: int, status: str) -> None:
    assert asking(echo)(io.BytesIO(b"x"), str(megabytes * 1024 * 1024), path) == status


def test_a_long_body_is_not_read_before_it_is_known_who_sends_it(world: SimpleNamespace) -> None:
    class Unread(io.BytesIO):
        def read(self, *_about: Any) -> bytes:
            raise AssertionError

    long = {"CONTENT_LENGTH": str(2 * 1024 * 1024), "wsgi.input": Unread()}
    answer = Client(enforce_csrf_checks=True).post("/import/", **long)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert "Sign in first" in answer.content.decode()


@override_settings(TALLYHUB=Config(import_megabytes=1))
def test_many_files_of_a_request_are_no_larger_together_than_one() -> None:
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x" * 700 * 1024) for number in range(3)}
    assert list(RequestFactory().post("/import/", files).FILES) == ["file0"]
