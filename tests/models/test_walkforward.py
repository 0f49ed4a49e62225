"""No prediction may rest on an outcome that was not certain when its block began."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix, learn_schema
from models.flavours import FLAVOURS
from models.flavours.base import sigmoid
from models.flavours.constant import FittedConstant
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.intervals import INTERVALS, Interval
from models.metrics import log_loss
from models.walkforward import (
    WalkForward,
    blended,
    blocks,
    enough,
    first_walked,
    out_of_time,
)

DAYS = [date(2026, 1, 1) + timedelta(days=i) for i in range(12)]


@pytest.mark.parametrize(
    ("dates", "count", "sizes"),
    [(12, 3, [3, 3, 3]), (12, 4, [3, 2, 2, 2]), (2, 6, [1]), (0, 6, [])],
)
def test_blocks_follow_one_another_after_the_warm_up(
    dates: int, count: int, sizes: list[int]
) -> None:
    found = blocks(DAYS[:dates], count)
    assert [len(b) for b in found] == sizes
    assert [d for b in found for d in b] == DAYS[dates - sum(sizes) : dates]


@pytest.mark.parametrize("dates", [1, 2, 3, 12])
def test_the_first_date_walked_begins_the_first_block(dates: int) -> None:
    found = blocks(DAYS[:dates], 6)
    assert first_walked(DAYS[:dates]) == (found[0][0] if found else DAYS[0])


@pytest.mark.parametrize(
    ("lost", "rows", "dates", "possible"),
    [(25, 100, 2, True), (24, 100, 2, False), (76, 100, 2, False), (25, 100, 1, False)],
)
def test_a_hazard_needs_losses_survivals_and_dates(
    lost: int, rows: int, dates: int, possible: bool
) -> None:
    assert enough((np.arange(rows) < lost).astype(float), dates) is possible


class NewestRow:
    """A flavour whose "log-odds" are the newest date it was fitted on, from the first column."""

    def fit(self, inputs: Matrix, lost: Matrix, schema: InputSchema, seed: int) -> FittedConstant:
        assert len(inputs) == len(lost)
        assert (len(schema.columns), seed) == (1, 1)
        return FittedConstant(float(inputs[:, 0].max()))


@pytest.mark.parametrize("interval", INTERVALS[:3], ids=lambda i: i.name)
@pytest.mark.parametrize("lag", [0, 45])
def test_no_training_label_reaches_into_a_block(
    make_world: Callable[..., Dataset], interval: Interval, lag: int
) -> None:
    data = replace(make_world(accounts=150), lag_days=lag)
    schema = learn_schema(data.frame, ["use"])
    days = data.ordinals.astype(float)[:, None]
    walk = out_of_time(data, days, schema, NewestRow(), WalkForward((interval,), 4))
    newest = walk.log_odds[interval]
    predicted = ~np.isnan(newest)
    spare = walk.block_of[predicted] - (newest[predicted] + interval.end + lag)
    assert spare.min() >= 0
    assert spare.max() < 30  # and no usable date is wasted
    assert len(set(walk.block_of[predicted])) >= 2
    assert (walk.block_of <= data.ordinals).all()


def test_a_blend_need_not_be_walked(make_world: Callable[..., Dataset]) -> None:
    data = make_world(seed=4, accounts=150, base=0.1, signal=1.0)
    schema = learn_schema(data.frame, ["use", "noise", "plan"])
    inputs, how = schema.encode(data.frame), WalkForward(INTERVALS[:2], 2)
    parts = [
        out_of_time(data, inputs, schema, flavour, how) for flavour in (LightGBM(15), Logistic())
    ]
    mean = blended(*parts)
    walked = out_of_time(data, inputs, schema, FLAVOURS["blend"], how)
    np.testing.assert_array_equal(mean.block_of, walked.block_of)
    for interval, odds in walked.log_odds.items():
        assert (~np.isnan(odds)).sum() > 300
        np.testing.assert_array_equal(mean.log_odds[interval], odds)


def _saved_by_canary(data: Dataset, shown: np.ndarray, seed: int = 1) -> float:
    """Log loss saved out of time by a column that holds the future label in rows `shown`."""
    label = data.lost_within(30).astype(float)
    guess = np.random.default_rng(seed).permutation(label)
    data.frame["canary"] = np.where(shown, label, guess)
    schema = learn_schema(data.frame, ["canary", "noise"])
    how = WalkForward(INTERVALS[:1], blocks=1)
    losses = []
    for flavour in ("constant", "logistic"):
        walk = out_of_time(data, schema.encode(data.frame), schema, FLAVOURS[flavour], how)
        odds = walk.log_odds[INTERVALS[0]]
        rows = ~np.isnan(odds) & data.matured(30, data.data_as_of)
        losses.append(log_loss(label[rows], sigmoid(odds[rows]), np.ones(rows.sum())))
    return losses[0] - losses[1]


def test_a_leaking_column_does_not_help_out_of_time(make_world: Callable[..., Dataset]) -> None:
    data = replace(make_world(seed=2, base=0.1), lag_days=45)
    begin = blocks(data.dates, 1)[0][0]
    uncertain = ~data.matured(30, begin)
    assert (data.ordinals[uncertain] < begin.toordinal()).any()  # some lie before the block
    saved = [_saved_by_canary(data, uncertain, seed) for seed in range(20)]
    assert np.mean(saved) == pytest.approx(0.0, abs=0.02)  # one guess may be right by luck
    everywhere = np.ones(len(uncertain), dtype=bool)
    assert _saved_by_canary(data, everywhere) > 0.15  # the canary would have sung
