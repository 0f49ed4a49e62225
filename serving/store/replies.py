"""What was answered to a write, kept with its effect, so that repeating it changes nothing.

Writers wait for one another, so a request that comes twice at the same time is done once, and
the second gets the first one's answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from serving.store.errors import StoreError
from serving.store.tables import IDEMPOTENCY

KEPT = timedelta(hours=24)
"""For how long a repeated key is recognised."""


class KeyReusedError(StoreError):
    """A key that stands for one request came with another."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A write that may come twice.

    Attributes:
        key: what its sender calls it; empty where it is not to be recognised.
        principal: whose key it is.
        operation: method and path.
        digest: SHA-256 of all that was asked for, 64 hex digits.
        at: the present instant.
    """

    key: str
    principal: str
    operation: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, body as plain JSON values, and headers of its own."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def once(connection: Connection, asked: Repeatable, effect: Callable[[], Reply]) -> Reply:
    """The reply to a write that is done at most once; within the caller's transaction.

    Raises:
        KeyReusedError: the key stood for another request.
    """
    if not asked.key:
        return effect()
    connection.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at < asked.at - KEPT))
    mine = and_(IDEMPOTENCY.c.key == asked.key, IDEMPOTENCY.c.principal == asked.principal)
    found = connection.execute(select(*IDEMPOTENCY.c).where(mine)).mappings().one_or_none()
    if found is None:
        return _done(connection, asked, effect())
    same = (asked.operation, asked.digest)
    if (found["operation"], found["request_digest"]) != same:
        raise KeyReusedError(
            f"The key stood for another {found['operation']} at {found['created_at']:%H:%M:%S} UTC."
        )
    return Reply(found["status"], found["body"]["body"], found["body"]["headers"])


def _done(connection: Connection, asked: Repeatable, reply: Reply) -> Reply:
    row = {
        "key": asked.key,
        "principal": asked.principal,
        "operation": asked.operation,
        "request_digest": asked.digest,
        "status": reply.status,
        "body": {"body": reply.body, "headers": reply.headers},
        "created_at": asked.at,
    }
    connection.execute(insert(IDEMPOTENCY), row)
    return reply
