"""Sources that have fallen silent, measured by their own rhythm."""

from collections.abc import Mapping
from datetime import date, timedelta

LOOKED_BACK = 90
"""Days before the last row that say what was to be expected."""
FEWEST_EXPECTED = 20
"""Rows to be expected in the time of silence. Fewer could be missing by chance."""


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
