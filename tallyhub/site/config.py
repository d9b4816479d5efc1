"""The settings an operator may set, each by an environment name that stays stable."""

import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _read_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Raises ValueError for what is no network."""
    return [ip_network(one.strip()) for one in text.split(",") if one.strip()]


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
    demo: bool = Field(False, description="Says on the sign-in page which demo accounts there are.")
    debug: bool = Field(False, description="Templates are read again at every page; for development.")

    import_megabytes: int = Field(50, ge=1, le=2_000, description="The largest file that the import page takes.")
    import_rows: int = Field(200_000, ge=1, description="The longest file that the import page takes, in rows.")
    webhook_allow_private: str = Field(
        "", description="Private networks that webhooks may reach, with commas: 10.0.8.0/24, fd00:1::/64."
    )

    @field_validator("webhook_allow_private")
    @classmethod
    def _networks(cls, value: str) -> str:
        _read_networks(value)
        return value

    @property
    def webhook_networks(self) -> list[IPv4Network | IPv6Network]:
        return _read_networks(self.webhook_allow_private)

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("write it as ADDRESS:PORT, for example 127.0.0.1:8000")
        return value

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
