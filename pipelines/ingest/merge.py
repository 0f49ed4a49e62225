"""Joining a load to what the lake holds already, on both clocks.

A first load takes facts as known since they began. Later, a row that is new or says
something else than before becomes known now, unless its source says when; a row that
says what the lake holds already changes nothing, and a row that is missing stays.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING, NEVER, Mask
from features.columns import instants
from features.contract import Table
from features.contract.arrow import TIMESTAMP, schema
from pipelines.ingest.engine import query, quoted
from pipelines.ingest.findings import Finding
from pipelines.ingest.judge import Verdict, judged
from pipelines.ingest.numbered import numbered
from pipelines.ingest.project import ROW
from pipelines.ingest.versions import KNOWN, since_start, split


@dataclass(frozen=True, slots=True)
class Merged:
    """A table after a load.

    Attributes:
        new: the rows that join those held, in the contract's schema.
        unchanged: rows of the load that the lake held already.
        added: rows that are new.
        corrected: rows that say something new of a fact known before.
        findings: rows that would rewrite what was known at an earlier time.
    """

    new: pa.Table
    unchanged: int
    added: int
    corrected: int
    findings: tuple[Finding, ...] = ()


def merge(
    table: Table, load: pa.Table, held: pa.Table | None, now: datetime, brought: bool = False
) -> Merged:
    """Join the rows of a load to those the lake holds.

    Args:
        table: the declaration.
        load: rows in the contract's schema, then `ROW`; `known_at` as the source brought
            it, or empty. No row repeats or contradicts another.
        held: the rows of the lake that may be of the same facts, see `Lake.alike`; None on
            the table's first load.
        now: the time of the load.
        brought: the source says itself when rows became known, so that it may repeat
            what held earlier; otherwise it says what holds now.
    """
    if held is None:
        rows = _known(table, load, _since_start(table), now)
        return Merged(rows, 0, len(rows), 0)
    keyed, keyless = split(table, load)
    keyed_held, keyless_held = split(table, held)
    told, counts, rewritten = judged(table, keyed, keyed_held, now, brought)
    repeated = _repeated(table, keyless, keyless_held)
    facts = _known_now(table, repeated, now)
    versions = told.select(held.column_names).cast(held.schema)
    return Merged(
        pa.concat_tables([versions, facts]),
        counts[Verdict.UNCHANGED] + len(keyless) - len(repeated),
        counts[Verdict.ADDED] + len(facts),
        counts[Verdict.CORRECTED],
        _rewrites(rewritten),
    )


def _since_start(table: Table) -> str:
    """SQL for the default on a first load; a fact that lies ahead is known now."""
    start = since_start(table)
    return f"CASE WHEN {start} IS NOT NULL THEN least({start}, now) END"


def _known(table: Table, rows: pa.Table, default: str, now: datetime) -> pa.Table:
    """The rows in the lake's schema, `known_at` filled with `default` where it is empty."""
    columns = ", ".join(map(quoted, table.names))
    sql = f"SELECT {columns}, coalesce({KNOWN}, {default}) AS {KNOWN} FROM rows, clock"
    return query(sql, {"rows": rows, "clock": _clock(now)}).cast(schema(table))


def _known_now(table: Table, rows: pa.Table, now: datetime) -> pa.Table:
    """The rows in the lake's schema, `known_at` filled with `now` where it is empty."""
    known = pc.fill_null(rows.column(KNOWN).cast(TIMESTAMP), pa.scalar(now, TIMESTAMP))
    at = rows.schema.get_field_index(KNOWN)
    return rows.set_column(at, KNOWN, known).select(schema(table).names).cast(schema(table))


def _clock(now: datetime) -> pa.Table:
    return pa.table({"now": pa.array([now], TIMESTAMP)})


def _repeated(table: Table, load: pa.Table, held: pa.Table) -> pa.Table:
    """Rows without a key beyond as many as the lake holds of the same content."""
    moments = held.column(table.occurred).combine_chunks().cast(TIMESTAMP)
    alike = pc.is_in(load.column(table.occurred), value_set=moments)
    some = np.flatnonzero(alike.to_numpy())  # few: most of a night's rows happened since
    if not len(some):
        return load
    kept = np.ones(len(load), bool)
    kept[some] = _beyond(table, load.take(pa.array(some)), held)
    return load if kept.all() else load.filter(pa.array(kept))


def _beyond(table: Table, load: pa.Table, held: pa.Table) -> Mask:
    """Which rows are more than are held of the same content; the first known are not."""
    content, of_held = numbered(load, held, table.names)
    times = np.bincount(of_held, minlength=content.max() + 1)
    known = instants(load.column(KNOWN))
    told_last = np.where(known == MISSING, NEVER, known)
    order = np.lexsort((load.column(ROW).to_numpy(), told_last, content))
    begins = np.searchsorted(content[order], content[order])
    more = np.empty(len(load), bool)
    more[order] = np.arange(len(order)) - begins >= times[content[order]]
    return more


def _rewrites(rows: pa.Table) -> tuple[Finding, ...]:
    if not len(rows):
        return ()
    numbers = np.asarray(rows.column(ROW).to_numpy(), dtype=np.int64)
    reason = "the lake holds a version of this row with the same known_at that says otherwise"
    remedy = "What was known cannot change: give the corrected row a later known_at."
    return (Finding(numbers, KNOWN, reason, remedy),)
