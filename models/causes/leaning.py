"""Learning how the share of contraction goes with the chance of loss itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from models.causes.tilt import Tilt, Vector
from models.dataset import Dataset, Mask
from models.evaluation import independent_events
from models.flavours.base import sigmoid
from models.flavours.shifted import LOOSE, shift_under_prior
from models.intervals import INTERVALS, Interval
from models.metrics.reliability import log_odds
from models.walkforward import OutOfTime

By = dict[Interval, Vector]

USUAL_TILT = 0.5
"""Standard deviation of the coefficient before any evidence."""
KEPT_BETWEEN = (1.0, 99.0)
"""Percentiles of the lost rows' log-odds between which the line is drawn, not beyond."""
STEPS, SMALL_STEP, SMALLEST = 50, 1e-10, 1e-9


@dataclass(frozen=True)
class Losses:
    """Rows that were lost, by which cause, and what was foretold of any loss.

    Attributes:
        contracted: rows whose first loss is a contraction, shape (rows,).
        walk: whose blocks are walked.
        odds: calibrated log-odds of loss by interval as they stood in time, shape (rows,);
            NaN where there were none.
    """

    data: Dataset
    contracted: Mask
    walk: OutOfTime
    odds: Mapping[Interval, Vector]

    def tilted(self, shares: Mapping[Interval, Vector]) -> By:
        """Out-of-time log-odds of contraction, each block tilted by what was known before it."""
        found = {interval: values.copy() for interval, values in shares.items()}
        for block in np.unique(self.walk.block_of[self.walk.block_of > 0]):
            mine = self.walk.block_of == block
            for interval, tilt in self.tilts(shares, int(block)).items():
                told = mine & ~np.isnan(self.odds[interval])
                found[interval][told] = tilt.apply(
                    shares[interval][told], self.odds[interval][told]
                )
        return found

    def tilts(
        self, shares: Mapping[Interval, Vector], before: int | None = None
    ) -> dict[Interval, Tilt]:
        """The tilt of each interval from losses certain by the day number `before`, or all.

        Nothing where not both causes were seen.
        """
        rows = {k: self._known(k, shares[k], before) for k in shares if k in self.odds}
        rows = {k: mine for k, mine in rows.items() if len(mine)}
        if not rows:
            return {}
        every = np.concatenate(list(rows.values()))
        cause = self.contracted[every].astype(np.float64)
        rare = min(float(cause.sum()), float(len(cause) - cause.sum()))
        if not rare:
            return {}
        weight = min(1.0, independent_events(self.data, every, cause) / rare)
        drawn = {k: _inside(self.odds[k][mine]) for k, mine in rows.items()}
        loss = np.concatenate([np.clip(self.odds[k][rows[k]], *drawn[k]) for k in rows])
        share = np.concatenate([shares[k][rows[k]] for k in rows])
        group = np.repeat(np.arange(len(rows)), [len(mine) for mine in rows.values()])
        slope = coefficient(share, loss, cause, group, weight)
        return {
            k: Tilt(slope, _level(share[group == i], slope * loss[group == i]), *drawn[k])
            for i, k in enumerate(rows)
        }

    def _known(
        self, interval: Interval, share: Vector, before: int | None
    ) -> npt.NDArray[np.int64]:
        """Walked rows lost in the interval, certain by then."""
        at = self.data.data_as_of
        walked = self.walk.block_of > 0
        if before is not None:
            at = date.fromordinal(before) - timedelta(days=self.walk.embargo)
            walked &= self.walk.block_of < before
        lost = self.data.at_risk(interval, at) & self.data.lost_within(interval.end)
        return np.flatnonzero(walked & lost & ~np.isnan(share) & ~np.isnan(self.odds[interval]))


def odds_between(reached: Mapping[int, Vector]) -> By:
    """Log-odds of loss in each interval from the chance of loss by its end, shape (rows,).

    Args:
        reached: by days from `as_of` on, without any lead time.
    """
    found: By = {}
    before: Vector | float = 0.0
    for interval in INTERVALS:
        if interval.end not in reached:
            break
        chance = (reached[interval.end] - before) / np.maximum(1 - before, SMALLEST)
        found[interval] = log_odds(chance)
        before = reached[interval.end]
    return found


def coefficient(
    share: Vector, loss: Vector, cause: Vector, group: npt.NDArray[np.int64], weight: float
) -> float:
    """What one unit of `loss` adds to `share`, by Newton's method, drawn towards nothing.

    Args:
        share: log-odds of contraction given a loss, shape (rows,).
        loss: log-odds of the loss.
        cause: 1 for a contraction, else 0.
        group: the interval of each row as a number from 0; each has a free level.
        weight: what a row counts.
    """
    columns = np.column_stack([loss, group[:, None] == np.arange(group.max() + 1)])
    hold = np.array([1 / USUAL_TILT**2] + [1 / LOOSE**2] * (columns.shape[1] - 1))
    found = np.zeros(len(hold))
    for _ in range(STEPS):
        p = sigmoid(share + columns @ found)
        slope = weight * (columns.T @ (cause - p)) - hold * found
        curve = weight * (columns.T * (p * (1 - p))) @ columns + np.diag(hold)
        step = np.clip(np.linalg.solve(curve, slope), -1.0, 1.0)
        found = found + step
        if np.max(np.abs(step)) < SMALL_STEP:
            break
    return float(found[0])


def _inside(loss: Vector) -> tuple[float, float]:
    low, high = np.percentile(loss, KEPT_BETWEEN)
    return float(low), float(high)


def _level(share: Vector, tilt: Vector) -> float:
    """What keeps the mean share where it was."""
    return shift_under_prior(share + tilt, sigmoid(share), 1.0, LOOSE)
