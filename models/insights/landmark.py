"""Accounts early in their life: what they had done by then, and whether they stayed after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from features.signal import Direction, GroupName, SnapshotColumn
from models.dataset import Mask
from models.encoding import Matrix
from models.insights.base import Base
from models.insights.rank_scores import average_ranks
from models.metrics.bootstrap import Ints, Vector

LATE_DAYS = 35
"""How long after the landmark the first snapshot may come; monthly ones need 31."""
HORIZONS = (365, 180, 90, 30)
LEAST_LOSSES = 30
MOST_WORDS = 6


@dataclass(frozen=True)
class Landmark:
    """Each account once, at its first snapshot after some days of life.

    Only what came after that snapshot counts as its outcome, and only accounts still there at
    it take part, so that having lived long enough to do something is no merit of having done
    it (landmark analysis: Anderson, Cain and Gelber, JCO 1983).

    Attributes:
        days: of life at least.
        within: days after the snapshot for which staying is judged.
        base: the accounts' rows, one each, all with a certain outcome.
    """

    days: int
    within: int
    base: Base

    @cached_property
    def stayed(self) -> Vector:
        """1 where the account was still there `within` days later, shape (accounts,)."""
        return np.asarray(~self.base.dataset.lost_within(self.within), dtype=np.float64)

    @property
    def losses(self) -> int:
        """How many left."""
        return int((1 - self.stayed).sum())

    @cached_property
    def covariates(self) -> Matrix:
        """Profile and time, as ranks and indicators of words, shape (accounts, covariates)."""
        frame = self.base.frame
        parts = [_scaled(self.base.dataset.ordinals.astype(float)), _scaled(self.base.tenure)]
        for column in self.base.columns:
            if column.group is GroupName.PROFILE:
                parts += _parts(frame[column.name])
        known = [p for p in parts if np.ptp(p) > 0]
        return np.column_stack(known) if known else np.zeros((len(frame), 1))

    def take(self, rows: Mask) -> "Landmark":
        """The landmark of some of the accounts."""
        base = Base(
            self.base.dataset.take(rows), self.base.columns, self.base.segments, self.base.seed
        )
        return Landmark(self.days, self.within, base)


def landmark_at(base: Base, days: int) -> Landmark | None:
    """The landmark after `days`, over the longest time for which enough losses are certain.

    None where no account was seen in time after its first `days` days, or too few were lost.
    """
    rows = first_rows(base, days)
    best: Landmark | None = None
    for within in HORIZONS:
        data = base.dataset
        certain = data.matured(within, data.data_as_of) & data.followed(within)
        mine = np.zeros(len(base.frame), bool)
        mine[rows] = True
        found = Landmark(days, within, _taken(base, mine & certain & (data.event_days > 0)))
        if found.losses >= LEAST_LOSSES:
            return found
        if best is None or found.losses > best.losses:
            best = found
    return best if best is not None and best.losses else None


def first_rows(base: Base, days: int) -> Ints:
    """The row of each account's first snapshot at an age of `days` to `days + 35`."""
    age = base.tenure
    rows = np.flatnonzero((age >= days) & (age <= days + LATE_DAYS))
    owner = base.owner[rows]
    order = np.lexsort((base.dataset.ordinals[rows], owner))
    rows, owner = rows[order], owner[order]
    return np.sort(rows[np.r_[True, owner[1:] != owner[:-1]]]) if len(rows) else rows


def early_behaviours(columns: Sequence[SnapshotColumn], days: int) -> tuple[SnapshotColumn, ...]:
    """Behaviours that people can act on and of which more, or less, is declared healthier.

    Of each signal the widest window that lies within the first `days`; signals of all of
    history as they are.
    """
    chosen: dict[tuple[str, str], SnapshotColumn] = {}
    for column in columns:
        signal = column.signal
        fits = column.window is None or column.window <= days
        if not signal.actionable or signal.direction is Direction.UNSIGNED or not fits:
            continue
        known = chosen.get((column.group, signal.name))
        if known is None or (column.window or 0) > (known.window or 0):
            chosen[(column.group, signal.name)] = column
    return tuple(chosen.values())


def _taken(base: Base, rows: Mask) -> Base:
    return Base(base.dataset.take(rows), base.columns, base.segments, base.seed)


def _parts(values: "pd.Series[Any]") -> list[Vector]:
    """A profile column as covariates: ranks of numbers, indicators of the commonest words."""
    if pd.api.types.is_numeric_dtype(values):
        numbers = np.asarray(values.to_numpy(np.float64, na_value=np.nan))
        missing = np.isnan(numbers).astype(float)
        return [_scaled(numbers), missing - missing.mean()]
    common = values.value_counts().index[:MOST_WORDS]
    return [np.asarray((values == word).to_numpy(float)) for word in common[1:]]


def _scaled(values: Vector) -> Vector:
    """Ranks from -1.7 to 1.7: the size of a standardised number."""
    return np.asarray((average_ranks(values) - 0.5) * np.sqrt(12))
