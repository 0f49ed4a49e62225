"""A sample of accounts seen at several dates, with draws over the accounts."""

from collections.abc import Callable

import numpy as np
import pytest

from models.metrics import Resamples, Sample, chosen_at_capacity

MakeSample = Callable[..., tuple[Sample, Resamples]]


@pytest.fixture(scope="session")
def make_sample() -> MakeSample:
    return sample_of


def sample_of(
    seed: int = 0, accounts: int = 300, dates: int = 4, bend: float = 1.0, draws: int = 60
) -> tuple[Sample, Resamples]:
    """Chances that are true where `bend` is 1, too timid above and too extreme below."""
    rng = np.random.default_rng(seed)
    owner = np.tile(np.arange(accounts), dates)
    odds = -1.5 + 1.2 * rng.normal(size=accounts)[owner] + 0.3 * rng.normal(size=len(owner))
    chance = 1 / (1 + np.exp(-odds))
    lost = (rng.random(len(owner)) < 1 / (1 + np.exp(-bend * odds))).astype(float)
    day = 30 * np.repeat(np.arange(dates), accounts)
    chosen = chosen_at_capacity(chance, day, 0.1)
    arr = rng.lognormal(9, 1, len(owner))
    none = np.full(len(owner), np.nan)
    sample = Sample(lost, chance, arr, day, chosen, none, day // 30)
    return sample, Resamples.of(owner.astype(str).astype(object), draws, 1)
