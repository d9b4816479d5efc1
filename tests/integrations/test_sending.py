"""Hostile targets of webhooks: real servers, real TLS, and the address that was checked is the one connected to."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tallyhub.integrations.webhooks import sending
from tallyhub.kernel.outbound import Problem, may_reach

LOOPBACK = [ip_network("127.0.0.0/8")]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Serve = Callable[[socket.socket], None]


@contextmanager
def serving(serve: Serve, wrap: Callable[[socket.socket], socket.socket] = lambda raw: raw) -> Iterator[int]:
    """A server on loopback that does as it likes with each connection; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    raw, _address = listening.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(raw,), daemon=True).start()

        def one(raw: socket.socket) -> None:
            try:
                with wrap(raw) as talking:
                    got = b""
                    while not got.endswith(b"{}"):
                        got += talking.recv(65536)
                    serve(talking)
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def send(port: int, *, scheme: str = "http", host: str = "127.0.0.1", seconds: float = 5, **over: Any) -> Any:
    url = f"{scheme}://{host}:{port}/hook"
    return sending.post(url, {"webhook-id": "msg_1"}, "{}", seconds_max=seconds, **{"allowed": LOOPBACK} | over)


def drip(talking: socket.socket, *, first: bytes = b"") -> None:
    """A byte now and then, for ever: each read by itself is quick."""
    talking.sendall(first)
    stop = threading.Event()
    while not stop.wait(0.05):
        talking.sendall(b"x")


# Addresses


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.255.0.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200",
        "169.254.169.254", "192.0.0.192", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "168.63.129.16",
        "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_reached(text: str) -> None:
    assert not may_reach(ip_address(text), [])


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_a_public_address_is_reached(text: str) -> None:
    assert may_reach(ip_address(text), [])


def test_an_allowed_network_is_reached_and_its_neighbour_is_not() -> None:
    allowed = [ip_network("10.0.8.0/24"), ip_network("fd00:1::/64")]
    assert [may_reach(ip_address(one), allowed) for one in ("10.0.8.9", "::ffff:10.0.8.9", "fd00:1::5")] == [True] * 3
    assert [may_reach(ip_address(one), allowed) for one in ("10.0.9.1", "127.0.0.1", "fd00:2::5")] == [False] * 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "0"])
def test_loopback_is_not_reached_however_it_is_written(host: str) -> None:
    with serving(lambda talking: talking.sendall(OK)) as port:
        for scheme in ("http", "https"):
            answer = send(port, scheme=scheme, host=host, allowed=[])
            assert answer.problem in (Problem.ADDRESS, Problem.NAME)
            assert answer.status is None


def test_the_address_that_was_checked_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time is asked once only."""
    asked: list[str] = []

    def answer_otherwise(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with serving(lambda talking: talking.sendall(OK)) as port:
        monkeypatch.setattr(socket, "getaddrinfo", answer_otherwise)
        only = [ip_network("127.0.0.1/32")]
        assert send(port, host="rebinding.test", allowed=only).status == 200
        assert asked == ["rebinding.test"]
        assert send(port, host="rebinding.test", allowed=only).problem is Problem.ADDRESS


def test_of_several_addresses_only_those_are_tried_that_may_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in ("10.255.255.1", "127.0.0.1")]
    with serving(lambda talking: talking.sendall(OK)) as port:
        mixed = [(*one[:4], (one[4][0], port)) for one in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: mixed)
        assert send(port, host="mixed.test", allowed=[ip_network("127.0.0.1/32")]).status == 200


def test_a_name_that_nobody_knows_is_said_to_be_unknown() -> None:
    assert send(443, scheme="https", host="nobody.invalid").problem is Problem.NAME


# Answers


def test_a_redirect_is_not_followed() -> None:
    got: list[int] = []
    with serving(lambda talking: got.append(1)) as inner:
        there = f"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\n\r\n".encode()
        with serving(lambda talking: talking.sendall(there)) as port:
            assert send(port).status == 307
    assert got == []


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[int] = []
    with serving(lambda talking: got.append(1)) as proxy, serving(lambda talking: talking.sendall(OK)) as port:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert send(port).status == 200
    assert got == []


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 "],
    ids=["status", "headers", "after a continue"],
)
def test_a_target_that_drips_ends_with_the_time(first: bytes) -> None:
    began = monotonic()
    with serving(lambda talking: drip(talking, first=first)) as port:
        answer = send(port, seconds=0.6)
    assert answer.status is None
    assert answer.problem in (Problem.TIMEOUT, Problem.ANSWER)
    assert monotonic() - began < 3


def test_a_target_that_says_nothing_ends_with_the_time() -> None:
    stop = threading.Event()
    with serving(lambda talking: stop.wait() and None) as port:
        assert send(port, seconds=0.4).problem is Problem.TIMEOUT
    stop.set()


def test_a_body_that_drips_does_not_undo_the_status() -> None:
    began = monotonic()
    with serving(lambda talking: drip(talking, first=b"HTTP/1.1 200 OK\r\n\r\n")) as port:
        assert send(port, seconds=0.6).status == 200
    assert monotonic() - began < 3


def test_an_endless_answer_is_not_read() -> None:
    sent: list[int] = []

    def endless(talking: socket.socket) -> None:
        talking.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")
        try:
            for _ in range(10_000):
                talking.sendall(b"x" * 1_000_000)
                sent.append(1)
        except OSError:
            pass

    with serving(endless) as port:
        answer = send(port)
    assert (answer.status, len(answer.head)) == (200, sending.HEAD_BYTES)
    assert len(sent) < 50  # what the system's own buffers take


def test_endless_headers_are_no_answer() -> None:
    def endless(talking: socket.socket) -> None:
        talking.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            talking.sendall(b"x-more: " + b"y" * 60_000 + b"\r\n")

    with serving(endless) as port:
        assert send(port).problem is Problem.ANSWER


def test_endless_continues_are_no_answer() -> None:
    def endless(talking: socket.socket) -> None:
        while True:
            talking.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    with serving(endless) as port:
        assert send(port).problem is Problem.ANSWER


def test_what_is_no_http_is_no_answer() -> None:
    with serving(lambda talking: talking.sendall(b"220 mail ready\r\n")) as port:
        assert send(port).problem is Problem.ANSWER


def test_a_closed_port_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert send(port).problem is Problem.CONNECTION


def test_control_characters_of_an_answer_are_not_kept() -> None:
    with serving(lambda talking: talking.sendall(b"HTTP/1.1 200 OK\r\n\r\na\x00\x1b[31mb\xff")) as port:
        assert send(port).head == "a  [31mb\ufffd"


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For hooks.test, signed by itself."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("no openssl on this machine to make a certificate with")
    both = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=hooks.test"]
    made += ["-addext", "subjectAltName=DNS:hooks.test", "-keyout", f"{both}.key", "-out", f"{both}.crt"]
    subprocess.run([openssl, *made], check=True, capture_output=True)
    both.write_text(Path(f"{both}.key").read_text() + Path(f"{both}.crt").read_text())
    return both


@contextmanager
def tls_serving(certificate: Path, monkeypatch: pytest.MonkeyPatch, *, is_trusted: bool) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt" if is_trusted else os.devnull)
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, **over: known("127.0.0.1", port, **over))
    with serving(lambda talking: talking.sendall(OK), lambda raw: context.wrap_socket(raw, server_side=True)) as port:
        yield port


def test_a_certificate_for_the_name_is_taken(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_serving(certificate, monkeypatch, is_trusted=True) as port:
        assert send(port, scheme="https", host="hooks.test").status == 200


def test_a_certificate_for_another_name_is_not(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_serving(certificate, monkeypatch, is_trusted=True) as port:
        assert send(port, scheme="https", host="other.test").problem is Problem.TLS


def test_a_certificate_that_nobody_vouches_for_is_not(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_serving(certificate, monkeypatch, is_trusted=False) as port:
        assert send(port, scheme="https", host="hooks.test").problem is Problem.TLS
