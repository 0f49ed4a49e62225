"""What may be foretold from the tables that were found, told by their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from features.contract import TABLES
from pipelines.ingest.engine import query

SILENCES = (30, 60, 90, 120, 180, 365)
SHORTER = 0.8
"""The share of pauses that must be shorter than the silence that makes a lapse."""
_DEFAULT, _FEWEST = 90, 50
_FEW_LOSSES, _NEARLY_ALL = 30, 0.9
_TIMES = 4
_ACTIVITY = ("usage", "invoices", "interactions")
_LOST = """
SELECT count(*) AS accounts, count(*) FILTER (gone <= TIMESTAMPTZ '{end}') AS lost FROM (
    SELECT account_id, max(coalesce(least(ended_at, cancelled_at), 'infinity')) AS gone
    FROM t WHERE mrr > 0 AND NOT is_free AND NOT is_completed GROUP BY account_id)
"""
_LATEST = """
SELECT max({column}) FILTER ({column} <= TIMESTAMPTZ '{now}') AS moment FROM t
"""
_PAUSES = """
SELECT count(pause) AS pauses, quantile_cont(pause, {share}) AS usual,
    date_diff('day', min(day), max(day)) AS days
FROM (SELECT day, day - lag(day) OVER (PARTITION BY account_id ORDER BY day) AS pause
      FROM (SELECT DISTINCT account_id, CAST(occurred AS DATE) AS day FROM t))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is learnt, and why that.

    Attributes:
        name: the outcome.
        why: how it was found.
        doubts: what may keep it from being learnt well.
        silent_days: the days of silence of a lapse.
        activity: the table whose rows are activity.
        events: the events that are activity; empty for all.
        derive: the table that tells of losses, where that is not the usual one.
    """

    name: str
    why: str
    doubts: tuple[str, ...] = ()
    silent_days: int = 0
    activity: str = ""
    events: tuple[str, ...] = ()
    derive: str = ""


def outcome_of(
    rows: Mapping[str, pa.Table], events: tuple[str, ...], now: datetime
) -> Outcome | str:
    """The outcome that the tables allow to be learnt; else a text that says what is missing.

    Args:
        rows: the good rows of each table, as they would be loaded.
        events: the events of usage that are activity; empty for all.
        now: what lies after it has not happened.
    """
    contracts = rows.get("subscriptions")
    accounts, lost = _lost(contracts, _end(rows, now)) if contracts is not None else (0, 0)
    if lost:
        return _churn(accounts, lost, rows)
    told = _told(rows)
    if told:
        why = f"{told:,} losses are listed in outcomes"
        return Outcome("logo_churn", why, _few(told), derive="outcomes")
    for table in _ACTIVITY:
        if table in rows and len(rows[table]):
            return _lapse(table, rows[table], events, ended="subscriptions" in rows)
    if contracts is not None:
        return (
            f"none of {accounts:,} subscribed accounts has ended: an export of customers who are "
            "still there cannot tell who leaves. Export cancelled subscriptions too, with the "
            "date at which each ended."
        )
    return (
        "no table tells of losses: export subscriptions with their starts and ends, those that "
        "ended too, or a log with a date for everything that customers did."
    )


def _churn(accounts: int, lost: int, rows: Mapping[str, pa.Table]) -> Outcome:
    why = f"{lost:,} of {accounts:,} subscribed accounts have no subscription left"
    told = _told(rows)
    beside = (
        (f'outcomes lists {told:,} losses as well: derive = "outcomes" learns from those instead',)
        if told
        else ()
    )
    most = (
        ("nearly all have ended: are these ends of terms that were renewed elsewhere?",)
        if lost > _NEARLY_ALL * accounts
        else ()
    )
    return Outcome("logo_churn", why, (*_few(lost), *most, *beside))


def _few(lost: int) -> tuple[str, ...]:
    return (f"few losses to learn from: {lost:,}",) if lost < _FEW_LOSSES else ()


def _lost(contracts: pa.Table, end: datetime) -> tuple[int, int]:
    """How many accounts had paid subscriptions, and how many have none left at the data's end."""
    found = query(_LOST.format(end=end.isoformat()), {"t": contracts}).to_pylist()[0]
    return found["accounts"], found["lost"]


def _end(rows: Mapping[str, pa.Table], now: datetime) -> datetime:
    """The last moment of the data at which anything happened.

    Where subscriptions stand alone, their ends have to tell it too; elsewhere those may lie ahead.
    """
    logs = [name for name in rows if name not in ("accounts", "subscriptions")]
    columns = [(name, TABLES[name].occurred) for name in logs]
    columns += [("subscriptions", "started_at"), ("subscriptions", "cancelled_at")]
    columns += [] if logs else [("subscriptions", "ended_at")]
    moments = [
        moment
        for name, column in columns
        if (moment := query(_LATEST.format(column=column, now=now.isoformat()), {"t": rows[name]})
            .to_pylist()[0]["moment"])
    ]  # fmt: skip
    return max(moments, default=now)


def _told(rows: Mapping[str, pa.Table]) -> int:
    if "outcomes" not in rows:
        return 0
    sql = "SELECT count(*) AS n FROM t WHERE outcome = 'churn'"
    found: int = query(sql, {"t": rows["outcomes"]}).to_pylist()[0]["n"]
    return found


def _lapse(table: str, rows: pa.Table, events: tuple[str, ...], ended: bool) -> Outcome:
    activity = rows.select(["account_id", *(["event"] if table == "usage" else [])])
    activity = activity.append_column("occurred", rows.column(TABLES[table].occurred))
    if events and table == "usage":
        words = ", ".join("'" + event.replace("'", "''") + "'" for event in events)
        activity = query(f"SELECT * FROM t WHERE event IN ({words})", {"t": activity})
    found = query(_PAUSES.format(share=SHORTER), {"t": activity}).to_pylist()[0]
    days, doubts = _silence(found["pauses"], found["usual"])
    why = "no subscription that ended was found, so a long silence counts as a loss"
    why += f" (of {found['pauses']:,} pauses between days of activity"
    why += f", {SHORTER:.0%} are {found['usual'] or 0:.0f} days or shorter)"
    if (found["days"] or 0) < _TIMES * days:
        doubts += (f"{table} covers {found['days']} days, little for silences of {days} days",)
    if ended:
        doubts += ("subscriptions hold no account that has left: export ended ones too",)
    return Outcome("lapse", why, doubts, days, table, events)


def _silence(pauses: int, usual: float | None) -> tuple[int, tuple[str, ...]]:
    """The days of silence that most pauses stay below."""
    if not usual or pauses < _FEWEST:
        return _DEFAULT, (f"{pauses} pauses are few to tell how long a usual one is",)
    days = next((d for d in SILENCES if usual <= d), SILENCES[-1])
    return days, ()
