"""A real mail server on this machine, which takes, refuses or bounces as a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import override_settings

from tallyhub.site.demo.catcher import _free_port


class MailServer:
    """``mails`` are (return path, readers, message). ``answers`` are given to RCPT, one by one, before it takes all."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], EmailMessage]] = []
        self.answers: list[str] = []
        self.data_answers: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answers:
            return self.data_answers.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 OK"

    def last(self) -> EmailMessage:
        return self.mails[-1][2]


def mail_settings(port: int, **over: Any) -> override_settings:
    """The hub with this mail server; ``demo`` lets it write to .test, which everybody in the cast has."""
    config = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "Tallyhub <hub@northgate.test>", "demo": True}
    tallyhub = settings.TALLYHUB.model_copy(update=config | over)
    return override_settings(TALLYHUB=tallyhub, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port)


@contextmanager
def serving_mail(**over: Any) -> Iterator[MailServer]:
    """A mail server that the hub sends to; ``over``: settings of the hub beside it."""
    keeper, port = MailServer(), _free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with mail_settings(port, **over):
            yield keeper
    finally:
        controller.stop()


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with serving_mail(mail_bounces="bounces@northgate.test") as keeper:
        yield keeper
