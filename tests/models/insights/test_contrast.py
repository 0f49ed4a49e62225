"""Differences between leavers and those that stayed, and the errors of these."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from models.insights.contrast import contrast, within


def one_stratum(leaving, staying):
    values = np.r_[leaving, staying][:, None]
    gone = np.r_[np.ones(len(leaving), bool), np.zeros(len(staying), bool)]
    owner = np.arange(len(gone))
    strata = np.zeros(len(gone), int)
    return contrast(values, gone, ~gone, strata, owner, len(gone)).difference()


def test_in_one_stratum_it_is_welchs_test():
    rng = np.random.default_rng(2)
    leaving, staying = rng.normal(0.15, 1, 400), rng.normal(0, 2, 900)
    found = one_stratum(leaving, staying)
    welch = ttest_ind(leaving, staying, equal_var=False)
    assert found.value[0] == pytest.approx(leaving.mean() - staying.mean())
    assert found.t[0] == pytest.approx(welch.statistic, rel=0.005)
    assert found.p[0] == pytest.approx(welch.pvalue, rel=0.1)


def test_rows_seen_twice_make_nothing_surer():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(300, 1))
    gone = np.arange(300) < 100
    once = contrast(values, gone, ~gone, np.zeros(300, int), np.arange(300), 300).difference()
    both = np.r_[np.arange(300), np.arange(300)]
    twice = contrast(values[both], gone[both], ~gone[both], np.zeros(600, int), both, 300)
    assert twice.difference().error == pytest.approx(once.error)
    assert twice.difference().accounts == pytest.approx([100])


def test_leavers_are_compared_with_their_own_stratum_only():
    values = np.array([[1.0], [0.0], [11.0], [10.0]] * 6)
    gone = np.tile([True, False, True, False], 6)
    strata = np.tile([0, 0, 1, 1], 6)
    found = contrast(values, gone, ~gone, strata, np.arange(24), 24).difference()
    assert found.value[0] == pytest.approx(1.0)


def test_without_anyone_who_stayed_a_leaver_is_not_compared():
    values = np.r_[np.ones(6), np.zeros(6), np.full(6, 99.0)][:, None]
    gone = np.r_[np.ones(6, bool), np.zeros(6, bool), np.ones(6, bool)]
    strata = np.r_[np.zeros(12, int), np.ones(6, int)]
    found = contrast(values, gone, ~gone, strata, np.arange(18), 18).difference()
    assert found.value[0] == pytest.approx(1.0)
    assert found.weight[0] == 6


def test_a_missing_value_takes_its_row_out_of_that_column_alone():
    values = np.column_stack([np.r_[np.ones(8), np.zeros(8)], np.r_[np.ones(8), np.zeros(8)]])
    values[0, 0] = np.nan
    gone = np.arange(16) < 8
    found = contrast(values, gone, ~gone, np.zeros(16, int), np.arange(16), 16).difference()
    assert found.weight.tolist() == [7, 8]
    assert found.value == pytest.approx([1.0, 1.0])


def test_four_leavers_are_too_few():
    found = one_stratum(np.ones(4), np.zeros(50))
    assert np.isnan(found.value[0])


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(4)
    held = []
    for _ in range(250):
        mood = rng.normal(size=120)
        owner = np.repeat(np.arange(120), 3)
        gone = owner < 30
        values = (mood[owner] + rng.normal(size=360))[:, None] + 0.5 * gone[:, None]
        low, high = (
            contrast(values, gone, ~gone, np.tile([0, 1, 2], 120), owner, 120)
            .difference()
            .interval()
        )
        held.append(low[0] <= 0.5 <= high[0])
    assert np.mean(held) == pytest.approx(0.95, abs=0.035)


def test_what_traits_foretell_within_strata_is_taken_out():
    rng = np.random.default_rng(5)
    trait = rng.normal(size=(500, 1))
    strata = rng.integers(0, 4, 500)
    values = 3 * trait + strata[:, None] * 10.0
    assert within(values, strata, trait) == pytest.approx(np.zeros((500, 1)), abs=1e-9)
