"""The wording of reasons for the company of a store."""

from collections.abc import Callable

from sqlalchemy import Engine

from models.explain.wording import Wording
from models.score import Reason
from serving.store import ModelVersionRepository

Words = Callable[[Reason], str]
"""Gives the sentence of a reason."""


def words_of(engine: Engine) -> Wording:
    """Wording that knows the events the champion follows."""
    champion = ModelVersionRepository(engine).champion()
    events = champion.metrics.get("events", ()) if champion else ()
    return Wording(tuple(events))
