"""When a company's history begins, and which events are its main ones, as known by a date."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.history import begins, ends, main_events, share_known_before
from features.lake import Lake


def day(number: int, month: int = 1) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=UTC)


@pytest.fixture
def laid(tmp_path: Path) -> Callable[..., Lake]:
    def lay(**tables: list[dict[str, Any]]) -> Lake:
        lake = Lake(tmp_path / "lake", buckets=2)
        rows = {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in tables.items()}
        lake.replace(rows, frozenset())
        return lake

    return lay


def event(
    name: str, at: datetime, known: datetime | None = None, account: str = "a1"
) -> dict[str, Any]:
    return {"account_id": account, "event": name, "occurred_at": at, "known_at": known or at}


ACCOUNT = {"account_id": "a1", "created_at": day(1), "known_at": day(1)}
HELD = {"subscription_id": "s1", "account_id": "a1", "started_at": day(2), "known_at": day(2)}


def test_history_begins_with_the_first_log_and_not_with_older_states(
    laid: Callable[..., Lake],
) -> None:
    lake = laid(accounts=[ACCOUNT], usage=[event("login", day(9)), event("login", day(8))])
    assert begins(lake, date(2026, 1, 31)) == date(2026, 1, 8)
    assert begins(lake, date(2026, 1, 7)) == date(2026, 1, 1)


def test_without_a_log_history_begins_with_the_states(laid: Callable[..., Lake]) -> None:
    lake = laid(accounts=[{"account_id": "a1"}], subscriptions=[{**HELD, "mrr": 1}])
    assert begins(lake, date(2026, 1, 31)) == date(2026, 1, 2)
    with pytest.raises(ValueError, match="nothing had happened or was known by 2026-01-01"):
        begins(lake, date(2026, 1, 1))


def test_what_became_known_later_was_not_history_yet(laid: Callable[..., Lake]) -> None:
    early, late = event("login", day(9)), event("login", day(3), day(20))
    lake = laid(accounts=[ACCOUNT], usage=[early, late])
    assert begins(lake, date(2026, 1, 19)) == date(2026, 1, 9)
    assert begins(lake, date(2026, 1, 20)) == date(2026, 1, 3)
    assert ends(lake) == date(2026, 1, 20)


def test_main_events_are_the_most_frequent_known_by_then(laid: Callable[..., Lake]) -> None:
    usage = [event("b", day(1)), event("b", day(2)), event("a", day(3)), event("c", day(4))]
    usage += [event("c", day(number), day(1, month=2)) for number in (5, 6)]
    lake = laid(accounts=[ACCOUNT], usage=usage)
    assert main_events(lake, date(2026, 1, 31), 2) == ("b", "a")
    assert main_events(lake, date(2026, 2, 1), 9) == ("c", "b", "a")


def test_what_many_do_each_month_comes_before_what_few_do_all_day(
    laid: Callable[..., Lake],
) -> None:
    usage = [event("click", day(number)) for number in range(1, 12)]
    usage += [event("welcome", day(3), account=f"a{number}") for number in (1, 2, 3)]
    usage += [
        event("report", day(3, month), account=f"a{number}")
        for number in (1, 2)
        for month in (1, 3)
    ]
    lake = laid(accounts=[ACCOUNT], usage=usage)
    assert main_events(lake, date(2026, 3, 31), 3) == ("report", "welcome", "click")


def test_without_usage_there_are_no_main_events(laid: Callable[..., Lake]) -> None:
    assert main_events(laid(accounts=[ACCOUNT]), date(2026, 1, 31), 8) == ()


def test_who_came_after_a_hole_and_was_there_before(laid: Callable[..., Lake]) -> None:
    """Days 1 to 20 of March: the month before begins on 30 January, that after ends on 19 April."""
    rows = [
        event("login", day(20, 2), account="a"),
        event("login", day(31, 3), account="a"),
        event("login", day(29, 1), account="b"),  # too long before
        event("login", day(19, 4), account="b"),
        event("login", day(28, 2), account="c"),  # never again
        event("login", day(21, 3), account="d"),  # new
        event("login", day(20, 4), account="e"),  # too long after
    ]
    lake = laid(accounts=[{"account_id": name} for name in "abcde"], usage=rows)
    hole = (date(2026, 3, 1), date(2026, 3, 20))
    assert share_known_before(lake, "usage", *hole, date(2026, 5, 1)) == pytest.approx(1 / 3)
    assert share_known_before(lake, "usage", *hole, date(2026, 4, 1)) == pytest.approx(1 / 2)
    assert share_known_before(lake, "usage", *hole, date(2026, 3, 20)) == 0
