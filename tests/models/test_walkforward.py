"""No prediction may rest on an outcome that was not certain when its block began."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix, learn_schema
from models.flavours import FLAVOURS
from models.flavours.base import sigmoid
from models.flavours.constant import Constant, FittedConstant
from models.intervals import INTERVALS, Interval
from models.metrics import log_loss
from models.walkforward import WalkForward, blocks, enough, out_of_time

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


@pytest.mark.parametrize(
    ("lost", "rows", "dates", "possible"),
    [(25, 100, 2, True), (24, 100, 2, False), (76, 100, 2, False), (25, 100, 1, False)],
)
def test_a_hazard_needs_losses_survivals_and_dates(
    lost: int, rows: int, dates: int, possible: bool
) -> None:
    assert enough((np.arange(rows) < lost).astype(float), dates) is possible


@dataclass(frozen=True)
class Spy:
    """A flavour that notes which rows it was fitted on, told by their first column."""

    seen: list[Matrix] = field(default_factory=list)

    def fit(self, inputs: Matrix, lost: Matrix, schema: InputSchema, seed: int) -> FittedConstant:
        self.seen.append(inputs[:, 0])
        return Constant().fit(inputs, lost, schema, seed)


@pytest.mark.parametrize("interval", INTERVALS[:3], ids=lambda i: i.name)
@pytest.mark.parametrize("lag", [0, 45])
def test_no_training_label_reaches_into_a_block(
    make_world: Callable[..., Dataset], interval: Interval, lag: int
) -> None:
    data = replace(make_world(accounts=150), lag_days=lag)
    spy, days = Spy(), data.ordinals.astype(float)
    schema = learn_schema(data.frame, ["use"])
    walk = out_of_time(data, days[:, None], schema, spy, WalkForward((interval,), 4))
    begins = sorted(set(walk.block_of[~np.isnan(walk.log_odds[interval])]))
    assert len(begins) == len(spy.seen) >= 2
    for begin, seen in zip(begins, spy.seen, strict=True):
        assert seen.max() + interval.end + lag <= begin
        assert begin - (seen.max() + interval.end + lag) < 30  # and nothing usable is wasted
    assert (walk.block_of <= data.ordinals).all()


def _saved_by_canary(data: Dataset, shown: np.ndarray) -> float:
    """Log loss saved out of time by a column that holds the future label in rows `shown`."""
    label = data.lost_within(30).astype(float)
    guess = np.random.default_rng(1).permutation(label)
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
    assert _saved_by_canary(data, uncertain) == pytest.approx(0.0, abs=0.02)
    everywhere = np.ones(len(uncertain), dtype=bool)
    assert _saved_by_canary(data, everywhere) > 0.15  # the canary would have sung
