"""One day after another gives the bits of all rows at once, on random histories."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.clock import Mask
from features.contract import KNOWN_AT, TABLES
from features.contract.arrow import schema
from features.currency import Rate, Rates
from features.kept import KeptCompany, NotKept, company, shelf, vocabulary
from features.kept.needs import needs_of
from features.kept.shelf import Shelf
from features.kept.vocabulary import Vocabulary
from features.measures import Max
from features.prepare import prepare
from features.seen import seen
from features.signal import Signal
from features.signals import catalogue_for
from features.signals.attributes import with_attributes
from features.snapshot import snapshots
from features.view import View

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Drawn = Callable[[st.SearchStrategy[Rows], int], list[Rows]]

BEGIN, DAYS = date(2024, 2, 20), 50
EVENTS = catalogue_for(["login", "export report"])
CATALOGUE = with_attributes(EVENTS, ("size", "Size"), ("Plan", "plan"))
WORTH = {"USD": Decimal("0.9"), "usd": Decimal("0.5"), "chf": Decimal("1.25")}
EURO = Rates("EUR", tuple(Rate(name, date(2024, 1, 1), rate) for name, rate in WORTH.items()))


def everyone(view: View) -> Mask:
    return np.ones(view.size, bool)


@pytest.fixture(scope="module")
def history(
    helper: SimpleNamespace, drawn: Drawn, companies: st.SearchStrategy[Rows]
) -> dict[str, pa.Table]:
    """Rows of many small companies in one, each with the day on which it was loaded."""
    rows = helper.histories.together(drawn(companies, 30))
    chance = np.random.default_rng(7)
    return {name: _loaded(name, some, chance) for name, some in rows.items()}


def _loaded(name: str, rows: list[Row], chance: np.random.Generator) -> pa.Table:
    """Most rows are loaded when they are known; some later, some ahead of their time."""
    if name == "usage":
        rows = [{**row, "event_id": None} for row in rows]
    known = [row[KNOWN_AT.name] or datetime(2020, 1, 1, tzinfo=UTC) for row in rows]
    other = chance.random(len(rows)) < 0.2
    shift = np.where(other, chance.integers(-30, 30, len(rows)), 0)
    days = [
        (moment + timedelta(days=int(s))).date() for moment, s in zip(known, shift, strict=True)
    ]
    table = pa.Table.from_pylist(rows, schema=schema(TABLES[name]))
    return table.append_column("loaded", pa.array(days, pa.date32()))


def _between(history: dict[str, pa.Table], after: date | None, to: date) -> dict[str, pa.Table]:
    found = {}
    for name, rows in history.items():
        loaded = np.array(rows.column("loaded").to_pylist(), "datetime64[D]")
        mask = loaded <= np.datetime64(to)
        if after is not None:
            mask &= loaded > np.datetime64(after)
        found[name] = rows.filter(pa.array(mask)).drop_columns("loaded")
    return found


def _begun(
    history: dict[str, pa.Table], folder: Path | None = None, day: date = BEGIN
) -> KeptCompany:
    kept = KeptCompany(folder, CATALOGUE)
    held = _between(history, None, day)
    kept.begin([held], dict.fromkeys(held, "2015-01-01T00:00:00"), day)
    return kept


def _in_full(history: dict[str, pa.Table], day: date) -> pa.Table:
    bucket = prepare(_between(history, None, day), EURO)
    return snapshots(bucket, CATALOGUE, [day], everyone)


def _same(one: pa.Table, other: pa.Table) -> None:
    """Bit for bit, or the columns that differ."""
    assert one.column("account_id").equals(other.column("account_id"))
    wrong = [n for n in other.column_names if _bits(one, n) != _bits(other, n)]
    assert not wrong, wrong


def _bits(table: pa.Table, name: str) -> Any:
    column = table.column(name).combine_chunks()
    values = column.to_pylist()
    return np.array(values, float).tobytes() if pa.types.is_floating(column.type) else values


def test_a_day_after_another_gives_the_bits_of_all_rows(history: dict[str, pa.Table]) -> None:
    kept, before = _begun(history), BEGIN
    _same(kept.snapshot(everyone, EURO), _in_full(history, BEGIN))
    for step in (1, 2, 7, 30, 0, 90):
        day = before + timedelta(days=step)
        kept.advance(_between(history, before, day), day)
        _same(kept.snapshot(everyone, EURO), _in_full(history, day))
        before = day


def test_what_is_kept_goes_on_in_another_process(
    history: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "MOST_PIECES", 2)
    day = BEGIN
    _begun(history, tmp_path).save(1)
    for load in range(2, 6):
        before, day = day, day + timedelta(days=5)
        kept = KeptCompany(tmp_path, CATALOGUE)
        assert kept.load == load - 1
        kept.advance(_between(history, before, day), day)
        if load == 5:
            _same(kept.snapshot(everyone, EURO), _in_full(history, day))
        kept.save(load)


def test_half_a_change_counts_for_nothing(history: dict[str, pa.Table], tmp_path: Path) -> None:
    kept = _begun(history, tmp_path)
    kept.save(1)
    kept.advance({}, BEGIN + timedelta(days=1))  # and then the process ends
    assert KeptCompany(tmp_path, CATALOGUE).cut == 0


def test_rows_that_could_be_seen_are_counted(history: dict[str, pa.Table]) -> None:
    kept = _begun(history)
    for name, rows in _between(history, None, BEGIN).items():
        assert kept.rows_seen()[name] == seen(TABLES[name], rows, BEGIN).sum()


def usage(*rows: tuple[str, str, str | None]) -> pa.Table:
    """Rows of account a: when they happened, when they were known, and the event's id."""
    given = [
        {
            "account_id": "a", "user_id": "u", "event": "login", "quantity": 1.0, "event_id": key,
            "occurred_at": datetime.fromisoformat(happened).replace(tzinfo=UTC),
            KNOWN_AT.name: datetime.fromisoformat(known).replace(tzinfo=UTC),
        }
        for happened, known, key in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(given, schema=schema(TABLES["usage"]))


def kept_of(rows: pa.Table) -> KeptCompany:
    kept = KeptCompany(None, CATALOGUE)
    kept.begin([{"usage": rows}], {"usage": "2024-02-01"}, BEGIN)
    return kept


NOW = ("2024-02-19", "2024-02-19", None)
LATER = BEGIN + timedelta(days=1)


def test_what_cannot_be_kept_exactly_is_refused() -> None:
    with pytest.raises(NotKept, match="corrected"):
        kept_of(usage(("2024-02-02", "2024-02-02", "x"), ("2024-02-02", "2024-02-05", "x")))
    with pytest.raises(NotKept, match="before the first"):
        kept_of(usage(NOW)).advance({"usage": usage(("2024-01-31", "2024-02-21", None))}, LATER)
    with pytest.raises(NotKept, match="gone on beyond"):
        kept_of(usage(NOW)).advance({}, BEGIN - timedelta(days=1))
    tickets = schema(TABLES["tickets"]).empty_table()
    with pytest.raises(NotKept, match="connected"):
        kept_of(usage(NOW)).advance({"tickets": tickets}, LATER)


def test_a_row_that_lies_ahead_waits() -> None:
    kept = kept_of(usage(NOW, ("2024-02-22", "2024-02-10", None)))
    records = "consumption__records_365d"
    assert kept.snapshot(everyone).column(records).to_pylist() == [365 / 7]
    kept.advance({}, BEGIN + timedelta(days=1))
    assert kept.rows_seen() == {"usage": 1}
    kept.advance({}, BEGIN + timedelta(days=2))
    assert kept.rows_seen() == {"usage": 2}


def test_signals_that_need_all_rows_are_not_kept() -> None:
    largest = Signal("largest", "usage", Max("quantity"), "largest", (30,))
    assert needs_of("usage", [largest]) is None
    assert needs_of("tickets", CATALOGUE.groups[3].signals) is None
    assert needs_of("usage", CATALOGUE.groups[0].signals) is not None


def test_words_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_hashes", lambda words: np.zeros(len(words), np.uint64))
    words = Vocabulary(Shelf(), "users")
    assert words.numbers(pa.array(["a", "b"])).tolist() == [0, 1]
    assert words.numbers(pa.array(["c", "b", "a"])).tolist() == [2, 1, 0]


def test_only_what_may_have_changed_goes_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Shelf(tmp_path)
    made.array("read", (2,), np.int64)[:] = 7
    made.array("written", (2,), np.int64)
    made.flush()
    gone: list[Path] = []
    monkeypatch.setattr(shelf, "_to_disk", gone.append)
    again = Shelf(tmp_path)

    def brought(write: Callable[[], None]) -> list[str]:
        gone.clear()
        write()
        # a company that another test advanced may still be writing in its own thread
        return sorted(file.name for file in gone if file.parent == tmp_path)

    assert again.look("read").tolist() == [7, 7]
    again.array("written", (2,), np.int64)
    assert brought(again.write_through) == ["written.npy"]
    again.look("written")
    assert again.look("grown", (3,), np.int64, 5).tolist() == [5, 5, 5]
    assert again.look("read", (4,)).tolist()[:2] == [7, 7]
    assert brought(again.flush) == ["grown.npy", "read.npy"]
    assert brought(again.flush) == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what is mapped")
def test_what_is_written_through_is_let_go_of_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mapped(file: Path) -> list[str]:
        lines = Path("/proc/self/smaps").read_text().splitlines()
        at = [i for i, line in enumerate(lines) if line.endswith(f" {file}")]
        return [line for i in at for line in lines[i : i + 8] if line.startswith("Rss:")]

    made, file = Shelf(tmp_path), tmp_path / "many.npy"
    many = made.array("many", (100_000,), np.int64)
    many[:] = np.arange(100_000)
    assert mapped(file) != ["Rss:                   0 kB"]
    seen_then: list[list[str]] = []
    monkeypatch.setattr(shelf, "_to_disk", lambda path: seen_then.append(mapped(path)))
    made.write_through()
    assert seen_then == [["Rss:                   0 kB"]]
    assert np.array_equal(many, np.arange(100_000))
    many[7] = 70
    assert Shelf(tmp_path).look("many")[6:9].tolist() == [6, 70, 8]


def test_a_day_brings_all_that_it_changed_to_the_disk(
    history: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _begun(history, tmp_path).save(1)
    gone: set[Path] = set()
    monkeypatch.setattr(shelf, "_to_disk", gone.add)
    day, opened = BEGIN, set[Path]()
    for _ in range(4):
        before = {file: file.read_bytes() for file in tmp_path.rglob("*.npy")}
        after, day = day, day + timedelta(days=1)
        kept = KeptCompany(tmp_path, CATALOGUE)
        gone.clear()
        kept.advance(_between(history, after, day), day)
        kept.snapshot(everyone, EURO)
        kept.save(1)
        files = {file: file.read_bytes() for file in tmp_path.rglob("*.npy")}
        assert {file for file, held in files.items() if before.get(file) != held} <= gone
        opened |= files.keys() - gone
    assert any("held-keys" in file.name for file in opened)  # those were only looked into


def test_words_added_on_several_days_keep_their_order(tmp_path: Path) -> None:
    for word in ("b", "a", "c"):
        kept = Shelf(tmp_path)
        kept.words("of")
        kept.add_words("of", pa.array([word]))
        kept.add_words("of-other", pa.array(["x"]))
        kept.flush()
        kept.add_words("of", pa.array([word * 2]))
        kept.flush()
    assert Shelf(tmp_path).words("of").to_pylist() == ["b", "bb", "a", "aa", "c", "cc"]
