"""The simulated company's calendar: days counted from a Monday, weeks of seven of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
LAST_DAY = date(2026, 6, 30)
LONGEST_HORIZON = 365
NEVER = 1_000_000
"""A day index beyond every history: it has not happened."""

WORK_SHARE = np.array([0.19, 0.20, 0.20, 0.19, 0.16, 0.03, 0.03])
"""How a week's business spreads over Monday to Sunday; sums to 1."""

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the history, counted from the Monday on or before its first day.

    Attributes:
        start: first day of the history.
        end: last day of the history; nothing is recorded after it.
    """

    start: date
    end: date = LAST_DAY

    @property
    def origin(self) -> date:
        """The Monday that is day 0 and begins week 0."""
        return self.start - timedelta(days=self.start.weekday())

    @property
    def first_day(self) -> int:
        """Day index of `start`."""
        return (self.start - self.origin).days

    @property
    def last_day(self) -> int:
        """Day index of `end`."""
        return (self.end - self.origin).days

    @property
    def weeks(self) -> int:
        """Weeks of history; the last one may reach beyond `end`."""
        return self.last_day // 7 + 1

    @property
    def weeks_ahead(self) -> int:
        """Weeks of history and of the longest horizon after it."""
        return (self.last_day + LONGEST_HORIZON) // 7 + 1

    def month_ends(self) -> list[date]:
        """The month-ends of the history, first to last."""
        days = (self.start + timedelta(days=i) for i in range((self.end - self.start).days + 1))
        return [day for day in days if (day + timedelta(days=1)).day == 1]

    def index(self, day: date) -> int:
        """The index of `day`; negative before the origin."""
        return (day - self.origin).days

    def stamps(self, days: Array, seconds: Array | int = 0) -> Array:
        """Day indices (and seconds into the day) as datetime64[s]; NEVER becomes NaT."""
        origin = np.datetime64(self.origin.isoformat(), "s")
        stamps = origin + (np.asarray(days, np.int64) * SECONDS_A_DAY + seconds).astype(
            "timedelta64[s]"
        )
        return np.where(np.asarray(days) >= NEVER, np.datetime64("NaT", "s"), stamps)

    def so_far(self, stamps: Array) -> Array:
        """The stamps with everything after the history's last day blanked."""
        beyond = np.datetime64((self.end + timedelta(days=1)).isoformat(), "s")
        return np.where(stamps < beyond, stamps, np.datetime64("NaT", "s"))


def calendar(years: int) -> Calendar:
    """The calendar of the `years` up to LAST_DAY, e.g. 2023-07-01 to 2026-06-30 for three."""
    after = LAST_DAY + timedelta(days=1)
    return Calendar(after.replace(year=after.year - years))


def season(cal: Calendar) -> Array:
    """How busy each day of the history is against a usual one: dips in August and December.

    Returns:
        Float array [weeks * 7], weekday pattern included, 1 on a usual working day.
    """
    days = [cal.origin + timedelta(days=i) for i in range(cal.weeks * 7)]
    return np.array([_busy(day) for day in days])


def _busy(day: date) -> float:
    weekday = 1.0 if day.weekday() < 5 else 0.12
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 2):
        return 0.45 * weekday
    return weekday * (0.78 if day.month == 8 else 1.0)


def work_seconds(rng: np.random.Generator, size: int) -> Array:
    """Seconds into the day of `size` moments between 08:00 and 18:00."""
    return rng.integers(8 * 3600, 18 * 3600, size)
