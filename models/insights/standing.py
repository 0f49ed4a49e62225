"""Where accounts stand today: their newest snapshot beside the health they were told to have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from features.signal import SnapshotColumn
from models.dataset import Mask
from models.encoding import Matrix
from models.metrics.bootstrap import Vector
from models.score import Band

LEAST = 10
"""Accounts of a colour below which the best, or worst, third by score is taken instead."""
NAMED = "green", "red"
NO_SCORES = "no scores were published for this day or before: `forewarn run` publishes them"
THIRDS = "the healthiest third", "the least healthy third"


@dataclass(frozen=True)
class Standing:
    """Accounts on the newest date.

    Attributes:
        frame: all snapshots, one row per account and date.
        now: the rows of the newest date whose account has a score, shape (accounts,).
        bands: their bands.
        scores: their health scores, 0 to 100, 100 is healthy; NaN where not known.
        columns: every snapshot column that may be read today.
        segment: the word column that tells segments apart; empty where none does.
    """

    frame: pd.DataFrame
    now: pd.DataFrame
    bands: tuple[Band, ...]
    scores: Vector
    columns: tuple[SnapshotColumn, ...]
    segment: str

    def __len__(self) -> int:
        return len(self.now)

    @cached_property
    def names(self) -> tuple[str, str]:
        """What the healthy and the unhealthy are called here."""
        enough = [sum(b is band for b in self.bands) >= LEAST for band in (Band.GREEN, Band.RED)]
        return (
            NAMED[0] if enough[0] else THIRDS[0],
            NAMED[1] if enough[1] else THIRDS[1],
        )

    @cached_property
    def healthy(self) -> Mask:
        """Green accounts; the healthiest third where fewer than ten are green."""
        return self._of(Band.GREEN, self.names[0] == NAMED[0])

    @cached_property
    def unhealthy(self) -> Mask:
        """Red accounts; the least healthy third where fewer than ten are red."""
        return self._of(Band.RED, self.names[1] == NAMED[1])

    def _of(self, band: Band, by_band: bool) -> Mask:
        if by_band:
            return np.array([b is band for b in self.bands], dtype=bool)
        known = np.isfinite(self.scores)
        if not known.any():
            return known
        limit = np.quantile(self.scores[known], 2 / 3 if band is Band.GREEN else 1 / 3)
        beyond = self.scores >= limit if band is Band.GREEN else self.scores <= limit
        return np.asarray(known & beyond)

    @cached_property
    def groups(self) -> "pd.Series[str]":
        """The segment of each account, `all` where none is told apart."""
        if not self.segment:
            return pd.Series(["all"] * len(self))
        return self.now[self.segment].astype(object).fillna("not known").astype(str)

    def has(self, column: str) -> bool:
        """Whether any account has a value of it."""
        return column in self.now and bool(self.now[column].notna().any())

    def numbers(self, column: str) -> Vector:
        """A column today, NaN where missing, shape (accounts,)."""
        return np.asarray(self.now[column].to_numpy(np.float64, na_value=np.nan))

    def words(self, column: str) -> "pd.Series[str]":
        """A word column today, `not known` where missing."""
        return self.now[column].astype(object).fillna("not known").astype(str)

    def before(self, column: str, days: int, most: int = 45) -> Vector:
        """A column's value `days` earlier, by the nearest date at most `most` days off.

        NaN where the account had no snapshot then, shape (accounts,).
        """
        dates = sorted(self.frame["as_of"].unique())
        wanted = dates[-1] - timedelta(days=days)
        nearest = min(dates, key=lambda day: abs((day - wanted).days))
        if abs((nearest - wanted).days) > most:
            return np.full(len(self), np.nan)
        then = self.frame[self.frame["as_of"] == nearest].set_index("account_id")[column]
        found = then.reindex(self.now["account_id"]).to_numpy(np.float64, na_value=np.nan)
        return np.asarray(found)


def standing_of(
    frame: pd.DataFrame,
    told: Mapping[str, tuple[Band, float]],
    columns: tuple[SnapshotColumn, ...],
    segment: str,
) -> Standing:
    """Join the newest snapshots with the band and health score told of each account.

    Args:
        frame: snapshots with `account_id` and `as_of`.
        told: by account, its band and its health score (NaN where not known).
        columns: see `Standing`.
        segment: likewise.
    """
    newest = frame[frame["as_of"] == frame["as_of"].max()]
    now = newest[newest["account_id"].isin(set(told))].reset_index(drop=True)
    each = [told[name] for name in now["account_id"]]
    scores = np.array([score for _, score in each], dtype=np.float64)
    return Standing(frame, now, tuple(band for band, _ in each), scores, columns, segment)


def changed(now: Vector, before: Vector, least: float = 0.05) -> Matrix:
    """1 where a value has grown by `least` of itself, -1 where it has shrunk, else 0."""
    known = np.isfinite(now) & np.isfinite(before)
    away = np.where(known, now - before, 0.0)
    limit = least * np.abs(np.where(known, before, 0.0))
    return np.where(known & (np.abs(away) > limit + 1e-9), np.sign(away), 0.0)
