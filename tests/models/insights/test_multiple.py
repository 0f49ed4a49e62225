import numpy as np
import pytest
from scipy.stats import false_discovery_control

from models.insights.multiple import false_discovery, simes


def test_simes_by_hand():
    assert simes([0.04, 0.01, 0.9]) == pytest.approx(min(3 * 0.01, 3 * 0.04 / 2, 0.9))


def test_simes_of_one_is_that_one():
    assert simes([0.2, float("nan")]) == 0.2
    assert np.isnan(simes([float("nan")]))


def test_simes_is_never_below_bonferroni_and_holds_its_level():
    rng = np.random.default_rng(1)
    drawn = rng.random((4000, 6))
    found = np.array([simes(row) for row in drawn])
    assert (found <= 6 * drawn.min(axis=1) + 1e-12).all()
    assert np.mean(found <= 0.05) == pytest.approx(0.05, abs=0.011)


def test_false_discovery_is_benjamini_and_hochberg_and_skips_what_was_no_test():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    found = false_discovery(p)
    assert found[[0, 2, 3]] == pytest.approx(false_discovery_control([0.01, 0.04, 0.03]))
    assert found[[0, 2, 3]] == pytest.approx([0.03, 0.04, 0.04])
    assert np.isnan(found[1])
    assert len(false_discovery([])) == 0
