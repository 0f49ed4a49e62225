"""The wording of reasons for the company of a store."""

from collections.abc import Callable

from sqlalchemy import Engine

from models.explain.wording import Phrase, Wording
from models.score import Reason
from serving.store import ModelRecord, ModelVersionRepository

Words = Callable[[Reason], str]
"""Gives the sentence of a reason."""


def words_of(engine: Engine) -> Wording:
    """Wording that knows the champion's main events and the company's own signals in it."""
    champion = ModelVersionRepository(engine).champion()
    words = Wording()
    if champion is not None:
        teach(words, champion)
    return words


def teach(words: Wording, model: ModelRecord) -> None:
    """Let a wording know the main events and the company's own signals of a model."""
    own = [Phrase(**each) for each in model.metrics.get("own_signals", ())]
    words.learn(tuple(model.metrics.get("events", ())), own)
