"""The demo's mail: over real SMTP into the catcher, and readable; in an ordinary hub there is no such page."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tallyhub.site.demo import catcher


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("TALLYHUB_SMTP_URL", "TALLYHUB_MAIL_FROM"):
        monkeypatch.setenv(name, "smtp://elsewhere.northgate.test")  # which nothing may reach
    config = settings.TALLYHUB.model_copy(update={"demo": True, "data_dir": tmp_path})
    with catcher.catching(tmp_path) as address, override_settings(TALLYHUB=config):
        yield address.removeprefix("smtp://")


def send(address: str, subject: str = "Hello", html: str = "<p>Good day</p>") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "hub@northgate.test", "reader@example.test"
    message.set_content("Good day, Zoë")
    message.add_alternative(html, subtype="html")
    host, _, port = address.partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.send_message(message)


def key_of_only() -> str:
    (caught,) = catcher.list_caught(settings.TALLYHUB.data_dir)
    return caught.key


def test_a_mail_is_listed_and_read_as_text_and_html(world: SimpleNamespace, demo: str, client: Client) -> None:
    send(demo)
    assert "reader@example.test" in client.get("/demo/mail/").content.decode()
    page = client.get(f"/demo/mail/{key_of_only()}/").content.decode()
    assert "Good day, Zoë" in page
    assert "sandbox" in page
    html = client.get(f"/demo/mail/{key_of_only()}/html/").content.decode().strip()
    assert html == '<base target="_blank"><p>Good day</p>'


def test_a_hostile_mail_runs_nothing(world: SimpleNamespace, demo: str, client: Client) -> None:
    send(demo, "<script>x()</script>", "<script>parent.location='//evil.example'</script>")
    assert "<script>x()" not in client.get("/demo/mail/").content.decode()
    assert "<script>x()" not in client.get(f"/demo/mail/{key_of_only()}/").content.decode()
    answer = client.get(f"/demo/mail/{key_of_only()}/html/")
    assert answer["Content-Security-Policy"].startswith("sandbox allow-popups ")
    assert "allow-scripts" not in answer["Content-Security-Policy"]
    assert "allow-top-navigation" not in answer["Content-Security-Policy"]
    assert "; default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_only_the_newest_are_kept(
    world: SimpleNamespace, demo: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catcher, "KEPT_MAX", 3)
    for n in range(5):
        send(demo, f"Subject {n}")
    assert [one.subject for one in catcher.list_caught(settings.TALLYHUB.data_dir)] == [
        "Subject 4",
        "Subject 3",
        "Subject 2",
    ]


@pytest.mark.parametrize("path", ["", "nothing/", "nothing/html/"])
def test_without_a_demo_there_is_nothing(world: SimpleNamespace, client: Client, path: str) -> None:
    assert client.get(f"/demo/mail/{path}").status_code == 404


def test_an_unknown_mail_is_not_there(world: SimpleNamespace, demo: str, client: Client) -> None:
    assert client.get("/demo/mail/nothing/").status_code == 404
    assert client.get("/demo/mail/..%2f..%2fsecret-key/").status_code == 404


def test_the_demo_never_uses_the_mail_server_that_is_set(demo: Any) -> None:
    import os

    assert os.environ["TALLYHUB_SMTP_URL"] == f"smtp://{demo}"
