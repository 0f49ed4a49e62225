"""Rows as a source gave them, before they are made to fit the contract."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.errors import SourceError
from pipelines.ingest.origin import Origin, Segment
from pipelines.ingest.problems import Problem, mask


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row for quarantine: one problem of it, and the whole row as JSON."""

    problem: Problem
    raw: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Rows as read.

    Attributes:
        table: the rows, under the source's own column names.
        segments: which rows came from where.
        bad: rows that could not even be read; they are not in `table`.
        text: every column is text, as CSV and JSON lines give it.
        warnings: what a person should know of how it was read.
    """

    table: pa.Table
    segments: tuple[Segment, ...]
    bad: tuple[BadRow, ...] = ()
    text: bool = True
    warnings: tuple[Problem, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where each row of `table` came from."""
        return Origin(self.segments)

    @property
    def read(self) -> int:
        """How many rows the source held, bad ones counted."""
        return len(self.table) + len({(b.problem.file, b.problem.line) for b in self.bad})


def raw_json(row: object) -> str:
    """A row as JSON, whatever types it holds."""
    return json.dumps(row, ensure_ascii=False, default=str)


def read_failed(source: str, file: str, error: Exception) -> SourceError:
    """The error for a file that cannot be read at all."""
    said = getattr(error, "strerror", None) or str(error).splitlines()[0]
    reason = f"the file cannot be read: {mask(said)}"
    remedy = "Check that it is whole and of the format its name says."
    return SourceError([Problem(source, reason, remedy, file=file, fatal=True)])


def joined(parts: Sequence[Raw]) -> Raw:
    """The rows of several files as one table; a column one file lacks is empty there."""
    tables = _same_spelling([part.table for part in parts])
    return Raw(
        _concatenated(tables),
        tuple(segment for part in parts for segment in part.segments),
        tuple(row for part in parts for row in part.bad),
        all(part.text for part in parts),
        tuple(warning for part in parts for warning in part.warnings),
    )


def _same_spelling(tables: list[pa.Table]) -> list[pa.Table]:
    """Columns that differ only in capitals get the name they were first seen with."""
    first: dict[str, str] = {}
    renamed = []
    for table in tables:
        own = table.column_names
        names = [first.setdefault(name.casefold(), name) for name in own]
        # Names that a file itself tells apart by capitals stay, to be told of.
        renamed.append(table.rename_columns(names if len(set(names)) == len(names) else own))
    return renamed


def _concatenated(tables: list[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        as_text = [_text(table) for table in tables]
        return pa.concat_tables(as_text, promote_options="permissive")


def _text(table: pa.Table) -> pa.Table:
    """Every column as text, for files that disagree about types."""
    fields = [pa.field(name, pa.string()) for name in table.column_names]
    return table.cast(pa.schema(fields))
