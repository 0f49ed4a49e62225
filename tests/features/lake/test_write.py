"""Batches of any size, on disk or in memory, in any order and coding, give the same lake."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, bucket_of
from features.versions import known_until

Tables = dict[str, pa.Table]
Company = Callable[[int, int], Tables]
Texts = Callable[[pa.Table], list[str]]


def coded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text as dictionaries, of this batch alone."""
    return pa.record_batch(
        [c.dictionary_encode() if pa.types.is_string(c.type) else c for c in batch.columns],
        names=batch.schema.names,
    )


def pieces(table: pa.Table, rows: int, code: bool) -> Iterator[pa.RecordBatch]:
    batches = table.to_batches(max_chunksize=rows)
    return (coded(b) if code and n % 2 else b for n, b in enumerate(batches))


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.parametrize("memory", [1 << 30, 3_000, 0])
@pytest.mark.parametrize(("rows", "code"), [(7, False), (50, True), (500, True)])
def test_streaming_gives_the_bytes_of_writing_at_once(
    company: Company,
    tmp_path: Path,
    rows: int,
    code: bool,
    memory: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = company(120, 1)
    Lake(tmp_path / "once").replace(tables, frozenset())
    monkeypatch.setattr("features.lake.incoming.LEAST_ROWS", rows)
    sources = {name: pieces(table, rows, code) for name, table in tables.items()}
    Lake(tmp_path / "streamed").write(sources, frozenset(), memory=memory)
    once = files(tmp_path / "once")
    assert files(tmp_path / "streamed") == once
    assert len(once) > len(TABLES)


def test_the_order_of_rows_changes_no_byte(company: Company, tmp_path: Path) -> None:
    tables = company(150, 2)
    turned = {n: t.take(np.random.default_rng(0).permutation(len(t))) for n, t in tables.items()}
    for name, rows in (("one", tables), ("other", turned)):
        Lake(tmp_path / name, buckets=5).replace(rows, frozenset())
    assert files(tmp_path / "one") == files(tmp_path / "other")


@pytest.mark.parametrize("seed", range(4))
def test_all_rows_are_there_with_what_loading_adds(
    company: Company, texts: Texts, tmp_path: Path, seed: int
) -> None:
    lake = Lake(tmp_path / "lake", buckets=3)
    tables = company(90, seed)
    lake.replace(tables, frozenset())
    for name, table in tables.items():
        until = known_until(TABLES[name], table)
        marked = table.append_column("known_until", until)
        found = lake.read(name, marks=True)
        assert texts(found.drop_columns(["load"])) == texts(marked), name
        assert texts(lake.read(name)) == texts(table)
        assert set(found["load"].to_pylist()) == {1}


def test_rows_lie_by_account_then_by_both_clocks(company: Company, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", buckets=2)
    lake.replace(company(200, 5), frozenset())
    for index in range(2):
        for name, rows in lake.bucket(index).items():
            accounts = rows["account_id"].to_pylist()
            clocks = [
                rows[c].cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_pylist()
                for c in (TABLES[name].occurred, "known_at")
            ]
            keys = list(zip(accounts, *clocks, strict=True))
            assert keys == sorted(keys)
            assert {bucket_of(account, 2) for account in accounts} == {index}


def test_the_manifest_tells_of_all_buckets(company: Company, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", buckets=4)
    tables = company(60, 6)
    lake.replace(tables, frozenset({"usage"}))
    for name, table in tables.items():
        info = lake.manifest.tables[name]
        occurred = pc.min_max(table[TABLES[name].occurred]).as_py()
        last = max(occurred["max"], pc.max(table["known_at"]).as_py())
        assert (info.rows, info.versioned) == (60, name == "usage")
        assert (info.first, info.last) == (occurred["min"].isoformat(), last.isoformat())


def test_any_change_of_content_is_another_digest(company: Company, tmp_path: Path) -> None:
    usage = company(30, 7)["usage"]
    lake = Lake(tmp_path / "lake", buckets=2)
    lake.replace({"usage": usage}, frozenset())
    digests = [lake.manifest.digest]
    names = usage.column_names
    changes = {
        "user_id": pa.array(["x", *usage["user_id"].to_pylist()[1:]]),
        "quantity": pa.array([None, *usage["quantity"].to_pylist()[1:]]),
        "event_id": usage["user_id"],
        "known_at": usage["occurred_at"],
    }
    for name, values in changes.items():
        changed = usage.set_column(names.index(name), name, values)
        assert lake.replace({"usage": changed.cast(usage.schema)}, frozenset())
        digests.append(lake.manifest.digest)
    swapped = usage.set_column(names.index("user_id"), "user_id", usage["event_id"])
    swapped = swapped.set_column(names.index("event_id"), "event_id", usage["user_id"])
    assert lake.replace({"usage": swapped}, frozenset())
    digests.append(lake.manifest.digest)
    assert len(set(digests)) == len(digests)


def batch(**columns: pa.Array) -> pa.RecordBatch:
    whole = schema(TABLES["surveys"])
    filled = {f.name: columns.get(f.name, pa.nulls(1, f.type)) for f in whole}
    return pa.record_batch({n: c for n, c in filled.items() if c is not None})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"score": None}, "rows of surveys for the lake have no score; they must have"),
        ({"score": pa.array(["many"])}, "surveys.score comes as string and cannot be read as"),
        ({"account_id": pa.array([None], pa.string())}, "1 rows of surveys .* have no account"),
    ],
)
def test_rows_that_are_no_rows_of_the_table_are_refused(
    tmp_path: Path, given: dict[str, pa.Array], message: str
) -> None:
    lake = Lake(tmp_path / "lake")
    with pytest.raises(ValueError, match=message):
        lake.write({"surveys": [batch(**{"account_id": pa.array(["a1"]), **given})]}, frozenset())
    assert not lake.exists
    assert list(lake.root.iterdir()) == []


def test_text_of_any_arrow_kind_is_taken(tmp_path: Path) -> None:
    kinds = [
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.uint32(), pa.large_string()),
    ]
    gaps = pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int16()), pa.array([None, "w"]))
    accounts = [pa.array(["a1"]).cast(kind) for kind in kinds]
    batches = [batch(account_id=account, kind=account) for account in accounts]
    batches += [batch(account_id=pa.array(["a1"]), kind=gaps[n : n + 1]) for n in (0, 1)]
    lake = Lake(tmp_path / "lake", buckets=1)
    lake.write({"surveys": batches}, frozenset())
    kinds_read = lake.read("surveys")["kind"].to_pylist()
    assert sorted(kinds_read, key=str) == [None, "a1", "a1", "a1", "a1", "w"]
