"""What a value usually is: for the account itself, and for its peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from models.explain.peers import Quartiles
from models.explain.reasons import plain

Vector = npt.NDArray[np.float64]
Value = float | str | None

FEWEST_PAST = 3
"""Earlier snapshots from which an account has a usual value."""
TREND_POINTS = 6
FEWEST_POINTS = 4
ONE_WAY = 0.6
"""Share of the pairs of snapshots, up less down, from which values have a trend."""


class Trend(StrEnum):
    """Where the last values go."""

    RISING = "rising"
    FALLING = "falling"


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
