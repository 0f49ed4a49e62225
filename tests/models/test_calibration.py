"""Calibration learns a slope from the evidence, and keeps the mean."""

import numpy as np
import pytest

from models.calibration import Calibrator, choose_method, fit_calibrator

GRID = np.linspace(-40, 40, 4001)


def p_of(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def planted(
    slope: float, rows: int = 12_000, base: float = 0.08, dates: int = 12, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Raw log-odds, what happened, and dates whose level differs as seasons do."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(dates), rows // dates)
    raw = np.log(base / (1 - base)) + 1.2 * rng.normal(size=len(day))
    level = raw.mean() * (1 - slope) + 0.4 * rng.normal(size=dates)[day]
    lost = (rng.random(len(day)) < p_of(level + slope * raw)).astype(float)
    return raw, lost, day


def fit(raw: np.ndarray, lost: np.ndarray, day: np.ndarray) -> Calibrator:
    return fit_calibrator(raw, lost, day, int(min(lost.sum(), (1 - lost).sum())))


@pytest.mark.parametrize(
    ("events", "method"),
    [(0, "none"), (9, "none"), (10, "temperature"), (49, "temperature"), (50, "platt"),
     (299, "platt"), (300, "beta"), (10_000, "beta")],
)  # fmt: skip
def test_method_by_number_of_events(events: int, method: str) -> None:
    assert choose_method(events) == method


@pytest.mark.parametrize("slope", [0.7, 1.0, 1.4])
@pytest.mark.parametrize(("base", "tolerance"), [(0.02, 0.2), (0.2, 0.1)])
def test_recovers_a_planted_slope(slope: float, base: float, tolerance: float) -> None:
    raw, lost, day = planted(slope, base=base)
    found = fit(raw, lost, day)
    middle = np.median(raw)
    assert found.slope(np.array([middle]))[0] == pytest.approx(slope, abs=tolerance)


def test_keeps_the_mean_probability() -> None:
    raw, lost, day = planted(0.6)
    found = fit(raw, lost, day)
    assert found.method == "beta"
    assert found.a != found.b
    assert p_of(found.apply(raw)).mean() == pytest.approx(p_of(raw).mean(), abs=1e-9)
    assert lost.mean() != pytest.approx(p_of(raw).mean(), abs=0.005)


def test_seasons_do_not_bend_the_slope() -> None:
    """A level that moves with the date says nothing about how far scores lie apart."""
    raw, lost, day = planted(1.0, rows=24_000, seed=3)
    flat = fit(raw, lost, day)
    rng = np.random.default_rng(9)
    level = 2 * (day % 2) - 1.0
    seasonal = (rng.random(len(raw)) < p_of(raw + level)).astype(float)
    assert fit(raw, seasonal, day).a == pytest.approx(flat.a, abs=0.12)


def test_few_independent_events_weigh_little() -> None:
    """One loss seen from twelve dates is one loss: the prior holds against it."""
    raw, lost, day = planted(0.5, rows=2400)
    events = int(lost.sum())
    many, few = fit_calibrator(raw, lost, day, events), fit_calibrator(raw, lost, day, 12)
    assert (many.method, few.method) == ("platt", "temperature")
    assert many.a < few.a < 1.0
    assert fit_calibrator(raw, lost, day, 9) == Calibrator(events=9)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.1, 3.0), (2.5, 0.4)])
def test_monotone_and_its_slope_is_right(a: float, b: float) -> None:
    calibrator = Calibrator(a, b, 0.3)
    bent = calibrator.apply(GRID)
    assert (np.diff(bent) > 0).all()
    numeric = (calibrator.apply(GRID + 1e-5) - calibrator.apply(GRID - 1e-5)) / 2e-5
    np.testing.assert_allclose(calibrator.slope(GRID), numeric, atol=1e-6)


DEGENERATE = {
    "all lost": (np.zeros(400), np.ones(400), np.arange(400) % 5),
    "none lost": (np.zeros(400), np.zeros(400), np.arange(400) % 5),
    "one date": (np.linspace(-3, 1, 400), np.arange(400) % 4 == 0, np.zeros(400, int)),
    "one row a date": (np.linspace(-3, 1, 400), np.arange(400) % 4 == 0, np.arange(400)),
    "all alike": (np.full(400, -2.0), np.arange(400) % 4 == 0, np.arange(400) % 5),
    "sure and right": (np.where(np.arange(400) % 4, -600.0, 600.0), np.arange(400) % 4 == 0,
                       np.arange(400) % 5),
    "sure and wrong": (np.where(np.arange(400) % 4, 600.0, -600.0), np.arange(400) % 4 == 0,
                       np.arange(400) % 5),
    "all sure": (np.full(400, 300.0), np.arange(400) % 4 == 0, np.arange(400) % 5),
    "never likely": (np.full(400, -300.0), np.arange(400) % 4 == 0, np.arange(400) % 5),
}  # fmt: skip


@pytest.mark.parametrize("case", list(DEGENERATE))
def test_degenerate_evidence_gives_finite_probabilities(case: str) -> None:
    raw, lost, day = DEGENERATE[case]
    found = fit(raw, lost.astype(float), day)
    assert np.isfinite([found.a, found.b, found.c]).all()
    assert 0.1 <= min(found.a, found.b) <= max(found.a, found.b) <= 3.0
    assert np.isfinite(found.apply(raw)).all()
    assert np.isfinite(found.apply(GRID)).all()
