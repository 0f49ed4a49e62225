"""Reading any source to Arrow: files, a database's query, or SQL over the inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from pipelines.config import Config, Input, Source
from pipelines.errors import SourceError
from pipelines.ingest.engine import first_line, sandbox
from pipelines.ingest.files import read_files
from pipelines.ingest.origin import Segment
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import BadRow, Raw
from pipelines.ingest.types import detected, kind_of


@dataclass(frozen=True, slots=True)
class Inputs:
    """The company's own tables, ready for SQL.

    Attributes:
        tables: the tables by name, their columns typed.
        bad: rows that could not be read, by the input's name.
        read: how many rows each input held.
        problems: why other inputs could not be read.
        failed: the names of the inputs that could not be read.
        warnings: what a person should know of how they were read.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    bad: dict[str, tuple[BadRow, ...]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_inputs(config: Config) -> Inputs:
    """Read every input of the configuration; what cannot be read becomes a problem."""
    inputs = Inputs()
    for name, given in config.inputs.items():
        label = f"inputs.{name}"
        try:
            raw = checked(label, _read(label, given, config))
        except SourceError as error:
            inputs.problems.extend(error.problems)
            inputs.failed.append(name)
            continue
        inputs.tables[name] = detected(raw.table) if raw.text else raw.table
        inputs.bad[name] = raw.bad
        inputs.read[name] = raw.read
        inputs.warnings.extend(raw.warnings)
    return inputs


def read_source(name: str, source: Source, config: Config, inputs: Inputs) -> Raw:
    """The rows of one source, under its own column names.

    Raises:
        SourceError: it cannot be read; a query that needs a broken input fails quietly,
            with no problem of its own, because the input's problem is reported already.
    """
    if source.sql is None:
        return checked(name, _read(name, source, config))
    return checked(name, _run(name, source.sql, inputs))


def _read(label: str, given: Input, config: Config) -> Raw:
    if given.from_database:
        from pipelines.ingest.databases import read_database  # brings in SQLAlchemy

        return read_database(label, given, config.folder, config.environment)
    return read_files(label, given, config.folder)


def _run(name: str, sql: str, inputs: Inputs) -> Raw:
    import duckdb  # only where SQL is needed

    try:
        kinds = [statement.type for statement in duckdb.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            remedy = "Write one SELECT; WITH may name steps before it."
            raise SourceError([Problem(name, "its sql is not one SELECT", remedy, fatal=True)])
        with sandbox(inputs.tables) as connection:
            rows = connection.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        said = first_line(error)
        if any(_names(said, failed) for failed in inputs.failed):
            raise SourceError([]) from None
        reason = f"DuckDB says about its sql: {said}"
        raise SourceError([Problem(name, reason, _available(inputs.tables), fatal=True)]) from None
    return Raw(rows, (Segment("", len(rows)),), text=False)


def _names(said: str, table: str) -> bool:
    return f"name {table} does not exist" in said


def _available(tables: Mapping[str, pa.Table]) -> str:
    if not tables:
        return "There are no [inputs]; name the files the query reads there."
    listed = (
        f"{name} ({', '.join(f'{c} {kind_of(t)}' for c, t in _fields(table))})"
        for name, table in tables.items()
    )
    return f"The inputs are: {'; '.join(listed)}."


def _fields(table: pa.Table) -> list[tuple[str, pa.DataType]]:
    return [(column.name, column.type) for column in table.schema]


def checked(label: str, raw: Raw) -> Raw:
    """`raw`, unless two of its columns cannot be told apart.

    Raises:
        SourceError: their names differ in capitals alone.
    """
    folded = [name.casefold() for name in raw.table.column_names]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if not twice:
        return raw
    reason = f"it has the columns {', '.join(twice)} more than once"
    raise SourceError([Problem(label, reason, "Give every column a name of its own.", fatal=True)])
