"""Settings: the only reader of the environment (and of a file .env beside serve.py).

In   SITE_ENV=production SECRET_KEYS='["…"]' ALLOWED_HOSTS='["example.com"]' DATABASE_URL=…
Out  settings.database_url, settings.allowed_hosts, …
Without any of them the site is in development: localhost only, SQLite and a key of its own in
var/. In production a missing one stops the start, all of them named at once.
"""

import os
from pathlib import Path
from secrets import token_urlsafe
from time import sleep
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
KEY_TRIES = 50
DEVELOPMENT_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(  # hidden: an error in the log must not show the keys
        env_file=ROOT / ".env", extra="ignore", hide_input_in_errors=True
    )

    site_env: Literal["development", "production"] = "development"
    secret_keys: list[str] = Field(default_factory=list)  # the first signs, all verify
    allowed_hosts: list[str] = Field(default_factory=list)
    database_url: str = f"sqlite:///{VAR / 'site.db'}"
    site_url: str = "http://127.0.0.1:8000"  # the base of addresses outside a request
    time_zone: str = "UTC"
    hsts_seconds: int = 0
    debug_pages: bool = False  # errors with their source; `serve` sets it on loopback

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine."""
        return self.site_env == "development"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which moments are shown."""
        return ZoneInfo(self.time_zone)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Development fills the gaps; production names them."""
        if self.development:
            make_var()
            self.secret_keys = self.secret_keys or [own_key(VAR / "secret_key")]
            self.allowed_hosts = self.allowed_hosts or DEVELOPMENT_HOSTS
        else:
            self.debug_pages = False  # whatever is set: no visitor sees the source
        missing = [
            f"{name.upper()} is not set: {name.upper()}='[\"{example}\"]'"
            for name, example in (
                ("secret_keys", token_urlsafe(32)),
                ("allowed_hosts", "example.com"),
            )
            if not getattr(self, name)
        ]
        if missing:
            raise ValueError("; ".join(missing))
        make_var()
        return self


def make_var() -> None:
    """The folder of all that is written at run time; nobody else looks into it."""
    VAR.mkdir(mode=0o700, exist_ok=True)


def own_key(path: Path) -> str:
    """The key of this checkout, made once and readable by its owner only; workers share it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _key_of(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(key := token_urlsafe(32))
    return key


def _key_of(path: Path) -> str:
    """The key in the file; another process may have made the file and not written it yet."""
    for _ in range(KEY_TRIES):
        if key := path.read_text().strip():
            return key
        sleep(0.02)
    raise RuntimeError(f"{path} is empty: delete it, and the next start makes a new key")


settings = Settings()
