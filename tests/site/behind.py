"""A served hub behind a real reverse proxy: the files of deploy/ with other ports, and a certificate of our own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.served import serving

DEPLOY = Path(__file__).parents[2] / "deploy"
HOST = "hub.example.org"
START_SECONDS_MAX = 30


@dataclass
class Browser:
    """Keeps cookies as a browser does: a secure one is sent over TLS only, which this is."""

    port: int
    certificate: Path
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, str]:
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = HTTPConnection(HOST, timeout=60)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        sent = {"Referer": f"https://{HOST}/", "Cookie": "; ".join(f"{k}={v.value}" for k, v in self.cookies.items())}
        with suppress(OSError):  # refused before all was sent; the answer is there
            connection.request(method, path, body, sent | dict(headers or {}))
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer, text

    def post(self, path: str, headers: Mapping[str, str] | None = None, **form: str) -> tuple[HTTPResponse, str]:
        form["csrfmiddlewaretoken"] = self.cookies["csrftoken"].value
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form).encode(), kind | dict(headers or {}))


def program(name: str) -> str:
    """Skips, and says why, where the proxy is not installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip(f"{name} is not installed here, so deploy/ is not tried with it")
    return found


@contextmanager
def behind(name: str, folder: Path) -> Iterator[tuple[Browser, int]]:
    """A browser, and the port of plain HTTP (nginx; 0 for Caddy, which has its own)."""
    proxy, port, plain = program(name), _free_port(), _free_port()
    certificate, key = _certificate(folder)
    settings = {"TALLYHUB_BASE_URL": f"https://{HOST}", "TALLYHUB_TRUSTED_PROXIES": "127.0.0.1"}
    with serving(has_pages=True, TALLYHUB_DATA_DIR=str(folder / "data"), **settings) as served:
        command = _PREPARE[name](proxy, folder, {"hub": served.port, "tls": port, "plain": plain}, certificate, key)
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)})
        try:
            _wait(process, port, folder / "log")
            yield Browser(port, certificate), plain
        finally:
            process.terminate()
            process.wait(30)


def _nginx(proxy: str, folder: Path, ports: dict[str, int], certificate: Path, key: Path) -> list[str]:
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{ports['plain']};",
        "listen 443 ": f"listen 127.0.0.1:{ports['tls']} ",
        "/etc/ssl/hub.example.org/fullchain.pem": str(certificate),
        "/etc/ssl/hub.example.org/key.pem": str(key),
        "127.0.0.1:8000": f"127.0.0.1:{ports['hub']}",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)  # not every machine of tests has IPv6
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ {places}\n{text} }}"
    (folder / "nginx.conf").write_text(whole)
    return [proxy, "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _caddy(proxy: str, folder: Path, ports: dict[str, int], certificate: Path, key: Path) -> list[str]:
    text = (DEPLOY / "Caddyfile").read_text()
    for old, new in {
        "\nhub.example.org {": f"\nhttps://hub.example.org:{ports['tls']} {{\n\ttls {certificate} {key}",
        "127.0.0.1:8000": f"127.0.0.1:{ports['hub']}",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    if _version(proxy) < (2, 6, 4):
        assert "request_buffers 2MiB" in text, "what the file says of older versions is tried with them"
        text = text.replace("request_buffers 2MiB", "buffer_requests")
    options = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port {ports['plain']}\n}}\n"
    (folder / "Caddyfile").write_text(options + text)
    return [proxy, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _version(caddy: str) -> tuple[int, ...]:
    said = subprocess.run([caddy, "version"], check=True, capture_output=True, text=True).stdout
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    assert found, said
    return tuple(map(int, found.groups()))


_PREPARE: dict[str, Callable[..., list[str]]] = {"nginx": _nginx, "caddy": _caddy}


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = [program("openssl"), *made, *named, "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the proxy does not start: {log.read_text()[-2000:]}")
