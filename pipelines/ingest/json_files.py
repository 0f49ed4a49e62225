"""Reading JSON lines as text: fast where every line is an object, line by line where not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.ingest.csv_files import opened_bytes
from pipelines.ingest.engine import connect, literal, quoted
from pipelines.ingest.origin import Lines, Segment
from pipelines.ingest.problems import Problem, shown
from pipelines.ingest.raw import BadRow, Raw, raw_json, read_failed

if TYPE_CHECKING:
    import duckdb

_REMEDY = 'Write one JSON object per line, such as {"account_id": "a1"}.'


def read_json_lines(path: Path, name: str, source: str) -> Raw:
    """Read one file of JSON lines, every column as text; nested values stay JSON.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        return _fast(path, name) or _slow(path, name, source)
    except (OSError, EOFError) as error:
        raise read_failed(source, name, error) from None


def _fast(path: Path, name: str) -> Raw | None:
    """The file as DuckDB reads it; None where any line is not an object."""
    import duckdb  # only where SQL is needed

    if set(str(path)) & set("*?[{"):
        return None
    try:
        with connect() as connection:
            source = f"read_ndjson_objects({literal(str(path))})"
            connection.execute(f"CREATE TEMP TABLE lines AS SELECT json FROM {source}")
            odd = connection.execute(
                "SELECT count(*) FROM lines WHERE json_type(json) <> 'OBJECT'"
            ).fetchone()
            if odd != (0,):
                return None
            table = _columns(connection)
    except duckdb.Error:
        return None
    return Raw(table, (Segment(name, len(table), "line", lambda: _object_lines(path)),))


def _columns(connection: "duckdb.DuckDBPyConnection") -> pa.Table:
    keys = connection.execute(
        "SELECT key FROM (SELECT unnest(json_keys(json)) AS key, rowid AS row FROM lines) "
        "GROUP BY key ORDER BY min(row), key"
    ).fetchall()
    # A JSON pointer, so that a key with a dot or a quotation mark is still one key.
    columns = [f"json ->> {literal(_pointer(key))} AS {quoted(key)}" for (key,) in keys]
    if not columns:
        return pa.table({})
    return connection.sql(f"SELECT {', '.join(columns)} FROM lines").to_arrow_table()


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _object_lines(path: Path) -> Lines:
    return np.array([line for line, _ in _lines(path)], dtype=np.int64)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    with opened_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "backslashreplace")
            if text.strip():
                yield number, text


def _slow(path: Path, name: str, source: str) -> Raw:
    good: list[dict[str, object]] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    for number, text in _lines(path):
        row = _parsed(text)
        if isinstance(row, dict):
            good.append({key: _as_text(value) for key, value in row.items()})
            lines.append(number)
        else:
            reason = "the line is not a JSON object"
            problem = Problem(source, reason, _REMEDY, name, number, value=shown(text.strip()))
            bad.append(BadRow(problem, raw_json(text.strip())))
    keys = dict.fromkeys(key for row in good for key in row)
    columns = [pa.array([row.get(key) for row in good], pa.string()) for key in keys]
    table = pa.Table.from_arrays(columns, names=list(keys))
    numbers = np.array(lines, dtype=np.int64)
    return Raw(table, (Segment(name, len(good), "line", lambda: numbers),), tuple(bad))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
