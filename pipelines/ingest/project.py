"""From a source's own columns to the contract's: renamed, computed, or as they are."""

from dataclasses import dataclass

import pyarrow as pa

from features.contract import KNOWN_AT, Table
from pipelines.config import Source
from pipelines.errors import SourceError
from pipelines.ingest.engine import first_line, quoted, sandbox
from pipelines.ingest.problems import Problem, nearest
from pipelines.ingest.raw import Raw
from pipelines.ingest.types import detected, kind_of

ROW = "__row"


@dataclass(frozen=True, slots=True)
class Projected:
    """The contract's columns as the source brings them, not yet typed.

    Attributes:
        table: one row per row of the source, in its order.
        warnings: columns that look like a misspelt column of the contract.
    """

    table: pa.Table
    warnings: tuple[Problem, ...] = ()


def project(table: Table, source: Source, raw: Raw) -> Projected:
    """Choose, rename and compute the contract's columns.

    Raises:
        SourceError: lists every missing column and every expression that fails.
    """
    names = [*table.names, KNOWN_AT.name]
    taken = {name: _taken(name, source, raw) for name in names}
    computed = _computed(table.name, source, raw)
    problems = [found for found in computed.values() if isinstance(found, Problem)]
    problems += _missing(table, source, raw, taken)
    if problems:
        raise SourceError(problems)
    columns = {name: raw.table.column(own) for name, own in taken.items() if own}
    columns |= {n: found for n, found in computed.items() if not isinstance(found, Problem)}
    warnings = _unused(table, source, raw, taken)
    return Projected(pa.table({n: columns[n] for n in names if n in columns}), warnings)


def _taken(name: str, source: Source, raw: Raw) -> str:
    """The source's column that `name` is taken from, or ""."""
    if name in source.compute:
        return ""
    wanted = source.rename.get(name, name).casefold()
    return next((own for own in raw.table.column_names if own.casefold() == wanted), "")


def _missing(table: Table, source: Source, raw: Raw, taken: dict[str, str]) -> list[Problem]:
    free = [own for own in raw.table.column_names if own not in taken.values()]
    problems = []
    for name, wanted in source.rename.items():
        if not taken.get(name):
            reason = f"rename takes it from {wanted!r}, which the source does not have"
            problems.append(_problem(table, name, reason, _has(raw, nearest(wanted, free))))
    for column in table.columns:
        name = column.name
        if column.required and not taken[name] and name not in {*source.compute, *source.rename}:
            near = nearest(name, free, cutoff=0.5)
            hint = f'If it is {near}: [sources.{table.name}.rename] {name} = "{near}". '
            remedy = (hint if near else "") + _has(raw, "")
            problems.append(_problem(table, name, "the required column is missing", remedy))
    return problems


def _has(raw: Raw, near: str) -> str:
    hint = f"Did you mean {near}? " if near else ""
    return f"{hint}It has {', '.join(raw.table.column_names)}."


def _problem(table: Table, column: str, reason: str, remedy: str) -> Problem:
    return Problem(table.name, reason, remedy, column=column, fatal=True)


def _computed(name: str, source: Source, raw: Raw) -> dict[str, pa.ChunkedArray | Problem]:
    if not source.compute:
        return {}
    typed = detected(raw.table) if raw.text else raw.table
    rows = typed.append_column(ROW, pa.array(range(len(typed)), pa.int64()))
    return {c: _compute(name, c, given, rows) for c, given in source.compute.items()}


def _compute(name: str, column: str, expression: str, rows: pa.Table) -> pa.ChunkedArray | Problem:
    import duckdb  # only where SQL is needed

    sql = f"SELECT {ROW}, ({expression}\n) AS value FROM {quoted(name)} ORDER BY {ROW}"
    try:
        with sandbox({name: rows}) as connection:
            found = connection.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        return _failed(name, column, expression, f"DuckDB says: {first_line(error)}", rows)
    if found.column(ROW).to_pylist() != rows.column(ROW).to_pylist():
        return _failed(name, column, expression, "it does not give one value per row", rows)
    return found.column("value")


def _failed(name: str, column: str, expression: str, reason: str, rows: pa.Table) -> Problem:
    fields = [f"{c.name} {kind_of(c.type)}" for c in rows.schema if c.name != ROW]
    remedy = f"The source's columns are {', '.join(fields)}; TRY_CAST(x AS type) changes a type."
    return Problem(name, reason, remedy, column=f"compute.{column}", value=expression, fatal=True)


def _unused(table: Table, source: Source, raw: Raw, taken: dict[str, str]) -> tuple[Problem, ...]:
    """A warning for each column that is ignored but looks like one of the contract."""
    absent = [n for n, own in taken.items() if not own and n not in source.compute]
    expressions = " ".join(source.compute.values())
    warnings = []
    for own in raw.table.column_names:
        near = nearest(own, absent, cutoff=0.8)
        if near and own not in taken.values() and own not in expressions:
            remedy = f'If it is {near}: [sources.{table.name}.rename] {near} = "{own}".'
            warnings.append(Problem(table.name, "the column is not used", remedy, column=own))
    return tuple(warnings)
