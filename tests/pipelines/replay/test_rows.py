"""Rows that came later and reach back, rows that are gone: told from a real lake."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake
from features.seen import seen
from pipelines.replay.rows import RowChanges, RowSearch
from pipelines.stored import LakeState

DAY = date(2026, 1, 31)
Row = dict[str, Any]


def at(day: int, month: int = 1) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def ticket(key: str, account: str, opened: int, known: datetime, **more: Any) -> Row:
    return {
        "ticket_id": key, "account_id": account, "opened_at": at(opened), "known_at": known, **more
    }  # fmt: skip


def login(account: str, occurred: datetime, known: datetime) -> Row:
    return {
        "account_id": account, "event": "login", "quantity": 1.0, "occurred_at": occurred,
        "known_at": known,
    }  # fmt: skip


FIRST = {
    "accounts": [{"account_id": a, "created_at": at(1), "known_at": at(1)} for a in "abc"],
    "tickets": [ticket("t1", "a", 5, at(5)), ticket("t2", "b", 6, at(6))],
    "usage": [login("a", at(7), at(7)), login("b", at(8), at(8))],
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path / "lake", 4)
    add(found, **FIRST)
    return found


def add(lake: Lake, **rows: list[Row]) -> None:
    tables = {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()}
    assert lake.add(tables, frozenset())


def state(lake: Lake) -> LakeState:
    manifest = lake.manifest
    counts = {n: int(seen(TABLES[n], lake.read(n), DAY).sum()) for n in manifest.tables}
    return LakeState(manifest.generation, manifest.digest, counts)


@pytest.fixture
def search(lake: Lake) -> Callable[..., RowChanges]:
    """What changed for some accounts since the first load."""
    then = state(lake)

    def now(*accounts: str, other: Lake | None = None) -> RowChanges:
        return RowSearch(other or lake, then, DAY, frozenset(accounts)).run()

    return now


def listed(found: RowChanges) -> list[tuple[str, str, int, Row]]:
    return sorted((r.table, r.account_id, r.load, r.key) for r in found.first)


def test_nothing_has_changed(search: Callable[..., RowChanges]) -> None:
    assert search("a", "b") == RowChanges(0, (), {}, (), (), anew=False)


def test_rows_that_were_known_earlier_than_they_came(
    lake: Lake, search: Callable[..., RowChanges]
) -> None:
    late = ticket("t3", "a", 20, at(21), severity="high")
    add(lake, tickets=[late, ticket("t4", "b", 20, at(21))], usage=[login("a", at(9), at(9))])
    found = search("a")
    assert listed(found) == [("tickets", "a", 2, {"ticket_id": "t3"}), ("usage", "a", 2, {})]
    assert found.count == 2
    values = {r.table: r.values for r in found.first}
    assert values["tickets"] == {"opened_at": at(20), "severity": "high", "known_at": at(21)}
    assert values["usage"]["event"] == "login"
    assert len(search("a", "b").first) == 3


def test_rows_that_do_not_reach_back_make_no_difference(
    lake: Lake, search: Callable[..., RowChanges]
) -> None:
    add(
        lake,
        tickets=[ticket("t3", "a", 20, at(1, month=2))],
        usage=[login("a", at(1, month=2), at(1, month=2))],
    )
    assert search("a") == RowChanges(0, (), {}, (), (), anew=False)


def test_a_correction_may_take_a_fact_elsewhere(
    lake: Lake, search: Callable[..., RowChanges]
) -> None:
    """To another account, or to a day that the snapshot does not see: both change `a`."""
    add(lake, tickets=[ticket("t1", "c", 5, at(30))])
    assert listed(search("a")) == [("tickets", "c", 2, {"ticket_id": "t1"})]
    moved = {**ticket("t2", "b", 6, at(30)), "opened_at": at(9, month=2)}
    add(lake, tickets=[moved])
    assert listed(search("b")) == [("tickets", "b", 3, {"ticket_id": "t2"})]


def test_a_table_may_be_connected_later(lake: Lake, search: Callable[..., RowChanges]) -> None:
    survey = {
        "account_id": "a", "kind": "nps", "score": 9.0, "occurred_at": at(4), "known_at": at(4)
    }  # fmt: skip
    add(lake, surveys=[survey])
    found = search("a")
    assert found.connected == ("surveys",)
    assert listed(found) == [("surveys", "a", 2, {})]


def test_a_lake_that_was_built_anew(tmp_path: Path, search: Callable[..., RowChanges]) -> None:
    other = Lake(tmp_path / "other", 4)
    add(other, accounts=FIRST["accounts"], tickets=FIRST["tickets"][:1])
    found = search("a", other=other)
    assert found == RowChanges(0, (), {"tickets": 1, "usage": 2}, (), ("usage",), anew=True)
