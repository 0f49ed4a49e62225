"""Chances by cause: shares of one whole, whatever the hazards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.causes.shares import CAUSES, CHURN, CONTRACTION, shared_out
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.score import HORIZONS

ROUNDING = 1e-12


def violations(odds: dict, shares: dict) -> int:
    """Rows whose causes do not add up, fall with a longer horizon, or are no chances."""
    whole, parts = p_loss(odds, HORIZONS), shared_out(odds, shares, HORIZONS)
    wrong = np.zeros(len(next(iter(whole.values()))), bool)
    for horizon, p in whole.items():
        wrong |= np.abs(sum(parts[cause][horizon] for cause in CAUSES) - p) > ROUNDING
    for cause in CAUSES:
        before: np.ndarray | float = 0.0
        for horizon in whole:
            wrong |= (parts[cause][horizon] < before) | (parts[cause][horizon] > 1 + ROUNDING)
            before = parts[cause][horizon]
    return int(wrong.sum())


def test_no_violation_on_a_million_rows() -> None:
    rng = np.random.default_rng(0)
    scale = rng.choice([0.1, 3.0, 30.0, 300.0], size=1_000_000)
    odds = {k: scale * rng.standard_normal(1_000_000) for k in INTERVALS}
    shares = {k: rng.beta(0.2, 0.2, 1_000_000) for k in INTERVALS}
    assert violations(odds, shares) == 0


def test_a_violation_would_be_seen() -> None:
    odds = {k: np.zeros(3) for k in INTERVALS}
    shares = {k: np.array([0.2, 1.3, -0.1]) for k in INTERVALS}
    assert violations(odds, shares) == 2


@given(
    st.lists(st.floats(-700, 700), min_size=4, max_size=4),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.integers(1, 4),
)
def test_every_chain_adds_up(hazards: list[float], share: list[float], reach: int) -> None:
    chain = INTERVALS[:reach]
    odds = {k: np.array([h]) for k, h in zip(chain, hazards, strict=False)}
    assert violations(odds, {k: np.array([s]) for k, s in zip(INTERVALS, share, strict=True)}) == 0


def test_the_chance_of_an_interval_is_shared_out_as_told() -> None:
    odds = {k: np.zeros(1) for k in INTERVALS}  # half of those left are lost in each interval
    shares = {k: np.array([s]) for k, s in zip(INTERVALS, (0.0, 0.5, 1.0, 0.25), strict=True)}
    found = shared_out(odds, shares, HORIZONS)
    contraction = {h: p[0] for h, p in found[CONTRACTION].items()}
    assert contraction == pytest.approx({30: 0, 90: 0.125, 180: 0.25, 365: 0.25 + 0.0625 / 4})
    assert found[CHURN][90][0] == pytest.approx(0.625)


def test_a_horizon_without_a_full_chain_is_left_out() -> None:
    odds = {k: np.zeros(2) for k in (INTERVALS[0], INTERVALS[2])}
    shares = {k: np.full(2, 0.5) for k in INTERVALS}
    assert list(shared_out(odds, shares, HORIZONS)[CHURN]) == [30]
