"""What the lake held by a date: when its history begins and which events are its main ones."""

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING, cut_of, day_of
from features.contract import TABLES
from features.lake import Lake

STATES = ("accounts", "subscriptions", "contacts")
"""Tables whose first rows may be older than anything else that was recorded."""


def begins(lake: Lake, as_of: date) -> date:
    """The first day of the logs as known at `as_of`; of subscriptions without any log.

    Raises ValueError where nothing dated was known by then.
    """
    connected = lake.manifest.tables
    logs = [name for name in connected if name not in STATES]
    for names in (logs, list(connected)):
        days = [day for name in names if (day := _first_day(lake, name, as_of)) is not None]
        if days:
            return min(days)
    raise ValueError(f"nothing had happened or was known by {as_of}")


def ends(lake: Lake) -> date:
    """The last day on which anything happened or became known."""
    last = [info.last[:10] for info in lake.manifest.tables.values() if info.last]
    return date.fromisoformat(max(last))


def main_events(lake: Lake, until: date, count: int) -> tuple[str, ...]:
    """The most frequent usage events known by `until`, most frequent first."""
    if "usage" not in lake.manifest.tables:
        return ()
    usage = _visible(lake, "usage", until)
    tally: Counter[str] = Counter()
    for entry in pc.value_counts(usage.column("event")).to_pylist():
        tally[entry["values"]] = entry["counts"]
    ranked = sorted(tally, key=lambda event: (-tally[event], event))
    return tuple(ranked[:count])


def _first_day(lake: Lake, name: str, as_of: date) -> date | None:
    start = _visible(lake, name, as_of).column(TABLES[name].occurred).cast(pa.int64())
    first = pc.min(start).as_py()
    return None if first is None else day_of(first)


def _visible(lake: Lake, name: str, as_of: date) -> pa.Table:
    """Rows that happened and were known by the end of `as_of`."""
    table, cut = lake.read(name), cut_of(as_of)
    seen = np.ones(len(table), dtype=bool)
    for column in (TABLES[name].occurred, "known_at"):
        instants = table.column(column).cast(pa.int64()).fill_null(MISSING).to_numpy()
        seen &= instants < cut
    return table.filter(pa.array(seen))
