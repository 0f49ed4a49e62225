"""What every engine of `peers.py` computes: columns, dates, and how a script is called.

Nothing but the standard library, since some peers live in environments of their own.

A usage event is visible at a date if it happened, and became known, before the end of that
day. Windows are days back from there, by the day on which the event happened. Counts, sums
and days of an account younger than the window are scaled: times window / days lived, of
which at least seven are taken; it lives from its first visible event. A change is
(now - before) / (now + before) of a window and the one before it, both scaled, and 0 where
both are 0 or fewer than seven days of the one before were lived. Days since nothing and
means of nothing are empty, null or NaN.
"""

import argparse
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DATES = tuple(date(2024 + m // 12, m % 12 + 1, 1) - timedelta(days=1) for m in range(1, 25))
EVENTS = tuple(f"event_{number:02d}" for number in range(8))
"""The main events, which get columns of their own."""
EPOCH = date(1970, 1, 1)
CUTS = tuple((day - EPOCH).days + 1 for day in DATES)
"""The first day, since 1970, that is not visible at each date."""
LEAST_DAYS = 7

SCALED = frozenset({"volume", "records", "days"})
"""What is scaled for young accounts."""
COUNTS = frozenset({"records", "days", "users", "features"})
"""What must be equal to the last bit."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: as Forewarn calls it.
        kind: volume (sum of quantity), records (events), days (different days), users,
            features (different events), intensity (mean quantity), last or first (days since).
        window: in days; None is all of history.
        event: the index of the one event that counts; None counts all.
        change: against the window before.
    """

    name: str
    kind: str
    window: int | None
    event: int | None = None
    change: bool = False


Declared = tuple[str, str, tuple[int | None, ...]]
ALL = (7, 30, 60, 90, 180, 365)
WHOLE: tuple[Declared, ...] = (
    ("consumption__volume", "volume", ALL),
    ("consumption__records", "records", ALL),
    ("consumption__active_days", "days", ALL),
    ("consumption__volume_change", "volume", (7, 30, 90, 180)),
    ("consumption__active_days_change", "days", (30, 90)),
    ("consumption__intensity", "intensity", (7, 30)),
    ("consumption__last_used", "last", (None,)),
    ("consumption__first_used", "first", (None,)),
    ("adoption__users", "users", ALL),
    ("adoption__users_change", "users", (30, 90)),
    ("adoption__features", "features", ALL),
    ("adoption__features_change", "features", (30, 90)),
)
BY_EVENT: tuple[Declared, ...] = (
    ("count", "records", (30, 90, 365)),
    ("volume", "volume", (30, 90, 365)),
    ("days", "days", (30, 90, 180, 365, None)),
    ("change", "volume", (30, 90)),
    ("last", "last", (None,)),
    ("first", "first", (None,)),
)


def columns() -> list[Column]:
    """All columns, in order."""
    found = [column for declared in WHOLE for column in _windows(declared, None)]
    for number, event in enumerate(EVENTS):
        for name, kind, windows in BY_EVENT:
            declared = (f"consumption__{event}_{name}", kind, windows)
            found += _windows(declared, number)
    return found


def needed() -> list[tuple[str, int | None, int | None]]:
    """The windows that columns are made of: (kind, window, event), once each.

    A change takes the sum over twice its window; what changes and is counted by different
    words (users, features) is not a difference of sums and is not among them.
    """
    sums = dict.fromkeys(
        (kind, days, column.event)
        for column in columns()
        for kind in _summed(column.kind)
        for days in _reached(column)
    )
    return list(sums)


def arguments() -> tuple[Path, Path]:
    """The raw data and the folder for results that an engine's script is given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("raw", type=Path, help="folder of raw tables")
    parser.add_argument("to", type=Path, help="folder for results, which exists")
    given = parser.parse_args()
    return given.raw, given.to


def done(cannot: dict[str, str] | None = None, **figures: float) -> None:
    """Say, as the last line, what the engine could not do: what, and why; and figures."""
    print(json.dumps({"cannot": cannot or {}, **figures}))


def _windows(declared: Declared, event: int | None) -> list[Column]:
    name, kind, windows = declared
    change = name.endswith("_change")
    return [
        Column(name if days is None else f"{name}_{days}d", kind, days, event, change)
        for days in windows
    ]


def _summed(kind: str) -> tuple[str, ...]:
    if kind == "intensity":
        return "volume", "records"
    return (kind,) if kind in SCALED else ()


def _reached(column: Column) -> tuple[int | None, ...]:
    if column.change and column.window:
        return column.window, 2 * column.window
    return (column.window,)


DAY = 86_400_000_000
"""Microseconds."""
K = len(DATES)
ANY = len(EVENTS)
"""Stands for all events, where the main ones have their numbers."""
KINDS = ("records", "volume", "days")
VARIETY = {"users": "user_id", "features": "event"}
COLUMNS = columns()
NEEDED = needed()
CHANGED = sorted({c.window for c in COLUMNS if c.change and c.kind in VARIETY and c.window})
WINDOWS = sorted({days for _, days, _ in NEEDED if days})
