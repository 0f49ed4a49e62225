"""Whether enough has happened to learn from, and how much more would have to.

Limits: below LEAST even a base rate is a guess (8 losses of 10 leave it uncertain by more than
half). Below CHECKED no model can be both fitted (25 losses) and checked on later dates (20), so
the base rate by segment is all there is. Below PLENTY a strongly shrunken regression competes
with the usual one: where signals say nothing it costs nothing beside the base rate, and freer
models do (simulated in experiments/honesty/results.md).
"""

from dataclasses import dataclass
from enum import StrEnum

from models.dataset import Dataset
from models.enough import FEWEST_TRAINING_EVENTS
from models.evaluation import FEWEST_TEST_EVENTS, independent_events
from models.intervals import INTERVALS

LEAST = 10
SHRUNKEN = ("shrunken", "logistic", "single")
"""What competes where losses are some, but not plenty."""
CHECKED = FEWEST_TRAINING_EVENTS + FEWEST_TEST_EVENTS
PLENTY = 120


class NoEvidence(Exception):
    """Too little has happened for any model to be fitted and checked."""


TOO_LITTLE = (
    "too few losses have been seen, on too few dates, to fit a model on some and check it on "
    "later ones: bring a longer history, or wait until more outcomes are certain."
)


class Level(StrEnum):
    """How much the losses seen allow to say."""

    NONE = "nothing"
    FEW = "base rate by segment"
    SOME = "strongly shrunken regressions"
    ENOUGH = "every kind of model"


@dataclass(frozen=True)
class Sufficiency:
    """How many losses were seen, and what they allow.

    Attributes:
        lost: accounts lost, seen from a date whose outcome is certain; or accounts that
            stayed, where they are fewer.
        needed: further losses until the next level; 0 at the last.
    """

    level: Level
    lost: int
    needed: int

    @property
    def words(self) -> str:
        """What the losses allow to say, and how many more would allow more."""
        seen = f"{self.lost} accounts were seen to be lost: they allow {self.level.value}"
        if not self.needed:
            return seen
        following = LEVELS[[level for level, _ in LEVELS].index(self.level) + 1][0]
        return f"{seen}; with {self.needed} more, {following.value}"

    def flavours(self, wished: tuple[str, ...]) -> tuple[str, ...]:
        """The flavours that may compete: none where nothing could be checked."""
        if self.level is Level.ENOUGH:
            return wished
        return SHRUNKEN if self.level is Level.SOME else ()


LEVELS = (
    (Level.NONE, 0),
    (Level.FEW, LEAST),
    (Level.SOME, CHECKED),
    (Level.ENOUGH, PLENTY),
)
"""Each level with the number of lost accounts from which it holds."""


def sufficiency(dataset: Dataset) -> Sufficiency:
    """What the losses of a dataset allow."""
    risk = dataset.at_risk(INTERVALS[0], dataset.data_as_of)
    lost = dataset.lost_within(INTERVALS[0].end)[risk].astype(float)
    return of_count(independent_events(dataset, risk, lost))


def of_count(lost: int) -> Sufficiency:
    """What so many lost accounts allow."""
    level = [level for level, least in LEVELS if lost >= least][-1]
    further = [least - lost for _, least in LEVELS if least > lost]
    return Sufficiency(level, lost, further[0] if further else 0)
