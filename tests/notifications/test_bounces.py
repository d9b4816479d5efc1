"""Mail that comes back: reports as mail servers write them, and what is none (R10.5)."""

import io
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.kernel.access import Access
from tallyhub.notifications.bounces import Read, read
from tests.notifications.conftest import MailServer
from tests.notifications.test_sending import write_to
from tests.working import run_jobs

REPORT = """\
Return-Path: <>
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.northgate.test>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.northgate.test. I am sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.northgate.test
Arrival-Date: Sat, 21 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; reader@example.test
Original-Recipient: rfc822;reader@example.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <reader@example.test>: Recipient address rejected

--b1
Content-Type: {kind}

{original}

--b1--
"""
HEADERS = (
    "From: Tallyhub <hub@northgate.test>\nTo: reader@example.test\nMessage-ID: <{key}@northgate.test>\nSubject: x\n"
)


def report(
    key: str,
    *,
    to: str = "bounces+{key}@northgate.test",
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "text/rfc822-headers",
) -> bytes:
    text = REPORT.format(to=to, action=action, status=status, kind=kind, original=HEADERS).replace("{key}", key)
    return text.replace("\n", "\r\n").encode()


def took(message: bytes) -> Read:
    return read(io.BytesIO(message))


def sent(world: SimpleNamespace, owner: Any) -> str:
    """A mail that its reader's server has taken; its key."""
    write_to(Access(), world.reader.pk)
    run_jobs()
    (key,) = owner.execute(
        "SELECT key FROM notifications_mail WHERE state = 'sent' ORDER BY sent_at DESC, key"
    ).fetchone()
    return str(key)


def mailbox(owner: Any) -> tuple[int, bool, str]:
    found: tuple[int, bool, str] = owner.execute(
        "SELECT bounces, stopped_at IS NOT NULL, reason FROM notifications_mailbox"
    ).fetchone()
    return found


def test_three_bounces_stop_mail_to_the_address(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    for _ in range(3):
        assert took(report(sent(world, owner))) == Read.NOTED
    assert mailbox(owner) == (3, True, "bounces")
    write_to(Access(), world.reader.pk)
    run_jobs()
    assert len(smtp.mails) == 3
    kinds = owner.execute("SELECT kind, count(*) FROM journal_event GROUP BY 1 ORDER BY 1").fetchall()
    assert kinds == [("notifications.address_stopped", 1), ("notifications.mail_bounced", 3)]


def test_the_same_report_twice_counts_once(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    message = report(sent(world, owner))
    assert [took(message), took(message)] == [Read.NOTED, Read.KNOWN]
    assert mailbox(owner) == (1, False, "")


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_without_our_return_path_is_known_by_the_mail_in_it(
    world: SimpleNamespace, smtp: MailServer, owner: Any, kind: str
) -> None:
    assert took(report(sent(world, owner), to="hub@northgate.test", kind=kind)) == Read.NOTED


def test_a_mail_that_was_given_up_after_days_of_trying_is_a_bounce(
    world: SimpleNamespace, smtp: MailServer, owner: Any
) -> None:
    assert took(report(sent(world, owner), status="4.4.1 (no answer)")) == Read.NOTED
    assert owner.execute("SELECT state, error FROM notifications_mail").fetchall() == [("bounced", "4.4.1")]


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.1.5")])
def test_a_report_of_something_else_is_no_bounce(
    world: SimpleNamespace, smtp: MailServer, owner: Any, action: str, status: str
) -> None:
    assert took(report(sent(world, owner), action=action, status=status)) == Read.NO_REPORT
    assert mailbox(owner) is None


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00\xff\xfe not a mail",
        b"To: bounces@northgate.test\r\nSubject: On holiday\r\nAuto-Submitted: auto-replied\r\n\r\nSee you.\r\n",
        b"Content-Type: multipart/report; boundary=b1\r\n\r\n--b1\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\nStatus: 5.0.0\r\n",
    ],
)
def test_what_is_no_report_is_left_alone(world: SimpleNamespace, message: bytes) -> None:
    assert took(message) == Read.NO_REPORT


@pytest.mark.parametrize("key", ["0" * 32, "not-a-key", "' OR 1=1"])
def test_a_report_about_another_hubs_mail_is_not_ours(world: SimpleNamespace, owner: Any, key: str) -> None:
    assert took(report(key)) == Read.NOT_OURS
    assert mailbox(owner) is None


def test_a_huge_report_is_read_from_its_beginning(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    assert took(report(sent(world, owner)) + b"x" * 5_000_000) == Read.NOTED
