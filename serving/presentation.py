"""What turns codes and numbers into something people read, given from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from models.score import OTHERS, Band, Reason, Score

Words = Callable[[Reason], str]
"""Gives the sentence of a reason."""

HEALTH_SCALE = "0 to 100, 100 is healthy"
CHANCE_SCALE = "0 to 1, lower is better"


@dataclass(frozen=True, slots=True)
class Presentation:
    """How this company's scores are shown.

    Attributes:
        words: gives the sentence of a reason.
        company: its name; may be empty.
        currency: ISO 4217 code of every amount; may be empty.
    """

    words: Words
    company: str = ""
    currency: str = ""


def leading_reason(score: Score) -> Reason | None:
    """The largest reason that speaks for the band; the largest of all where none does."""
    named = [reason for reason in score.reasons if reason.signal != OTHERS]
    speaking = [reason for reason in named if _speaks_for(score.band, reason)]
    return next(iter([*speaking, *named]), None)


def _speaks_for(band: Band, reason: Reason) -> bool:
    if band is Band.GREEN:
        return reason.contribution < 0
    return band is not Band.GREY and reason.contribution > 0
