"""A small load client: processes with one kept connection each that send the same bytes again and again."""

import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from multiprocessing import get_context
from threading import BrokenBarrierError
from typing import Any, TypeVar
from urllib.parse import urlencode

from benchmarks.ground import Hub

T = TypeVar("T")
_ROOM = 1 << 20  # bytes of the largest answer
_barrier: Any = None


def sign_in(hub: Hub, email: str, password: str) -> str:
    """The value of the Cookie header that a browser would send from then on."""
    connection = hub.connect()
    cookies: dict[str, str] = {}
    form = _ask(connection, "GET", cookies, "/accounts/login/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[0]
    fields = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    _ask(connection, "POST", cookies, "/accounts/login/", urlencode(fields))
    _ask(connection, "GET", cookies, "/")  # shows what is shown once
    connection.close()
    return _header(cookies)


def _ask(connection: HTTPConnection, method: str, cookies: dict[str, str], path: str, body: str = "") -> str:
    headers = {"Cookie": _header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    for header in answer.headers.get_all("Set-Cookie", []):
        cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    return answer.read().decode()


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items() if value)


def request_bytes(hub: Hub, path: str, cookie: str, **headers: str) -> bytes:
    named = {"Host": f"{hub.host}:{hub.port}", "Cookie": cookie, "Accept": "text/html", **headers}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        found = re.search(rb"(?im)^%s: *(.*?)\r?$" % name.encode(), self.head)
        return found[1].decode() if found else ""


class Connection:
    """One kept connection."""

    def __init__(self, hub: Hub) -> None:
        self._socket = socket.create_connection((hub.host, hub.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)

    def ask(self, request: bytes) -> tuple[int, int]:
        """Send, and read the whole answer: its status, and how long it was in bytes."""
        status, _head, end = self._exchange(request)
        return status, end

    def answer(self, request: bytes) -> Answer:
        status, head, end = self._exchange(request)
        return Answer(status, bytes(self._view[:head]), bytes(self._view[head:end]))

    def _exchange(self, request: bytes) -> tuple[int, int, int]:
        self._socket.sendall(request)
        received, head = 0, -1
        while head < 0:
            received += self._receive(received)
            head = self._buffer.find(b"\r\n\r\n", 0, received)
        head += 4
        status = int(self._buffer[9:12])
        end = head + (0 if status == 304 else self._length(head))
        while received < end:
            received += self._receive(received)
        return status, head, end

    def _receive(self, at: int) -> int:
        count = self._socket.recv_into(self._view[at:])
        if not count:
            raise ConnectionError("the hub closed the connection")
        return count

    def _length(self, head: int) -> int:
        begin = self._buffer.find(b"content-length:", 0, head) + len(b"content-length:")
        return int(self._buffer[begin : self._buffer.find(b"\r\n", begin)])

    def close(self) -> None:
        self._socket.close()


def hammer(hub: Hub, request: bytes, expected: int, seconds: float) -> float:
    """Answers per second of one connection; each must have the expected status."""
    connection = Connection(hub)
    begun = time.perf_counter()
    count = 0
    while time.perf_counter() - begun < seconds:
        status, _length = connection.ask(request)
        if status != expected:
            raise RuntimeError(f"the hub answered {status}, not {expected}")
        count += 1
    rate = count / (time.perf_counter() - begun)
    connection.close()
    return rate


class Team:
    """Processes that begin together."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def run(self, task: Callable[..., T], arguments: Sequence[tuple[Any, ...]]) -> list[T]:
        """``task`` once in each process, with as many arguments as there are processes."""
        return [future.result() for future in [self._pool.submit(_together, task, each) for each in arguments]]


@contextmanager
def team(size: int) -> Iterator[Team]:
    context = get_context("spawn")
    barrier = context.Barrier(size)
    with ProcessPoolExecutor(size, mp_context=context, initializer=_know, initargs=(barrier,)) as pool:
        yield Team(pool)


def _know(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _together(task: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """Waits for the others, so no process takes a second task before each has its first."""
    try:
        _barrier.wait(60)
    except BrokenBarrierError:
        raise RuntimeError("the others did not come") from None
    return task(*arguments)
