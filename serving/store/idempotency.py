"""Answers to requests that may be sent again: the same key gets the same answer, done once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from serving.store.columns import compact
from serving.store.errors import KeyReusedError
from serving.store.tables import IDEMPOTENCY


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came with an idempotency key.

    Attributes:
        key: the caller's.
        principal: who asks; the keys of different people are different keys.
        operation: method and path, e.g. "POST /v1/jobs".
        digest: SHA-256 of its content, see `digest_of`.
    """

    key: str
    principal: str
    operation: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: the status and the JSON-able body."""

    status: int
    body: Any


def digest_of(content: Any) -> str:
    """SHA-256 of a JSON-able content, the order of whose keys does not matter."""
    return hashlib.sha256(compact(content).encode()).hexdigest()


class IdempotencyRepository:
    """Remembers answers, in the transaction of what the request did.

    Example::

        with writing(engine) as connection:
            repository.forget(connection, yesterday)
            known = repository.recall(connection, request)
            if known is None:
                ...                     # what the request is to do, on this connection
                repository.remember(connection, request, answer, now)

    Writers wait for one another, so that two requests with one key at a time cannot both find
    it unknown.
    """

    def recall(self, connection: Connection, request: Request) -> Answer | None:
        """What the same request was answered; None where it is new.

        Raises:
            KeyReusedError: the key came with another request before.
        """
        mine = (IDEMPOTENCY.c.key == request.key, IDEMPOTENCY.c.principal == request.principal)
        row = connection.execute(select(*IDEMPOTENCY.c).where(*mine)).one_or_none()
        if row is None:
            return None
        if (row.operation, row.request_digest) != (request.operation, request.digest):
            raise KeyReusedError(
                f"The idempotency key {request.key[:80]!r} came with another request before "
                f"({row.operation}): a new request needs a new key."
            )
        return Answer(row.status, row.body)

    def remember(
        self, connection: Connection, request: Request, answer: Answer, now: datetime
    ) -> None:
        """Keep what a new request is answered."""
        row = {
            "key": request.key,
            "principal": request.principal,
            "operation": request.operation,
            "request_digest": request.digest,
            "status": answer.status,
            "body": answer.body,
            "created_at": now,
        }
        connection.execute(insert(IDEMPOTENCY), row)

    def forget(self, connection: Connection, before: datetime) -> int:
        """Let go of answers older than an instant; gives how many."""
        old = delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at < before)
        return connection.execute(old).rowcount
