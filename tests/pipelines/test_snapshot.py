"""Snapshots of a whole lake: the same however many processes, and never of mixed definitions."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.currency import Rates
from features.lake import Lake
from features.measures import Count
from features.outcomes import Lapse
from features.runners.job import SnapshotJob
from features.signal import Catalogue, GroupName, Signal, SignalGroup
from features.snapshot import fingerprint
from pipelines import snapshot
from pipelines.errors import InputError
from pipelines.sampling import AccountSample
from pipelines.snapshot import build, compute, read_snapshots

DATES = (date(2026, 1, 31), date(2026, 2, 28))
CALLS = Signal("calls", "usage", Count(), "calls", (30,))


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ten accounts in four buckets; account n has n days of use in January, one in February."""
    accounts = [
        {"account_id": f"a{n}", "created_at": at(1, 1), "known_at": at(1, 1)} for n in range(10)
    ]
    days = [(n, at(1, day)) for n in range(10) for day in range(10, 10 + n)]
    days += [(n, at(2, 20)) for n in range(10)]
    usage = [
        {"account_id": f"a{n}", "event": "call", "occurred_at": day, "known_at": day}
        for n, day in days
    ]
    found = Lake(tmp_path / "lake", 4)
    rows = {"accounts": accounts, "usage": usage, "tickets": []}
    tables = {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()}
    found.replace(tables, frozenset())
    return found


@pytest.fixture
def job(lake: Lake, tmp_path: Path) -> SnapshotJob:
    catalogue = Catalogue((SignalGroup(GroupName.CONSUMPTION, "?", (CALLS,)),))
    folder = tmp_path / "work"
    return SnapshotJob(lake, catalogue, DATES, Lapse(20), Rates(), folder, date(2026, 4, 1))


def quiet(_: str) -> None:
    pass


def test_all_buckets_come_back_ordered_by_date_and_account(job: SnapshotJob) -> None:
    said: list[str] = []
    snapshots, fates = build(job, said.append)
    rows = list(zip(snapshots["as_of"], snapshots["account_id"], strict=True))
    assert rows == sorted(rows)
    assert [day for day, _ in rows].count(DATES[1]) == 10
    january = snapshots[snapshots["as_of"] == DATES[0]]
    calls = dict(zip(january["account_id"], january["consumption__calls_30d"], strict=True))
    assert calls["a9"] == 9
    assert "a0" not in calls  # it had done nothing yet
    assert list(zip(fates["as_of"], fates["account_id"], strict=True)) == rows
    assert said[-1] == "snapshots: 4 of 4 buckets at 2 dates"


def test_a_sample_is_all_dates_of_some_accounts(job: SnapshotJob) -> None:
    everyone, all_fates = build(job, quiet)
    sample = AccountSample(0.5, 4, seed=1)
    shutil.rmtree(job.folder)
    said: list[str] = []
    snapshots, fates = build(job, said.append, sample)
    assert said[-1] == "snapshots: 2 of 2 buckets at 2 dates"
    drawn = set(snapshots["account_id"])
    assert 0 < len(drawn) < 10
    for part, whole in ((snapshots, everyone), (fates, all_fates)):
        mine = whole[whole["account_id"].isin(drawn)].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, mine)


def test_rows_that_could_be_seen_are_counted(job: SnapshotJob) -> None:
    assert compute(job, quiet) == {}
    tally = compute(replace(job, tallied=True), quiet)
    assert tally == {
        DATES[0]: {"accounts": 10, "usage": 45, "tickets": 0},
        DATES[1]: {"accounts": 10, "usage": 55, "tickets": 0},
    }
    earlier = date(2026, 1, 14)
    further = compute(replace(job, tallied=True, also_tallied=(earlier,)), quiet)
    assert further == {**tally, earlier: {"accounts": 10, "usage": 35, "tickets": 0}}


def test_processes_give_the_same_bytes(
    job: SnapshotJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute(job, quiet)
    pooled = replace(job, folder=tmp_path / "pooled")
    monkeypatch.setattr(snapshot, "ROWS_WORTH_A_POOL", 0)
    compute(pooled, quiet)
    for file in (job.folder / "snapshots").iterdir():
        assert (pooled.folder / "snapshots" / file.name).read_bytes() == file.read_bytes()


def test_a_load_in_the_meantime_is_told(job: SnapshotJob) -> None:
    """A bucket without files is a bucket without rows: half of a lake must not pass for all."""

    def load_between(said: str) -> None:
        if "1 of 4" in said:
            accounts = [{"account_id": "new", "created_at": at(1, 1), "known_at": at(1, 1)}]
            rows = pa.Table.from_pylist(accounts, schema=schema(TABLES["accounts"]))
            job.lake.add({"accounts": rows}, frozenset())

    with pytest.raises(InputError, match="loaded while snapshots were computed"):
        compute(job, load_between)


def test_files_of_other_definitions_are_refused(job: SnapshotJob) -> None:
    compute(job, quiet)
    other = Catalogue((SignalGroup(GroupName.CONSUMPTION, "?", (replace(CALLS, empty=None),)),))
    with pytest.raises(ValueError, match=f"{fingerprint(job.catalogue)}.*{fingerprint(other)}"):
        read_snapshots(replace(job, catalogue=other))
    (file, *_) = sorted((job.folder / "snapshots").iterdir())[2:]
    pq.write_table(pq.read_table(file).replace_schema_metadata({"fingerprint": "f00"}), file)
    with pytest.raises(ValueError, match=f"{file.name} holds columns of fingerprint 'f00'"):
        read_snapshots(job)
