"""What is compressed: whatever gets smaller by it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.contract import TABLES
from features.contract.arrow import TIMESTAMP, schema
from features.lake import Lake
from features.lake.storage import codec_of

ROWS = 30_000
SPREAD = np.sort(np.random.default_rng(0).integers(1 << 50, 1 << 51, ROWS))


@pytest.mark.parametrize(
    ("values", "codec"),
    [
        (pa.array(SPREAD), "none"),
        (pa.array(SPREAD, mask=np.arange(ROWS) % 3 == 0), "none"),
        (pa.array(SPREAD, TIMESTAMP), "none"),
        (pa.array(SPREAD[:1], TIMESTAMP), "none"),
        (pa.array(np.full(ROWS, 1 << 50)), "lz4"),
        (pa.array(np.r_[SPREAD[:100], np.full(ROWS, 5)]), "lz4"),
        (pa.nulls(ROWS, pa.int64()), "lz4"),
        (pa.array(SPREAD[:0]), "lz4"),
        (pa.array(SPREAD % 2 == 0), "lz4"),
        (pa.array(SPREAD.astype(str)).dictionary_encode(), "lz4"),
    ],
)
def test_numbers_that_stay_as_large_are_written_plain(values: pa.Array, codec: str) -> None:
    assert codec_of(pa.chunked_array([values])) == codec
    begun = values.slice(len(values) // 3)
    halves = [begun.slice(0, len(begun) // 2), begun.slice(len(begun) // 2)]
    assert codec_of(pa.chunked_array(halves, values.type)) == codec


def test_times_of_events_are_such_in_a_lake(tmp_path: Path) -> None:
    size = len(SPREAD)
    rows = pa.table(
        {
            "account_id": ["a"] * size,
            "user_id": ["u"] * size,
            "event": ["e"] * size,
            "occurred_at": pa.array(SPREAD, TIMESTAMP),
            "quantity": np.ones(size),
            "event_id": pa.nulls(size, pa.string()),
            "known_at": pa.array(np.full(size, 1 << 51), TIMESTAMP),
        },
        schema=schema(TABLES["usage"]),
    )
    Lake(tmp_path).replace({"usage": rows}, frozenset())
    (file,) = tmp_path.rglob("*.parquet")
    group = pq.read_metadata(file).row_group(0)
    columns = (group.column(place) for place in range(group.num_columns))
    codecs = {column.path_in_schema: column.compression for column in columns}
    assert codecs.pop("occurred_at") == "UNCOMPRESSED"
    assert set(codecs.values()) == {"LZ4"}
