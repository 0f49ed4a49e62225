"""What the lake held by a date: when its history begins and which events are its main ones."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import DAY, MISSING, cut_of, day_of
from features.contract import TABLES
from features.lake import Lake
from features.seen import first_seen, seen

MONTH = 30 * DAY
STATES = ("accounts", "subscriptions", "contacts", "attributes")
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
    """The usage events of the most accounts in the most months known by `until`, most first.

    Rows alone would follow what is clicked on all day and never the report that everyone takes
    out once a month. A month is 30 days here; of events with as many, the one with more rows
    comes first.
    """
    months: Counter[str] = Counter()
    tally: Counter[str] = Counter()
    for rows in _visible(lake, "usage", until, ("event",)):
        names, *found = _spread(rows)
        for name, used, times in zip(names, *found, strict=True):
            months[name] += used
            tally[name] += times
    ranked = sorted(tally, key=lambda event: (-months[event], -tally[event], event))
    return tuple(ranked[:count])


def _spread(rows: pa.Table) -> tuple[list[str], list[int], list[int]]:
    """The events by name, in how many months of accounts each was used, and its rows."""
    events, accounts = (rows.column(name).combine_chunks() for name in ("event", "account_id"))
    names = events.dictionary.to_pylist()
    event, account = (np.asarray(each.indices, np.int64) for each in (events, accounts))
    month = rows.column("occurred_at").cast(pa.int64()).to_numpy() // MONTH
    month -= month.min(initial=0)
    place = account * (month.max(initial=0) + 1) + month
    once = np.unique(place * len(names) + event) % max(len(names), 1)
    used, times = (np.bincount(codes, minlength=len(names)).tolist() for codes in (once, event))
    return names, used, times


def word_counts(words: pa.ChunkedArray) -> dict[str | None, int]:
    """How often each word of a text column comes; counted by its codes, without the texts."""
    counted = pc.value_counts(words.unify_dictionaries()).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counted}


def arrivals(lake: Lake, name: str, as_of: date) -> Counter[date]:
    """How many rows of a table a snapshot began to see on each day up to `as_of`."""
    found: Counter[date] = Counter()
    for index in range(lake.manifest.buckets):
        for rows in lake.bucket(index, {name: ()}).values():
            instants = first_seen(TABLES[name], rows)
            dated = instants[(instants != MISSING) & (instants < cut_of(as_of))]
            days = dated // DAY
            first = int(days.min(initial=np.iinfo(np.int64).max))
            for after, count in enumerate(np.bincount(days - first).tolist()):
                if count:
                    found[day_of((first + after) * DAY)] += count
    return found


@dataclass(frozen=True)
class Arrived:
    """When rows arrived, for several dates: each table is read once.

    Attributes:
        lake: where the rows are.
        until: the last of the dates.
    """

    lake: Lake
    until: date
    _found: dict[str, Counter[date]] = field(default_factory=dict, repr=False, compare=False)

    def by(self, name: str, as_of: date) -> Counter[date]:
        """What `arrivals` says of a table; `as_of` is not after `until`."""
        if name not in self._found:
            self._found[name] = arrivals(self.lake, name, self.until)
        return Counter({day: rows for day, rows in self._found[name].items() if day <= as_of})


def share_known_before(lake: Lake, name: str, first: date, last: date, as_of: date) -> float:
    """Of the accounts a table tells of in the month after some days, the share it had told of.

    Args:
        lake: where the rows are.
        name: the table.
        first: the first of the days; the month before it counts as before.
        last: the last of them.
        as_of: nothing that a snapshot saw later is looked at.
    """
    begin, end = cut_of(first) - DAY, cut_of(last)
    known = told = 0
    for index in range(lake.manifest.buckets):
        for rows in lake.bucket(index, {name: ()}).values():
            instants = first_seen(TABLES[name], rows)
            before = (instants >= begin - MONTH) & (instants < begin)
            after = (instants >= end) & (instants < min(end + MONTH, cut_of(as_of)))
            accounts = rows.column("account_id")
            those, these = (
                set(accounts.filter(pa.array(mask)).unique().to_pylist())
                for mask in (before, after)
            )
            known, told = known + len(these & those), told + len(these)
    return known / told if told else 0.0


def rows_seen(lake: Lake, dates: Iterable[date]) -> dict[date, dict[str, int]]:
    """How many rows of each connected table a snapshot of each date sees."""
    names = tuple(lake.manifest.tables)
    found = {day: dict.fromkeys(names, 0) for day in dates}
    for index in range(lake.manifest.buckets):
        for name, rows in lake.bucket(index, dict.fromkeys(names, ())).items():
            for day, counts in found.items():
                counts[name] += int(seen(TABLES[name], rows, day).sum())
    return found


def _first_day(lake: Lake, name: str, as_of: date) -> date | None:
    occurred = TABLES[name].occurred
    firsts = [
        pc.min(rows.column(occurred).cast(pa.int64())) for rows in _visible(lake, name, as_of)
    ]
    days = [day_of(first.as_py()) for first in firsts if first.is_valid]
    return min(days, default=None)


def _visible(
    lake: Lake, name: str, as_of: date, columns: tuple[str, ...] = ()
) -> Iterator[pa.Table]:
    """Rows that happened and were known by the end of `as_of`, bucket by bucket."""
    for index in range(lake.manifest.buckets):
        for table in lake.bucket(index, {name: columns}).values():
            yield table.filter(pa.array(seen(TABLES[name], table, as_of)))
