"""Settings of the service; the only place in `serving` that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


class SettingsError(Exception):
    """A setting that cannot be used; the text names the variable and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service listens and which store it reads.

    Attributes:
        host: address to listen on; loopback unless said otherwise.
        port: 0 to 65535; 0 takes a free one.
        store: SQLAlchemy address; None means the workspace's own SQLite file.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    store: str | None = None

    @property
    def hosts(self) -> frozenset[str] | None:
        """Host names a request may name; None (any) where it listens beyond loopback."""
        return LOOPBACK if self.host in LOOPBACK else None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from FOREWARN_HOST, FOREWARN_PORT and FOREWARN_STORE.

    Raises:
        SettingsError: the port is no number from 0 to 65535.
    """
    return Settings(
        host=environment.get("FOREWARN_HOST") or DEFAULT_HOST,
        port=_port(environment.get("FOREWARN_PORT") or str(DEFAULT_PORT)),
        store=environment.get("FOREWARN_STORE") or None,
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise SettingsError(f"FOREWARN_PORT is {text!r}; allowed is a number from 0 to 65535.")
