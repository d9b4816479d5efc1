"""The threads of a web worker take turns."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tallyhub.site import middleware

WAIT_SECONDS_MAX = 20


class Work:
    """A page that is made as long as the test says."""

    def __init__(self) -> None:
        self.began, self.ends, self.inside, self.most = Event(), Event(), 0, 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if request.path == "/long/":
            self.began.set()
            assert self.ends.wait(WAIT_SECONDS_MAX)
        self.inside -= 1
        return HttpResponse()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as made:
        yield made


def test_a_page_waits_for_the_one_before(threads: ThreadPoolExecutor, monkeypatch: Any) -> None:
    monkeypatch.setattr(middleware, "TURN_SECONDS_MAX", WAIT_SECONDS_MAX)
    work = Work()
    ask = middleware.take_turns(work)
    first = threads.submit(ask, RequestFactory().get("/long/"))
    assert work.began.wait(WAIT_SECONDS_MAX)
    others = [threads.submit(ask, RequestFactory().get("/short/")) for _ in range(3)]
    work.ends.set()
    assert [one.result().status_code for one in (first, *others)] == [200] * 4
    assert work.most == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_waits_long_for_a_long_one(threads: ThreadPoolExecutor, method: str) -> None:
    """And what people send is waited for apart."""
    work = Work()
    ask = middleware.take_turns(work)
    long = threads.submit(ask, getattr(RequestFactory(), method)("/long/"))
    assert work.began.wait(WAIT_SECONDS_MAX)
    assert ask(RequestFactory().get("/short/")).status_code == 200
    assert not long.done()
    work.ends.set()
    assert long.result().status_code == 200
