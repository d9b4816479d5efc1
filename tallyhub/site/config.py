"""The settings an operator may set, each by an environment name that stays stable."""

import re
import secrets
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TALLYHUB_", frozen=True, extra="ignore")

    database_url: str = Field("", description="The app's role: owns nothing, cannot pass row-level security.")
    owner_url: str = Field("", description="The owner's role: for migrate and doctor only.")
    secret_key: str = Field("", description="Signs sessions and forms. Made and kept in the data folder when unset.")
    data_dir: Path = Field(Path("var"), description="Everything the hub writes to disk.")
    bind: str = Field("127.0.0.1:8000", description="Address and port to serve on.")
    base_url: str = Field("", description="How people reach the hub, when a proxy stands before it.")
    app_role: str = Field("tallyhub_app", description="Name of the app's database role, used by migrations.")
    postgres_bin: str = Field("", description="Folder of other PostgreSQL binaries for the embedded server.")
    workers: int = Field(2, ge=1, le=64, description="Web worker processes.")
    smtp_url: str = Field(
        "", description="Server that takes our mail, such as smtp+starttls://name:password@mail.example.org:587."
    )
    mail_from: str = Field("", description="Own sender, such as Tallyhub <hub@example.org>.")
    mail_reply_to: str = Field("", description="Where answers to our mail go. Not set: nowhere.")
    mail_bounces: str = Field("", description="Return path; each mail puts its key before the @, after a plus sign.")
    mail_dkim_selector: str = Field("", description="Selector under which the mail server signs; doctor looks it up.")
    keep_events_days: int = Field(1095, ge=0, description="Days that audit is kept; 0 is for ever, else 30 at least.")
    keep_events_of_kind_days: dict[str, int] = Field(
        {}, description='The same for single kinds, as JSON: {"accounts.profile_changed": 365}.'
    )
    keep_mails_days: int = Field(90, ge=1, description="Days that it is kept which mail was sent to whom.")
    keep_sessions_days: int = Field(1, ge=0, description="Days that a session is kept after it has expired.")
    keep_jobs_days: int = Field(30, ge=1, description="Days that jobs which failed are kept.")
    demo: bool = Field(False, description="Says on the sign-in page which demo accounts there are.")
    debug: bool = Field(False, description="Templates are read again at every page; for development.")

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("write it as ADDRESS:PORT, for example 127.0.0.1:8000")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in SMTP_PORTS or not parts.hostname):
            raise ValueError("write it as smtp://HOST:PORT, smtp+starttls://NAME:PASSWORD@HOST:PORT or smtps://…")
        return value

    @field_validator("mail_from", "mail_reply_to", "mail_bounces")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        address = parseaddr(value)[1]
        if value and not re.fullmatch(r"[^\s@]+@[^\s@]+", address):
            raise ValueError("write it as hub@example.org, with a name before it as Tallyhub <hub@example.org>")
        return value

    @property
    def address(self) -> str:
        """Where people reach the hub, without a slash at the end: for links in mail, which no request has made."""
        return (self.base_url or f"http://{self.bind}").rstrip("/")

    @property
    def is_embedded(self) -> bool:
        """No address given: the hub runs a PostgreSQL of its own in its data folder."""
        return not self.database_url

    def secret(self) -> str:
        """The signing secret; one of our own is made once and readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret-key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()
