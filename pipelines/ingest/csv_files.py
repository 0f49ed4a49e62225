"""Reading CSV files as text: fast where they are clean, row by row where they are not.

DuckDB reads a clean file. Where it finds anything odd (a row with too few or too many
fields, an open quotation mark, bytes that are not text) the file is read again with
Python's csv module, which says on which line each record stands; odd rows then go to
quarantine and the others stay.
"""

import codecs
import csv
import gzip
import io
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import SourceError
from pipelines.ingest.engine import connect, literal
from pipelines.ingest.origin import Lines, Segment
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import BadRow, Raw, raw_json, read_failed

# Python's own limit of 128 KiB would break a long note into false rows.
csv.field_size_limit(2**31 - 1)
_DELIMITERS = (",", ";", "\t", "|")
# What `surrogateescape` makes of bytes that are no text.
_UNDECODED = re.compile("[\ud800-\udfff]")
_UNCLOSED = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file and how it is written.

    Attributes:
        path: where it is.
        name: as the user knows it.
        source: the source it belongs to.
        encoding: a name of a Python codec.
        delimiter: one character.
        quote: one character.
    """

    path: Path
    name: str
    source: str
    encoding: str
    delimiter: str
    quote: str


class Record(NamedTuple):
    """One record of a CSV file; `error` says why it has no fields."""

    line: int
    fields: list[str]
    error: str = ""


def read_csv(file: CsvFile, detect: bool) -> Raw:
    """Read one CSV file, every column as text.

    Args:
        file: the file; with `detect`, its delimiter is found from the header.
        detect: whether the delimiter is not known.

    Raises:
        SourceError: the file cannot be read, or has no header.
    """
    try:
        file = replace(file, encoding=_encoding(file))
        file = replace(file, delimiter=_delimiter(file)) if detect else file
        with closing(_records(file)) as records:
            header = next(records, None)
        names, warnings = _column_names(file, header)
        clean = header is not None and header.line == 1 and len(names) > 1
        raw = (_fast(file, names) if clean else None) or _slow(file, names)
        return replace(raw, warnings=warnings)
    except (OSError, EOFError, LookupError, UnicodeError) as error:
        raise read_failed(file.source, file.name, error) from None


def _encoding(file: CsvFile) -> str:
    """The encoding, UTF-8 with or without its mark, and UTF-16 where a mark says so."""
    codec = codecs.lookup(file.encoding).name
    if codec != "utf-8":
        return codec
    with opened_bytes(file.path) as raw:
        start = raw.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _column_names(file: CsvFile, header: Record | None) -> tuple[list[str], tuple[Problem, ...]]:
    """The columns' names, each of them once, and what a person should know of them."""
    if header is None or header.error:
        reason = header.error if header else "the file is empty"
        raise SourceError(
            [_problem(file, reason, "Write the columns' names in the first line.", 1)]
        )
    names = [field.strip() for field in header.fields]
    names = names if names[-1] else names[:-1]
    # pandas writes its index without a name.
    names = [name or f"column_{place}" for place, name in enumerate(names, start=1)]
    own = _told_apart(names)
    return own, tuple(_repeated(file, header.line, *pair) for pair in zip(names, own, strict=True)
                      if pair[0] != pair[1])  # fmt: skip


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number: names that differ in capitals are alike."""
    taken = {name.casefold() for name in names}
    own: list[str] = []
    before: set[str] = set()
    for name in names:
        free = name
        if name.casefold() in before:
            numbered = (f"{name}_{n}" for n in count(2))
            free = next(each for each in numbered if each.casefold() not in taken)
        before.add(name.casefold())
        taken.add(free.casefold())
        own.append(free)
    return own


def _repeated(file: CsvFile, line: int, name: str, own: str) -> Problem:
    reason = f"the header has {name!r} more than once; the later one is read as {own!r}"
    remedy = "Give every column a name of its own, if the later one is meant."
    return Problem(file.source, reason, remedy, file=file.name, line=line)


def _problem(file: CsvFile, reason: str, remedy: str, line: int) -> Problem:
    return Problem(file.source, reason, remedy, file=file.name, line=line, fatal=True)


def _delimiter(file: CsvFile) -> str:
    """The delimiter that cuts the header into the most columns."""
    with _opened(file) as text:
        header = next((line for line in text if line.strip()), "")

    def width(delimiter: str) -> int:
        return len(next(csv.reader([header], delimiter=delimiter, quotechar=file.quote)))

    return max(_DELIMITERS, key=width)


def _fast(file: CsvFile, names: list[str]) -> Raw | None:
    """The file as DuckDB reads it; None where anything about it is odd."""
    import duckdb  # only where SQL is needed

    if file.encoding not in ("utf-8-sig", "ascii") or set(str(file.path)) & set("*?[{"):
        return None
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    sql = (
        f"SELECT * FROM read_csv({literal(str(file.path))}, auto_detect = false, header = true, "
        f"delim = {literal(file.delimiter)}, quote = {literal(file.quote)}, "
        f"escape = {literal(file.quote)}, columns = {{{columns}}})"
    )
    try:
        with connect() as connection:
            table = connection.sql(sql).to_arrow_table()
    except duckdb.Error:
        return None
    segment = Segment(file.name, len(table), "line", lambda: _good_lines(file, len(names)))
    return Raw(table.rename_columns(names), (segment,))


def _good_lines(file: CsvFile, width: int) -> Lines:
    records = list(_records(file))[1:]
    return np.array([r.line for r in records if _fits(r, width)], dtype=np.int64)


def _slow(file: CsvFile, names: list[str]) -> Raw:
    good: list[Record] = []
    bad: list[BadRow] = []
    records = _records(file)
    next(records)
    for record in records:
        reason = _oddity(file, record, len(names))
        if reason is None:
            good.append(record)
        else:
            bad.append(_bad_row(file, record, reason))
    lines = np.array([record.line for record in good], dtype=np.int64)
    segment = Segment(file.name, len(good), "line", lambda: lines)
    return Raw(_table(good, names), (segment,), tuple(bad))


def _table(records: list[Record], names: list[str]) -> pa.Table:
    # Cutting to the shortest row drops the empty field after a trailing delimiter.
    columns = list(zip(*(record.fields for record in records), strict=False))
    arrays = [pa.array(column, pa.string()) for column in columns[: len(names)]]
    filled = [pc.if_else(pc.equal(array, ""), None, array) for array in arrays]
    return pa.Table.from_arrays(filled or [pa.array([], pa.string())] * len(names), names=names)


def _fits(record: Record, width: int) -> bool:
    fields = record.fields
    if len(fields) == width + 1 and not fields[-1]:
        return True
    return not record.error and len(fields) == width


def _oddity(file: CsvFile, record: Record, width: int) -> tuple[str, str] | None:
    """What is wrong with a record as such, and the remedy."""
    if record.error == _UNCLOSED:
        reason = "a quotation mark is opened here and never closed"
        raise SourceError([_problem(file, reason, "Close or double it.", record.line)])
    if record.error:
        return record.error, "Double the quotation marks inside quoted text."
    if _UNDECODED.search("".join(record.fields)):
        remedy = 'Save the file as UTF-8, or set `encoding`, e.g. encoding = "latin-1".'
        return f"the row is not {file.encoding.removesuffix('-sig')} text", remedy
    if not _fits(record, width):
        reason = f"the row has {len(record.fields)} fields and the header {width}"
        return reason, "Quote fields that hold the delimiter; write every field."
    return None


def _bad_row(file: CsvFile, record: Record, oddity: tuple[str, str]) -> BadRow:
    reason, remedy = oddity
    fields = [f.encode("utf-8", "backslashreplace").decode() for f in record.fields]
    problem = Problem(file.source, reason, remedy, file=file.name, line=record.line)
    return BadRow(problem, raw_json(fields))


def _records(file: CsvFile) -> Generator[Record, None, None]:
    """The records of the file, the header among them, without blank lines."""
    with _opened(file) as text:
        reader = csv.reader(text, delimiter=file.delimiter, quotechar=file.quote, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(line, [], str(error))
                continue
            if fields:
                yield Record(line, fields)


@contextmanager
def _opened(file: CsvFile) -> Iterator[IO[str]]:
    with opened_bytes(file.path) as raw:
        yield io.TextIOWrapper(raw, file.encoding, errors="surrogateescape", newline="")


@contextmanager
def opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed where its name ends in .gz."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as stream:
            yield stream  # type: ignore[misc]  # GzipFile is a binary stream to us
    else:
        with path.open("rb") as stream:
            yield stream
