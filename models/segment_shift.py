"""Small segments borrow strength: intercepts by segment, learnt from out-of-time predictions.

The step stays only where it lowers the log loss out of time beyond doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.dataset import Dataset, Mask
from models.evaluation import DRAWS, TestSet, independent_events
from models.flavours.shifted import SHIFTED, FittedShifted, learn_shifts, shift_of
from models.hazards import Hazard
from models.intervals import Interval
from models.material import Material
from models.metrics import Resamples, Vector, log_loss
from models.walkforward import OutOfTime


@dataclass(frozen=True)
class Shift:
    """Learns intercepts of the words of one column.

    Attributes:
        column: its position among the inputs.
        size: how many words it has.
    """

    material: Material
    column: int
    size: int

    @property
    def _codes(self) -> Vector:
        return self.material.inputs[:, self.column]

    def all_walked(self, walks: Mapping[str, OutOfTime]) -> dict[str, OutOfTime]:
        """Every walk and, after it, the same shifted by segment."""
        return {**walks, **{f"{name}{SHIFTED}": self.walked(walk) for name, walk in walks.items()}}

    def walked(self, walk: OutOfTime) -> OutOfTime:
        """`walk` with each block shifted by what earlier blocks had shown when it began."""
        odds = {interval: values.copy() for interval, values in walk.log_odds.items()}
        for block in np.unique(walk.block_of[walk.block_of > 0]):
            mine = walk.block_of == block
            for interval in odds:
                shifts = self.shifts(walk, interval, int(block))
                odds[interval][mine] += shift_of(self._codes[mine], shifts)
        return replace(walk, log_odds=odds)

    def shifts(
        self, walk: OutOfTime, interval: Interval, before: int | None = None
    ) -> tuple[float, ...]:
        """One interval's shifts from the rows certain by the day number `before`, or all."""
        dataset = self.material.dataset
        rows = _certain(dataset, interval, walk, before) & ~np.isnan(walk.log_odds[interval])
        lost = dataset.lost_within(interval.end)[rows].astype(np.float64)
        rare = min(float(lost.sum()), float(len(lost) - lost.sum()))
        if not rare:
            return (0.0,) * self.size
        weight = min(1.0, independent_events(dataset, rows, lost) / rare)
        odds = walk.log_odds[interval][rows]
        return learn_shifts(odds, lost, self._codes[rows], self.size, weight)

    def refitted(
        self, best: str, hazards: Sequence[Hazard], walks: Mapping[str, OutOfTime]
    ) -> tuple[Hazard, ...]:
        """The hazards of the flavour `best`, shifted if it is a shifted one."""
        part = best.removesuffix(SHIFTED)
        if part == best:
            return tuple(hazards)
        return tuple(replace(each, model=self._fitted(part, each, walks[part])) for each in hazards)

    def _fitted(self, part: str, hazard: Hazard, walk: OutOfTime) -> FittedShifted:
        """Shifted by what all certain rows show."""
        shifts = self.shifts(walk, hazard.interval)
        return FittedShifted(part, hazard.model, self.column, shifts)


def shift_by(material: Material, segments: list[str]) -> Shift | None:
    """How to learn the shifts of the first of `segments`; None without any."""
    if not segments:
        return None
    column = material.schema.names.index(segments[0])
    return Shift(material, column, len(material.schema.columns[column].words or ()))


def lowers(dataset: Dataset, usual: TestSet, other: TestSet, seed: int) -> bool:
    """Whether another way to foretell lowers the log loss of the same rows beyond doubt.

    With the whole 95 % interval over accounts: what luck explains is not taken for a gain.
    """
    accounts = dataset.frame["account_id"].to_numpy(object)[usual.rows]

    def gain(weight: Vector) -> float:
        losses = (log_loss(test.lost, test.chance, weight) for test in (usual, other))
        return next(losses) - next(losses)

    same = np.array_equal(usual.rows, other.rows)
    return same and Resamples.of(accounts, DRAWS, seed).interval(gain).low > 0


def _certain(dataset: Dataset, interval: Interval, walk: OutOfTime, before: int | None) -> Mask:
    if before is None:
        return dataset.at_risk(interval, dataset.told_until(walk.embargo))
    day = type(dataset.data_as_of).fromordinal(before - walk.embargo)
    return dataset.at_risk(interval, day) & (walk.block_of < before)
