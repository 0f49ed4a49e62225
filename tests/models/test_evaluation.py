"""Test rows are predicted, calibrated and judged only by what was known before them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.calibration import Calibrator
from models.dataset import Dataset
from models.evaluation import calibrated_in_time, calibrators, independent_events, report
from models.evaluation import test_sets as sets_of
from models.intervals import INTERVALS
from models.metrics import METRICS, log_loss
from models.walkforward import OutOfTime, blocks

FIRST_30, TO_90 = INTERVALS[:2]
MakeWorld = Callable[..., Dataset]


@pytest.fixture(scope="module")
def data(make_world: MakeWorld) -> Dataset:
    return make_world(seed=1, signal=1.2, base=0.08)


@pytest.fixture(scope="module")
def walk(data: Dataset) -> OutOfTime:
    """Predictions whose slope is half of what it should be, as if made in three blocks."""
    block_of = np.zeros(len(data.ordinals), np.int64)
    for block in blocks(data.dates, 3):
        inside = (data.ordinals >= block[0].toordinal()) & (data.ordinals <= block[-1].toordinal())
        block_of[inside] = block[0].toordinal()
    odds = -2.5 - 0.6 * data.frame["use"].to_numpy(float)
    odds = np.where(block_of > 0, odds, np.nan)
    return OutOfTime({FIRST_30: odds, TO_90: odds + 0.7}, block_of)


def test_calibrators_use_only_what_was_certain_before(data: Dataset, walk: OutOfTime) -> None:
    first, second, third = sorted(set(walk.block_of) - {0})
    assert calibrators(data, walk, int(first)) == {}
    before = calibrators(data, walk, int(third))[FIRST_30]
    certain = data.matured(30, date.fromordinal(int(third)))
    poisoned = replace(data, event_days=np.where(certain, data.event_days, 1.0))
    assert calibrators(poisoned, walk, int(third))[FIRST_30] == before
    assert calibrators(poisoned, walk)[FIRST_30] != calibrators(data, walk)[FIRST_30]
    assert before.a > 1.2  # the predictions are too timid
    assert second < third


def test_the_first_block_stands_as_it_stood_then(data: Dataset, walk: OutOfTime) -> None:
    first, _, third = sorted(set(walk.block_of) - {0})
    chances = calibrated_in_time(data, walk)
    rows = walk.block_of == first
    raw = 1 / (1 + np.exp(-walk.log_odds[FIRST_30][rows]))
    np.testing.assert_allclose(chances[30][rows], raw)
    late = walk.block_of == third
    bent = calibrators(data, walk, int(third))[FIRST_30].apply(walk.log_odds[FIRST_30][late])
    np.testing.assert_allclose(chances[30][late], 1 / (1 + np.exp(-bent)))
    assert np.isnan(chances[30][walk.block_of == 0]).all()
    assert set(chances) == {30, 90}
    assert (chances[90][rows] > chances[30][rows]).all()


def test_a_horizon_without_its_chain_is_empty(data: Dataset, walk: OutOfTime) -> None:
    broken = OutOfTime(
        {FIRST_30: np.full(len(walk.block_of), np.nan), TO_90: walk.log_odds[TO_90]}, walk.block_of
    )
    assert calibrated_in_time(data, broken) == {}
    assert sets_of(data, broken) == {}


def test_test_rows_have_certain_outcomes(data: Dataset, walk: OutOfTime) -> None:
    tests = sets_of(data, walk)
    for horizon, test in tests.items():
        last = data.frame["as_of"].iloc[test.rows].max()
        assert last + timedelta(days=horizon) <= data.data_as_of
        np.testing.assert_array_equal(test.lost, data.lost_within(horizon)[test.rows])
        assert (walk.block_of[test.rows] > 0).all()
    assert len(tests[90].rows) < len(tests[30].rows)


def test_one_account_seen_often_is_one_event(make_dataset: Callable[..., Dataset]) -> None:
    day = date(2026, 1, 1)
    rows = [("gone", day + timedelta(days=i), 40.0 - i, np.inf) for i in range(30)]
    rows += [(f"a{i}", day, np.inf, np.inf) for i in range(50)]
    few = make_dataset(rows, date(2026, 12, 31))
    lost = few.lost_within(90).astype(float)
    assert lost.sum() == 30
    assert independent_events(few, np.ones(80, dtype=bool), lost) == 1
    walk = OutOfTime({FIRST_30: np.zeros(80), TO_90: np.zeros(80)}, few.ordinals)
    assert sets_of(few, walk) == {}
    assert calibrators(few, walk) == {}


def test_report_has_every_figure(data: Dataset, walk: OutOfTime) -> None:
    test = sets_of(data, walk)[30]
    one = np.ones(len(test.lost))
    flat = np.full(len(test.lost), test.lost.mean())
    found = report(data, 30, test, {"flat": flat, "itself": test.chance}, 1)
    assert found.events == test.lost.sum()
    assert found.rows == len(test.rows)
    assert found.metrics.keys() == METRICS.keys()
    for name, metric in METRICS.items():
        estimate = found.metrics[name]
        assert estimate.value == metric(test.lost, test.chance, one)
        assert estimate.low < estimate.value < estimate.high
    saved = log_loss(test.lost, flat, one) - log_loss(test.lost, test.chance, one)
    assert found.gains["flat"].value == pytest.approx(saved)
    assert found.gains["flat"].low > 0
    assert found.gains["itself"].high == 0
    assert found.baselines["flat"]["auc"] == 0.5
    assert found.dates[0] < found.dates[1]
    assert found.slope > 1.0


def test_calibration_is_the_identity_without_evidence() -> None:
    odds = np.array([-3.0, 0.0, 2.0])
    np.testing.assert_array_equal(Calibrator().apply(odds), odds)
