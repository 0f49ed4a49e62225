"""Writing the exports: CSV, JSON lines and Parquet, byte for byte the same for the same rows."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.demo.dirt import RAGGED
from pipelines.demo.facts import Columns


def write_csv(path: Path, columns: Columns, delimiter: str = ",") -> None:
    """Write a CSV file with a header; rows flagged as ragged lose their last two cells."""
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    names = [name for name in columns if name != RAGGED]
    writer.writerow(names)
    for row, ragged in zip(_rows(columns, names), columns[RAGGED].tolist(), strict=True):
        writer.writerow(row[:-2] if ragged else row)
    _write_text(path, text.getvalue())


def write_json_lines(path: Path, columns: Columns) -> None:
    """Write one JSON object a line."""
    names = [name for name in columns if name != RAGGED]
    lines = (json.dumps(dict(zip(names, r, strict=True))) for r in _rows(columns, names))
    _write_text(path, "".join(f"{line}\n" for line in lines))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write one Parquet file, creating its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")


def _rows(columns: Columns, names: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(columns[name].tolist() for name in names), strict=True)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
