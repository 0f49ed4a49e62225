"""A write that may come twice, done once: its effect and its answer in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from serving.store.idempotency import Answer, IdempotencyRepository, Request
from serving.store.transactions import writing

KEPT = timedelta(hours=24)
"""For how long a repeated key is recognised."""
Effect = Callable[[Connection], Answer]


def once(engine: Engine, request: Request | None, now: datetime, effect: Effect) -> Answer:
    """The answer to a write.

    Two of one key at the same time wait for one another, so the second gets the first one's
    answer. Where the effect fails, nothing is remembered, and the key may come again.

    Args:
        engine: a store opened by `open_store`.
        request: what recognises the write; None where its sender gave it no key.
        now: the present instant.
        effect: what the write is to do, within the transaction it is given.

    Raises:
        KeyReusedError: the key came with another request before.
    """
    kept = IdempotencyRepository()
    with writing(engine) as connection:
        if request is None:
            return effect(connection)
        kept.forget(connection, now - KEPT)
        known = kept.recall(connection, request)
        if known is None:
            known = effect(connection)
            kept.remember(connection, request, known, now)
    return known
