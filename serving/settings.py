"""Settings of the service; the only place in `serving` that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from serving.auth.person import Identity
from serving.auth.roles import Role

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
TRACES_TO = ("ENDPOINT", "TRACES_ENDPOINT")


FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes that serve together put their figures; the library reads it by itself."""


def hand_down(figures: Path) -> None:
    """Let the processes that this one starts put their figures together."""
    os.environ[FIGURES] = str(figures)


class SettingsError(Exception):
    """A setting that cannot be used; the text names the variable and what is allowed."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The company's provider of logins, and what was registered with it.

    Attributes:
        issuer: its address, exactly as its tokens name it.
        url: where people reach this service; `/login/oidc/callback` of it is registered.
        identity: how the provider's claims are read.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    url: str
    identity: Identity


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
        oidc: how people log in with the company's own accounts; None where they do not.
        traces: the standard variables of OpenTelemetry say where traces of requests go.
        mlflow: address of a running MLflow, to link training runs to; empty where none is known.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    store: str | None = None
    login: bool = False
    csm_sees_all: bool = False
    json_log: bool = False
    oidc: OidcSettings | None = None
    traces: bool = False
    mlflow: str = ""

    @property
    def needs_login(self) -> bool:
        """Whether whoever asks must show a key: always where others than this machine can."""
        return self.login or self.oidc is not None or self.host not in LOOPBACK

    @property
    def hosts(self) -> frozenset[str] | None:
        """Host names a request may name; None (any) where it listens beyond loopback."""
        if self.host not in LOOPBACK:
            return None
        own = urlsplit(self.oidc.url).hostname if self.oidc else None
        return LOOPBACK | {own} if own else LOOPBACK


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from FOREWARN_HOST, _PORT, _STORE, _LOGIN (keys), _CSM_SEES (own, all), _LOG (json).

    Also FOREWARN_MLFLOW, the address of a running MLflow; OTEL_EXPORTER_OTLP_ENDPOINT, whether it
    is set; and what `_oidc` reads.

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
        oidc=_oidc(environment),
        traces=any(environment.get(f"OTEL_EXPORTER_OTLP_{name}") for name in TRACES_TO),
    )


def _oidc(environment: Mapping[str, str]) -> OidcSettings | None:
    """FOREWARN_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _ROLES and FOREWARN_URL; None without.

    FOREWARN_OIDC_ROLES says which values of a claim give which role, the strongest first:
    `data-team=data_scientist,customer-success=csm`. _ROLE_CLAIM (groups), _NAME_CLAIM (email)
    and _CSM_CLAIM (name) say which claims are read.
    """
    if not environment.get("FOREWARN_OIDC_ISSUER"):
        return None
    return OidcSettings(
        issuer=_https(environment, "FOREWARN_OIDC_ISSUER"),
        client_id=_given(environment, "FOREWARN_OIDC_CLIENT_ID"),
        client_secret=_given(environment, "FOREWARN_OIDC_CLIENT_SECRET"),
        url=_https(environment, "FOREWARN_URL"),
        identity=Identity(
            roles=_roles(_given(environment, "FOREWARN_OIDC_ROLES")),
            role_claim=environment.get("FOREWARN_OIDC_ROLE_CLAIM") or "groups",
            name_claim=environment.get("FOREWARN_OIDC_NAME_CLAIM") or "email",
            csm_claim=environment.get("FOREWARN_OIDC_CSM_CLAIM") or "name",
        ),
    )


def _given(environment: Mapping[str, str], name: str) -> str:
    found = environment.get(name)
    if not found:
        raise SettingsError(f"{name} is missing: FOREWARN_OIDC_ISSUER is set and needs it.")
    return found


def _https(environment: Mapping[str, str], name: str) -> str:
    """An address that nobody on the way can read: secrets and logins go there."""
    found = _given(environment, name)
    parts = urlsplit(found)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise SettingsError(f"{name} is {found!r}; allowed is an address with https://.")
    return found


def _roles(text: str) -> dict[str, Role]:
    """Words of a claim with the role that each gives, in their order."""
    found: dict[str, Role] = {}
    for pair in text.split(","):
        word, _, role = pair.strip().rpartition("=")
        if not word or role not in list(Role):
            raise SettingsError(
                f"FOREWARN_OIDC_ROLES holds {pair.strip()!r}; allowed is GROUP=ROLE, several with "
                f"commas between, with the roles {', '.join(Role)}."
            )
        found[word] = Role(role)
    return found


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
