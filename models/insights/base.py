"""The base: all accounts at all dates with their outcomes, and what they are matched by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from features.signal import GroupName, SnapshotColumn
from models.dataset import Dataset
from models.encoding import Matrix
from models.insights.rank_scores import average_ranks
from models.metrics.bootstrap import Ints, Vector

TENURE = ("profile__age", "profile__subscribed_for", "consumption__first_used")
TENURE_DAYS = (90, 180, 365, 730)
"""Limits of the classes of tenure within which accounts are compared."""
ADJUSTED_FOR = ("profile__mrr", "profile__employees", "profile__renewal")
MOST_ROWS = 150_000


@dataclass(frozen=True)
class Base:
    """What every insight is computed from.

    Attributes:
        dataset: without any minimum lead time: a loss is a loss here, however near.
        columns: the snapshot columns that may be read, all of them in the dataset.
        segments: word columns that may tell segments apart, the one preferred first.
        seed: of everything random.
    """

    dataset: Dataset
    columns: tuple[SnapshotColumn, ...]
    segments: tuple[str, ...] = ()
    seed: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "dataset", replace(self.dataset, lead=0))

    @property
    def frame(self) -> pd.DataFrame:
        """The snapshots, one row per account and date."""
        return self.dataset.frame

    @cached_property
    def owner(self) -> Ints:
        """The number of each row's account, shape (rows,)."""
        return np.unique(self.frame["account_id"].to_numpy(str), return_inverse=True)[1]

    @cached_property
    def behaviours(self) -> tuple[SnapshotColumn, ...]:
        """Numbers that tell what accounts do and live through, not who they are."""
        return tuple(
            c for c in self.columns if c.group is not GroupName.PROFILE and not c.signal.is_word
        )

    @property
    def segment(self) -> str:
        """The segment column in use; empty where none tells any accounts apart."""
        for name in self.segments:
            if name in self.frame and self.frame[name].nunique() > 1:
                return name
        return ""

    @cached_property
    def tenure(self) -> Vector:
        """Days as a customer by the first column that knows it; NaN where none does."""
        for name in TENURE:
            if name in self.frame and self.frame[name].notna().any():
                return self.numbers((name,))[:, 0]
        return np.full(len(self.frame), np.nan)

    @cached_property
    def strata(self) -> Ints:
        """The stratum of each row: same date, class of tenure, and segment."""
        parts = [self.dataset.ordinals, np.digitize(self.tenure, TENURE_DAYS)]
        if self.segment:
            parts.append(pd.factorize(self.frame[self.segment])[0])
        return np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].ravel()

    @cached_property
    def traits(self) -> Matrix:
        """What is adjusted for within strata, as ranks with squares, shape (rows, traits)."""
        named = self.numbers([n for n in ADJUSTED_FOR if n in self.frame]).T
        ranks = [average_ranks(values) for values in (self.tenure, *named)]
        return np.column_stack([part for r in ranks for part in (r, (r - 0.5) ** 2)])

    def numbers(self, names: Sequence[str]) -> Matrix:
        """Columns as float64, NaN where missing, shape (rows, names)."""
        out = np.empty((len(self.frame), len(names)))
        for i, name in enumerate(names):
            out[:, i] = self.frame[name].to_numpy(np.float64, na_value=np.nan)
        return out

    def sampled(self, rows: int = MOST_ROWS) -> "Base":
        """Whole accounts, drawn so that about `rows` rows are left; itself where fewer."""
        if len(self.frame) <= rows:
            return self
        drawn = np.random.default_rng(self.seed).random(int(self.owner.max()) + 1)
        kept = np.asarray((drawn < rows / len(self.frame))[self.owner])
        return Base(self.dataset.take(kept), self.columns, self.segments, self.seed)
