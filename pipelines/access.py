"""Keys to the service, and the log of who did what."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.errors import InputError
from pipelines.user import who
from pipelines.workspace import Workspace
from serving.auth.keys import ApiKey, new_key
from serving.auth.roles import Role
from serving.store import AccessRepository, AuditEntry, AuditRepository, ChainCheck, KeyInfo
from serving.store.engine import opened

MOST_DAYS = 3650


@dataclass(frozen=True)
class Wish:
    """The key that somebody asks for.

    Attributes:
        name: whose it is to be, or what program's.
        csm: whose accounts are theirs, as the accounts' column `csm` writes it.
        days: for so long it holds; None for ever.
    """

    name: str
    role: Role
    csm: str = ""
    days: int | None = None


@dataclass(frozen=True)
class MadeKey:
    """A key that was made, with the text that is shown this once."""

    key: ApiKey
    info: KeyInfo

    def summary(self) -> dict[str, Any]:
        """What its owner needs, as plain JSON values."""
        return {"key": self.key.text, **described(self.info)}

    def text(self) -> str:
        """The same in words."""
        return (
            f"{self.key.text}\n\nThe key of {self.info.name} ({self.info.role}). It is shown this "
            "once and kept nowhere: only its SHA-256 is. Send it as `Authorization: Bearer KEY`, "
            f"or log in with it at /login; `forewarn keys revoke {self.key.prefix}` ends it."
        )


def make_key(workspace: Workspace, wish: Wish) -> MadeKey:
    """Let somebody use the service.

    Raises:
        InputError: what is asked for makes no sense.
        AccessError: another key that holds has this name.
    """
    _check(wish)
    now = datetime.now(UTC)
    until = now + timedelta(days=wish.days) if wish.days else None
    key = new_key()
    info = KeyInfo(key.prefix, wish.name.strip(), wish.role, wish.csm.strip(), now, until)
    with opened(workspace.store_address) as engine:
        AccessRepository(engine).create(key, info, who())
    return MadeKey(key, info)


def _check(wish: Wish) -> None:
    if not wish.name.strip():
        raise InputError("--name is empty: say whose key it is, it is written down.")
    if wish.role is Role.CSM and not wish.csm.strip():
        raise InputError(
            "--csm is missing: a key of the role csm sees the accounts of one customer-success "
            "manager, named as in the accounts' column csm."
        )
    if wish.role is not Role.CSM and wish.csm:
        raise InputError(f"--csm goes with --role csm only, and the role given is {wish.role}.")
    if wish.days is not None and not 0 < wish.days <= MOST_DAYS:
        raise InputError(f"--days {wish.days}: allowed is 1 to {MOST_DAYS}.")


def revoke_key(workspace: Workspace, prefix: str) -> KeyInfo:
    """End a key, and every browser session that rests on it.

    Raises:
        AccessError: there is no such key, or it was revoked before.
    """
    with opened(workspace.store_address) as engine:
        return AccessRepository(engine).revoke(prefix, who())


def all_keys(workspace: Workspace) -> list[KeyInfo]:
    """Every key ever made, oldest first."""
    with opened(workspace.store_address) as engine:
        return AccessRepository(engine).all()


def newest_deeds(workspace: Workspace, limit: int) -> list[AuditEntry]:
    """The last entries of the audit log, newest first."""
    with opened(workspace.store_address) as engine:
        return AuditRepository(engine).newest(limit)


@dataclass(frozen=True)
class LogCheck:
    """Whether the audit log is as it was written.

    Attributes:
        expected: a head noted before, if one was given.
        reached: that head is still in the log.
    """

    chain: ChainCheck
    expected: str = ""
    reached: bool = True

    @property
    def whole(self) -> bool:
        """Nothing was changed, and nothing is missing as far as can be told."""
        return self.chain.broken_at is None and self.reached

    def summary(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {"whole": self.whole, **asdict(self.chain), "expected_reached": self.reached}

    def text(self) -> str:
        """The same in words."""
        chain = self.chain
        if chain.broken_at is not None:
            return f"BROKEN: entry {chain.broken_at} of {chain.entries} is not as it was written"
        if not self.reached:
            return f"SHORTENED: no entry of {chain.entries} is the head given, {self.expected}"
        return f"whole: {chain.entries} entries, head {chain.head}"


def verify_log(workspace: Workspace, expected: str = "") -> LogCheck:
    """Whether the audit log is as it was written, up to a head noted before at least."""
    with opened(workspace.store_address) as engine:
        log = AuditRepository(engine)
        return LogCheck(log.verify(), expected, not expected or log.holds(expected))


def described(info: KeyInfo) -> dict[str, Any]:
    """What may be shown of a key, as plain JSON values."""
    dates = {k: v.isoformat() if v else None for k, v in asdict(info).items() if k.endswith("_at")}
    return {**asdict(info), **dates, "role": info.role.value}
