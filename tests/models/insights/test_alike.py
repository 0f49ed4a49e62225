import numpy as np
import pytest
from scipy.stats import spearmanr

from models.insights.alike import echoes, rank_correlation


def test_it_is_spearmans_correlation():
    values = np.random.default_rng(1).normal(size=(50, 3))
    assert rank_correlation(values) == pytest.approx(spearmanr(values).statistic)


def test_later_columns_that_repeat_an_earlier_one_are_its_echoes():
    rng = np.random.default_rng(2)
    first, other = rng.normal(size=200), rng.normal(size=200)
    values = np.column_stack([first, other, np.exp(first), -other])
    assert echoes(values) == {0: [2], 1: [3]}
    assert echoes(values[:, :0]) == {}


def test_a_column_of_one_value_repeats_nothing():
    values = np.column_stack([np.arange(5.0), np.full(5, 3.0), np.full(5, np.nan)])
    assert echoes(values) == {0: [], 1: [], 2: []}
