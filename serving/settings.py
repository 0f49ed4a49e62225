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
        login: keys are asked for even on loopback, as behind a proxy of one's own.
        csm_sees_all: CSMs see the accounts of others too.
        json_log: a line of JSON for each request, also where nobody logs in.
        mlflow: address of a running MLflow, to link training runs to; empty where none is known.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    store: str | None = None
    login: bool = False
    csm_sees_all: bool = False
    json_log: bool = False
    mlflow: str = ""

    @property
    def needs_login(self) -> bool:
        """Whether whoever asks must show a key: always where others than this machine can."""
        return self.login or self.host not in LOOPBACK

    @property
    def hosts(self) -> frozenset[str] | None:
        """Host names a request may name; None (any) where it listens beyond loopback."""
        return LOOPBACK if self.host in LOOPBACK else None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from FOREWARN_HOST, _PORT, _STORE, _LOGIN (keys), _CSM_SEES (own, all), _LOG (json).

    FOREWARN_MLFLOW is the address of a running MLflow, if there is one.

    Raises:
        SettingsError: a value is none of those allowed.
    """
    return Settings(
        host=environment.get("FOREWARN_HOST") or DEFAULT_HOST,
        port=_port(environment.get("FOREWARN_PORT") or str(DEFAULT_PORT)),
        store=environment.get("FOREWARN_STORE") or None,
        login=_word(environment, "FOREWARN_LOGIN", ("", "keys")) == "keys",
        json_log=_word(environment, "FOREWARN_LOG", ("", "json")) == "json",
        mlflow=_web_address(environment.get("FOREWARN_MLFLOW", "")),
        csm_sees_all=_word(environment, "FOREWARN_CSM_SEES", ("own", "all")) == "all",
    )


def _web_address(given: str) -> str:
    """An address of the web without its last slash; empty where none is given."""
    if given and not given.startswith(("http://", "https://")):
        raise SettingsError(f"FOREWARN_MLFLOW is {given!r}; allowed: http://... or https://...")
    return given.rstrip("/")


def _word(environment: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """One of some words, the first where nothing is said."""
    given = environment.get(name) or allowed[0]
    if given not in allowed:
        words = ", ".join(word or "(empty)" for word in allowed)
        raise SettingsError(f"{name} is {given!r}; allowed: {words}.")
    return given


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise SettingsError(f"FOREWARN_PORT is {text!r}; allowed is a number from 0 to 65535.")
