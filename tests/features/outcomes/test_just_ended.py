"""Accounts whose paid time ended on the day that is looked at."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake
from features.outcomes.just_ended import JustEnded, just_ended

MAY = date(2026, 5, 31)
JUNE = date(2026, 6, 1)


def row(account: str, begins: datetime, ends: datetime | None, **more: Any) -> dict[str, Any]:
    return {
        "subscription_id": f"{account}-{begins:%m%d}",
        "account_id": account,
        "mrr": 100,
        "currency": "USD",
        "started_at": begins,
        "ended_at": ends,
        "known_at": begins,
        **more,
    }


def lake_of(folder: Path, rows: list[Mapping[str, Any]]) -> Lake:
    lake = Lake(folder, 2)
    given = {"accounts": [], "subscriptions": rows}
    tables = {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in given.items()}
    lake.replace(tables, frozenset())
    return lake


def at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_paid_months_that_end_with_the_day_before_are_missed_on_the_next(tmp_path: Path) -> None:
    """An event of 31 May, ten at night in New York, makes 1 June the newest date."""
    begin = at(date(2026, 5, 1))
    rows = [row(f"a{n}", begin, at(JUNE)) for n in range(6)]
    rows += [
        row("goes on", begin, at(JUNE)),
        row("goes on", at(JUNE), None),
        row("runs", begin, None),
        row("noon", begin, at(JUNE, 12)),
        row("gave notice", begin, at(JUNE), cancelled_at=at(date(2026, 5, 20))),
        row("agreed", begin, at(JUNE), is_completed=True),
        row("free", begin, at(JUNE), is_free=True),
        row("long gone", begin, at(date(2026, 5, 20))),
    ]
    found = just_ended(lake_of(tmp_path, rows), [MAY, JUNE, JUNE + timedelta(days=1)])
    assert found[MAY].accounts == 0
    assert found[JUNE] == JustEnded(7, 10)  # the six and the one of noon
    assert found[JUNE].conspicuous
    assert found[JUNE + timedelta(days=1)].accounts == 0


def test_what_leaves_on_any_day_is_not_told() -> None:
    assert not JustEnded(2, 20).conspicuous
    assert JustEnded(3, 300).conspicuous
    assert not JustEnded(3, 301).conspicuous
    assert not JustEnded(0, 0).conspicuous


def test_without_subscriptions_nobody_pays(tmp_path: Path) -> None:
    lake = Lake(tmp_path, 1)
    empty = pa.Table.from_pylist([], schema=schema(TABLES["accounts"]))
    lake.replace({"accounts": empty}, frozenset())
    assert just_ended(lake, [JUNE]) == {JUNE: JustEnded(0, 0)}
