"""The wording of reasons for the company of a store."""

from collections.abc import Callable

from sqlalchemy import Engine

from models.explain.wording import Phrase, Wording
from models.score import Reason
from serving.store import ModelVersionRepository

Words = Callable[[Reason], str]
"""Gives the sentence of a reason."""


def words_of(engine: Engine) -> Wording:
    """Wording that knows the champion's main events and the company's own signals in it."""
    champion = ModelVersionRepository(engine).champion()
    metrics = champion.metrics if champion else {}
    own = [Phrase(**each) for each in metrics.get("own_signals", ())]
    return Wording(tuple(metrics.get("events", ())), own)
