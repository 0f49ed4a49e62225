"""Optional columns that are better left out, told by the rows as they would be loaded."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from features.contract import TABLES
from pipelines.ingest.batch import Batch
from pipelines.ingest.engine import query
from pipelines.ingest.prepare import Prepared

Left = dict[tuple[str, str], str]
"""Why a column is left out, by its table and name."""
_SHARE, _ALWAYS = 0.02, 0.9
_KEPT = frozenset({"ended_at", "cancelled_at", "currency"})
"""Columns that decide what is lost and what is paid: a person settles what is wrong with them."""
_OLD = """
SELECT count(*) AS old, avg(CAST(renews_at > TIMESTAMPTZ '{day}' AS INT)) AS ahead
FROM t WHERE ended_at IS NULL AND renews_at IS NOT NULL
    AND started_at < TIMESTAMPTZ '{day}' - INTERVAL 400 DAY
"""
_FEWEST = 20


def left_out(prepared: Prepared) -> Left:
    """The columns to leave out, with why.

    Args:
        prepared: the rows of all sources.
    """
    found: Left = {}
    for name, batch in prepared.batches.items():
        for column, reason in _setting_aside(name, batch):
            found[name, column] = reason
    contracts = prepared.batches.get("subscriptions")
    if contracts is not None and _overwritten(contracts.rows):
        found["subscriptions", "renews_at"] = (
            "it lies ahead for old subscriptions too, so it is written over at every renewal: a "
            "past date would see what came later"
        )
    return found


def _setting_aside(table: str, batch: Batch) -> Iterator[tuple[str, str]]:
    """Optional columns whose values set more rows aside than they are worth."""
    counts = Counter((row.problem.column, row.problem.reason) for row in batch.bad)
    for (name, reason), count in counts.items():
        if name not in TABLES[table].names or name in _KEPT:
            continue
        if not TABLES[table].column(name).required and count > _SHARE * batch.raw.read:
            yield name, f"{count:,} rows would be set aside: {reason}"


def _overwritten(contracts: pa.Table) -> bool:
    """Whether renewals of subscriptions that have run for long all lie ahead."""
    last = _last_start(contracts)
    if last is None:
        return False
    found = query(_OLD.format(day=last), {"t": contracts}).to_pylist()[0]
    return bool(found["old"] >= _FEWEST and found["ahead"] >= _ALWAYS)


def _last_start(contracts: pa.Table) -> date | None:
    sql = "SELECT CAST(max(started_at) AS DATE) AS day FROM t"
    day: date | None = query(sql, {"t": contracts}).to_pylist()[0]["day"]
    return day
