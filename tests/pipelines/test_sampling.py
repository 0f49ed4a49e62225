"""Samples of accounts: the share asked for, the same at every run, and nothing to do with order."""

import numpy as np
import pyarrow as pa
import pytest

from features.lake import bucket_of
from pipelines.sampling import AccountSample, sample_of

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
