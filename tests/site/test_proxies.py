"""Whose word is believed about the client: R10.2's trusted proxies."""

from typing import Any

import pytest
from django.test import override_settings
from pydantic import ValidationError

from tallyhub.site import proxies
from tallyhub.site.config import Config

OURS = Config(trusted_proxies="10.0.0.0/8, 2001:db8::7").proxy_networks
REFUSED = "Too many failed"
CASES = {
    "a stranger's claim": ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    "one proxy": ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
    "two proxies of ours": ("10.0.0.7", "198.51.100.1, 10.0.0.9", "198.51.100.1"),
    "an invented hop on the left": ("10.0.0.7", "192.0.2.1, 198.51.100.1", "198.51.100.1"),
    "nothing told": ("10.0.0.7", "", "10.0.0.7"),
    "nonsense": ("10.0.0.7", "unknown", "10.0.0.7"),
    "version 6": ("2001:db8::7", "2001:db8:1::5", "2001:db8:1::5"),
    "version 4 in 6": ("::ffff:10.0.0.7", "198.51.100.1", "198.51.100.1"),
    "only ours": ("10.0.0.7", "10.1.1.1", "10.1.1.1"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_client_is_the_last_hop_that_is_not_ours(case: str) -> None:  # R10.2
    peer, forwarded, expected = CASES[case]
    about: dict[str, Any] = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    proxies.correct(about, OURS)
    assert about["REMOTE_ADDR"] == expected


def test_a_strangers_headers_are_taken_away() -> None:  # R10.2
    about: dict[str, Any] = {
        "REMOTE_ADDR": "203.0.113.9",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "evil.example.test",
        "HTTP_X_REQUEST_ID": "chosen-by-a-stranger",
        "wsgi.url_scheme": "http",
    }
    proxies.correct(about, OURS)
    assert about == {"REMOTE_ADDR": "203.0.113.9", "wsgi.url_scheme": "http"}


def test_the_scheme_is_the_proxys() -> None:  # R10.2
    about: dict[str, Any] = {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "http"}
    proxies.correct(about, OURS)
    assert about["wsgi.url_scheme"] == "https"


def test_a_scheme_that_is_none_is_not_believed() -> None:  # R10.2
    about: dict[str, Any] = {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_PROTO": "gopher", "wsgi.url_scheme": "http"}
    proxies.correct(about, OURS)
    assert about["wsgi.url_scheme"] == "http"


def test_a_malformed_network_is_refused_in_words() -> None:  # R10.2
    with pytest.raises(ValidationError, match=r"Write addresses or networks, such as"):
        Config(trusted_proxies="10.0.0.0/99")


def test_failed_sign_ins_are_counted_by_the_true_address(world: Any, client: Any) -> None:  # R10.7
    """Behind a proxy everybody has the same peer: without its word the first guesser would lock everybody out."""
    with override_settings(TALLYHUB=Config(trusted_proxies="127.0.0.1")):
        pages = [_guess(client, "198.51.100.1", n) for n in range(11)]
        assert [REFUSED in page for page in pages] == [False] * 10 + [True]
        assert REFUSED not in _guess(client, "198.51.100.2", 99)


def _guess(client: Any, address: str, n: int) -> str:
    form = {"login": f"nobody{n}@example.test", "password": "wrong"}
    page: str = client.post("/accounts/login/", form, HTTP_X_FORWARDED_FOR=address).content.decode()
    return page


def test_browsers_are_told_to_stay_on_tls_where_there_is_tls(client: Any) -> None:  # R10.2
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    with override_settings(TALLYHUB=Config(base_url="https://hub.example.test")):
        assert client.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("base_url", "is_secure"), [("https://hub.example.test", True), ("http://hub.example.test", False)]
)
def test_cookies_are_sent_over_tls_only_where_there_is_tls(base_url: str, is_secure: bool) -> None:  # R10.2
    import os
    import subprocess
    import sys

    code = "from tallyhub.site import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    environment = os.environ | {"TALLYHUB_BASE_URL": base_url}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(is_secure)] * 2
