"""The audit log: who did what, in a chain of hashes; rows are added and never changed."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select

from serving.store.columns import compact, require_zone
from serving.store.engine import reading
from serving.store.tables import AUDIT

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody did.

    Attributes:
        by: who.
        action: what, e.g. "key.created".
        subject: to what, e.g. the key's prefix.
        details: whatever else matters; nothing secret.
    """

    at: datetime
    by: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed as it was written down."""

    number: int
    deed: Deed
    digest: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What verifying the chain found.

    Attributes:
        entries: how many there are.
        head: the digest of the last; 64 zeros where there is none.
        broken_at: the first number that does not follow from what is before it.
    """

    entries: int
    head: str
    broken_at: int | None = None


def write_down(connection: Connection, deed: Deed) -> None:
    """Add a deed within the caller's transaction, in which nobody else writes.

    Raises:
        ValueError: its instant has no time zone.
    """
    last = select(AUDIT.c.number, AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    number, before = (row.number + 1, row.digest) if row else (1, START)
    values = {
        "number": number,
        "at": require_zone(deed.at),
        "by": deed.by,
        "action": deed.action,
        "subject": deed.subject,
        "details": deed.details,
        "digest": _digest(number, deed, before),
    }
    connection.execute(insert(AUDIT), values)


class AuditRepository:
    """Reads and verifies the audit log.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, limit: int = 50) -> list[AuditEntry]:
        """The last entries, newest first."""
        chosen = select(*AUDIT.c).order_by(AUDIT.c.number.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(chosen).mappings()]

    def holds(self, digest: str) -> bool:
        """Whether some entry has this digest."""
        mine = select(AUDIT.c.number).where(AUDIT.c.digest == digest)
        with reading(self._engine) as connection:
            return connection.scalar(mine) is not None

    def verify(self) -> ChainCheck:
        """Whether every entry is as it was written, and none is missing in between.

        A log that lost its last entries still is a chain: compare its length and head with
        those noted elsewhere.
        """
        before, number = START, 0
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(AUDIT)) or 0
            for row in connection.execute(select(*AUDIT.c).order_by(AUDIT.c.number)).mappings():
                number += 1
                entry = _entry(row)
                if entry.number != number or entry.digest != _digest(number, entry.deed, before):
                    return ChainCheck(total, before, number)
                before = entry.digest
        return ChainCheck(total, before)


def _digest(number: int, deed: Deed, before: str) -> str:
    at = deed.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [before, number, at, deed.by, deed.action, deed.subject, deed.details]
    return hashlib.sha256(compact(said).encode()).hexdigest()


def _entry(row: RowMapping) -> AuditEntry:
    deed = Deed(row["at"], row["by"], row["action"], row["subject"], row["details"])
    return AuditEntry(row["number"], deed, row["digest"])
