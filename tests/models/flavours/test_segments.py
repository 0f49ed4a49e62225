"""Base rates by segment: large segments keep theirs, small ones borrow."""

import numpy as np
import pytest

from models.encoding import InputColumn, InputSchema
from models.flavours.base import sigmoid
from models.flavours.segments import BORROWED_LOSSES, Segments, spread_prior

SCHEMA = InputSchema((InputColumn("use"), InputColumn("tier", ("high", "low", "mid"))))


def rows(counts: list[tuple[float, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and losses from (code, rows, lost)."""
    codes = np.concatenate([np.full(n, code) for code, n, _ in counts])
    lost = np.concatenate([np.arange(n) < gone for _, n, gone in counts]).astype(float)
    return np.column_stack([np.zeros(len(codes)), codes]), lost


def test_large_segments_keep_their_rate_and_small_ones_borrow() -> None:
    inputs, lost = rows([(0.0, 5_000, 100), (1.0, 5_000, 500), (2.0, 8, 4)])
    fitted = Segments().fit(inputs, lost, SCHEMA, 1)
    shares = sigmoid(np.array(fitted.by_code))
    assert shares[:2] == pytest.approx([0.02, 0.1], abs=0.003)
    assert shares[2] == pytest.approx(0.06, abs=0.03)  # 4 of 8, among 6 % of all


def test_segments_that_do_not_differ_are_one() -> None:
    inputs, lost = rows([(0.0, 1_000, 52), (1.0, 1_000, 48), (2.0, 1_000, 50)])
    fitted = Segments().fit(inputs, lost, SCHEMA, 1)
    assert np.ptp(fitted.by_code) < 1e-6


def test_shares_belong_to_the_segment() -> None:
    inputs, lost = rows([(0.0, 5_000, 100), (1.0, 5_000, 500), (2.0, 8, 4), (np.nan, 9, 2)])
    fitted = Segments().fit(inputs, lost, SCHEMA, 1)
    shares = fitted.contributions(inputs)
    assert not shares[:, 0].any()
    np.testing.assert_allclose(shares.sum(axis=1), fitted.log_odds(inputs), atol=1e-12)
    assert fitted.log_odds(inputs)[-1] == fitted.base  # a tier that is not known


def test_without_a_word_column_all_are_one() -> None:
    schema = InputSchema((InputColumn("use"),))
    fitted = Segments().fit(np.zeros((98, 1)), (np.arange(98) < 9).astype(float), schema, 1)
    assert sigmoid(fitted.log_odds(np.zeros((2, 1)))) == pytest.approx([0.1, 0.1])
    assert fitted.contributions(np.zeros((2, 1)))[:, 0].tolist() == [0.0, 0.0]


def test_prior_by_the_method_of_moments() -> None:
    """Shares drawn from a beta of known strength give that strength back."""
    rng = np.random.default_rng(1)
    size = np.full(3_000, 400.0)
    gone = rng.binomial(400, rng.beta(4.0, 36.0, 3_000)).astype(float)
    assert spread_prior(gone, size) == pytest.approx(40.0, rel=0.1)
    assert spread_prior(np.array([5.0]), np.array([9.0])) == float("inf")
    assert spread_prior(np.array([0.0, 0.0]), np.array([9.0, 9.0])) == float("inf")
    assert BORROWED_LOSSES > 1
