"""All draws at once give what one draw at a time gives."""

from collections.abc import Callable

import numpy as np
import pytest

from models.metrics import FIGURES, METRICS, Estimate, Resamples, calibration_line

MakeSample = Callable[..., tuple]
SHARED = sorted(set(METRICS) & set(FIGURES))


@pytest.mark.parametrize("name", SHARED)
def test_as_one_by_one(make_sample: MakeSample, name: str) -> None:
    sample, draws = make_sample()
    slow = draws.interval(lambda w: METRICS[name](sample.lost, sample.chance, w))
    fast = Estimate.of(FIGURES[name](sample, draws))
    assert fast.value == pytest.approx(slow.value, rel=1e-12)
    width = slow.high - slow.low
    assert fast.low == pytest.approx(slow.low, abs=0.03 * width)
    assert fast.high == pytest.approx(slow.high, abs=0.03 * width)


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_gives_one_number_a_draw(make_sample: MakeSample, name: str) -> None:
    sample, draws = make_sample()
    assert FIGURES[name](sample, draws).shape == (61,)


def test_the_calibration_line_of_a_draw_by_one_step(make_sample: MakeSample) -> None:
    sample, draws = make_sample(bend=1.4)
    rows = [np.repeat(np.arange(len(sample.lost)), times[draws.owner]) for times in draws.drawn[:8]]
    slow = [calibration_line(sample.lost[r], sample.chance[r])[1] for r in rows]
    fast = FIGURES["calibration_slope"](sample, draws)
    assert fast[0] == calibration_line(sample.lost, sample.chance)[1]
    assert fast[1:9] == pytest.approx(slow, abs=0.03)


def test_some_rows_under_the_same_draws(make_sample: MakeSample) -> None:
    sample, draws = make_sample()
    mine = draws.owner < 40
    part, few = sample.take(mine), draws.take(mine)
    by_hand = [
        np.average((part.chance - part.lost) ** 2, weights=times[draws.owner[mine]])
        for times in draws.drawn
    ]
    assert FIGURES["brier"](part, few)[1:] == pytest.approx(by_hand)


def test_the_sums_by_bin_are_those_of_the_rows() -> None:
    draws = Resamples(np.array([0, 0, 1]), np.array([[1, 1], [2, 0], [0, 3]]))
    found = draws.binned(np.array([1.0, 10.0, 100.0]), np.array([0, 1, 1]))
    assert found.tolist() == [[1, 110], [1, 110], [2, 20], [0, 300]]
