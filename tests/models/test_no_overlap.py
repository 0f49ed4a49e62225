"""Property: whatever the dates, lags and embargo, no label window reaches into a block."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest

from models import evaluation
from models.calibration import Calibrator
from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema, Matrix
from models.evaluation import calibrators
from models.flavours.constant import FittedConstant
from models.intervals import INTERVALS
from models.walkforward import OutOfTime, WalkForward, out_of_time

MakeDataset = Callable[..., Dataset]
SCHEMA = InputSchema((InputColumn("day"),))
SEEDS = range(25)


@dataclass(frozen=True)
class Case:
    """A dataset of random shape, with how it is walked."""

    data: Dataset
    how: WalkForward

    @property
    def days(self) -> Matrix:
        return self.data.ordinals.astype(float)[:, None]

    def certain(self, day: Matrix, end: int) -> Matrix:
        """The day on which an outcome within `end` days of `day` could be learnt from."""
        return day + end + self.data.lag_days + self.how.embargo


def random_case(make: MakeDataset, seed: int) -> Case:
    """Accounts that come and go on irregular dates."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(1, 45, rng.integers(8, 24))
    dates = [date(2024, 1, 1) + timedelta(days=int(d)) for d in np.cumsum(steps)]
    rows = [
        (f"a{n}", day, float(event), 1e9)
        for n, gone in enumerate(rng.exponential(300, 60))
        for day in dates
        if (event := np.ceil(gone) - (day - dates[0]).days) > 0
    ]
    rows.sort(key=lambda row: (row[1], row[0]))
    lag = int(rng.choice([0, 7, 90]))
    data = make(rows, dates[-1] + timedelta(days=int(rng.integers(0, 200))), lag)
    embargo = int(rng.choice([0, 0, 14, 60]))
    return Case(data, WalkForward(INTERVALS, int(rng.integers(1, 8)), 1, embargo))


class NewestRow:
    """A flavour whose "log-odds" are the newest date it was fitted on."""

    def fit(self, inputs: Matrix, lost: Matrix, schema: InputSchema, seed: int) -> FittedConstant:
        assert len(inputs) == len(lost)
        assert (schema, seed) == (SCHEMA, 1)
        return FittedConstant(float(inputs[:, 0].max()))


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., OutOfTime]:
    """Walks with however few losses: the property must not hold for want of fits."""
    monkeypatch.setattr("models.enough.FEWEST_TRAINING_EVENTS", 1)

    def walk(case: Case) -> OutOfTime:
        return out_of_time(case.data, case.days, SCHEMA, NewestRow(), case.how)

    return walk


def test_no_training_label_reaches_into_a_block(
    make_dataset: MakeDataset, walked: Callable[..., OutOfTime]
) -> None:
    compared = 0
    for seed in SEEDS:
        case = random_case(make_dataset, seed)
        walk = walked(case)
        for interval, newest in walk.log_odds.items():
            fitted = ~np.isnan(newest)
            certain = case.certain(newest[fitted], interval.end)
            assert (certain <= walk.block_of[fitted]).all()
            compared += int(fitted.sum())
    assert compared > 5_000


def test_no_calibration_label_reaches_into_a_block(
    make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calibrators of a block rest on earlier blocks' rows whose outcome was certain before it."""
    seen: list[Matrix] = []

    def spy(log_odds: Matrix, lost: Matrix, dates: Matrix, events: int) -> Calibrator:
        assert len(log_odds) == len(lost) >= events
        seen.append(dates)
        return Calibrator()

    monkeypatch.setattr(evaluation, "fit_calibrator", spy)
    monkeypatch.setattr(evaluation, "FEWEST_EVENTS", 1)
    compared = 0
    for seed in SEEDS:
        case = random_case(make_dataset, seed)
        for interval in INTERVALS:
            walk = _complete(case, interval)
            for block in np.unique(walk.block_of[walk.block_of > 0]):
                seen.clear()
                calibrators(case.data, walk, int(block))
                for dates in seen:
                    assert (case.certain(dates, interval.end) <= block).all()
                    assert set(dates) <= set(case.data.ordinals[walk.block_of < block])
                    compared += 1
    assert compared > 40


def _complete(case: Case, interval: object) -> OutOfTime:
    """A walk in which every row of every block has a prediction."""
    walk = out_of_time(case.data, case.days, SCHEMA, NewestRow(), case.how)
    return replace(walk, log_odds={interval: case.days[:, 0]})
