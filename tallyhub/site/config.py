"""The settings an operator may set, each by an environment name that stays stable."""

import os
import re
import secrets
from email.utils import parseaddr
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_LENGTH_MIN = 32  # characters; a shorter one can be guessed
SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
IMAP_SCHEMES = frozenset({"imap", "imap+starttls", "imaps"})


def _read_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Raises ValueError for what is no network."""
    return [ip_network(one.strip()) for one in text.split(",") if one.strip()]


def _read_servers(text: str) -> list[tuple[str, int]]:
    """Raises ValueError for what is no address, with or without a port."""
    found = []
    for one in filter(None, map(str.strip, text.split(","))):
        host, _, port = one.rpartition(":") if one.count(":") == 1 or one.startswith("[") else (one, "", "53")
        found.append((str(ip_address(host.strip("[]"))), int(port)))
    return found


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TALLYHUB_", frozen=True, extra="ignore")

    # The page docs/settings.md is written from these: ``python -m tallyhub.site.reference``.
    database_url: str = Field(
        "",
        description="Address of your PostgreSQL for the app's role, which owns nothing and cannot pass row-level "
        "security. Not set: the hub runs a PostgreSQL of its own in the data folder.",
    )
    owner_url: str = Field(
        "",
        description="The same database for the role that owns the tables; `migrate`, `doctor`, `backup` and `restore` "
        "need it. Do not set it for `serve` and `worker`.",
    )
    app_role: str = Field("tallyhub_app", description="Name of the app's role; migrations give it its rights.")
    secret_key: str = Field(
        "",
        description="Signs sessions and forms. Not set: one is made once and kept in the data folder, readable by its "
        "owner only.",
    )
    secret_key_fallbacks: str = Field(
        "",
        description="Former secrets, with commas between them. What they signed still counts, so that nobody is signed "
        "out: see [below](#changing-the-secret).",
    )
    data_dir: Path = Field(
        Path("var"),
        description="Everything the hub writes to disk: private files, collected static files, the secret, the "
        "embedded database.",
    )
    bind: str = Field("127.0.0.1:8000", description="Address and port to serve on.")
    base_url: str = Field(
        "",
        description="How people reach the hub when a proxy stands before it, such as `https://hub.example.org`. Only "
        "this host is answered; with `https` cookies are sent over TLS only, and browsers are told to stay there.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of your reverse proxies, separated by commas, such as `10.0.0.0/8`. Only "
        "theirs `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id` are believed.",
    )
    workers: int = Field(2, ge=1, le=64, description="Web worker processes, 1 to 64.")
    session_days: int = Field(14, ge=1, le=365, description="How long somebody stays signed in.")
    sign_in_failures_max: int = Field(
        5, ge=1, description="Failed sign-ins to one account within five minutes; more are refused for a while."
    )
    sign_in_failures_per_address_max: int = Field(
        10, ge=1, description="Failed sign-ins from one network address within a minute."
    )
    body_bytes_max: int = Field(
        1024 * 1024, ge=64 * 1024, description="Size of a form that is sent, uploaded files not counted."
    )
    statement_seconds_max: int = Field(
        30, ge=1, description="How long one database statement of a page may take. Jobs and imports may take longer."
    )
    lock_seconds_max: int = Field(
        5, ge=1, description="How long a migration waits for a table that is in use, before it gives up unharmed."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="`json`, `text`, or `auto`: text on a terminal, JSON elsewhere."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")
    metrics_token: str = Field(
        "",
        description="Opens `/metrics` to who sends it as `Authorization: Bearer …`. Not set: `/metrics` is there only "
        "for this machine, where the hub is bound to a loopback address and no proxy is named.",
    )
    api_rate: int = Field(
        600, ge=1, le=100_000, description="Requests per minute and access token; more are answered with 429."
    )
    api_body_max: int = Field(
        1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="Largest body of a request to the API in bytes; a larger one is not read.",
    )
    export_rows_max: int = Field(200_000, ge=1, le=1_000_000, description="Rows of one spreadsheet; beyond it is CSV.")
    export_hours: int = Field(24, ge=1, le=720, description="How long the file of an export is kept, in hours.")
    file_megabytes: int = Field(
        25, ge=1, le=2_000, description="The largest file that a support request takes, in MB; ten with one message."
    )
    import_megabytes: int = Field(50, ge=1, le=2_000, description="The largest file that the import page takes.")
    import_rows: int = Field(200_000, ge=1, description="The longest file that the import page takes, in rows.")
    webhook_allow_private: str = Field(
        "", description="Private networks that webhooks may reach, with commas: 10.0.8.0/24, fd00:1::/64."
    )
    sign_in_allow_private: str = Field(
        "",
        description="Private networks in which the identity providers of customers may be, with commas: 10.0.8.0/24.",
    )
    name_servers: str = Field(
        "",
        description="Name servers that are asked whether a customer has a domain, with commas: 10.0.0.53 or "
        "127.0.0.1:5353. Not set: the machine’s.",
    )
    smtp_url: str = Field(
        "", description="Server that takes our mail, such as smtp+starttls://name:password@mail.example.org:587."
    )
    mail_from: str = Field("", description="Own sender, such as Tallyhub <hub@example.org>.")
    mail_reply_to: str = Field("", description="Where answers to our mail go. Not set: nowhere.")
    mail_bounces: str = Field("", description="Return path; each mail puts its key before the @, after a plus sign.")
    reply_address: str = Field(
        "",
        description="Where answers to mail about support requests come in, such as support@example.org; each mail puts "
        "request, reader and a signature before the @, after a plus sign, and a partner’s desk is +desk.CODE. Not set: "
        "they are answered in the hub.",
    )
    imap_url: str = Field(
        "",
        description="Mailbox in which they come in, such as imaps://name:password@mail.example.org/INBOX. Not set: no "
        "mail is fetched.",
    )
    imap_refused: str = Field(
        "Refused by Tallyhub", description="Folder of that mailbox for mails that are nobody’s answer; made if missing."
    )
    mail_dkim_selector: str = Field("", description="Selector under which the mail server signs; doctor looks it up.")
    keep_events_days: int = Field(1095, ge=0, description="Days that audit is kept; 0 is for ever, else 30 at least.")
    keep_events_of_kind_days: dict[str, int] = Field(
        {}, description='The same for single kinds, as JSON: {"accounts.profile_changed": 365}.'
    )
    keep_mails_days: int = Field(90, ge=1, description="Days that it is kept which mail was sent to whom.")
    keep_sessions_days: int = Field(1, ge=0, description="Days that a session is kept after it has expired.")
    keep_assessment_objects_days: int = Field(
        730, ge=1, description="Days that the names of objects which assessments found are kept; figures stay."
    )
    keep_jobs_days: int = Field(30, ge=1, description="Days that jobs which failed are kept.")
    postgres_bin: str = Field(
        "",
        description="`bin` folder of other PostgreSQL programs: the embedded server's, and `pg_dump` and its like for "
        "`backup` and `restore`.",
    )
    demo: bool = Field(
        False,
        description="Says on the sign-in page which demo accounts there are, and shows the demo's mail at "
        "`/demo/mail/`. `tallyhub demo` sets it.",
    )
    debug: bool = Field(False, description="Templates are read again at every page; for development.")

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("write it as ADDRESS:PORT, for example 127.0.0.1:8000")
        return value

    @field_validator("trusted_proxies", "webhook_allow_private", "sign_in_allow_private")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            _read_networks(value)
        except ValueError as error:
            raise ValueError(f"{error}. Write addresses or networks, such as 10.0.0.7 or 10.0.0.0/8") from error
        return value

    @cached_property
    def proxy_networks(self) -> "tuple[IPv4Network | IPv6Network, ...]":
        return tuple(_read_networks(self.trusted_proxies))

    @property
    def webhook_networks(self) -> list[IPv4Network | IPv6Network]:
        return _read_networks(self.webhook_allow_private)

    @property
    def sign_in_networks(self) -> list[IPv4Network | IPv6Network]:
        return _read_networks(self.sign_in_allow_private)

    @field_validator("name_servers")
    @classmethod
    def _servers(cls, value: str) -> str:
        try:
            _read_servers(value)
        except ValueError as error:
            raise ValueError(f"{error}. Write addresses such as 10.0.0.53 or 127.0.0.1:5353") from error
        return value

    @property
    def name_server_addresses(self) -> list[tuple[str, int]]:
        """(address, port)"""
        return _read_servers(self.name_servers)

    @property
    def is_tls(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def is_for_this_machine(self) -> bool:
        """Bound to a loopback address, and no proxy carries others here."""
        host = self.bind.rpartition(":")[0].strip("[]")
        if self.base_url or self.trusted_proxies:
            return False
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in SMTP_PORTS or not parts.hostname):
            raise ValueError("write it as smtp://HOST:PORT, smtp+starttls://NAME:PASSWORD@HOST:PORT or smtps://…")
        return value

    @field_validator("imap_url")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in IMAP_SCHEMES or not parts.hostname or not parts.username):
            raise ValueError("write it as imaps://NAME:PASSWORD@HOST/FOLDER or imap+starttls://NAME:PASSWORD@HOST")
        return value

    @field_validator("mail_from", "mail_reply_to", "mail_bounces", "reply_address")
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

    @property
    def files_dir(self) -> Path:
        """Private files: served by views only, which ask for rights."""
        return self.data_dir.resolve() / "files"

    @property
    def secret_file(self) -> Path:
        return self.data_dir / "secret-key"

    @property
    def former_secrets(self) -> list[str]:
        return [one for one in self.secret_key_fallbacks.split(",") if one]

    def secret(self) -> str:
        """The signing secret; one of our own is made once and readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.secret_file
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            write_secret(path, secrets.token_urlsafe(48).encode())
        return path.read_text()


def write_secret(path: Path, secret: bytes) -> None:
    """Whole or not at all, whenever the machine stops; readable by its owner only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
