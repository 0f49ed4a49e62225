"""Any horizon after any lead: never incoherent, and the declared horizons to the last bit."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import Calibrator
from models.chance import BeyondTheChain, chance_of
from models.churn_model import ChurnModel
from models.encoding import Matrix
from models.hazards import p_loss
from models.intervals import INTERVALS, Interval
from models.score import HORIZONS

ROWS = 1_000_000


@pytest.fixture(scope="module")
def odds() -> dict[Interval, np.ndarray]:
    """Log-odds of a million rows: mild ones, and some where probabilities round to 0 or 1."""
    rng = np.random.default_rng(4)
    scale = rng.choice([0.1, 2.0, 30.0, 300.0], size=ROWS)
    return {k: scale * rng.standard_normal(ROWS) - 2 for k in INTERVALS}


def test_the_declared_horizons_to_the_last_bit(odds: dict[Interval, np.ndarray]) -> None:
    for horizon, wanted in p_loss(odds, HORIZONS).items():
        np.testing.assert_array_equal(chance_of(odds, horizon, 0), wanted)


@pytest.mark.parametrize("lead", [0, 17.5])
def test_a_million_rows_are_never_incoherent(odds: dict[Interval, np.ndarray], lead: float) -> None:
    """Longer never means less, and no chance leaves 0 to 1."""
    violations, before = 0, np.zeros(ROWS)
    for horizon in (0.5, 12.5, 13, 30, 31, 90, 180, 347.5):
        chance = chance_of(odds, horizon, lead)
        violations += int(((chance < before) | (chance > 1) | np.isnan(chance)).sum())
        before = chance
    assert violations == 0
    assert before.min() < before.max()


@settings(max_examples=200, deadline=None)
@given(
    days=st.lists(st.floats(0, 365), min_size=3, max_size=3, unique=True),
    seed=st.integers(0, 2**31),
)
def test_two_stretches_make_one(days: list[float], seed: int) -> None:
    """Staying through both is staying through the one and then the other."""
    first, middle, last = sorted(days)
    if min(middle - first, last - middle) < 1e-6:
        return
    rng = np.random.default_rng(seed)
    some = {k: 3 * rng.standard_normal(50) for k in INTERVALS}
    stay = 1 - chance_of(some, last - first, first)
    one, other = chance_of(some, middle - first, first), chance_of(some, last - middle, middle)
    np.testing.assert_allclose((1 - one) * (1 - other), stay, rtol=1e-9, atol=1e-12)


def test_losses_are_spread_evenly_within_an_interval() -> None:
    half = {k: np.zeros(1) for k in INTERVALS}
    assert chance_of(half, 15, 0)[0] == pytest.approx(1 - 0.5**0.5)
    assert chance_of(half, 30, 30)[0] == pytest.approx(1 - 0.5**0.5)
    assert chance_of(half, 60, 30)[0] == pytest.approx(0.5)
    assert chance_of(half, 75, 15)[0] == pytest.approx(1 - 0.5**1.5)


@pytest.mark.parametrize(("horizon", "lead"), [(0, 0), (-1, 5), (30, -1), (91, 0), (60, 31)])
def test_what_the_chain_does_not_reach_is_refused(horizon: float, lead: float) -> None:
    broken = {k: np.zeros(2) for k in (INTERVALS[0], INTERVALS[1], INTERVALS[3])}
    said = f"a horizon of {horizon} days after a lead of {lead} was asked for"
    with pytest.raises(BeyondTheChain, match=re.escape(said) + ".*at most 90 days"):
        chance_of(broken, horizon, lead)
    with pytest.raises(BeyondTheChain):
        chance_of({}, 30, 0)
    with pytest.raises(BeyondTheChain):
        chance_of(broken, float("nan"), 0)


def test_a_model_answers_for_any_horizon(
    make_model: Callable[..., ChurnModel], inputs: Matrix, calibrator: Calibrator
) -> None:
    model = make_model("logistic", calibrator)
    for horizon, wanted in model.chances(inputs).items():
        np.testing.assert_array_equal(model.chance(inputs, horizon), wanted)
    later = model.chance(inputs, 60, lead_days=30)
    whole, soon = model.chance(inputs, 90), model.chance(inputs, 30)
    np.testing.assert_allclose(later, (whole - soon) / (1 - soon), rtol=1e-9, atol=1e-12)
