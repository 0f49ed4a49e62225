"""Metrics against scikit-learn, scipy and cases worked out by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn import metrics as sk

from models.metrics import (
    METRICS,
    Resamples,
    auc,
    average_precision,
    brier,
    calibration_line,
    expected_over_observed,
    log_loss,
    top_decile_lift,
)

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Lost, chance, and weights that are counts, some of them 0."""
    rng = np.random.default_rng(0)
    chance = rng.beta(1, 6, 900)
    lost = (rng.random(900) < chance).astype(float)
    return lost, chance, rng.poisson(1.0, 900).astype(float)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (log_loss, sk.log_loss),
        (auc, sk.roc_auc_score),
        (average_precision, sk.average_precision_score),
        (brier, sk.brier_score_loss),
    ],
)
def test_as_scikit_learn(sample: Sample, ours: Callable, theirs: Callable) -> None:
    lost, chance, weight = sample
    assert ours(lost, chance, weight) == pytest.approx(theirs(lost, chance, sample_weight=weight))


@pytest.mark.parametrize("name", list(METRICS))
def test_a_weight_of_two_is_the_row_twice(sample: Sample, name: str) -> None:
    lost, chance, weight = sample
    twice = np.repeat(np.arange(len(lost)), weight.astype(int))
    repeated = METRICS[name](lost[twice], chance[twice], np.ones(len(twice)))
    assert METRICS[name](lost, chance, weight) == pytest.approx(repeated)


def test_by_hand() -> None:
    lost, chance, one = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.8, 0.5, 0.2, 0.4]), np.ones(4)
    expected = -(np.log(0.8) + np.log(0.5) + np.log(0.8) + np.log(0.4)) / 4
    assert log_loss(lost, chance, one) == pytest.approx(expected)
    assert auc(lost, chance, one) == 0.75
    assert brier(lost, chance, one) == pytest.approx((0.04 + 0.25 + 0.04 + 0.36) / 4)
    assert expected_over_observed(lost, chance, one) == pytest.approx(1.9 / 2)


def test_a_sure_mistake_is_costly_and_finite() -> None:
    assert log_loss(np.array([1.0]), np.array([0.0]), np.ones(1)) == pytest.approx(-np.log(1e-9))


def test_lift_of_the_riskiest_tenth() -> None:
    lost = np.array([1.0] * 6 + [0.0] * 4 + [1.0] * 4 + [0.0] * 86)
    chance = np.linspace(1, 0, 100)
    assert top_decile_lift(lost, chance, np.ones(100)) == pytest.approx(0.6 / 0.1)


def test_lift_does_not_depend_on_the_order_of_equals() -> None:
    chance, one = np.full(50, 0.3), np.ones(50)
    lost = (np.arange(50) < 10).astype(float)
    assert top_decile_lift(lost, chance, one) == pytest.approx(1.0)
    assert top_decile_lift(lost[::-1], chance, one) == pytest.approx(1.0)


NEEDS_LOSSES = ("auc", "average_precision", "expected_over_observed", "top_decile_lift")


@pytest.mark.parametrize("name", NEEDS_LOSSES)
def test_nothing_lost_has_no_figure(name: str) -> None:
    assert np.isnan(METRICS[name](np.zeros(20), np.linspace(0, 1, 20), np.ones(20)))


def test_accounts_are_drawn_whole() -> None:
    accounts = np.array(["a", "a", "b", "c", "a"], dtype=object)
    seen = []
    Resamples.of(accounts, 50, 1).interval(lambda w: seen.append(w) or 0.0)
    assert seen[0].tolist() == [1.0] * 5
    for weight in seen[1:]:
        assert weight[0] == weight[1] == weight[4]
        assert weight[0] + weight[2] + weight[3] == 3


def test_interval_over_accounts_is_wider_than_over_rows() -> None:
    """Forty rows of each account hold little more than one: a third of the evidence."""
    rng = np.random.default_rng(0)
    accounts = np.repeat(np.arange(100), 12)
    risk = np.repeat(rng.normal(size=100), 12)
    chance = 1 / (1 + np.exp(2 - risk))
    lost = np.repeat(rng.random(100) < chance[::12], 12).astype(float)

    def width(owners: np.ndarray) -> float:
        draws = Resamples.of(owners.astype(object), 200, 1)
        found = draws.interval(lambda w: auc(lost, chance, w))
        assert found.low < found.value < found.high
        return found.high - found.low

    assert width(accounts) > 2.5 * width(np.arange(1200))


def test_interval_leaves_out_draws_without_a_figure() -> None:
    """With one lost account among eight, some draws hold none."""
    accounts = np.arange(8).astype(object)
    lost, chance = (np.arange(8) == 0).astype(float), np.linspace(0.9, 0.1, 8)
    found = Resamples.of(accounts, 60, 1).interval(lambda w: auc(lost, chance, w))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    none = Resamples.of(accounts, 5, 1).interval(lambda w: auc(np.zeros(8), chance, w))
    assert np.isnan([none.value, none.low, none.high]).all()


@pytest.mark.parametrize(("intercept", "slope"), [(0.0, 1.0), (0.4, 0.6), (-0.5, 1.5)])
def test_calibration_line_recovers_a_known_line(intercept: float, slope: float) -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(-1.5, 1.2, 60_000)
    lost = (rng.random(60_000) < 1 / (1 + np.exp(-(intercept + slope * odds)))).astype(float)
    found = calibration_line(lost, 1 / (1 + np.exp(-odds)))
    assert found == pytest.approx((intercept, slope), abs=0.06)


def test_calibration_line_is_the_likeliest_one(sample: Sample) -> None:
    lost, chance, _ = sample
    odds = np.log(chance) - np.log1p(-chance)

    def misfit(x: np.ndarray) -> float:
        fitted = x[0] + x[1] * odds
        return float(np.sum(np.logaddexp(0, fitted) - lost * fitted))

    best = minimize(misfit, [0.0, 1.0], method="BFGS", options={"gtol": 1e-8}).x
    assert calibration_line(lost, chance) == pytest.approx(tuple(best), abs=1e-5)


def test_calibration_line_of_separable_data_is_finite_and_steep() -> None:
    lost = np.array([0.0] * 50 + [1.0] * 50)
    chance = np.r_[np.full(50, 1e-9), np.full(50, 1 - 1e-9)]
    intercept, slope = calibration_line(lost, chance)
    assert abs(intercept) < 1
    assert 0.5 < slope < 10
    wrong = calibration_line(1 - lost, chance)
    assert np.isfinite(wrong).all()
    assert wrong[1] < 0


@pytest.mark.parametrize(
    ("lost", "chance"),
    [(np.zeros(9), np.linspace(0, 1, 9)), (np.ones(9), np.linspace(0, 1, 9)),
     (np.arange(9) % 2 * 1.0, np.full(9, 0.3))],
)  # fmt: skip
def test_no_line_where_none_can_be_drawn(lost: np.ndarray, chance: np.ndarray) -> None:
    assert np.isnan(calibration_line(lost, chance)).all()
