import json
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, LakeError, bucket_of

Row = tuple[str, str, int]


def usage(*rows: Row) -> pa.Table:
    """Usage rows of (account, event, day of March 2025)."""
    return pa.Table.from_pylist(
        [
            {
                "account_id": a,
                "event": e,
                "occurred_at": day(d),
                "quantity": 1.0,
                "known_at": day(d),
            }
            for a, e, d in rows
        ],
        schema=schema(TABLES["usage"]),
    )


def day(number: int) -> datetime:
    return datetime(2025, 3, number, tzinfo=UTC)


def events(table: pa.Table) -> list[tuple[str, str]]:
    pairs = zip(table["account_id"].to_pylist(), table["event"].to_pylist(), strict=True)
    return sorted(pairs)


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", buckets=3)


def test_an_account_has_the_bucket_of_its_checksum() -> None:
    assert bucket_of("a1", 8) == zlib.crc32(b"a1") % 8
    assert bucket_of("ü", 8) == zlib.crc32("ü".encode()) % 8


def test_a_new_lake_is_empty(lake: Lake) -> None:
    assert not lake.exists
    assert (lake.manifest.generation, lake.manifest.buckets) == (0, 3)
    assert lake.read("usage").schema == schema(TABLES["usage"])
    assert len(lake.read("usage")) == 0
    assert lake.bucket(0) == {}


def test_what_was_written_is_read(lake: Lake) -> None:
    assert lake.replace({"usage": usage(("a1", "x", 1), ("a2", "y", 2))}, frozenset())
    assert lake.exists
    assert events(lake.read("usage")) == [("a1", "x"), ("a2", "y")]
    assert len(lake.read("tickets")) == 0


def test_every_row_of_an_account_is_in_its_bucket(lake: Lake) -> None:
    rows = [(f"a{i}", e, 1) for i in range(20) for e in "xy"]
    lake.replace({"usage": usage(*rows)}, frozenset())
    found = [
        (account, index)
        for index in range(3)
        for account in lake.bucket(index)["usage"]["account_id"].to_pylist()
    ]
    assert len(found) == 40
    assert all(bucket_of(account, 3) == index for account, index in found)


def test_the_manifest_says_what_there_is(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 3), ("a2", "y", 1))}, frozenset({"usage"}))
    info = lake.manifest.tables["usage"]
    assert (info.rows, info.versioned) == (2, True)
    assert (info.first, info.last) == ("2025-03-01T00:00:00+00:00", "2025-03-03T00:00:00+00:00")


def test_a_table_without_rows_is_connected(lake: Lake) -> None:
    lake.replace({"usage": usage()}, frozenset())
    assert (lake.manifest.tables["usage"].rows, lake.manifest.tables["usage"].first) == (0, "")
    assert len(lake.bucket(1)["usage"]) == 0


def test_the_same_rows_in_another_order_change_no_byte(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1), ("a1", "x", 2), ("a2", "y", 2))}, frozenset())
    before = files(lake.root)
    again = {"usage": usage(("a2", "y", 2), ("a1", "x", 2), ("a1", "x", 1))}
    assert not lake.replace(again, frozenset())
    assert files(lake.root) == before


@pytest.mark.parametrize(
    ("rows", "versioned"),
    [
        ([("a1", "x", 1)], frozenset({"usage"})),
        ([("a1", "x", 2)], frozenset()),
        ([("a1", "x", 1), ("a1", "x", 1)], frozenset()),
        ([], frozenset()),
    ],
)
def test_anything_else_is_a_new_generation(
    lake: Lake, rows: list[Row], versioned: frozenset[str]
) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    digest = lake.manifest.digest
    assert lake.replace({"usage": usage(*rows)}, versioned)
    assert lake.manifest.generation == 2
    assert lake.manifest.digest != digest
    assert [p.name for p in sorted(lake.root.iterdir())] == ["generation-00002", "manifest.json"]


def test_the_number_of_buckets_is_that_of_the_first_load(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    later = Lake(lake.root, buckets=7)
    later.replace({"usage": usage(("a1", "x", 1), ("a5", "y", 1))}, frozenset())
    assert later.manifest.buckets == 3
    assert events(later.read("usage")) == [("a1", "x"), ("a5", "y")]


def test_a_half_written_generation_is_never_read(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    torn = lake.root / "generation-00002" / "usage"
    torn.mkdir(parents=True)
    (torn / "bucket-00000.parquet").write_bytes(b"torn")
    assert events(lake.read("usage")) == [("a1", "x")]
    lake.replace({"usage": usage(("a2", "y", 1))}, frozenset())
    assert events(lake.read("usage")) == [("a2", "y")]


def test_a_lake_of_another_contract_is_refused(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    path = lake.root / "manifest.json"
    raw = json.loads(path.read_text()) | {"contract_version": 99}
    path.write_text(json.dumps(raw))
    with pytest.raises(LakeError, match="version 99 of the contract"):
        lake.read("usage")
