"""Horizons never contradict one another, and contributions add up exactly."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from features.signals.profile import RENEWS
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import Matrix
from models.hazards import (
    Hazard,
    cumulative_hazard,
    explain,
    log_odds_of,
    p_loss,
    stretch,
)
from models.intervals import INTERVALS
from models.score import HORIZONS

MakeModel = Callable[..., ChurnModel]


def logit(p: np.ndarray) -> np.ndarray:
    return np.log(p) - np.log1p(-p)


def test_intervals_cover_the_horizons() -> None:
    assert [i.name for i in INTERVALS] == ["0-30", "30-90", "90-180", "180-365"]


def test_a_million_rows_never_contradict_themselves() -> None:
    rng = np.random.default_rng(0)
    scale = rng.choice([0.1, 3.0, 30.0, 300.0], size=1_000_000)
    odds = {k: scale * rng.standard_normal(1_000_000) for k in INTERVALS}
    found = p_loss(odds, HORIZONS)
    assert tuple(found) == HORIZONS
    for p in found.values():
        assert p.min() >= 0.0
        assert p.max() <= 1.0
    for shorter, longer in zip(HORIZONS, HORIZONS[1:], strict=False):
        assert (found[shorter] <= found[longer]).all()
    assert (found[30] < found[365]).any()


def test_chances_multiply_along_the_chain() -> None:
    half = {k: np.zeros(1) for k in INTERVALS}
    got = p_loss(half, HORIZONS)
    assert {h: p[0] for h, p in got.items()} == pytest.approx(
        {30: 0.5, 90: 0.75, 180: 0.875, 365: 0.9375}
    )


def test_a_broken_chain_ends_where_it_breaks() -> None:
    odds = {k: np.zeros(2) for k in (INTERVALS[0], INTERVALS[2], INTERVALS[3])}
    assert list(p_loss(odds, HORIZONS)) == [30]
    assert p_loss({INTERVALS[1]: np.zeros(2)}, HORIZONS) == {}


def test_log_odds_survive_where_probabilities_round() -> None:
    odds = np.array([-600.0, -40.0, -1.0, 0.0, 5.0, 50.0, 600.0])
    np.testing.assert_allclose(log_odds_of(cumulative_hazard(odds)), odds, rtol=1e-12, atol=1e-12)


def test_stretch_keeps_proportions_and_ends_where_it_should() -> None:
    shares = np.array([[1.0, 2.0, -1.0], [0.5, -0.5, 0.0], [0.0, 0.0, 0.0]])
    begin, end = np.array([1.0, 3.0, 3.0]), np.array([2.0, 3.0, 3.0])
    got = stretch(shares, begin, end, np.array([9.0, 0.25, 1.0]))
    np.testing.assert_allclose(got, [[0.5, 1.0, -0.5], [0.125, -0.125, 0.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend", "constant"])
@pytest.mark.parametrize("reach", [1, 2, 3])
def test_contributions_add_up_to_the_log_odds_shown(
    make_model: MakeModel, inputs: Matrix, flavour: str, calibrator: Calibrator, reach: int
) -> None:
    model = make_model(flavour, calibrator)
    model = replace(model, primary_horizon=INTERVALS[reach - 1].end)
    shares, base = model.explain(inputs)
    chance = model.chances(inputs)[model.primary_horizon]
    np.testing.assert_allclose(base + shares.sum(axis=1), logit(chance), rtol=0, atol=1e-9)
    assert (shares[:, 4] == 0).all()  # the constant column


def test_one_slope_gives_the_stretched_shares_themselves(
    make_model: MakeModel, inputs: Matrix
) -> None:
    hazard = make_model("lightgbm", Calibrator(0.7, 0.7, 0.4)).hazards[0]
    raw = hazard.model.contributions(inputs)
    shares, base = hazard.contributions(inputs)
    np.testing.assert_allclose(shares, 0.7 * raw[:, :-1], atol=1e-10)
    np.testing.assert_allclose(base, 0.7 * raw[:, -1] + 0.4)


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_contributions_keep_their_signs(
    make_model: MakeModel, inputs: Matrix, flavour: str, calibrator: Calibrator
) -> None:
    chain = make_model(flavour, calibrator).hazards[:2]
    shares, _ = explain(chain, inputs)
    raw = [h.model.contributions(inputs)[:, :-1] for h in chain]
    agree = np.sign(raw[0]) == np.sign(raw[1])
    assert agree.mean() > 0.2
    np.testing.assert_array_equal(np.sign(shares)[agree], np.sign(raw[0])[agree])


class Planted:
    """A model whose contributions and base are given."""

    def __init__(self, base: float) -> None:
        self.base = base

    def contributions(self, inputs: Matrix) -> Matrix:
        return np.column_stack([inputs, np.full(len(inputs), self.base)])

    def log_odds(self, inputs: Matrix) -> np.ndarray:
        return self.contributions(inputs).sum(axis=1)


@pytest.mark.parametrize("base", [-35.0, -20.0, -3.0, 0.0, 4.0])
def test_rare_losses_and_shares_that_cancel_out_are_explained_too(base: float) -> None:
    rows = np.array(
        [[-1.5, 0.5], [2.0, -2.0], [1.0, -1.0 + 1e-9], [1.0, -1.0 + 1e-5], [0.0, 0.0], [3.0, 1.0]]
    )
    chain = [Hazard(k, Planted(base), Calibrator(1.2, 0.8, 0.1)) for k in INTERVALS[:2]]
    shares, begin = explain(chain, rows)
    total = sum(cumulative_hazard(h.log_odds(rows)) for h in chain)
    np.testing.assert_allclose(begin + shares.sum(axis=1), log_odds_of(total), rtol=0, atol=1e-9)
    np.testing.assert_array_equal(np.sign(shares), np.sign(rows))
    steep = shares[1, 0] / 2.0  # shares that cancel out are stretched as their neighbours are
    assert shares[2, 0] == pytest.approx(steep, rel=1e-5)
    assert shares[3, 0] == pytest.approx(steep, rel=1e-3)


def test_no_word_for_a_renewal_goes_across_the_end_of_an_interval() -> None:
    ends = {k.start for k in INTERVALS} | {INTERVALS[-1].end}
    assert ends <= {least for _, least in RENEWS}
