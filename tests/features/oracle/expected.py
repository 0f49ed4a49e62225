"""What each signal should say, as SQL over the visible rows: slow, and easy to read.

Nothing here is shared with the measures themselves: each is written again from what its
declaration means.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from features import measures as m
from features.signal import Catalogue, Signal, SnapshotColumn

from .statement import DAY, HOUR, Asked, Statement, quoted, ratio, still_open

OPEN = ("ended_at",)

Said = Callable[[Statement, Any, Asked], str]


def said(s: Statement, measure: m.Measure, a: Asked) -> str:
    """The value of any measure; NULL where there is nothing to measure."""
    return SAID[type(measure)](s, measure, a)


def count(s: Statement, _: m.Count, a: Asked) -> str:
    return s.nothing(a, s.scaled(a, s.rows(a)), s.rows(a))


def total(s: Statement, of: m.Total, a: Asked) -> str:
    return s.nothing(a, s.scaled(a, s.total(a, of.column)), s.rows(a))


def mean(s: Statement, of: m.Mean, a: Asked) -> str:
    return ratio(s.total(a, of.column), s.rows(a, f"{of.column} IS NOT NULL"))


def largest(s: Statement, of: m.Max, a: Asked) -> str:
    return s.best(a, f"max({of.column})")


def change(s: Statement, of: m.Change, a: Asked) -> str:
    now, before = (
        f"coalesce({said(s, of.of, replace(b, zero=True))}, 0)::DOUBLE" for b in (a, a.before())
    )
    size = f"(abs({now}) + abs({before}))"
    old = f"({a.before().lived}) >= {min(7, a.days)}"
    return f"CASE WHEN {old} AND {size} > 0 THEN (({now}) - ({before})) / {size} END"


def slope(s: Statement, of: m.Slope, a: Asked) -> str:
    """A line of least squares through the sums of all days lived, days without facts as 0."""
    value = f"({of.column}::DECIMAL(30, 6))::DOUBLE" if of.column else "1"
    begins = f"(cut // {DAY} - {a.near} - days)"
    query = f"""
      WITH lives AS (SELECT *, ceil({a.lived})::BIGINT AS days FROM grid WHERE life IS NOT NULL),
      all_days AS (SELECT cut, account_id, days, unnest(range(days)) AS x FROM lives),
      busy AS (
        SELECT cut, account_id, start // {DAY} - {begins} AS x, sum({value}) AS y
        FROM shown_{a.table} JOIN lives USING (cut, account_id)
        WHERE {a.passing} AND start IS NOT NULL GROUP BY ALL)
      SELECT cut, account_id, count(*) AS days, sum(coalesce(y, 0)) AS total,
        regr_slope(coalesce(y, 0), x) AS rise
      FROM all_days LEFT JOIN busy USING (cut, account_id, x) GROUP BY cut, account_id"""
    r = s.relation(query)
    return f"CASE WHEN {r}.days >= 7 THEN {ratio(f'{r}.rise * 30 * {r}.days', f'{r}.total')} END"


def share(s: Statement, _: m.Share, a: Asked) -> str:
    return ratio(s.rows(a), s.rows(replace(a, where=())))


def share_with(s: Statement, of: m.ShareWith, a: Asked) -> str:
    return ratio(s.rows(a, f"{of.column} IS NOT NULL"), s.rows(a))


def _between(s: Statement, of: m.DaysBetween | m.HoursBetween, a: Asked) -> str:
    return s.best(a, f"avg(({of.end} - {of.begin})::DOUBLE)")


def days_between(s: Statement, of: m.DaysBetween, a: Asked) -> str:
    return f"{_between(s, of, a)} / {DAY}::DOUBLE"


def hours_between(s: Statement, of: m.HoursBetween, a: Asked) -> str:
    return f"{_between(s, of, a)} / {HOUR}::DOUBLE"


def distinct(s: Statement, of: m.Distinct, a: Asked) -> str:
    found = f"coalesce({s.best(a, f'count(DISTINCT {of.column})')}, 0)"
    return s.nothing(a, found, found)


def active_days(s: Statement, _: m.ActiveDays, a: Asked) -> str:
    found = f"coalesce({s.best(a, f'count(DISTINCT start // {DAY})')}, 0)"
    return s.nothing(a, s.scaled(a, found), found)


def utilisation(s: Statement, of: m.Utilisation, a: Asked) -> str:
    if "subscriptions" not in s.connected:
        return "NULL"
    held = Asked("subscriptions", (), None, 0, True)
    users = distinct(s, m.Distinct(of.column), replace(a, zero=True))
    return ratio(users, s.total(held, "seats", still_open(OPEN)))


def _days(s: Statement, a: Asked) -> str:
    """The days with a fact, in order."""
    listed = f"list_sort(list(DISTINCT start // {DAY}) FILTER (WHERE {a.passing}))"
    return s.of(a.table, listed.replace("WHERE", "WHERE start IS NOT NULL AND"))


def _against_cadence(days: str, silence: str) -> str:
    gap = f"({days}[-1] - {days}[1]) / (len({days}) - 1.0::DOUBLE)"
    return f"CASE WHEN len({days}) >= 3 THEN ({silence}) / ({gap}) END"


def silence(s: Statement, _: m.SilenceAgainstCadence, a: Asked) -> str:
    days = _days(s, a)
    return _against_cadence(days, f"cut // {DAY} - 1 - {days}[-1]")


def longest_silence(s: Statement, _: m.LongestSilence, a: Asked) -> str:
    days = _days(s, a)
    gaps = f"list_transform(range(1, len({days})), lambda i: {days}[i + 1] - {days}[i])"
    return _against_cadence(days, f"greatest(list_max({gaps}), cut // {DAY} - 1 - {days}[-1])")


def _gaps(s: Statement, a: Asked) -> tuple[str, str]:
    """The days with a fact, and the days from each to the next."""
    days = _days(s, a)
    return days, f"list_transform(range(1, len({days})), lambda i: {days}[i + 1] - {days}[i])"


def usual_gap(s: Statement, _: m.UsualGap, a: Asked) -> str:
    return f"list_median({_gaps(s, a)[1]})"


def longest_gap(s: Statement, _: m.LongestGap, a: Asked) -> str:
    return f"list_max({_gaps(s, a)[1]})"


def gap_spread(s: Statement, _: m.GapSpread, a: Asked) -> str:
    return f"list_stddev_samp({_gaps(s, a)[1]})"


def outlasted_share(s: Statement, _: m.OutlastedShare, a: Asked) -> str:
    days, gaps = _gaps(s, a)
    longer = f"len(list_filter({gaps}, lambda g: g > cut // {DAY} - 1 - {days}[-1]))"
    return ratio(longer, f"len({gaps})")


def days_since_last(s: Statement, _: m.DaysSinceLast, a: Asked) -> str:
    return f"(cut - {s.best(a, 'max(start)')}) / {DAY}::DOUBLE"


def days_since_first(s: Statement, _: m.DaysSinceFirst, a: Asked) -> str:
    return f"(cut - {s.best(a, 'min(start)')}) / {DAY}::DOUBLE"


def latest(s: Statement, of: m.Latest, a: Asked) -> str:
    return s.latest(a, of.column)


def current(s: Statement, of: m.Current, a: Asked) -> str:
    return s.current(a, of.column)


def open_items(s: Statement, of: m.OpenItems, a: Asked) -> str:
    found = s.rows(a, still_open(of.closed_by))
    return s.nothing(a, found, found)


def total_open(s: Statement, of: m.TotalOpen, a: Asked) -> str:
    unclosed = still_open(of.closed_by)
    return s.nothing(a, s.total(a, of.column, unclosed), s.rows(a, unclosed))


def overdue(s: Statement, of: m.Overdue, a: Asked) -> str:
    found = s.rows(a, f"{of.due} < cut AND {still_open((of.closed_by,))}")
    return s.nothing(a, found, found)


def days_until(s: Statement, of: m.DaysUntil, a: Asked) -> str:
    ahead = f"{a.filter} AND {of.column} >= cut AND {still_open(of.closed_by)}"
    soonest = s.of(a.table, f"min({of.column}) FILTER (WHERE {ahead})")
    return f"({soonest} - cut) / {DAY}::DOUBLE"


def _answers(s: Statement, within_days: int, a: Asked) -> str:
    """Each message of the customer with the first later one of ours, if soon enough."""
    query = f"""
      WITH passing AS (SELECT * FROM shown_{a.table} WHERE {a.filter}),
      asked AS (
        SELECT cut, account_id, start, (
          SELECT min(r.start) FROM passing r
          WHERE r.cut = q.cut AND r.account_id = q.account_id AND r.direction = 'outbound'
            AND r.start > q.start AND r.start <= q.start + {within_days} * {DAY}
        ) AS answer
        FROM passing q WHERE direction = 'inbound' AND {a.window})
      SELECT cut, account_id, count(*) AS asked, count(answer) AS answered,
        sum((answer - start)::HUGEINT)::DOUBLE AS waited
      FROM asked GROUP BY cut, account_id"""
    return s.relation(query)


def answered_share(s: Statement, of: m.AnsweredShare, a: Asked) -> str:
    r = _answers(s, of.within_days, a)
    return ratio(f"{r}.answered", f"{r}.asked")


def hours_to_answer(s: Statement, of: m.HoursToAnswer, a: Asked) -> str:
    r = _answers(s, of.within_days, a)
    return ratio(f"{r}.waited / {HOUR}", f"{r}.answered")


def _class(value: str, classes: tuple[tuple[str, float], ...]) -> str:
    """The place of the class that a value falls into, from 0."""
    cases = " ".join(
        f"WHEN {value} >= {least!r} THEN {i}" for i, (_, least) in reversed([*enumerate(classes)])
    )
    return f"CASE {cases} END"


def _named(place: str, names: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {i} THEN {quoted(name)}" for i, name in enumerate(names))
    return f"CASE {place} {cases} END"


def classed(s: Statement, of: m.Classed, a: Asked) -> str:
    value = f"(({said(s, of.of, a)}) * {of.times!r})"
    return _named(_class(value, of.classes), tuple(name for name, _ in of.classes))


def paid_or_free(s: Statement, _: m.PaidOrFree, a: Asked) -> str:
    paid = "is_free IS NOT TRUE AND mrr > 0"
    held = still_open(OPEN)
    return f"""CASE WHEN {s.rows(a, f"{held} AND {paid}")} > 0 THEN 'paid'
      WHEN {s.rows(a, held)} > 0 THEN 'free' ELSE 'none' END"""


def month_of_year(s: Statement, _: m.MonthOfYear, a: Asked) -> str:  # noqa: ARG001
    return "monthname(make_timestamp(cut - 1))"


def stage(s: Statement, of: m.LifecycleStage, a: Asked) -> str:
    age = days_since_first(s, m.DaysSinceFirst(), a)
    ahead = days_until(s, m.DaysUntil("renews_at", OPEN), a)
    return f"""CASE WHEN {age} IS NULL THEN NULL WHEN {age} < {of.onboarding} THEN 'onboarding'
      WHEN {ahead} <= {of.renewing} THEN 'renewing' WHEN {age} < {of.adopting} THEN 'adopting'
      ELSE 'established' END"""


def tier(s: Statement, of: m.Tier, a: Asked) -> str:
    place = _class(f"({total_open(s, m.TotalOpen('mrr', OPEN), a)} * 12)", of.tiers)
    raised = "0"
    if "accounts" in s.connected:
        accounts = Asked("accounts", (), None, 0, True)
        promising = ", ".join(map(quoted, of.promising))
        large = f"coalesce({s.latest(accounts, 'employees')} >= {of.large}, FALSE)"
        grows = f"coalesce(lower({s.latest(accounts, 'growth_potential')}) IN ({promising}), FALSE)"
        raised = f"CASE WHEN {large} OR {grows} THEN 1 ELSE 0 END"
    names = tuple(name for name, _ in of.tiers)
    at_most = f"CASE WHEN {place} IS NOT NULL THEN least({place} + {raised}, {len(names) - 1}) END"
    return _named(at_most, names)


SAID: dict[type, Said] = {
    m.ActiveDays: active_days,
    m.AnsweredShare: answered_share,
    m.Change: change,
    m.Classed: classed,
    m.Count: count,
    m.Current: current,
    m.DaysBetween: days_between,
    m.DaysSinceFirst: days_since_first,
    m.DaysSinceLast: days_since_last,
    m.DaysUntil: days_until,
    m.Distinct: distinct,
    m.GapSpread: gap_spread,
    m.HoursBetween: hours_between,
    m.HoursToAnswer: hours_to_answer,
    m.Latest: latest,
    m.LifecycleStage: stage,
    m.LongestGap: longest_gap,
    m.LongestSilence: longest_silence,
    m.Max: largest,
    m.Mean: mean,
    m.MonthOfYear: month_of_year,
    m.OpenItems: open_items,
    m.OutlastedShare: outlasted_share,
    m.Overdue: overdue,
    m.PaidOrFree: paid_or_free,
    m.Share: share,
    m.ShareWith: share_with,
    m.SilenceAgainstCadence: silence,
    m.Slope: slope,
    m.Tier: tier,
    m.Total: total,
    m.TotalOpen: total_open,
    m.UsualGap: usual_gap,
    m.Utilisation: utilisation,
}


def column(s: Statement, of: SnapshotColumn) -> str:
    """One column of a snapshot, what stands for no facts included."""
    signal: Signal = of.signal
    if signal.table not in s.connected:
        return "NULL::VARCHAR" if signal.is_word else "NULL::DOUBLE"
    asked = Asked(signal.table, signal.where, of.window, 0, signal.empty == 0)
    value = said(s, signal.measure, asked)
    if signal.is_word:
        return value
    return f"({value})::DOUBLE" if signal.empty is None else f"coalesce({value}, {signal.empty!r})"


def selects(catalogue: Catalogue, connected: set[str], at_once: int = 40) -> Iterator[str]:
    """SELECTs of some columns of a catalogue each, for the tables that are connected.

    Each gives all accounts and cuts, in order. Planning all columns at once takes longer.
    """
    for begin in range(0, len(catalogue.columns), at_once):
        s = Statement(connected)
        some = catalogue.columns[begin : begin + at_once]
        yield s.select({c.name: column(s, c) for c in some})
