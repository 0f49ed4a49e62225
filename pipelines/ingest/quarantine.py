"""The quarantine: one table of bad rows for each source that has any."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc

from pipelines.ingest.raw import BadRow

SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("file", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("remedy", pa.string()),
        pa.field("row", pa.string()),
    ]
)


def write_quarantine(folder: Path, bad: Iterable[BadRow]) -> None:
    """Replace what the last load left in `folder` with the bad rows of this one."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    by_source: dict[str, list[BadRow]] = defaultdict(list)
    for row in bad:
        by_source[row.problem.source].append(row)
    for source, rows in by_source.items():
        pc.write_csv(_table(rows), folder / f"{source}.csv")


def _table(rows: list[BadRow]) -> pa.Table:
    values = [
        {name: getattr(row.problem, name) for name in SCHEMA.names if name != "row"}
        | {"row": row.raw}
        for row in rows
    ]
    return pa.Table.from_pylist(values, schema=SCHEMA)
