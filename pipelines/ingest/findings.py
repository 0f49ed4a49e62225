"""Bad rows as checks find them, and what quarantine needs to know about each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.ingest.origin import Place
from pipelines.ingest.problems import Problem, shown
from pipelines.ingest.raw import BadRow, Raw, raw_json

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows that are bad for the same reason.

    Attributes:
        rows: their numbers in the source, from 0.
        column: the column that is wrong.
        reason: what is wrong.
        remedy: what to do.
    """

    rows: Rows
    column: str
    reason: str
    remedy: str


def rows_of(findings: Iterable[Finding]) -> Rows:
    """The numbers of all rows found, each once, in order."""
    return np.unique(np.concatenate([np.empty(0, np.int64), *(f.rows for f in findings)]))


def bad_rows(source: str, raw: Raw, given: pa.Table, findings: Sequence[Finding]) -> list[BadRow]:
    """The findings with file, line and the whole row, ordered by row.

    Args:
        source: the source's name.
        raw: its rows as they were read.
        given: the contract's columns as taken from them, for the value that was given.
        findings: what is wrong.
    """
    rows = rows_of(findings)
    places = dict(zip(rows.tolist(), raw.origin.locate(rows.tolist()), strict=True))
    whole = dict(zip(rows.tolist(), _whole(raw, rows), strict=True))
    found = [
        (row, BadRow(_problem(source, finding, places[row], value), whole[row]))
        for finding in findings
        for row, value in zip(finding.rows.tolist(), _values(given, finding), strict=True)
    ]
    return [bad for _, bad in sorted(found, key=lambda pair: pair[0])]


def _values(given: pa.Table, finding: Finding) -> list[object]:
    values: list[object] = given.column(finding.column).take(pa.array(finding.rows)).to_pylist()
    return values


def _problem(source: str, finding: Finding, place: Place, value: object) -> Problem:
    return Problem(
        source=source,
        reason=finding.reason,
        remedy=finding.remedy,
        file=place.file,
        line=place.line,
        column=finding.column,
        value="" if value is None else shown(value),
        unit=place.unit,
    )


def _whole(raw: Raw, rows: Rows) -> list[str]:
    return [raw_json(row) for row in raw.table.take(pa.array(rows)).to_pylist()]
