"""The earlier dates on which settings are compared, as the world was known then."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from models.flavours import Flavour
from models.material import Material
from models.walkforward import Fold, blocks, folds_of

Vector = npt.NDArray[np.float64]

FOLDS = 3
"""Blocks of the earlier dates; every setting is fitted once for each, and each interval."""


@dataclass(frozen=True)
class Judged:
    """A fold with the rows it is judged by: positions in the dataset, and 0 or 1."""

    fold: Fold
    rows: npt.NDArray[np.int64]
    lost: Vector


@dataclass(frozen=True)
class Earlier:
    """The folds of the earlier dates, on which any setting of a flavour can be tried."""

    material: Material
    folds: list[list[Judged]]

    def losses(self, flavour: Flavour) -> Iterator[Vector]:
        """Each block's log losses of all its judged rows and intervals, in order of time."""
        for block in self.folds:
            yield np.concatenate([self._loss(flavour, judged) for judged in block])

    def _loss(self, flavour: Flavour, judged: Judged) -> Vector:
        inputs, plan = self.material.inputs, self.material.how
        fold = judged.fold
        fitted = flavour.fit(inputs[fold.risk], fold.lost, self.material.schema, plan.seed)
        odds = fitted.log_odds(inputs[judged.rows])
        return np.asarray(np.logaddexp(0.0, odds) - judged.lost * odds)

    @property
    def ends(self) -> date:
        """Nothing known on this date or later is looked at."""
        return self.material.dataset.data_as_of

    @property
    def accounts(self) -> npt.NDArray[np.object_]:
        """The account behind every loss."""
        owner = self.material.dataset.frame["account_id"].to_numpy(object)
        return np.concatenate([owner[j.rows] for block in self.folds for j in block])


def earlier(material: Material, cut: date) -> Earlier:
    """The world as it was known on `cut`."""
    before = material.dataset.ordinals < cut.toordinal()
    data = replace(material.dataset.take(before), data_as_of=cut)
    past = replace(material, dataset=data, inputs=material.inputs[before])
    found = []
    for block in blocks(data.dates, FOLDS):
        first, last = block[0].toordinal(), block[-1].toordinal()
        rows = (data.ordinals >= first) & (data.ordinals <= last)
        certain = block[0] - timedelta(days=material.how.embargo)
        folds = folds_of(past.known(certain), rows, certain, material.how.intervals)
        judged = [_judge(past, fold) for fold in folds]
        if with_rows := [j for j in judged if len(j.rows)]:
            found.append(with_rows)
    return Earlier(past, found)


def _judge(material: Material, fold: Fold) -> Judged:
    data = material.dataset
    at = data.told_until(material.how.embargo)
    rows = np.flatnonzero(fold.rows & data.at_risk(fold.interval, at))
    lost = data.lost_within(fold.interval.end)[rows].astype(np.float64)
    return Judged(fold, rows, lost)
