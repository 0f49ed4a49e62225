"""Rows that newer versions ended, said beside them: what is held is not written anew."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.clock import MISSING, Instants
from features.columns import instants
from features.contract import Table
from features.contract.arrow import TIMESTAMP, schema
from features.lake.alike import Alike
from features.lake.storage import Folder, opened
from features.versions import KNOWN_UNTIL, known_until

ENDED = "_ended.arrow"
"""Lies in a table's folder; names with a line before them are none of the data's files."""
MARKS = pa.schema(
    [
        pa.field("bucket", pa.int32()),
        pa.field("place", pa.int64()),
        pa.field(KNOWN_UNTIL, TIMESTAMP),
    ]
)
"""A row of a bucket, counted over all pieces in their order, and until when it held."""


def ends_of(table: Table, new: pa.Table, held: Alike) -> pa.Table | None:
    """The rows held that end because of new ones, as MARKS.

    Args:
        table: the declaration.
        new: rows that are added, in the contract's schema.
        held: all rows held of the same facts.

    Returns None where this cannot be said beside the rows: a new row that is older than a
    held version ends at once, and moves the end of another.
    """
    plain = new.select(schema(table).names)
    until = instants(known_until(table, pa.concat_tables([held.rows, plain])))
    alone = instants(known_until(table, plain))
    before, now = held.until, until[: len(held.rows)]
    ended = np.flatnonzero(before != now)
    if (before[ended] != MISSING).any() or not np.array_equal(until[len(held.rows) :], alone):
        return None
    moments = pa.array(now[ended], pa.int64()).cast(TIMESTAMP)
    columns = [pa.array(held.buckets[ended]), pa.array(held.places[ended]), moments]
    return pa.Table.from_arrays(columns, schema=MARKS)


def write_ends(folder: Folder, ends: pa.Table) -> None:
    """Write the marks of one load down in its folder of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened(folder / ENDED, "wb") as sink, pa.ipc.new_file(sink, MARKS) as writer:
        writer.write_table(ends)


def read_ends(folders: Iterable[Folder]) -> pa.Table:
    """The marks of several loads of a table."""
    parts = [MARKS.empty_table()]
    for folder in folders:
        with opened(folder / ENDED, "rb") as source:
            parts.append(pa.ipc.open_file(source).read_all())
    return pa.concat_tables(parts)


def with_ends(rows: pa.Table, index: int, ends: pa.Table) -> pa.Table:
    """The rows of a bucket, those that are marked with their end."""
    mine = np.flatnonzero(ends.column("bucket").to_numpy() == index)
    if not len(mine):
        return rows
    until: Instants = instants(rows.column(KNOWN_UNTIL)).copy()
    places: npt.NDArray[np.int64] = ends.column("place").to_numpy()[mine]
    until[places] = instants(ends.column(KNOWN_UNTIL))[mine]
    moments = pa.array(until, pa.int64(), mask=until == MISSING).cast(TIMESTAMP)
    at = rows.schema.get_field_index(KNOWN_UNTIL)
    return rows.set_column(at, pa.field(KNOWN_UNTIL, TIMESTAMP), moments)
