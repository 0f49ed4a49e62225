"""What a value usually is: for the account itself, and for its peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.explain.reasons import plain

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Value = float | str | None

FEWEST_PAST = 3
"""Earlier snapshots from which an account has a usual value."""
FEWEST_PEERS = 20
ALIKE = (("profile__tier", "profile__stage"), ("profile__tier",), ())
"""What peers share: tier and stage of the customer's life, else less, until there are enough."""
TREND_POINTS = 6
FEWEST_POINTS = 4
ONE_WAY = 0.6
"""Share of the pairs of snapshots, up less down, from which values have a trend."""


class Trend(StrEnum):
    """Where the last values go."""

    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A quarter of the peers lie below `low`, half below `median`, a quarter above `high`."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Peers:
    """The accounts of the same snapshot that are most alike.

    Attributes:
        shared: what they share, by column; empty for all accounts.
        rows: their rows; the account itself is none of them.
    """

    shared: dict[str, str]
    rows: pd.DataFrame

    def quartiles(self, column: str) -> Quartiles | None:
        """Of a number; None for words and where fewer than `FEWEST_PEERS` values are known."""
        values = self.rows[column]
        if not pd.api.types.is_numeric_dtype(values):
            return None
        known = values.to_numpy(np.float64, na_value=np.nan)
        known = known[~np.isnan(known)]
        if len(known) < FEWEST_PEERS:
            return None
        return Quartiles(*(float(q) for q in np.percentile(known, [25, 50, 75])))


@dataclass(frozen=True, slots=True)
class Usual:
    """A value beside what is usual.

    Attributes:
        value: now.
        own: the account's own median over earlier snapshots; None where there are too few.
        peers: None where too few peers have a value.
        trend: of the last values; None where they go no way.
    """

    value: Value
    own: float | None = None
    peers: Quartiles | None = None
    trend: Trend | None = None


def peers_of(snapshot: pd.DataFrame, account: int) -> Peers:
    """The peers of the account at a row of a snapshot of one date."""
    others = np.arange(len(snapshot)) != account
    for columns in ALIKE:
        if any(c not in snapshot or pd.isna(snapshot[c].iloc[account]) for c in columns):
            continue
        shared = {column: str(snapshot[column].iloc[account]) for column in columns}
        mine = others.copy()
        for column, word in shared.items():
            mine &= (snapshot[column] == word).to_numpy(bool, na_value=False)
        if mine.sum() >= FEWEST_PEERS or not columns:
            return Peers(shared, snapshot[mine])
    raise AssertionError("the last of ALIKE shares nothing, so it always holds")


def usual_of(value: object, past: Sequence[object], peers: Quartiles | None) -> Usual:
    """A value beside what is usual.

    Args:
        value: now.
        past: the account's values in earlier snapshots, oldest first.
        peers: of the column.
    """
    now = plain(value)
    if isinstance(now, str) or any(isinstance(each, str) for each in past):
        return Usual(now)
    known = np.array([_number(each) for each in past], np.float64)
    earlier = known[~np.isnan(known)]
    own = float(np.median(earlier)) if len(earlier) >= FEWEST_PAST else None
    trend = None if now is None else trend_of(np.append(earlier, now))
    return Usual(now, own, peers, trend)


def trend_of(values: Vector) -> Trend | None:
    """The way the last values go, by the pairs that rise less those that fall (Mann 1945)."""
    last = values[-TREND_POINTS:]
    if len(last) < FEWEST_POINTS:
        return None
    rises = np.sign(last[None, :] - last[:, None])[np.triu_indices(len(last), 1)]
    share = float(rises.mean())
    if abs(share) < ONE_WAY:
        return None
    return Trend.RISING if share > 0 else Trend.FALLING


def _number(value: object) -> float:
    found = plain(value)
    return found if isinstance(found, float) else np.nan
