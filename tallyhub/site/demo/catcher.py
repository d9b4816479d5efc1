"""The demo's mail server: takes whatever the hub sends, on this machine only, and keeps it as files."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.kernel import clock

KEPT_MAX = 500  # mails
SIZE_MAX = 1024 * 1024  # bytes of one


@dataclass(frozen=True, slots=True)
class Caught:
    key: str
    sender: str
    reader: str
    subject: str
    sent_at: datetime | None
    text: str
    html: str


class Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        name = f"{clock.now():%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
        unfinished = self._folder / name
        unfinished.write_bytes(content)
        unfinished.rename(unfinished.with_suffix(".eml"))  # whoever lists the folder sees whole mails only
        for old in _files(self._folder)[KEPT_MAX:]:
            old.unlink(missing_ok=True)
        return "250 OK"


@contextmanager
def catching(data_dir: Path) -> Iterator[str]:
    """A mail server of this machine, as long as it lasts; yields its address, and makes it the hub's.

    Whatever mail server is set is not used: nobody outside should get mail from a demo.
    """
    folder = _folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = _free_port()
    controller: Any = Controller(Keeper(folder), hostname="127.0.0.1", port=port, data_size_limit=SIZE_MAX)
    controller.start()
    os.environ["TALLYHUB_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    os.environ["TALLYHUB_MAIL_FROM"] = "Tallyhub <hub@provider.example>"
    try:
        yield os.environ["TALLYHUB_SMTP_URL"]
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def list_caught(data_dir: Path) -> list[Caught]:
    """The newest first."""
    return [_read(path) for path in _files(_folder(data_dir))[:KEPT_MAX]]


def read(data_dir: Path, key: str) -> Caught:
    """Raises ObjectDoesNotExist. A key from an address is a slug, so it names nothing outside the folder."""
    path = _folder(data_dir) / f"{key}.eml"
    if not path.is_file():
        raise ObjectDoesNotExist
    return _read(path)


def _folder(data_dir: Path) -> Path:
    return data_dir / "demo-mail"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), reverse=True)


def _read(path: Path) -> Caught:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    return Caught(
        key=path.stem,
        sender=str(message.get("From", "")),
        reader=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        sent_at=parsedate_to_datetime(str(message["Date"])) if message["Date"] else None,
        text=str(bodies["plain"].get_content()) if bodies["plain"] else "",
        html=str(bodies["html"].get_content()) if bodies["html"] else "",
    )
