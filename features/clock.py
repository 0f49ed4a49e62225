"""Instants as whole microseconds since 1970, UTC: the only clock of the features layer.

An `as_of` date means the end of that day, so everything before the next midnight is
visible. That midnight is called the cut, and facts are visible when they lie before it.
"""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

DAY = 86_400_000_000
HOUR = 3_600_000_000
MISSING = np.iinfo(np.int64).min
"""A date that is not known."""
NEVER = np.iinfo(np.int64).max
"""Later than any date."""

Instants = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)


def cut_of(as_of: date) -> int:
    """The first microsecond that a snapshot at `as_of` does not see."""
    return ((as_of - _EPOCH).days + 1) * DAY


def midnight(day: date) -> int:
    """The first microsecond of `day`."""
    return (day - _EPOCH).days * DAY


def day_of(instant: int) -> date:
    """The UTC date on which `instant` lies."""
    return _EPOCH + timedelta(days=instant // DAY)
