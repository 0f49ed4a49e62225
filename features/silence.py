"""Sources that have fallen silent, measured by their own rhythm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

LOOKED_BACK = 90
"""Days before the last row that say what was to be expected."""
FEWEST_EXPECTED = 20
"""Rows to be expected in the time of silence. Fewer could be missing by chance."""

LONGEST_FELT = 90
"""Days after a hole after which the windows that matter lie behind it, however long it was."""
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Hole:
    """Days without a row in a source that had brought some by its own rhythm, and did again.

    Attributes:
        first: the first of them.
        last: the last of them.
    """

    first: date
    last: date

    @property
    def felt_until(self) -> date:
        """The day until which a third or more of a window that reaches to it may be missing."""
        length = (self.last - self.first).days + 1
        return self.last + timedelta(days=min(2 * length, LONGEST_FELT))

    def spoils(self, day: date) -> bool:
        """Whether signals of a date tell of the hole rather than of accounts."""
        return self.first <= day <= self.felt_until


def holes(arrived: Mapping[date, int], as_of: date, stale_days: int) -> tuple[Hole, ...]:
    """The silences that came to an end by `as_of`, in order.

    One that comes at the same time of several years is a season, and none of them.

    Args:
        arrived: how many rows became visible on each day.
        as_of: nothing later is looked at.
        stale_days: the length of a silence that counts.
    """
    days = sorted(day for day, rows in arrived.items() if rows and day <= as_of)
    found = []
    for before, after in pairwise(days):
        if (after - before).days <= stale_days:
            continue
        until = after - timedelta(days=1)
        known = {day: arrived[day] for day in days if day <= before}
        if silent_since(known, until, stale_days) is not None:
            found.append(Hole(before + timedelta(days=1), until))
    return tuple(hole for hole in found if not _comes_again(hole, found))


def _comes_again(hole: Hole, every: Sequence[Hole]) -> bool:
    for other in every:
        years = round((other.first - hole.first).days / _YEAR)
        shift = timedelta(days=years * _YEAR)
        if years and hole.first + shift <= other.last and other.first <= hole.last + shift:
            return True
    return False


def silent_since(arrived: Mapping[date, int], as_of: date, stale_days: int) -> date | None:
    """The day of the last row, where the silence since then is unlike the source.

    It is where nothing came for `stale_days`, while in the 90 days before that every stretch
    of that length brought rows, at least 20 on average. A source that comes in batches further
    apart, such as a quarterly survey, is therefore never called silent.

    Args:
        arrived: how many rows became visible on each day up to `as_of`.
        as_of: the date of the snapshot.
        stale_days: the length of a silence that counts.
    """
    if not arrived:
        return None
    last = max(arrived)
    if (as_of - last).days < stale_days:
        return None
    stretches = [0] * max(LOOKED_BACK // stale_days, 1)
    for day, rows in arrived.items():
        place = (last - day).days // stale_days
        if place < len(stretches):
            stretches[place] += rows
    usual = min(stretches) > 0 and sum(stretches) / len(stretches) >= FEWEST_EXPECTED
    return last if usual else None


def quiet_from(as_of: date, stale_days: int) -> date:
    """The date at which a table that is silent at `as_of` could be seen just as far."""
    return as_of - timedelta(days=stale_days)
