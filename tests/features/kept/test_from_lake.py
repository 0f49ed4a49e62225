"""What later loads brought, taken in from a lake."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.clock import Mask
from features.contract import KNOWN_AT, TABLES
from features.contract.arrow import schema
from features.kept import KeptCompany, NotKept
from features.kept.from_lake import buckets_of, came_since, first_facts
from features.lake import Lake
from features.prepare import prepare
from features.signals import CATALOGUE
from features.snapshot import snapshots
from features.view import View

BEGIN = date(2024, 3, 1)


def everyone(view: View) -> Mask:
    return np.ones(view.size, bool)


def moment(day: date, hours: int = 12) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=hours)


def used(day: date, accounts: int, key: str | None = None) -> pa.Table:
    """A row of each account, of which every third became known a day later."""
    rows = [
        {
            "account_id": f"a{number}", "user_id": f"u{number % 4}", "event": "login",
            "quantity": 1.5, "event_id": key, "occurred_at": moment(day),
            KNOWN_AT.name: moment(day, 12 if number % 3 else 36),
        }
        for number in range(accounts)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema(TABLES["usage"]))


def ticket(day: date, severity: str) -> pa.Table:
    row = {
        "ticket_id": "t", "account_id": "a1", "severity": severity,
        "opened_at": moment(BEGIN), KNOWN_AT.name: moment(day),
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=schema(TABLES["tickets"]))


def in_full(lake: Lake, day: date) -> pa.Table:
    parts = [
        snapshots(prepare(lake.bucket(i)), CATALOGUE, [day], everyone)
        for i in range(lake.manifest.buckets)
    ]
    return pa.concat_tables(parts).sort_by("account_id")


def begun(lake: Lake) -> KeptCompany:
    kept = KeptCompany(None, CATALOGUE)
    kept.begin(buckets_of(kept, lake), first_facts(lake), BEGIN)
    kept.save(lake.manifest.generation)
    return kept


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path, buckets=3)
    lake.add({"usage": used(BEGIN, 7), "tickets": ticket(BEGIN, "low")}, frozenset())
    return lake


def test_each_night_gives_the_bits_of_the_lake(lake: Lake) -> None:
    kept = begun(lake)
    same(kept.snapshot(everyone), in_full(lake, BEGIN))
    for night in range(1, 5):
        day = BEGIN + timedelta(days=night)
        new = {"usage": used(day, 7 + night), "tickets": ticket(day, ("high", "low")[night % 2])}
        lake.add(new, frozenset(), ("tickets",))
        kept.advance(came_since(kept, lake), day)
        same(kept.snapshot(everyone), in_full(lake, day))
        kept.save(lake.manifest.generation)


def same(one: pa.Table, other: pa.Table) -> None:
    for name in other.column_names:
        mine, theirs = (t.column(name).combine_chunks() for t in (one, other))
        if pa.types.is_floating(theirs.type):
            assert mine.to_numpy().tobytes() == theirs.to_numpy().tobytes(), name
        else:
            assert mine.equals(theirs), name


def test_a_log_that_was_corrected_is_not_gone_on_with(lake: Lake) -> None:
    lake.add({"usage": used(BEGIN, 1, "x")}, frozenset())
    kept = begun(lake)
    day = BEGIN + timedelta(days=1)
    lake.add({"usage": used(day, 1, "x")}, frozenset(), ("usage",))
    with pytest.raises(NotKept, match="usage were corrected"):
        came_since(kept, lake)
