"""A table's content as one number."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.content import content_sha256

PLAIN = {
    "account_id": pa.array(["a", "b", "ü"]),
    "as_of": pa.array([date(2026, 1, 31)] * 3),
    "x": pa.array([1.5, float("nan"), -0.0]),
    "plan": pa.array(["free", None, ""]),
}
TABLE = pa.table(PLAIN)


def test_it_survives_a_file_chunks_dictionaries_and_metadata(tmp_path) -> None:
    expected = content_sha256(TABLE)
    assert len(expected) == 64
    pq.write_table(TABLE, tmp_path / "t.parquet", compression="zstd")
    again = pq.read_table(tmp_path / "t.parquet")
    chunked = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])
    coded = TABLE.set_column(3, "plan", TABLE["plan"].dictionary_encode())
    marked = TABLE.replace_schema_metadata({"k": "v"})
    assert {content_sha256(t) for t in (again, chunked, coded, marked)} == {expected}


def test_it_is_the_same_in_every_release() -> None:
    """Stored snapshots are checked against it for years: it must never change."""
    assert content_sha256(TABLE).startswith("f479203d65fbb4fa12b3abf174eeb222")


@pytest.mark.parametrize(
    "other",
    [
        TABLE.slice(0, 2),
        TABLE.take([1, 0, 2]),
        TABLE.rename_columns(["account_id", "as_of", "y", "plan"]),
        TABLE.select(["account_id", "as_of", "plan", "x"]),
        pa.table({**PLAIN, "x": pa.array([1.5, float("nan"), 0.0])}),
        pa.table({**PLAIN, "x": pa.array([1.5, None, -0.0])}),
        pa.table({**PLAIN, "plan": pa.array(["free", "", None])}),
        pa.table({**PLAIN, "plan": pa.array(["fre", "e", None])}),
        pa.table({**PLAIN, "plan": pa.array(["free", None, "x"])}),
        pa.table({**PLAIN, "as_of": pa.array([date(2026, 2, 1)] * 3)}),
        pa.table({**PLAIN, "x": pa.array([1, 2, 3])}),
    ],
)
def test_whatever_differs_shows(other: pa.Table) -> None:
    assert content_sha256(other) != content_sha256(TABLE)


def test_a_table_without_rows() -> None:
    assert content_sha256(TABLE.slice(0, 0)) == content_sha256(TABLE.schema.empty_table())
