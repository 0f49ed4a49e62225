import numpy as np
import pytest
from scipy.stats import norm, rankdata

from models.insights.rank_scores import average_ranks, normal_scores


def test_scores_are_those_of_van_der_waerden_within_each_date():
    values = np.array([[5.0], [1.0], [9.0], [100.0], [300.0]])
    found = normal_scores(values, np.array([1, 1, 1, 2, 2]))
    assert found[:3, 0] == pytest.approx(norm.ppf(rankdata([5, 1, 9]) / 4))
    assert found[3:, 0] == pytest.approx(norm.ppf([1 / 3, 2 / 3]))


def test_equals_share_a_score_and_missing_stays_missing():
    found = normal_scores(np.array([[2.0], [np.nan], [2.0], [7.0]]), np.zeros(4, int))
    assert found[0, 0] == found[2, 0] == pytest.approx(norm.ppf(1.5 / 4))
    assert np.isnan(found[1, 0])


def test_a_column_of_one_value_says_nothing():
    assert normal_scores(np.full((3, 1), 4.0), np.zeros(3, int))[:, 0] == pytest.approx([0, 0, 0])


def test_average_ranks_put_what_is_missing_in_the_middle():
    assert average_ranks(np.array([3.0, np.nan, 1.0])) == pytest.approx([2 / 3, 0.5, 1 / 3])
    assert average_ranks(np.array([np.nan])) == pytest.approx([0.5])
