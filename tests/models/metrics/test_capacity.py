"""What the team can answer is decided at each date by itself."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.metrics import FIGURES, chosen_at_capacity

MakeSample = Callable[..., tuple]


def test_each_date_has_its_own_choice() -> None:
    chance = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.4])
    day = np.array([1, 1, 1, 1, 2, 2, 2, 2])
    assert chosen_at_capacity(chance, day, 0.25).tolist() == [1, 0, 0, 0, 0, 0, 0, 1]


def test_equals_share_what_is_left() -> None:
    chance = np.array([0.9, 0.5, 0.5, 0.1])
    assert chosen_at_capacity(chance, np.zeros(4, int), 0.5).tolist() == [1, 0.5, 0.5, 0]
    assert chosen_at_capacity(np.full(4, 0.5), np.zeros(4, int), 0.5).tolist() == [0.5] * 4


def test_the_whole_capacity_is_used(make_sample: MakeSample) -> None:
    sample, _ = make_sample()
    by_day = np.bincount(sample.day // 30, sample.chosen)
    assert by_day == pytest.approx([30.0] * 4)


def test_precision_and_recall_by_hand(make_sample: MakeSample) -> None:
    sample, draws = make_sample(accounts=5, dates=1)
    sample = replace(
        sample,
        lost=np.array([1.0, 0, 1, 1, 0]),
        chosen=np.array([1.0, 1, 0.5, 0, 0]),
        arr=np.array([100.0, 50, 20, 80, np.nan]),
    )
    assert FIGURES["precision_at_capacity"](sample, draws)[0] == pytest.approx(1.5 / 2.5)
    assert FIGURES["recall_at_capacity"](sample, draws)[0] == pytest.approx(1.5 / 3)
    assert FIGURES["arr_recall_at_capacity"](sample, draws)[0] == pytest.approx(110 / 200)


def test_without_revenue_there_is_no_recall_of_it(make_sample: MakeSample) -> None:
    sample, draws = make_sample()
    poor = replace(sample, arr=np.full(len(sample.arr), np.nan))
    assert np.isnan(FIGURES["arr_recall_at_capacity"](poor, draws)).all()
    assert np.isnan(FIGURES["expected_profit"](poor, draws)).all()
