"""Keys and browser sessions: who may use the service."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, or_, select, update

from serving.auth.keys import ApiKey
from serving.auth.roles import Principal, Role
from serving.store.audit import Deed, write_down
from serving.store.engine import reading, writing
from serving.store.errors import AccessError
from serving.store.tables import API_KEY, LOGIN
from serving.store.transactions import glancing

SESSION_HOURS = 12


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What is known of a key; its secret is not.

    Attributes:
        prefix: names the key.
        name: whose it is, or what program's.
        csm: whose accounts are theirs, for the role csm.
        revoked_at: since when it holds no more; None where it does.
    """

    prefix: str
    name: str
    role: Role
    csm: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it can be used."""
        expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not expired


class AccessRepository:
    """Makes, revokes and recognises keys; a browser's session rests on one.

    Args:
        engine: a store opened by `open_store`.
        csm_sees_all: whether CSMs see the accounts of others.
        clock: the present instant.
    """

    def __init__(
        self,
        engine: Engine,
        csm_sees_all: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._sees_all, self._clock = engine, csm_sees_all, clock

    def create(self, key: ApiKey, info: KeyInfo, by: str) -> None:
        """Let a key be used from now on.

        Raises:
            AccessError: another key that holds has this name.
        """
        with writing(self._engine) as connection:
            if any(k.name == info.name and k.holds(self._clock()) for k in _all(connection)):
                raise AccessError(
                    f"A key named {info.name!r} holds already: revoke it, or choose another name."
                )
            row = {
                "prefix": key.prefix,
                "digest": key.digest,
                "name": info.name,
                "role": info.role.value,
                "csm": info.csm,
                "created_at": info.created_at,
                "expires_at": info.expires_at,
                "revoked_at": None,
            }
            connection.execute(insert(API_KEY), row)
            told = {"name": info.name, "role": info.role.value, "csm": info.csm}
            write_down(connection, Deed(self._clock(), by, "key.created", key.prefix, told))

    def revoke(self, prefix: str, by: str) -> KeyInfo:
        """End a key and every session that rests on it.

        Raises:
            AccessError: there is no such key, or it was revoked before.
        """
        with writing(self._engine) as connection:
            known = {info.prefix: info for info in _all(connection)}
            if prefix not in known or known[prefix].revoked_at is not None:
                why = "was revoked before" if prefix in known else "is the prefix of no key"
                holding = [p for p, k in known.items() if k.revoked_at is None]
                raise AccessError(
                    f"{prefix!r} {why}; keys that hold: {', '.join(holding) or 'none'}."
                )
            mine = API_KEY.c.prefix == prefix
            connection.execute(update(API_KEY).where(mine).values(revoked_at=self._clock()))
            connection.execute(delete(LOGIN).where(LOGIN.c.prefix == prefix))
            write_down(connection, Deed(self._clock(), by, "key.revoked", prefix))
        return known[prefix]

    def all(self) -> list[KeyInfo]:
        """Every key ever made, oldest first."""
        with glancing(self._engine) as connection:
            return _all(connection)

    def any_holds(self) -> bool:
        """Whether anybody could log in."""
        return any(key.holds(self._clock()) for key in self.all())

    def by_key(self, prefix: str, digest: str) -> Principal | None:
        """The owner of a key that holds; None where there is none.

        A person's row has no digest, so that nothing stands for it.
        """
        if not digest:
            return None
        with glancing(self._engine) as connection:
            row = _row(connection, prefix)
        if row is None or not hmac.compare_digest(row["digest"], digest):
            return None
        return self._principal(row)

    def by_session(self, token: str) -> Principal | None:
        """Who logged in with a browser; None where the session is over or unknown."""
        mine = select(LOGIN.c.prefix, LOGIN.c.until).where(LOGIN.c.digest == hashed(token))
        with reading(self._engine) as connection:
            login = connection.execute(mine).one_or_none()
            row = _row(connection, login.prefix) if login else None
        if login is None or row is None or login.until <= self._clock():
            return None
        return self._principal(row)

    def log_in(self, key: ApiKey) -> str | None:
        """A token for a browser's cookie; None where the key does not hold."""
        found = self.by_key(key.prefix, key.digest)
        if found is None:
            return None
        token, now = secrets.token_urlsafe(32), self._clock()
        until = now + timedelta(hours=SESSION_HOURS)
        row = {"digest": hashed(token), "prefix": key.prefix, "until": until}
        with writing(self._engine) as connection:
            connection.execute(delete(LOGIN).where(LOGIN.c.until <= now))
            connection.execute(insert(LOGIN), row)
            write_down(connection, Deed(now, found.name, "login", key.prefix))
        return token

    def log_out(self, token: str) -> None:
        """End a session; one that is over or unknown stays so."""
        with writing(self._engine) as connection:
            over = or_(LOGIN.c.digest == hashed(token), LOGIN.c.until <= self._clock())
            connection.execute(delete(LOGIN).where(over))

    def _principal(self, row: RowMapping) -> Principal | None:
        info = _info(row)
        if not info.holds(self._clock()):
            return None
        return Principal(info.name, info.role, info.csm or None, self._sees_all)


def hashed(token: str) -> str:
    """What is kept of a token of a browser: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _row(connection: Connection, prefix: str) -> RowMapping | None:
    chosen = select(*API_KEY.c).where(API_KEY.c.prefix == prefix)
    return connection.execute(chosen).mappings().one_or_none()


def _all(connection: Connection) -> list[KeyInfo]:
    chosen = select(*API_KEY.c).order_by(API_KEY.c.created_at, API_KEY.c.prefix)
    return [_info(row) for row in connection.execute(chosen).mappings()]


def _info(row: RowMapping) -> KeyInfo:
    kept = {name: value for name, value in row.items() if name != "digest"}
    return KeyInfo(**{**kept, "role": Role(kept["role"])})
