"""Keys and versions of rows: identical rows count once, contradictions count not at all."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import KNOWN_AT, Table
from features.lake import differ
from pipelines.ingest.engine import query, quoted
from pipelines.ingest.findings import Finding
from pipelines.ingest.project import ROW

Duplicates = Literal["once", "keep"]
KNOWN = KNOWN_AT.name


@dataclass(frozen=True, slots=True)
class Single:
    """Rows of which none repeats another.

    Attributes:
        rows: the rows, with their `ROW` numbers.
        duplicates: how many rows repeated another and were left out.
        findings: rows with the same key that contradict one another.
    """

    rows: pa.Table
    duplicates: int
    findings: tuple[Finding, ...]


def key_of(table: Table) -> tuple[str, ...]:
    """The columns that identify a fact; rows that have them all are keyed."""
    return table.key or ((table.optional_key,) if table.optional_key else ())


def split(table: Table, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows with a key, and those without."""
    key = key_of(table)
    if not key:
        return rows.slice(0, 0), rows
    keyed = rows.column(key[0]).is_valid()
    for name in key[1:]:
        keyed = pc.and_(keyed, rows.column(name).is_valid())
    return rows.filter(keyed), rows.filter(pc.invert(keyed))


def single(table: Table, rows: pa.Table, duplicates: Duplicates) -> Single:
    """Leave out rows that repeat another, and find those that contradict one another.

    Rows with a key repeat another where all columns and `known_at` are the same. Rows
    without one repeat another where all columns are, whenever they became known; the
    first time counts. With "keep", those are taken for facts that happened repeatedly.
    """
    if _all_differ(table, rows):
        return Single(rows, 0, ())
    keyed, keyless = split(table, rows)
    versions, findings = _agreeing(table, _distinct(table, keyed, by_known=True))
    facts = keyless if duplicates == "keep" else _distinct(table, keyless, by_known=False)
    kept = pa.concat_tables([versions, facts])
    bad = sum(len(f.rows) for f in findings)
    return Single(kept, len(rows) - len(kept) - bad, findings)


def _all_differ(table: Table, rows: pa.Table) -> bool:
    """Whether by their hashes alone no row can repeat or contradict another.

    Rows with keys differ where their keys do, and where the keys and `known_at` do if all say
    that; others where their contents do.
    """
    keyed, keyless = split(table, rows)
    told = (KNOWN,) if not keyed.column(KNOWN).null_count else ()
    return differ(keyed, (*key_of(table), *told)) and differ(keyless, table.names)


def since_start(table: Table) -> str:
    """SQL for when a fact became known if nobody says: since it began or was announced."""
    return f"least({', '.join(filter(None, [table.occurred, table.announced]))})"


def _distinct(table: Table, rows: pa.Table, by_known: bool) -> pa.Table:
    if not len(rows):
        return rows
    content = ", ".join(map(quoted, table.names))
    known = f", {_effective(table)}" if by_known else ""
    sql = (
        f"SELECT {content}, min({KNOWN}) AS {KNOWN}, min({ROW}) AS {ROW} "
        f"FROM rows GROUP BY {content}{known}"
    )
    return query(sql, {"rows": rows}).select(rows.column_names).cast(rows.schema)


def _effective(table: Table) -> str:
    return f"coalesce({KNOWN}, {since_start(table)})"


def _agreeing(table: Table, rows: pa.Table) -> tuple[pa.Table, tuple[Finding, ...]]:
    """The rows that are the only one with their key and `known_at`, and the others."""
    if not len(rows):
        return rows, ()
    key = key_of(table)
    fact = ", ".join(map(quoted, key))
    # Rows that say nothing of `known_at` contradict one another even if they begin apart.
    sql = (
        f"SELECT {ROW} AS row, greatest(count(*) OVER (PARTITION BY {fact}, {KNOWN}), "
        f"count(*) OVER (PARTITION BY {fact}, {_effective(table)})) AS alike FROM rows"
    )
    counted = query(sql, {"rows": rows})
    numbers = counted.filter(pc.greater(counted.column("alike"), 1)).column("row")
    clash = pc.is_in(rows.column(ROW), value_set=numbers.combine_chunks())
    agreeing, clashing = rows.filter(pc.invert(clash)), rows.filter(clash)
    return agreeing, (_contradiction(table, key, clashing),) if len(clashing) else ()


def _contradiction(table: Table, key: tuple[str, ...], rows: pa.Table) -> Finding:
    names = " and ".join(key)
    apart = ""
    if table.occurred not in key:
        apart = f" If each row is a fact of its own, as a paid period is, its {key[0]} has to "
        apart += f"say which: compute it, e.g. of {key[0]} and {table.occurred}."
    return Finding(
        np.asarray(rows.column(ROW).to_numpy(), dtype=np.int64),
        key[0],
        f"rows with the same {names} and the same known_at contradict one another",
        f"Keep one row per {names}, or bring known_at, so that rows become versions.{apart}",
    )
