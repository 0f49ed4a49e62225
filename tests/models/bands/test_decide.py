"""Red is what was asked for, and green keeps its promise, tier by tier."""

import numpy as np
import pytest
from scipy.stats import binomtest

from models.bands import (
    BandPlan,
    BandPolicy,
    Capacity,
    Past,
    Present,
    Thresholds,
    TierPlan,
    decide,
    outcomes,
    realised,
)
from models.score import Band


@pytest.mark.parametrize(
    ("chance", "band"),
    [
        (0.3, Band.RED),
        (0.9, Band.RED),
        (0.2999, Band.YELLOW),
        (0.05, Band.YELLOW),
        (0.0499, Band.GREEN),
        (0.0, Band.GREEN),
        (None, Band.GREY),
        (float("nan"), Band.GREY),
    ],
)
def test_edges(chance: float | None, band: Band) -> None:
    assert BandPolicy(Thresholds(0.3, 0.05, 0.1, 0.05)).band(chance) is band


def decided(capacity: float, promise: float, present: np.ndarray, past: Past) -> BandPolicy:
    plan = BandPlan(TierPlan(Capacity(capacity), promise))
    return decide(plan, Present.of(present), past)


def past_of(rows: int = 4000, seed: int = 0, accounts: int | None = None) -> Past:
    rng = np.random.default_rng(seed)
    chance = rng.beta(0.8, 7, rows)
    owners = np.arange(rows) % (accounts or rows)
    return Past.of(chance, (rng.random(rows) < chance).astype(float), owners.astype(object))


@pytest.mark.parametrize("capacity", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("accounts", [7, 40, 1500])
def test_red_is_what_the_team_can_answer(capacity: float, accounts: int) -> None:
    present = np.random.default_rng(1).permutation(np.linspace(0.01, 0.6, accounts))
    policy = decided(capacity, 0.5, present, past_of())
    assert (present >= policy.default.red_from).sum() == np.ceil(round(capacity * accounts, 9))


def test_equal_chances_are_answered_all_or_none() -> None:
    present = np.array([0.5] * 3 + [0.4] * 20 + [0.1] * 77)
    policy = decided(0.1, 0.5, present, past_of())
    assert policy.default.red_from == 0.5
    assert decided(0.23, 0.5, present, past_of()).default.red_from == 0.4


def test_nobody_is_red_where_all_are_alike() -> None:
    present = np.full(50, 0.2)
    policy = decided(0.1, 0.5, present, past_of())
    assert {policy.band(p) for p in present} == {Band.YELLOW}


@pytest.mark.parametrize("seed", range(5))
def test_green_keeps_its_promise_at_the_upper_bound(seed: int) -> None:
    past = past_of(seed=seed)
    policy = decided(0.1, 0.5, past.chance, past)
    green = past.chance < policy.default.green_below
    assert policy.default.promise == pytest.approx(0.5 * past.lost.mean())
    assert policy.default.base_rate == pytest.approx(past.lost.mean())
    upper = binomtest(int(past.lost[green].sum()), int(green.sum())).proportion_ci(0.95).high
    assert upper <= policy.default.promise
    assert green.mean() > 0.2
    assert policy.default.green_below <= policy.default.red_from


def test_green_holds_for_those_who_come_later() -> None:
    kept = []
    for seed in range(40):
        past, later = past_of(1500, seed), past_of(20_000, seed + 1000)
        policy = decided(0.1, 0.5, past.chance, past)
        kept.append(
            later.lost[later.chance < policy.default.green_below].mean() <= policy.default.promise
        )
    assert np.mean(kept) >= 0.95


def test_no_green_without_evidence() -> None:
    past = past_of(60)
    policy = decided(0.1, 0.1, past.chance, past)
    assert policy.default.green_below == 0.0
    assert policy.band(0.0) is Band.YELLOW


def test_green_never_reaches_into_red() -> None:
    past = Past.of(np.linspace(0, 1, 5000), np.zeros(5000), np.arange(5000).astype(object))
    past.lost[-1] = 1.0
    policy = decided(0.9, 1.0, np.linspace(0, 1, 100), past)
    assert policy.default.green_below <= policy.default.red_from
    assert policy.band(policy.default.red_from) is Band.RED


@pytest.mark.parametrize(("events", "n"), [(0, 20), (3, 50), (50, 50)])
def test_realised_is_the_exact_interval(events: int, n: int) -> None:
    lost = (np.arange(n) < events).astype(float)
    rate, low, high = realised(lost, np.arange(n).astype(object))
    expected = binomtest(events, n).proportion_ci(0.95)
    assert (rate, low, high) == pytest.approx((events / n, expected.low, expected.high))


def test_an_account_counts_once_in_intervals() -> None:
    lost = np.tile([1.0, 0.0, 0.0, 0.0], 25)
    once = realised(lost[:20], np.arange(20).astype(object))
    often = realised(lost, (np.arange(100) % 20).astype(object))
    assert often == pytest.approx(once)
    assert np.isnan(realised(np.zeros(0), np.zeros(0, object))[0])


def test_outcomes_by_band() -> None:
    past = Past.of(
        np.array([0.9, 0.9, 0.2, 0.2, 0.01, 0.01]),
        np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
        np.array(["a", "a", "b", "c", "d", "e"], dtype=object),
    )
    found = outcomes(BandPolicy(Thresholds(0.5, 0.1, 0.5, 0.2)), past)
    assert [(b.band, b.rows, b.accounts, b.lost) for b in found] == [
        (Band.RED, 2, 1, 1.0),
        (Band.YELLOW, 2, 2, 0.5),
        (Band.GREEN, 2, 2, 0.0),
    ]
    assert all(b.low <= b.lost <= b.high for b in found)
