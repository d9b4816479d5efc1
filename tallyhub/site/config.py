"""The settings an operator may set, each by an environment name that stays stable."""

import secrets
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TALLYHUB_", frozen=True, extra="ignore")

    database_url: str = Field("", description="The app's role: owns nothing, cannot pass row-level security.")
    owner_url: str = Field("", description="The owner's role: for migrate and doctor only.")
    secret_key: str = Field("", description="Signs sessions and forms. Made and kept in the data folder when unset.")
    secret_key_fallbacks: str = Field(
        "", description="Former secrets, comma between them: what they signed still counts."
    )
    data_dir: Path = Field(Path("var"), description="Everything the hub writes to disk.")
    bind: str = Field("127.0.0.1:8000", description="Address and port to serve on.")
    base_url: str = Field("", description="How people reach the hub, when a proxy stands before it.")
    app_role: str = Field("tallyhub_app", description="Name of the app's database role, used by migrations.")
    postgres_bin: str = Field("", description="Folder of other PostgreSQL binaries for the embedded server.")
    workers: int = Field(2, ge=1, le=64, description="Web worker processes.")
    api_rate: int = Field(600, ge=1, le=100_000, description="Requests per minute and token.")
    api_body_max: int = Field(1024 * 1024, ge=1024, le=64 * 1024 * 1024, description="Bytes of one request's body.")
    demo: bool = Field(False, description="Says on the sign-in page which demo accounts there are.")
    debug: bool = Field(False, description="Templates are read again at every page; for development.")

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

    @property
    def former_secrets(self) -> list[str]:
        return [one for one in self.secret_key_fallbacks.split(",") if one]

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
