"""Brier's parts add up; the calibration error of a perfect model is 0 on average."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.metrics import FIGURES, Estimate

MakeSample = Callable[..., tuple]


def test_the_parts_of_brier_add_up_in_every_draw(make_sample: MakeSample) -> None:
    sample, draws = make_sample()
    parts = {k: FIGURES[f"brier_{k}"](sample, draws) for k in ("reliability", "resolution")}
    whole = parts["reliability"] - parts["resolution"] + FIGURES["brier_uncertainty"](sample, draws)
    assert whole == pytest.approx(FIGURES["brier"](sample, draws))


def test_murphy_by_hand(make_sample: MakeSample) -> None:
    """With two chances there are two bins, and the parts are those of the textbook."""
    sample, draws = make_sample(accounts=10, dates=1)
    chance = np.repeat([0.2, 0.6], 5)
    lost = np.array([0, 0, 1, 0, 0, 1, 1, 1, 1, 0.0])
    sample = replace(sample, chance=chance, lost=lost)
    assert FIGURES["brier_reliability"](sample, draws)[0] == pytest.approx(0.5 * 0.2**2)
    assert FIGURES["brier_resolution"](sample, draws)[0] == pytest.approx(0.3**2)
    assert FIGURES["brier_uncertainty"](sample, draws)[0] == pytest.approx(0.25)


def test_a_perfect_model_has_no_error_on_average(make_sample: MakeSample) -> None:
    found = [FIGURES["calibration_error"](*make_sample(seed, dates=2))[0] for seed in range(40)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0 < max(found)


def test_fate_shared_by_overlapping_rows_is_no_error(make_sample: MakeSample) -> None:
    """One fate in eight rows of an account: as if there were fewer rows, and no worse model."""
    found = []
    for seed in range(30):
        sample, draws = make_sample(seed, accounts=120, dates=8, draws=2)
        rng = np.random.default_rng(seed)
        lost = (rng.random(120)[draws.owner] < sample.chance).astype(float)
        together = replace(sample, lost=lost, window=np.zeros_like(sample.window))
        apart = replace(together, window=sample.window)
        found.append([FIGURES["calibration_error"](s, draws)[0] for s in (together, apart)])
    together, apart = np.mean(found, axis=0)
    assert abs(together) < 0.006
    assert apart > 2 * abs(together)


def test_an_extreme_model_is_found_out(make_sample: MakeSample) -> None:
    sample, draws = make_sample(bend=0.4, accounts=900)
    assert Estimate.of(FIGURES["calibration_error"](sample, draws)).low > 0
    assert Estimate.of(FIGURES["calibration_slope"](sample, draws)).high < 0.6
