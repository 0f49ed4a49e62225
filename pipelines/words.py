"""The wording of reasons for the company of a store."""

from sqlalchemy import Engine

from models.explain.wording import Wording
from serving.store import ModelVersionRepository


def words_of(engine: Engine) -> Wording:
    """Wording that knows the events the champion follows."""
    champion = ModelVersionRepository(engine).champion()
    events = champion.metrics.get("events", ()) if champion else ()
    return Wording(tuple(events))
