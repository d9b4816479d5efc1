"""Identity providers as processes of their own: a well-behaved one of PyPI, and a hostile one of ours."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings

START_SECONDS_MAX = 60
CLIENT_ID, CLIENT_SECRET = "hub-at-customer", "the-client-secret-of-some-length!"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


def send(method: str, url: str, body: Any = None, *, is_form: bool = False) -> tuple[int, dict[str, str], str]:
    """(status, headers, text); a redirect is not followed."""
    data = None if body is None else (urlencode(body) if is_form else json.dumps(body)).encode()
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"
    request = urllib.request.Request(url, data, {"content-type": kind}, method=method)  # noqa: S310 - our own
    try:
        with _opener.open(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


@dataclass
class Idp:
    """A running provider."""

    issuer: str
    is_hostile: bool

    def tell(self, **told: Any) -> None:
        """The hostile one: what is to be wrong from now on."""
        send("PUT", f"{self.issuer}/control", told)

    def know(self, subject: str, **claims: Any) -> None:
        """The well-behaved one: somebody who can sign in there."""
        send("PUT", f"{self.issuer}/users/{subject}", claims)

    def answer(self, authorize: str, subject: str = "sub-1") -> str:
        """Somebody signs in there; the address to which they are sent back."""
        if self.is_hostile:
            _status, headers, text = send("GET", authorize)
        else:
            _status, headers, text = send("POST", authorize, {"sub": subject}, is_form=True)
        found = {name.lower(): value for name, value in headers.items()}
        assert "location" in found, text
        return found["location"]


def run_idp(arguments: list[str], port: int, *, is_hostile: bool) -> Iterator[Idp]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=quiet, stderr=quiet)
    idp = Idp(f"http://127.0.0.1:{port}", is_hostile)
    try:
        _wait(process, idp)
        yield idp
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", idp: Idp) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            send("GET", f"{idp.issuer}/.well-known/openid-configuration")
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the identity provider does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def idp() -> Iterator[Idp]:
    port = free_port()
    yield from run_idp(["oidc_provider_mock", "--port", str(port), "--require-nonce"], port, is_hostile=False)


@pytest.fixture(scope="session")
def hostile_process() -> Iterator[Idp]:
    port = free_port()
    yield from run_idp(["tests.people.sign_in.hostile", str(port)], port, is_hostile=True)


@pytest.fixture
def hostile(hostile_process: Idp) -> Idp:
    hostile_process.tell()
    return hostile_process


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers of this machine may be asked, as an operator can allow it."""
    allowing = settings.TALLYHUB.model_copy(update={"sign_in_allow_private": "127.0.0.0/8"})
    monkeypatch.setattr(settings, "TALLYHUB", allowing)


def connect(customer: Any, idp: Idp, **over: Any) -> Any:
    """The customer's people sign in at this provider."""
    from tallyhub.people.models import IdentityProvider

    fields = {
        "customer_id": customer.pk,
        "slug": customer.code,
        "name": f"{customer.name} sign-in",
        "issuer": idp.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return IdentityProvider.objects.using("owner").create(**fields | over)


def begin(browser: Any, slug: str = "cedar", **query: str) -> str:
    """The address at the provider to which one is sent, by the button of our page."""
    answer = press(browser, slug, **query)
    assert answer.status_code == 200, answer.content.decode()
    href = re.findall(r'<a class="btn btn-primary" href="([^"]+)"', answer.content.decode())
    assert answer["Refresh"] == f"0; url={unescape(href[0])}"
    return unescape(href[0])


def press(browser: Any, slug: str = "cedar", **query: str) -> Any:
    """Our page, and its button."""
    page = browser.get(f"/accounts/sso/{slug}/", query).content.decode()
    hidden = re.findall(r'type="hidden" name="(instead_of|next)" value="([^"]*)"', page)
    return browser.post(f"/accounts/sso/{slug}/go/", {**query, **{name: unescape(value) for name, value in hidden}})


def come_back(browser: Any, location: str) -> Any:
    parts = urlsplit(location)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: Any, idp: Idp, subject: str = "sub-1", slug: str = "cedar") -> Any:
    """All the way; the hub's last answer."""
    return come_back(browser, idp.answer(begin(browser, slug), subject))


def plain(answer: Any) -> str:
    """The page without what is new each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def who(browser: Any) -> str:
    """The address of whoever is signed in; empty for nobody."""
    answer = browser.get("/accounts/profile/")
    if answer.status_code != 200:
        return ""
    return str(answer.wsgi_request.user.email)


@pytest.fixture
def connected(world: SimpleNamespace, idp: Idp) -> SimpleNamespace:
    """The world, with cedar's people signing in at the well-behaved provider."""
    world.provider_of_cedar = connect(world.cedar, idp)
    return world
