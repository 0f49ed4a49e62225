"""Samples of accounts: the share asked for, the same at every run, and nothing to do with order."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, bucket_of
from pipelines.sampling import AccountSample, accounts_in, sample_of

IDS = [f"customer-{number:06d}" for number in range(40_000)]


def drawn(sample: AccountSample) -> set[str]:
    """Who is drawn of IDS, bucket by bucket as the lake holds them."""
    found = set()
    for bucket in sample.chosen:
        mine = [each for each in IDS if bucket_of(each, sample.buckets) == bucket]
        found |= set(np.array(mine)[sample.of(pa.array(mine))])
    return found


@pytest.mark.parametrize("share", [0.004, 0.03, 0.125, 0.4, 0.9])
@pytest.mark.parametrize("buckets", [8, 64])
def test_about_the_share_is_drawn_of_the_fewest_buckets(share: float, buckets: int) -> None:
    sample = AccountSample(share, buckets, seed=3)
    got = len(drawn(sample)) / len(IDS)
    assert got == pytest.approx(share, rel=0.15)
    assert len(sample.chosen) == max(1, int(np.ceil(share * buckets)))


def test_the_seed_decides_who() -> None:
    one, again, other = (drawn(AccountSample(0.02, 8, seed)) for seed in (1, 1, 2))
    assert one == again
    assert len(one & other) < 0.2 * len(one)


def test_no_sample_where_everything_fits() -> None:
    assert sample_of(accounts=1000, dates=30, rows=30_000, buckets=8, seed=1) is None
    found = sample_of(accounts=1000, dates=30, rows=3_000, buckets=8, seed=1)
    assert found == AccountSample(0.1, 8, 1)


def test_an_account_of_many_versions_is_one_account(tmp_path: Path) -> None:
    lake = Lake(tmp_path, 4)
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    rows = [
        {"account_id": f"a{n}", "created_at": months[0], "known_at": known}
        for n in range(10)
        for known in months
    ]
    tables = {"accounts": pa.Table.from_pylist(rows, schema=schema(TABLES["accounts"]))}
    lake.replace(tables, frozenset({"accounts"}))
    assert lake.manifest.tables["accounts"].rows == 30
    assert accounts_in(lake) == 10
