"""A load that adds rows to a large table writes those and nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.clock import Mask
from features.content import content_sha256
from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake
from features.lake.index import Index, identities, opened_index
from features.order import in_order
from features.prepare import prepare
from features.signals import CATALOGUE
from features.snapshot import snapshots
from features.versions import known_until
from features.view import View

Tables = dict[str, pa.Table]
Company = Callable[[int, int], Tables]
Texts = Callable[[pa.Table], list[str]]


@pytest.fixture(autouse=True)
def _nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.lake.additions.SMALL", 0)


def usage(*rows: tuple[str, str, int], event_id: bool = False) -> pa.Table:
    """Usage rows of (account, event, day of March 2025)."""
    days = [datetime(2025, 3, day, tzinfo=UTC) for _, _, day in rows]
    wanted = schema(TABLES["usage"])
    given = {
        "account_id": [account for account, _, _ in rows],
        "event": [event for _, event, _ in rows],
        "event_id": [event if event_id else None for _, event, _ in rows],
        "occurred_at": days,
        "known_at": days,
    }
    arrays = [pa.array(given.get(f.name, [None] * len(rows)), f.type) for f in wanted]
    return pa.Table.from_arrays(arrays, schema=wanted)


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*.parquet")}


def pieces(tables: Tables, count: int) -> list[Tables]:
    return [
        {n: t.take(np.arange(k, len(t), count)) for n, t in tables.items()} for k in range(count)
    ]


def unequal(tables: Tables) -> list[Tables]:
    """Most of all rows, and then a few at a time."""
    return [
        {n: t.filter(np.isin(np.arange(len(t)) % 16, some)) for n, t in tables.items()}
        for some in (range(10), *([k] for k in range(10, 16)))
    ]


@pytest.mark.parametrize("name", ["usage", "tickets"])
@pytest.mark.parametrize(("seed", "most"), [(0, 16), (1, 16), (2, 16), (3, 3), (4, 3), (2, 3)])
def test_many_loads_of_versions_end_as_one_load_of_all(
    tmp_path: Path, seed: int, most: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random versions, loaded in the order in which they became known, or in no order."""
    monkeypatch.setattr("features.lake.additions.MOST_PIECES", most)
    random, rows = np.random.default_rng(seed), []
    for _ in range(300):
        fact, day = f"t{random.integers(40)}", int(random.integers(1, 28))
        rows.append((f"a{random.integers(9)}", fact, day))
    rows = rows if seed == 2 else sorted(rows, key=lambda row: row[2])
    whole = usage(*rows, event_id=True) if name == "usage" else tickets(*rows)
    lake, loads = Lake(tmp_path, buckets=3), []
    for at, end in pairwise([0, 150, *range(160, 301, 10)]):
        lake.add({name: whole.slice(at, end - at)}, frozenset())
        loads.append(lake.manifest.tables[name].loads)
    fewer = [now[0] == before[0] for before, now in pairwise(loads) if len(now) <= len(before)]
    # the first piece stays and later ones became one, unless old versions write all anew
    assert any(fewer) == (most == 3 and seed != 2)
    found = lake.read(name, marks=True).drop_columns(["load"])
    marked = whole.append_column("known_until", known_until(TABLES[name], whole))
    assert texts_of(found) == texts_of(marked)


def tickets(*rows: tuple[str, str, int]) -> pa.Table:
    """Versions of tickets of (account, ticket, day of March 2025)."""
    wanted, days = schema(TABLES["tickets"]), [datetime(2025, 3, d, tzinfo=UTC) for *_, d in rows]
    given = {
        "account_id": [account for account, _, _ in rows],
        "ticket_id": [ticket for _, ticket, _ in rows],
        "opened_at": [datetime(2025, 2, 1, tzinfo=UTC)] * len(rows),
        "known_at": days,
    }
    arrays = [pa.array(given.get(f.name, [None] * len(rows)), f.type) for f in wanted]
    return pa.Table.from_arrays(arrays, schema=wanted)


def texts_of(table: pa.Table) -> list[str]:
    return sorted(map(str, table.select(sorted(table.column_names)).to_pylist()))


def test_what_is_added_lies_beside_what_is_held(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=2)
    lake.add({"usage": usage(("a1", "x", 1), ("a2", "y", 2))}, frozenset())
    before = files(tmp_path)
    lake.add({"usage": usage(("a1", "z", 3))}, frozenset(), corrected=())
    after = files(tmp_path)
    assert after.items() > before.items()
    assert [name.split("/")[0] for name in after.keys() - before.keys()] == ["generation-00002"]
    info = lake.manifest.tables["usage"]
    assert (info.rows, info.loads, info.last[:10]) == (3, (1, 2), "2025-03-03")
    assert sorted(lake.read("usage")["event"].to_pylist()) == ["x", "y", "z"]


@pytest.mark.parametrize("seed", range(3))
def test_pieces_hold_what_one_load_of_everything_holds(
    company: Company, texts: Texts, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.lake.additions.MOST_PIECES", 3)
    tables, lake = company(80, seed), Lake(tmp_path / "pieces", buckets=3)
    once = Lake(tmp_path / "once", buckets=3)
    once.replace(tables, frozenset())
    for piece in unequal(tables):
        lake.add(piece, frozenset())
    assert {len(info.loads) for info in lake.manifest.tables.values()} <= {1, 2, 3}
    for name, table in tables.items():
        found = lake.read(name, marks=True).drop_columns(["load"])
        marked = table.append_column("known_until", known_until(TABLES[name], table))
        assert texts(found) == texts(marked), name
    digests = {n: (i.rows, i.first, i.last, i.digest) for n, i in lake.manifest.tables.items()}
    whole = {n: (i.rows, i.first, i.last, i.digest) for n, i in once.manifest.tables.items()}
    assert digests == whole
    assert lake.manifest.digest == once.manifest.digest


def test_a_new_version_ends_the_old_one(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=2)
    lake.add({"usage": usage(("a1", "x", 1), ("a2", "y", 2), event_id=True)}, frozenset())
    moved = usage(("a2", "x", 5), event_id=True)  # of another account, so of another bucket
    lake.add({"usage": moved}, frozenset(), corrected=["usage"])
    rows = lake.read("usage", marks=True).select(["account_id", "event", "known_until"])
    ended = {(r["account_id"], r["event"]): r["known_until"] for r in rows.to_pylist()}
    assert ended[("a1", "x")] == datetime(2025, 3, 5, tzinfo=UTC)
    assert (ended[("a2", "x")], ended[("a2", "y")]) == (None, None)
    info = lake.manifest.tables["usage"]
    assert (info.loads, info.ended) == ((1, 2), (2,))


def test_a_version_from_before_one_that_is_held_writes_the_table_anew(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=2)
    for day in (1, 9):
        lake.add({"usage": usage(("a1", "x", day), event_id=True)}, frozenset())
    lake.add({"usage": usage(("a2", "x", 5), event_id=True)}, frozenset())
    rows = lake.read("usage", marks=True).select(["known_at", "known_until"]).to_pylist()
    days = {row["known_at"].day: row["known_until"] for row in rows}
    assert (days[1].day, days[5].day, days[9]) == (5, 9, None)
    info = lake.manifest.tables["usage"]
    assert (info.loads, info.ended) == ((3,), ())
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["generation-00003", "manifest.json"]


def test_many_pieces_are_brought_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.lake.additions.MOST_PIECES", 3)
    lake = Lake(tmp_path, buckets=2)
    risks = schema(TABLES["risks"]).empty_table()
    lake.add({"usage": usage(("a1", "x", 1)), "risks": risks}, frozenset())
    loads = []
    for day in range(2, 6):
        lake.add({"usage": usage(("a1", "x", day))}, frozenset(), corrected=())
        loads.append(lake.manifest.tables["usage"].loads)
    assert loads == [(1, 2), (1, 2, 3), (4,), (4, 5)]
    assert len(lake.read("usage")) == 5
    kept = {p.name for p in tmp_path.iterdir()}
    assert {"generation-00004", "generation-00005", "manifest.json"} <= kept
    assert "generation-00002" not in kept


def test_later_pieces_become_one_beside_a_large_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.lake.additions.MOST_PIECES", 3)
    lake = Lake(tmp_path, buckets=2)
    lake.add({"usage": usage(*((f"a{n}", f"x{n}", 1) for n in range(20)))}, frozenset())
    large = files(tmp_path)
    for day in range(2, 6):
        lake.add({"usage": usage(("a1", f"x{day}", day))}, frozenset(), corrected=())
    info = lake.manifest.tables["usage"]
    assert (info.rows, info.loads, info.together) == (24, (1, 4, 5), (4, 5))
    assert files(tmp_path).items() > large.items()
    assert not (tmp_path / "generation-00003").exists()
    since, ended = lake.since("usage", 3, ["event"])  # the third load lies in one piece with it
    assert (sorted(since["event"].to_pylist()), ended) == (["x4", "x5"], False)


def test_a_crash_leaves_the_lake_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path, buckets=2)
    lake.add({"usage": usage(("a1", "x", 1))}, frozenset())
    before = files(tmp_path)

    def crash(*_: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr("features.lake.lake.write_manifest", crash)
        with pytest.raises(OSError, match="the disk is gone"):
            lake.add({"usage": usage(("a1", "z", 3))}, frozenset(), corrected=())
    assert files(tmp_path) == before
    lake.add({"usage": usage(("a1", "z", 3))}, frozenset(), corrected=())
    assert len(lake.read("usage")) == 2


def test_rows_alike_share_a_key_or_all_that_they_say(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=2)
    rows = [("a1", "x", 1), ("a2", "y", 2), ("a3", "z", 3)]
    lake.add({"usage": pa.concat_tables([usage(*rows), usage(*rows, event_id=True)])}, frozenset())

    def found(new: pa.Table) -> list[tuple[str, str | None]]:
        held = lake.alike("usage", new).rows
        assert held.schema == schema(TABLES["usage"])
        pairs = zip(held["event"].to_pylist(), held["event_id"].to_pylist(), strict=True)
        return sorted(pairs, key=str)

    assert found(usage(("a2", "y", 2))) == [("y", None)]
    assert found(usage(("a2", "new", 2))) == []
    assert found(usage(("a2", "y", 1))) == []
    assert found(usage(("a9", "new", 2))) == []
    assert found(usage(("a9", "z", 9), event_id=True)) == [("z", "z")]
    assert found(usage(("a9", "new", 9))) == []
    assert found(usage(("a3", "new", 9))) == []  # after all that is held
    both = pa.concat_tables([usage(("a1", "x", 1)), usage(("a9", "y", 9), event_id=True)])
    assert {("x", None), ("y", "y")} <= set(found(both))


@pytest.mark.parametrize("size", [1, 1_000, 1_024, 1_025, 5_000])
def test_an_index_is_looked_through_from_its_end_as_far_as_is_wanted(size: int) -> None:
    held = np.arange(size, dtype=np.uint64) * np.uint64(3)
    index = Index(np.array([0, size, size]), held)
    for one in (0, size // 2, size - 1):
        assert index.holds(0, held[one : one + 1])
        assert index.holds(0, np.append(held[one : one + 1] - np.uint64(one > 0), held[-1]))
        assert not index.holds(0, held[one : one + 1] + np.uint64(1))
        assert not index.holds(1, held[one : one + 1])


def test_an_index_may_end_in_buckets_without_rows_where_a_page_ends(tmp_path: Path) -> None:
    rows = usage(*(("a1", f"event {i}", 1 + i % 28) for i in range(491)))
    buckets = [rows, rows.slice(0, 0), rows.slice(0, 0)]
    sizes = [len(bucket) for bucket in buckets]
    index = opened_index(tmp_path, TABLES["usage"], lambda: sizes, lambda: buckets.__getitem__)
    assert (tmp_path / "_by_day.npy").stat().st_size == 4096
    wanted = np.sort(identities(TABLES["usage"], rows.slice(7, 1)))
    assert [index.holds(bucket, wanted) for bucket in range(3)] == [True, False, False]


def test_every_version_is_found_with_and_without_what_lies_beside(
    company: Company, texts: Texts, tmp_path: Path
) -> None:
    tables, lake = company(60, 5), Lake(tmp_path, buckets=3)
    parts = pieces(tables, 3)
    lake.add(parts[0], frozenset())
    names = ["known_at", "account_id"]
    for part in parts[1:]:
        looked_through = list(lake.every("accounts", names))
        lake.alike("accounts", part["accounts"])  # makes what lies beside
        at_hand = list(lake.every("accounts", names))
        assert len(looked_through) == 3
        assert len(at_hand) == len(lake.manifest.tables["accounts"].loads)
        held = texts(lake.read("accounts", marks=True).select(names))
        for some in (looked_through, at_hand):
            assert [table.column_names for table in some] == [names] * len(some)
            plain = [table.cast(some[0].schema) for table in some]
            assert texts(pa.concat_tables(plain)) == held
        lake.add(part, frozenset())
    assert not list(Lake(tmp_path / "none").every("accounts", names))


def test_what_finds_a_row_without_a_key_begins_with_its_day() -> None:
    rows = usage(("a1", "x", 1), ("a1", "x", 1), ("a2", "x", 1), ("a1", "x", 2))
    found = identities(TABLES["usage"], rows)
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 3
    days = (found >> np.uint64(48)).tolist()
    assert days == [days[0]] * 3 + [days[0] + 1]
    assert set((found % np.uint64(2)).tolist()) == {0}
    keyed = identities(TABLES["usage"], usage(("a1", "x", 1), event_id=True))
    assert int(keyed[0]) % 2 == 1


@pytest.mark.parametrize("late", [0.0, 0.3, 1.0])
def test_rows_in_pieces_come_into_order(late: float) -> None:
    random = np.random.default_rng(int(10 * late))
    size = 400
    account = np.sort(random.integers(0, 9, size)).astype(np.int32)
    start = np.sort(random.integers(0, 50, size)).astype(np.int64)
    shuffled = random.permutation(size) if late == 1.0 else np.arange(size)
    mixed = np.where(random.random(size) < late, random.integers(0, 50, size), start)
    account, start = account[shuffled], mixed[shuffled]
    known = start + random.integers(0, 3, size)
    table = TABLES["usage"]
    order = in_order(table, pa.table({}), account, start, known)
    assert order is not None
    assert np.array_equal(np.sort(order), np.arange(size))
    triples = list(zip(account[order], start[order], known[order], strict=True))
    assert triples == sorted(triples)


def sober(table: pa.Table) -> pa.Table:
    """The rows with amounts that can be added up, in the company's own currency."""
    for at, field in enumerate(table.schema):
        decimal = pa.types.is_decimal(field.type)
        values = [Decimal(n % 7) if decimal else n % 7 for n in range(len(table))]
        if field.name == "currency":
            table = table.set_column(at, field, pa.nulls(len(table), field.type))
        elif not pa.types.is_string(field.type) and not pa.types.is_timestamp(field.type):
            made = pa.array(values, field.type if decimal else None).cast(field.type)
            table = table.set_column(at, field, made)
    return table


def test_snapshots_do_not_see_pieces(company: Company, tmp_path: Path) -> None:
    tables = {name: sober(table) for name, table in company(150, 7).items()}
    lake, once = Lake(tmp_path / "pieces", buckets=2), Lake(tmp_path / "once", buckets=2)
    once.replace(tables, frozenset())
    for piece in pieces(tables, 5):
        lake.add(piece, frozenset())
    dates = [date(2025, 1, 5), date(2025, 1, 9), date(2025, 2, 1)]
    for index in range(2):
        both = [prepare(one.bucket(index)) for one in (lake, once)]
        found, wanted = (snapshots(bucket, CATALOGUE, dates, everyone) for bucket in both)
        assert len(wanted) > 0
        assert content_sha256(found) == content_sha256(wanted)


def everyone(view: View) -> Mask:
    return np.ones(view.size, bool)
