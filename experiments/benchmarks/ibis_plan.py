"""The peer: signals over usage as a plan of Ibis, for any engine that Ibis knows.

An event counts at a date where it happened before the date's midnight, became known
before it, and lies in the window. Events are first rolled up by day, which is exact since
every cut is a midnight; what is left meets the dates in one range join a step. Distinct
people come from the last day on which each was seen, so that no step counts distinct.
"""

from collections.abc import Sequence
from datetime import date

import ibis
from ibis import _
from ibis.expr.types import IntegerValue, Table, TimestampValue

WINDOWS = (7, 30, 60, 90, 180, 365)
EPOCH = date(1970, 1, 1)
SECONDS = 86_400
LONG_AGO = -1_000_000


def usage_signals(usage: Table, dates: Sequence[date], events: Sequence[str]) -> Table:
    """All signals of all accounts with usage in the last 365 days.

    Args:
        usage: the usage table of the contract.
        dates: the dates, each meaning the end of its day.
        events: the main events, which get columns of their own.

    Returns:
        One row per account and date: `account_id`, `cut` (days since 1970, the first
        midnight that is not seen), then the columns of `columns`.
    """
    ends = sorted((day - EPOCH).days + 1 for day in dates)
    cuts = ibis.memtable({"cut": ends, "before": [LONG_AGO, *ends[:-1]]})
    daily = _daily(usage)
    by_event = _by_event(daily, cuts)
    keys = ("account_id", "cut")
    parts = (_active_days(daily, cuts), _people(usage, cuts), _recency(daily, cuts, events))
    whole = _pivoted(by_event, events)
    for part in parts:
        whole = whole.left_join(part, keys).drop(f"{k}_right" for k in keys)
    return whole.select(*keys, *columns(len(events)))


def columns(events: int) -> list[str]:
    """The names of the signals; those of the main events end in the event's number."""
    suffixes = ["", *(f"_{i}" for i in range(events))]
    named = [
        f"{name}_{window}d{suffix}"
        for suffix in suffixes
        for name in ("records", "volume", "active_days")
        for window in WINDOWS
    ]
    named += [f"{name}_{window}d" for name in ("users", "features") for window in WINDOWS]
    return named + [f"last_used{suffix}" for suffix in suffixes]


def _day(moment: TimestampValue) -> IntegerValue:
    return (moment.epoch_seconds() // SECONDS).cast("int32")


def _clocked(usage: Table) -> Table:
    """The events with the days on which they happened and could first be seen."""
    seen = ibis.greatest(_day(usage.occurred_at), _day(usage.known_at))
    return usage.mutate(day=_day(usage.occurred_at), seen=seen)


def _daily(usage: Table) -> Table:
    """Counts by account, event and both days; `new` marks the day's first sight of the event."""
    daily = (
        _clocked(usage)
        .group_by("account_id", "event", "day", "seen")
        .agg(n=_.count(), amount=_.quantity.sum(), last=_.occurred_at.max())
    )
    first = ibis.window(group_by=["account_id", "event", "day"])
    return daily.mutate(new=(_.seen == _.seen.min().over(first)).cast("int32"))


def _at_dates(rows: Table, cuts: Table) -> Table:
    """Each row with every date that sees it within the longest window."""
    longest = max(WINDOWS)
    return rows.inner_join(cuts, [rows.seen < cuts.cut, rows.day >= cuts.cut - longest])


def _within(window: int, value: IntegerValue) -> IntegerValue:
    return ibis.cases((_.day >= _.cut - window, value), else_=0).sum()


def _by_event(daily: Table, cuts: Table) -> Table:
    """Records, amounts and active days of every event, by account and date."""
    measured = {
        f"{name}_{window}d": _within(window, value)
        for name, value in (("records", _.n), ("volume", _.amount), ("active_days", _.new))
        for window in WINDOWS
    }
    return _at_dates(daily, cuts).group_by("account_id", "cut", "event").agg(**measured)


def _pivoted(by_event: Table, events: Sequence[str]) -> Table:
    """One row per account and date: totals, events in use, and the main events' own columns."""
    totals = {
        f"{name}_{w}d": _[f"{name}_{w}d"].sum() for name in ("records", "volume") for w in WINDOWS
    }
    totals |= {f"features_{w}d": (_[f"records_{w}d"] > 0).cast("int32").sum() for w in WINDOWS}
    own = {
        f"{name}_{w}d_{i}": ibis.cases((_.event == event, _[f"{name}_{w}d"]), else_=0).sum()
        for i, event in enumerate(events)
        for name in ("records", "volume", "active_days")
        for w in WINDOWS
    }
    return by_event.group_by("account_id", "cut").agg(**totals, **own)


def _active_days(daily: Table, cuts: Table) -> Table:
    """Days with any event, by account and date."""
    days = daily.group_by("account_id", "day").agg(seen=_.seen.min())
    measured = {f"active_days_{w}d": _within(w, ibis.literal(1)) for w in WINDOWS}
    return _at_dates(days, cuts).group_by("account_id", "cut").agg(**measured)


def _people(usage: Table, cuts: Table) -> Table:
    """Distinct people by account and date: those last seen within each window."""
    days = _clocked(usage).filter(_.user_id.notnull())
    days = days.group_by("account_id", "user_id", "day").agg(seen=_.seen.min())
    last = _at_dates(days, cuts).group_by("account_id", "user_id", "cut").agg(day=_.day.max())
    measured = {f"users_{w}d": _within(w, ibis.literal(1)) for w in WINDOWS}
    return last.group_by("account_id", "cut").agg(**measured)


def _recency(daily: Table, cuts: Table, events: Sequence[str]) -> Table:
    """Days since the last event, total and by main event, over all of history."""
    sight = [daily.seen < cuts.cut, daily.seen >= cuts.before]
    entered = daily.inner_join(cuts, sight).group_by("account_id", "event", "cut")
    entered = entered.agg(last=_.last.max()).rename(entry="cut")
    known = entered.inner_join(cuts, [entered.entry <= cuts.cut])
    measured = {"last_used": _elapsed(_.last.max())}
    for i, event in enumerate(events):
        measured[f"last_used_{i}"] = _elapsed(ibis.cases((_.event == event, _.last)).max())
    return known.group_by("account_id", "cut").agg(**measured)


def _elapsed(last: TimestampValue) -> IntegerValue:
    return _.cut.max() - last.epoch_seconds() / SECONDS
