"""What turns codes and numbers into something people read, given from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from models.score import Reason
from serving.store.leading import leading_reason

__all__ = ["CHANCE_SCALE", "HEALTH_SCALE", "Presentation", "Words", "leading_reason"]

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
        notice_days: before a renewal, by which notice has to be given; 0 where not known.
    """

    words: Words
    company: str = ""
    currency: str = ""
    notice_days: int = 0
