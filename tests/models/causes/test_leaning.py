"""The share of contraction goes with the chance of loss: learnt in time, shrunken, mean kept."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.causes.leaning import Losses, coefficient, odds_between
from models.causes.tilt import Tilt
from models.dataset import Dataset
from models.flavours.base import sigmoid
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.walkforward import OutOfTime

MONTHS, EACH, FIRST = 8, 400, date(2024, 1, 31)
MONTH = INTERVALS[0]
SHARE = {MONTH: np.full(MONTHS * EACH, -0.8)}


@pytest.fixture(scope="module")
def losses() -> Losses:
    """Everyone is lost within the month; the likelier a loss was, the rarer it is a contraction."""
    rng = np.random.default_rng(3)
    rows, month = MONTHS * EACH, np.repeat(np.arange(MONTHS), EACH)
    odds = rng.normal(-2, 1, rows)
    contracted = rng.random(rows) < sigmoid(-0.8 - 0.6 * (odds + 2))
    days = [FIRST + timedelta(days=30 * int(m)) for m in month]
    frame = pd.DataFrame({"account_id": [f"a{i}" for i in range(rows)], "as_of": days})
    end = FIRST + timedelta(days=30 * MONTHS)
    data = Dataset(frame, np.full(rows, 10.0), np.full(rows, np.inf), 0, end)
    block = np.where(month > 0, data.ordinals, 0)
    return Losses(data, contracted, OutOfTime({MONTH: odds}, block), {MONTH: odds})


def test_the_coefficient_is_found_and_the_mean_share_stays(losses: Losses) -> None:
    tilt = losses.tilts(SHARE)[MONTH]
    assert tilt.by_odds == pytest.approx(-0.6, abs=0.1)
    walked = losses.walk.block_of > 0
    told = sigmoid(tilt.apply(SHARE[MONTH], losses.odds[MONTH]))
    assert told[walked].mean() == pytest.approx(sigmoid(np.array(-0.8)), abs=1e-3)


def test_a_block_is_tilted_by_earlier_ones_alone(losses: Losses) -> None:
    block = losses.walk.block_of
    last = np.unique(block)[-1]
    turned = replace(losses, contracted=np.where(block < last, losses.contracted, True))
    one, other = losses.tilted(SHARE)[MONTH], turned.tilted(SHARE)[MONTH]
    np.testing.assert_array_equal(one, other)
    first = block <= np.unique(block)[1]
    np.testing.assert_array_equal(one[first], SHARE[MONTH][first])
    assert np.ptp(one[block == last]) > 0.5


def test_little_evidence_hardly_tilts() -> None:
    loss, cause = np.linspace(-4, -1, 20), np.repeat([1.0, 0.0], 10)
    found = coefficient(np.zeros(20), loss, cause, np.zeros(20, int), 0.05)
    assert -0.5 < found < 0


def test_one_cause_alone_gives_no_tilt(losses: Losses) -> None:
    assert replace(losses, contracted=np.zeros(MONTHS * EACH, bool)).tilts(SHARE) == {}


def test_nothing_more_is_added_beyond_what_was_seen() -> None:
    tilt = Tilt(-0.5, -1.0, -4.0, -1.0)
    told = tilt.apply(np.zeros(4), np.array([-9.0, -4.0, -1.0, 8.0]))
    assert told == pytest.approx([1.0, 1.0, -0.5, -0.5])
    assert Tilt().apply(np.array([0.3]), np.array([-np.inf])) == pytest.approx([0.3])


def test_the_odds_of_each_interval_come_back_from_the_chances() -> None:
    odds = {k: np.array([-6.0, -1.0, 2.0]) - i for i, k in enumerate(INTERVALS)}
    again = odds_between(p_loss(odds, [k.end for k in INTERVALS]))
    for interval, wanted in odds.items():
        assert again[interval] == pytest.approx(wanted, rel=1e-6)
