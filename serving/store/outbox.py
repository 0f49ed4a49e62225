"""What is to be told to others, written down with what it tells of, delivered afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from serving.store.tables import OUTBOX
from serving.store.transactions import reading, writing


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to tell.

    Attributes:
        number: in the order in which they were written; gaps do not occur.
        kind: what it is, e.g. "run.published".
        payload: JSON-able.
    """

    number: int
    kind: str
    payload: dict[str, Any]
    created_at: datetime
    delivered_at: datetime | None = None


class OutboxRepository:
    """Letters in their order: delivered at least once each.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(
        self, connection: Connection, kind: str, payload: dict[str, Any], now: datetime
    ) -> Letter:
        """Write a letter within the caller's writing transaction."""
        number = (connection.scalar(select(func.max(OUTBOX.c.number))) or 0) + 1
        row = {"number": number, "kind": kind, "payload": payload, "created_at": now}
        connection.execute(insert(OUTBOX), row)
        return Letter(number, kind, payload, now)

    def waiting(self, limit: int = 100) -> list[Letter]:
        """The letters that are not delivered, oldest first."""
        mine = select(*OUTBOX.c).where(OUTBOX.c.delivered_at.is_(None))
        with reading(self._engine) as connection:
            found = connection.execute(mine.order_by(OUTBOX.c.number).limit(limit)).mappings()
            return [Letter(**row) for row in found]

    def delivered(self, numbers: Sequence[int], now: datetime) -> int:
        """Note that letters arrived; gives how many were still waiting."""
        mine = (OUTBOX.c.number.in_(numbers), OUTBOX.c.delivered_at.is_(None))
        with writing(self._engine) as connection:
            changed = connection.execute(update(OUTBOX).where(*mine).values(delivered_at=now))
            return changed.rowcount
