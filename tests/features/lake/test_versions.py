"""A fact that moves to another account ends in the old one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, bucket_of

Version = tuple[str, str, str, int | None]


def day(number: int | None) -> datetime | None:
    return None if number is None else datetime(2025, 3, number, tzinfo=UTC)


def tickets(*rows: Version) -> pa.Table:
    """Tickets of (id, account, category, day on which it became known)."""
    return pa.Table.from_pylist(
        [
            {
                "ticket_id": i,
                "account_id": a,
                "category": c,
                "opened_at": day(1),
                "known_at": day(k),
            }
            for i, a, c, k in rows
        ],
        schema=schema(TABLES["tickets"]),
    )


def until(lake: Lake) -> dict[tuple[str, str], object]:
    """Until when each version holds, by account and category."""
    rows = lake.read("tickets", marks=True)
    moments = rows["known_until"].cast(pa.int64()).to_pylist()
    keys = zip(rows["account_id"].to_pylist(), rows["category"].to_pylist(), strict=True)
    return dict(zip(keys, moments, strict=True))


def micros(number: int) -> int:
    moment = day(number)
    assert moment is not None
    return int(moment.timestamp()) * 1_000_000


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    assert bucket_of("a1", 2) != bucket_of("a4", 2)
    return Lake(tmp_path / "lake", buckets=2)


def test_a_fact_that_moves_ends_in_the_old_account(lake: Lake) -> None:
    lake.replace({"tickets": tickets(("t", "a1", "x", 1), ("t", "a4", "y", 5))}, frozenset())
    assert until(lake) == {("a1", "x"): micros(5), ("a4", "y"): None}


def test_a_later_load_ends_what_an_earlier_one_brought(lake: Lake) -> None:
    lake.add({"tickets": tickets(("t", "a1", "x", 1), ("u", "a1", "z", 1))}, frozenset())
    assert set(until(lake).values()) == {None}
    lake.add({"tickets": tickets(("t", "a4", "y", 5))}, frozenset())
    assert until(lake) == {("a1", "x"): micros(5), ("a1", "z"): None, ("a4", "y"): None}


@pytest.mark.parametrize("turned", [False, True])
def test_of_versions_known_at_once_the_last_by_content_holds(lake: Lake, turned: bool) -> None:
    rows: Sequence[Version] = [("t", "a1", "x", 5), ("t", "a4", "w", 5), ("t", "a1", "y", 5)]
    lake.replace({"tickets": tickets(*(rows[::-1] if turned else rows))}, frozenset())
    assert until(lake) == {("a1", "x"): micros(5), ("a1", "y"): micros(5), ("a4", "w"): None}


def test_what_was_always_known_is_the_earliest(lake: Lake) -> None:
    lake.replace(
        {"tickets": tickets(("t", "a1", "x", None), ("t", "a4", "y", 1), ("u", "a1", "z", None))},
        frozenset(),
    )
    assert until(lake) == {("a1", "x"): micros(1), ("a4", "y"): None, ("a1", "z"): None}


def test_of_two_that_were_always_known_one_never_holds(lake: Lake) -> None:
    rows = tickets(("t", "a1", "x", None), ("t", "a4", "y", None))
    lake.replace({"tickets": rows}, frozenset())
    found = until(lake)
    assert found["a4", "y"] is None
    never = found["a1", "x"]
    assert isinstance(never, int)
    assert never < -(10**18)


def test_rows_without_a_key_are_facts_of_their_own(lake: Lake) -> None:
    rows = pa.Table.from_pylist(
        [
            {
                "account_id": "a1",
                "event": e,
                "occurred_at": day(1),
                "event_id": i,
                "known_at": day(k),
            }
            for e, i, k in [("x", None, 1), ("y", None, 2), ("v", "1", 1), ("w", "1", 2)]
        ],
        schema=schema(TABLES["usage"]),
    )
    lake.replace({"usage": rows}, frozenset())
    found = lake.read("usage", marks=True)
    moments = found["known_until"].cast(pa.int64()).to_pylist()
    pairs = dict(zip(found["event"].to_pylist(), moments, strict=True))
    assert pairs == {"x": None, "y": None, "v": micros(2), "w": None}


def test_versions_are_found_in_several_passes(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.lake.versions.ROWS_OF_A_PASS", 10)
    first = [(f"t{n}", "a1", f"{n}", 1) for n in range(50)]
    moved = [(f"t{n}", "a4", f"{n}", 7) for n in range(0, 50, 2)]
    lake.replace({"tickets": tickets(*first, *moved)}, frozenset())
    found = until(lake)
    assert [found["a1", f"{n}"] for n in range(50)] == [micros(7), None] * 25
