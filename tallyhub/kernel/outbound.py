"""One HTTP request to a stranger: to a checked address, within a time, and reading no more than is looked at.

Public addresses, and the private networks that the operator names. No HTTP library is used: they resolve names
themselves, follow redirects, take proxies from the environment and count their time per read. The name is resolved
once, each address is checked, and that very address is connected to.
"""

import io
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

import idna
from django.utils.encoding import iri_to_uri

from tallyhub.kernel.errors import Invalid

SECONDS_MAX = 10  # for everything: name, connection, TLS, request, answer
_HEADERS_BYTES_MAX = 64 * 1024  # of an answer, beside its body


class Problem(StrEnum):
    """Why there was no answer."""

    ADDRESS = "address"  # one that the hub must not reach
    NAME = "name"  # unknown to the name service
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    ANSWER = "answer"  # not HTTP


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` None: there was none, and ``problem`` says why. ``body``: its beginning."""

    status: int | None
    problem: Problem | None
    body: bytes
    milliseconds: int


Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Named here, because what Python calls global differs between its releases (IANA's special-purpose registries).
_SPECIAL: list[Network] = [
    *map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
            *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",  # public by its number, but a cloud's own service for its machines
        ),
    ),
    # Of the public 2000::/3: protocol assignments with Teredo, examples, 6to4 (which holds an IPv4 address).
    *map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")),
]
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # holds an IPv4 address: whoever reaches it reaches that one


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """True for a public address, and for one of a network that was allowed."""
    meant = _meant(address)
    return any(meant in one for one in allowed if one.version == meant.version) or _is_public(meant)


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it; otherwise itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not any(address in one for one in _SPECIAL if one.version == address.version)


def literal(host: str) -> Address | None:
    """The address that a host is written as; None: it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def check_target(url: str, allowed: Sequence[Network], *, length_max: int) -> str:
    """The address as it is kept. Raises Invalid for one that cannot be called.

    Without TLS only where the operator allowed a private network; whether the host is in it, each try checks anew.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError:  # UnicodeError and IDNAError are some
        raise Invalid("target_malformed", length_max=length_max) from None
    schemes = ("https", "http") if allowed else ("https",)
    is_plain = url.isprintable() and " " not in url.strip() and parts.username is None and not parts.fragment
    if parts.scheme not in schemes or not host or not is_plain or port == 0 or len(url.strip()) > length_max:
        raise Invalid("target_malformed", length_max=length_max)
    if (address := literal(host)) and not may_reach(address, allowed):
        raise Invalid("target_refused", address=host)
    ascii_parts = {"path": iri_to_uri(parts.path), "query": iri_to_uri(parts.query)}
    target = parts._replace(netloc=_netloc(host, port), **ascii_parts).geturl()
    if len(target) > length_max:
        raise Invalid("target_malformed", length_max=length_max)
    return target


def _ascii_host(host: str) -> str:
    """By IDNA 2008, as browsers do: the standard library's older one makes another name of some (ß is not ss).

    Raises ValueError for what is no name.
    """
    return host.encode("idna").decode() if host.isascii() else idna.encode(host, uts46=True).decode()


def _netloc(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed


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


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


def exchange(
    request: Request, *, allowed: Sequence[Network] = (), seconds_max: float = SECONDS_MAX, body_bytes_max: int
) -> Answer:
    """Send, and say what was answered. Raises nothing: what goes wrong is the answer."""
    deadline = _Deadline(seconds_max)
    try:
        status, body = _exchange(request, deadline, allowed, body_bytes_max)
    except _Failed as failed:
        return Answer(None, failed.problem, b"", deadline.milliseconds)
    except TimeoutError:
        return Answer(None, Problem.TIMEOUT, b"", deadline.milliseconds)
    except ssl.SSLError:
        return Answer(None, Problem.TLS, b"", deadline.milliseconds)
    except OSError:  # a connection that ends before the answer is one, too
        return Answer(None, Problem.CONNECTION, b"", deadline.milliseconds)
    except (HTTPException, ValueError):
        return Answer(None, Problem.ANSWER, b"", deadline.milliseconds)
    return Answer(status, None, body, deadline.milliseconds)


def _exchange(
    request: Request, deadline: _Deadline, allowed: Sequence[Network], body_bytes_max: int
) -> tuple[int, bytes]:
    parts: SplitResult = urlsplit(request.url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    with _connected(host, port, is_tls, deadline, allowed) as wire:
        connection = HTTPConnection(host, port)
        connection.default_port = port if port in (80, 443) else 0  # so that Host names only an unusual one
        connection.sock = _Wire(wire, deadline, _HEADERS_BYTES_MAX + body_bytes_max)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"user-agent": "tallyhub", "connection": "close", **request.headers}
        connection.request(request.method, target, request.body, headers)
        response = connection.getresponse()
        return response.status, _beginning(response, body_bytes_max)


def _beginning(response: Any, bytes_max: int) -> bytes:
    """The status is the answer; whoever drips or breaks off after it has accepted all the same."""
    try:
        read: bytes = response.read(bytes_max)
    except (OSError, HTTPException, ValueError):
        return b""
    return read


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

    def __init__(self, raw: socket.socket, deadline: _Deadline, bytes_max: int) -> None:
        self._raw, self._deadline, self._bytes_max = raw, deadline, bytes_max

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._deadline.left())
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._raw, self._deadline, self._bytes_max), 1024)

    def close(self) -> None:
        """http.client lets go of the connection before the body is read; who opened the socket closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, raw: socket.socket, deadline: _Deadline, bytes_max: int) -> None:
        self._raw, self._deadline, self._left = raw, deadline, bytes_max

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise HTTPException("too long")
        self._raw.settimeout(self._deadline.left())
        read = self._raw.recv_into(buffer)
        self._left -= read
        return read
