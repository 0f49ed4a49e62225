"""A model's level, moved after training: what was added to its log-odds, when and why.

The bundle is never overwritten. An adjusted model is a version of its own, made of the same
files and one more, so that it can be told from its base and taken back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from models.intervals import Interval

MARK = "+"
"""Parts an adjusted version's name from its base's, as in `2026-03-31-1a2b3c4d+2026-05-31`."""
FULL_UNTIL, LATER_SHARE = 90, 0.5
"""The shift holds in full for intervals that begin before so many days; later ones take a
share of it, since by then part of a change of level has passed (docs/adr/0015)."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `as_of` on the model's log-odds are moved by `shift` from where training put them."""

    as_of: date
    shift: float


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Every move of a model's level since it was trained.

    Attributes:
        base: the version as it was trained.
        base_digest: SHA-256 of its bundle's manifest.
        base_data_as_of: the last day of the data that it learnt from.
        steps: in order of time; the last one holds now. Each counts from the base.
    """

    base: str
    base_digest: str
    base_data_as_of: date
    steps: tuple[Step, ...]

    @property
    def version(self) -> str:
        """What the adjusted model is called."""
        return f"{self.base}{MARK}{self.steps[-1].as_of}"

    @property
    def shift(self) -> float:
        """What is added to the log-odds of the first interval now."""
        return self.steps[-1].shift

    def shift_on(self, day: date) -> float:
        """What was added on a day: nothing before the first step."""
        return next((step.shift for step in reversed(self.steps) if step.as_of <= day), 0.0)

    def then(self, step: Step) -> "Adjustment":
        """With one more step; it takes the place of one of the same day or later."""
        before = tuple(each for each in self.steps if each.as_of < step.as_of)
        return Adjustment(self.base, self.base_digest, self.base_data_as_of, (*before, step))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        steps = [{"as_of": step.as_of.isoformat(), "shift": step.shift} for step in self.steps]
        return {**asdict(self), "base_data_as_of": self.base_data_as_of.isoformat(), "steps": steps}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "Adjustment":
        """The adjustment that was written as plain values."""
        steps = tuple(Step(date.fromisoformat(s["as_of"]), s["shift"]) for s in body["steps"])
        day = date.fromisoformat(body["base_data_as_of"])
        return cls(body["base"], body["base_digest"], day, steps)


def carried(shift: float, interval: Interval) -> float:
    """The part of a shift of the first interval's log-odds that an interval takes."""
    return shift if interval.start < FULL_UNTIL else LATER_SHARE * shift


def base_of(version: str) -> str:
    """The version as it was trained, of a version that may have been adjusted since."""
    return version.split(MARK, 1)[0]
