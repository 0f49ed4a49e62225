"""Proving that a snapshot of the past can still be computed, to the last bit."""

from pipelines.replay.job import Replay, replay
from pipelines.replay.text import text

__all__ = ["Replay", "replay", "text"]
