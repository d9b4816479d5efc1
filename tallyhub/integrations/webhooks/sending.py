"""One HTTP request to a stranger: to a checked address, within a time, and reading no more than is looked at.

No HTTP library is used: they resolve names themselves, follow redirects, take proxies from the environment and count
their time per read. The name is resolved once, each address is checked, and that very address is connected to.
"""

import io
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tallyhub.integrations.webhooks.addresses import Network, may_reach
from tallyhub.integrations.webhooks.rules import Problem

SECONDS_MAX = 10.0  # for everything: name, connection, TLS, request, answer
HEAD_BYTES = 1024  # of the answer's body; nothing beyond is read
WIRE_BYTES_MAX = 64 * 1024  # of an answer with its headers


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` None: there was none, and ``problem`` says why."""

    status: int | None
    problem: Problem | None
    head: str
    milliseconds: int


class _Failed(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._began = monotonic()
        self._ends = self._began + seconds

    def left(self) -> float:
        """Seconds, more than 0. Raises TimeoutError when there are none."""
        if (seconds := self._ends - monotonic()) <= 0:
            raise TimeoutError
        return seconds

    @property
    def milliseconds(self) -> int:
        return int((monotonic() - self._began) * 1000)


def post(
    url: str,
    headers: Mapping[str, str],
    body: str,
    *,
    allowed: Sequence[Network] = (),
    seconds_max: float = SECONDS_MAX,
) -> Answer:
    """Send, and say what was answered. Raises nothing: what goes wrong is the answer."""
    deadline = _Deadline(seconds_max)
    try:
        status, head = _exchange(urlsplit(url), headers, body.encode(), deadline, allowed)
    except _Failed as failed:
        return Answer(None, failed.problem, "", deadline.milliseconds)
    except TimeoutError:
        return Answer(None, Problem.TIMEOUT, "", deadline.milliseconds)
    except ssl.SSLError:
        return Answer(None, Problem.TLS, "", deadline.milliseconds)
    except OSError:  # a connection that ends before the answer is one, too
        return Answer(None, Problem.CONNECTION, "", deadline.milliseconds)
    except (HTTPException, ValueError):
        return Answer(None, Problem.ANSWER, "", deadline.milliseconds)
    return Answer(status, None, head, deadline.milliseconds)


def _exchange(
    parts: SplitResult, headers: Mapping[str, str], body: bytes, deadline: _Deadline, allowed: Sequence[Network]
) -> tuple[int, str]:
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    with _connected(host, port, is_tls, deadline, allowed) as wire:
        connection = HTTPConnection(host, port)
        connection.default_port = port if port in (80, 443) else 0  # so that Host names only an unusual one
        connection.sock = _Wire(wire, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"user-agent": "tallyhub", "connection": "close", **headers})
        response = connection.getresponse()
        return response.status, _shown(_head(response))


def _head(response: Any) -> bytes:
    """The status is the answer; whoever drips or breaks off after it has accepted all the same."""
    try:
        head: bytes = response.read(HEAD_BYTES)
    except (OSError, HTTPException, ValueError):
        return b""
    return head


def _shown(head: bytes) -> str:
    text = head.decode("utf-8", "replace")
    return "".join(one if one.isprintable() else " " for one in text)[:HEAD_BYTES]


def _connected(host: str, port: int, is_tls: bool, deadline: _Deadline, allowed: Sequence[Network]) -> socket.socket:
    """Connected to the first address that may be reached and answers."""
    found = _resolved(host, port, deadline)
    reachable = [one for one in found if may_reach(ip_address(str(one[4][0]).partition("%")[0]), allowed)]
    if not is_tls:  # plain HTTP is for the operator's own networks
        reachable = [one for one in reachable if any(ip_address(one[4][0]) in network for network in allowed)]
    if not reachable:
        raise _Failed(Problem.ADDRESS)
    raw = _first_open(reachable, deadline)
    try:
        raw.settimeout(deadline.left())
        return ssl.create_default_context().wrap_socket(raw, server_hostname=host) if is_tls else raw
    except BaseException:
        raw.close()
        raise


def _first_open(found: Sequence[Any], deadline: _Deadline) -> socket.socket:
    error: OSError = OSError()
    for family, kind, protocol, _name, address in found:
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(deadline.left())
            raw.connect(address)
        except OSError as failed:
            raw.close()
            error = failed
        else:
            return raw
    raise error


def _resolved(host: str, port: int, deadline: _Deadline) -> list[Any]:
    """In a thread, because the system's own resolver knows no deadline."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            found.append([])

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not found:
        raise TimeoutError
    if not found[0]:
        raise _Failed(Problem.NAME)
    return list(found[0])


class _Wire:
    """A socket as http.client wants it: every step has what is left of the time, and reading has an end."""

    def __init__(self, raw: socket.socket, deadline: _Deadline) -> None:
        self._raw, self._deadline = raw, deadline

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._deadline.left())
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._raw, self._deadline), HEAD_BYTES)

    def close(self) -> None:
        """http.client lets go of the connection before the body is read; who opened the socket closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, raw: socket.socket, deadline: _Deadline) -> None:
        self._raw, self._deadline, self._left = raw, deadline, WIRE_BYTES_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise HTTPException("too long")
        self._raw.settimeout(self._deadline.left())
        read = self._raw.recv_into(buffer)
        self._left -= read
        return read
