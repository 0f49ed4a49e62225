"""A deed: something an account has or has not done early in its life."""

from dataclasses import dataclass

import numpy as np

from features.signal import Direction, SnapshotColumn
from models.dataset import Mask
from models.explain.wording import value_in_words
from models.insights.aipw import Effect, effect_of
from models.insights.landmark import Landmark
from models.metrics.bootstrap import Vector


@dataclass(frozen=True)
class Deed:
    """A signal that reaches a threshold by a day of life.

    Attributes:
        column: what is measured, at the landmark.
        threshold: the value it must reach.
        days: the landmark, in days of life.
        at_least: reach from below; else the value must be no higher.
        exact: the value is that of the first `days` of life; else that of the first snapshot
            after them.
    """

    column: SnapshotColumn
    threshold: float
    days: int
    at_least: bool = True
    exact: bool = False

    @property
    def words(self) -> str:
        """The deed as people say it, e.g. "people we know there: at least 3, after 60 days"."""
        unit = self.column.signal.unit
        said = f" {unit}" if unit and not self.column.signal.meaning.startswith(unit) else ""
        limit = "at least" if self.at_least else "at most"
        number = value_in_words(self.threshold)
        when = "" if self.exact else f", after {self.days} days"
        return f"{self.column.meaning}: {limit} {number}{said}{when}"

    def done(self, landmark: Landmark) -> tuple[Mask, Mask]:
        """Who has done it, and of whom it is known, each of shape (accounts,)."""
        values = landmark.base.numbers((self.column.name,))[:, 0]
        known = np.isfinite(values)
        reached = values >= self.threshold if self.at_least else values <= self.threshold
        return reached & known, known


def effect_at(deed: Deed, landmark: Landmark) -> Effect | None:
    """How much more often those who did it stayed; None where too few did, or did not."""
    done, known = deed.done(landmark)
    mine = landmark if known.all() else landmark.take(known)
    if not len(mine.stayed):
        return None
    return effect_of(done[known], mine.stayed, mine.covariates, mine.base.seed)


def rises(column: SnapshotColumn) -> bool:
    """Whether more of it is declared healthier."""
    return column.signal.direction is Direction.HEALTHIER


def thresholds(values: Vector) -> list[float]:
    """Round values that cut off a tenth, two tenths ... of the accounts; each of them once."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.linspace(0.1, 0.9, 9), method="higher")
    return sorted({_rounded(float(cut)) for cut in cuts})


def _rounded(value: float) -> float:
    """Two significant digits, whole numbers as they are up to 100."""
    if value == int(value) and abs(value) <= 100:
        return value
    return float(f"{value:.2g}")
