import numpy as np
import pytest
from scipy.stats import hypergeom

from models.insights.crosstab import shares_of


def test_it_is_fishers_test_by_hand():
    first = np.r_[np.ones(8, bool), np.zeros(10, bool)]
    doing = np.r_[np.ones(6, bool), np.zeros(2, bool), np.ones(2, bool), np.zeros(8, bool)]
    found = shares_of(doing, first, ~first)
    chances = hypergeom(18, 8, 8).pmf(np.arange(9))
    assert found.p == pytest.approx(chances[chances <= chances[6] * (1 + 1e-7)].sum())
    assert (found.first, found.second) == (0.75, 0.2)


def test_an_empty_group_is_no_test():
    nobody = np.zeros(3, bool)
    found = shares_of(nobody, nobody, ~nobody)
    assert np.isnan(found.p)
    assert np.isnan(found.first)
