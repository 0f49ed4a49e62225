import json
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.dataset import dataset

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, LakeError, bucket_of, buckets_for, stored

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


def test_another_number_of_buckets_holds_from_the_next_change_on(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    later = Lake(lake.root, buckets=7)
    assert not later.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    assert later.manifest.buckets == 3
    later.add({"usage": usage(("a5", "y", 1))}, frozenset())
    assert later.manifest.buckets == 7
    assert events(later.read("usage")) == [("a1", "x"), ("a5", "y")]
    assert events(later.bucket(bucket_of("a5", 7))["usage"]) == [("a5", "y")]


def test_without_a_number_the_rows_decide() -> None:
    assert [buckets_for(rows) for rows in (0, 32_000_000, 32_000_001)] == [8, 8, 16]
    assert buckets_for(100_000_000) == 32


def test_text_comes_as_codes(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1), ("a1", "y", 2), ("a1", "x", 3))}, frozenset())
    event = lake.bucket(bucket_of("a1", 3))["usage"]["event"]
    assert event.type == pa.dictionary(pa.int32(), pa.string())
    assert event.combine_chunks().to_pylist() == ["x", "y", "x"]
    assert lake.read("usage").schema == schema(TABLES["usage"])
    assert lake.read("usage", marks=True).schema == stored(TABLES["usage"])


def test_only_named_columns_are_read(lake: Lake) -> None:
    rows = {"account_id": ["a1"], "outcome": ["churn"], "occurred_at": [day(9)], "reason": ["?"]}
    rows |= {"decided_at": [day(2)], "known_at": [day(2)]}
    outcomes = pa.table(rows).select(schema(TABLES["outcomes"]).names)
    outcomes = outcomes.cast(schema(TABLES["outcomes"]))
    lake.replace({"usage": usage(("a1", "x", 1)), "outcomes": outcomes}, frozenset())
    found = lake.bucket(bucket_of("a1", 3), {"outcomes": ["reason"], "usage": [], "risks": []})
    clocks = ["occurred_at", "known_at", "known_until"]
    assert set(found) == {"outcomes", "usage"}
    assert found["usage"].column_names == ["account_id", *clocks]
    assert set(found["outcomes"].column_names) == {"account_id", "decided_at", "reason", *clocks}
    with pytest.raises(KeyError, match="table usage has no column 'reason'; it has account_id"):
        lake.bucket(0, {"usage": ["reason"]})


def test_a_row_keeps_the_number_of_the_load_that_brought_it(lake: Lake) -> None:
    def loads() -> list[tuple[str, int]]:
        rows = lake.read("usage", marks=True)
        return sorted(zip(rows["event"].to_pylist(), rows["load"].to_pylist(), strict=True))

    assert lake.add({"usage": usage(("a1", "x", 9), ("a5", "y", 1))}, frozenset())
    assert lake.add({"usage": usage(("a1", "z", 3))}, frozenset())
    assert not lake.add({"usage": usage()}, frozenset())
    assert loads() == [("x", 1), ("y", 1), ("z", 2)]
    assert lake.add({"risks": schema(TABLES["risks"]).empty_table()}, frozenset())
    assert lake.manifest.generation == 3
    assert set(lake.manifest.tables) == {"usage", "risks"}
    held = lake.read("usage", marks=True).drop_columns(["known_until"])
    new = usage(("a5", "w", 4)).append_column("load", pa.nulls(1, pa.int32()))
    assert lake.replace({"usage": pa.concat_tables([plain(held), plain(new)])}, frozenset())
    assert loads() == [("w", 4), ("x", 1), ("y", 1), ("z", 2)]


def plain(table: pa.Table) -> pa.Table:
    return table.cast(schema(TABLES["usage"]).append(pa.field("load", pa.int32())))


def test_rows_added_make_the_digest_of_all_rows_at_once(lake: Lake, tmp_path: Path) -> None:
    lake.add({"usage": usage(("a1", "x", 9), ("a5", "y", 1))}, frozenset({"usage"}))
    lake.add({"usage": usage(("a1", "z", 3))}, frozenset())
    once = Lake(tmp_path / "once", buckets=2)
    rows = {"usage": usage(("a1", "z", 3), ("a5", "y", 1), ("a1", "x", 9))}
    once.replace(rows, frozenset({"usage"}))
    assert once.manifest.digest == lake.manifest.digest


def test_a_crash_before_the_manifest_leaves_the_old_lake(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    before = files(lake.root)

    def crash(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("features.lake.lake.write_manifest", crash)
    with pytest.raises(OSError, match="the disk is gone"):
        lake.replace({"usage": usage(("a2", "y", 1))}, frozenset())
    assert files(lake.root) == before


def test_a_lake_may_lie_at_any_address(tmp_path: Path) -> None:
    root = f"memory://{tmp_path.name}/lake"
    for lake in (Lake(root, buckets=2), Lake(f"file://{tmp_path}/lake", buckets=2)):
        assert not lake.exists
        lake.add({"usage": usage(("a1", "x", 1))}, frozenset())
        lake.add({"usage": usage(("a2", "y", 1))}, frozenset())
        again = Lake(lake.root)
        assert events(again.read("usage")) == [("a1", "x"), ("a2", "y")]
        assert events(again.bucket(bucket_of("a2", 2))["usage"])[-1] == ("a2", "y")
        assert [p.name for p in sorted(lake.root.iterdir(), key=str)] == [
            "generation-00002",
            "manifest.json",
        ]
    assert (tmp_path / "lake" / "manifest.json").exists()


def test_others_read_the_files_as_partitions_of_hive(lake: Lake) -> None:
    lake.replace({"usage": usage(*((f"a{n}", "x", 1) for n in range(20)))}, frozenset())
    hive = dataset(lake.root / "generation-00001" / "usage", partitioning="hive").to_table()
    nothing = {"user_id", "event_id", "known_until", "load"}  # of its own in any row of that load
    told = [name for name in stored(TABLES["usage"]).names if name not in nothing]
    assert hive.column_names == [*told, "bucket"]
    pairs = zip(hive["account_id"].to_pylist(), hive["bucket"].to_pylist(), strict=True)
    assert len(hive) == 20
    assert all(bucket_of(account, 3) == index for account, index in pairs)


def test_columns_without_anything_are_not_written_and_are_read_as_empty(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1), ("a2", "x", 1))}, frozenset())
    whole = lake.read("usage", marks=True)
    assert set(whole.column_names) == set(stored(TABLES["usage"]).names)
    assert whole["user_id"].null_count == whole["known_until"].null_count == 2
    assert whole["event"].to_pylist() == ["x", "x"]
    assert whole["load"].to_pylist() == [1, 1]


def test_a_half_written_generation_is_never_read(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    torn = lake.root / "generation-00002" / "usage"
    torn.mkdir(parents=True)
    (torn / "bucket=0").mkdir()
    (torn / "bucket=0" / "part-0.parquet").write_bytes(b"torn")
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


def test_a_lake_of_another_layout_is_refused(lake: Lake) -> None:
    lake.replace({"usage": usage(("a1", "x", 1))}, frozenset())
    path = lake.root / "manifest.json"
    raw = json.loads(path.read_text())
    del raw["layout_version"]  # as it was before there were layouts
    path.write_text(json.dumps(raw))
    with pytest.raises(LakeError, match="version 1 of the lake's layout"):
        lake.read("usage")
