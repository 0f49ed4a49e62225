import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from models.insights.concordance import concordance


def test_in_one_stratum_it_is_mann_and_whitneys():
    rng = np.random.default_rng(1)
    values = rng.integers(0, 6, 200).astype(float)
    gone = rng.random(200) < 0.3
    u = mannwhitneyu(values[gone], values[~gone]).statistic
    expected = u / (gone.sum() * (~gone).sum())
    assert concordance(values, gone, ~gone, np.zeros(200, int)) == pytest.approx(expected)


def test_only_pairs_of_one_stratum_count():
    values = np.array([2.0, 1.0, 50.0, 60.0])
    gone = np.array([True, False, True, False])
    assert concordance(values, gone, ~gone, np.array([0, 0, 1, 1])) == 0.5


def test_missing_values_take_no_part():
    values = np.array([2.0, 1.0, np.nan])
    gone = np.array([True, False, False])
    assert concordance(values, gone, ~gone, np.zeros(3, int)) == 1.0


def test_without_pairs_there_is_none():
    gone = np.array([True, False])
    assert np.isnan(concordance(np.array([1.0, 2.0]), gone, ~gone, np.array([0, 1])))
    assert np.isnan(concordance(np.full(2, np.nan), gone, ~gone, np.array([0, 0])))
