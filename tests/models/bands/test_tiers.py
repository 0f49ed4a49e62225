"""A tier with a plan of its own has thresholds of its own; money decides where it is asked to."""

import numpy as np
import pytest

from models.bands import (
    Accounts,
    BandPlan,
    BandPolicy,
    Capacity,
    Fixed,
    Past,
    Present,
    Red,
    Thresholds,
    TierPlan,
    Value,
    decide,
    outcomes,
    realised,
)
from models.score import Band


def about(tiers: np.ndarray, revenue: float | np.ndarray = np.nan) -> Accounts:
    return Accounts(tiers.astype(object), np.broadcast_to(revenue, tiers.shape).astype(float))


def world(rows: int = 6000, seed: int = 0, high: float = 0.3) -> tuple[Present, Past]:
    """Accounts of the tier "high" are lost half as often as the others."""
    rng = np.random.default_rng(seed)
    tiers = np.where(rng.random(rows) < high, "high", rng.choice(["low", "mid", ""], rows))
    chance = rng.beta(0.8, 7, rows) * np.where(tiers == "high", 0.5, 1.0)
    lost = (rng.random(rows) < chance).astype(float)
    kinds = about(tiers, rng.lognormal(9, 1, rows))
    past = Past.of(chance, lost, np.arange(rows).astype(object), kinds)
    return Present.of(chance[:1000], kinds.take(np.arange(1000))), past


def test_every_tier_is_answered_to_its_own_capacity() -> None:
    present, past = world()
    plan = BandPlan(TierPlan(Capacity(0.1)), {"high": TierPlan(Capacity(0.3))})
    policy = decide(plan, present, past)
    red = policy.bands(present.chance, present.about) == 2
    high = present.about.tier == "high"
    assert red[high].sum() == np.ceil(0.3 * high.sum())
    assert red[~high].sum() == np.ceil(0.1 * (~high).sum())
    assert policy.tiers.keys() == {"high"}
    assert policy.tiers["high"].red_from < policy.default.red_from


def test_green_keeps_its_promise_in_every_tier() -> None:
    present, past = world()
    plan = BandPlan(TierPlan(), {"high": TierPlan(green_promise=0.4)})
    policy = decide(plan, present, past)
    high = past.about.tier == "high"
    for mine, found, promise in ((high, policy.tiers["high"], 0.4), (~high, policy.default, 0.5)):
        rows = past.take(mine)
        assert found.base_rate == pytest.approx(rows.lost.mean())
        assert found.promise == pytest.approx(promise * rows.lost.mean())
        green = rows.chance < found.green_below
        assert green.mean() > 0.1
        assert realised(rows.lost[green], rows.accounts[green])[2] <= found.promise


def test_a_tier_with_too_little_past_rests_on_all_accounts() -> None:
    present, past = world(high=0.01)
    policy = decide(BandPlan(TierPlan(), {"high": TierPlan()}), present, past)
    assert policy.tiers["high"].base_rate == pytest.approx(past.lost.mean())
    assert policy.tiers["high"].green_below > 0


def test_a_tier_without_accounts_today_takes_the_threshold_of_all() -> None:
    present, past = world()
    policy = decide(BandPlan(TierPlan(), {"gone": TierPlan(Capacity(0.1))}), present, past)
    assert policy.tiers["gone"].red_from == policy.default.red_from


def test_red_where_acting_pays() -> None:
    """One answer costs 300 and keeps a fifth: worth it from 1500 of revenue at stake."""
    present, past = world()
    policy = decide(BandPlan(TierPlan(Value(300, 0.2))), present, past)
    red = policy.bands(present.chance, present.about) == 2
    np.testing.assert_array_equal(red, present.chance * 0.2 * present.about.revenue >= 300)
    assert 0 < red.mean() < 1
    assert policy.band(0.1, revenue=15_001.0) is Band.RED
    assert policy.band(0.1, revenue=14_999.0) is not Band.RED
    assert policy.band(0.99, revenue=0.0) is Band.YELLOW
    assert policy.band(0.99, revenue=-500.0) is Band.YELLOW


def test_unknown_revenue_falls_back_to_the_capacity() -> None:
    present, past = world()
    value = decide(BandPlan(TierPlan(Value(300, 0.2, Capacity(0.2)))), present, past)
    capacity = decide(BandPlan(TierPlan(Capacity(0.2))), present, past)
    assert value.default.red_from == capacity.default.red_from
    assert value.band(value.default.red_from) is Band.RED
    assert value.band(np.nextafter(value.default.red_from, 0)) is not Band.RED


def test_green_of_a_value_rule_leaves_out_who_is_red_for_the_revenue() -> None:
    present, past = world()
    policy = decide(BandPlan(TierPlan(Value(30, 0.2))), present, past)
    codes = policy.bands(past.chance, past.about)
    below = past.chance < policy.default.green_below
    assert (codes[below] == 2).any()
    green = codes == 0
    assert realised(past.lost[green], past.accounts[green])[2] <= policy.default.promise


def test_fixed_thresholds_are_taken_as_given() -> None:
    present, past = world()
    both = decide(BandPlan(TierPlan(Fixed(0.3, 0.02))), present, past).default
    assert (both.red_from, both.green_below) == (0.3, 0.02)
    promised = decide(BandPlan(TierPlan(Fixed(0.3))), present, past).default
    usual = decide(BandPlan(TierPlan()), present, past).default
    assert promised.red_from == 0.3
    assert promised.green_below == usual.green_below


def test_another_rule_for_red_holds_in_every_tier() -> None:
    plan = BandPlan(TierPlan(), {"high": TierPlan(Fixed(0.5, 0.1), 0.3)})
    other: Red = Capacity(0.2)
    changed = plan.with_red(other)
    assert changed.default == TierPlan(other)
    assert changed.tiers == {"high": TierPlan(other, 0.3)}
    assert changed.steps == plan.steps


def test_a_policy_survives_json() -> None:
    present, past = world()
    policy = decide(BandPlan(TierPlan(Value(300, 0.2)), {"high": TierPlan()}), present, past)
    assert BandPolicy.from_dict(policy.as_dict()) == policy


def test_outcomes_count_every_row_in_the_band_of_its_tier() -> None:
    policy = BandPolicy(Thresholds(0.5, 0.1, 0, 0), {"high": Thresholds(0.2, 0.1, 0, 0)})
    tiers = about(np.array(["high", "low", "high"]))
    past = Past.of(np.array([0.3, 0.3, 0.05]), np.ones(3), np.arange(3).astype(object), tiers)
    assert [each.rows for each in outcomes(policy, past)] == [1, 1, 1]
