"""What a value usually is: for the account itself, and for its peers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

from models.explain.peers import Quartiles
from models.explain.reasons import plain

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
    earlier = [number for number in map(_number, past) if not math.isnan(number)]
    own = median(earlier) if len(earlier) >= FEWEST_PAST else None
    trend = trend_of([*earlier, now]) if isinstance(now, float) else None
    return Usual(now, own, peers, trend)


def trend_of(values: Sequence[float]) -> Trend | None:
    """The way the last values go, by the pairs that rise less those that fall (Mann 1945)."""
    last = values[-TREND_POINTS:]
    if len(last) < FEWEST_POINTS:
        return None
    rises = [(after > before) - (after < before) for before, after in combinations(last, 2)]
    share = sum(rises) / len(rises)
    if abs(share) < ONE_WAY:
        return None
    return Trend.RISING if share > 0 else Trend.FALLING


def _number(value: object) -> float:
    found = plain(value)
    return found if isinstance(found, float) else math.nan
