"""The level follows what came true, by as much as the losses bear."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.dataset import Dataset
from models.flavours.base import sigmoid
from models.intervals import INTERVALS
from models.recalibration import (
    HALF_LIFE_DAYS,
    Matured,
    Move,
    in_time,
    recalibrate,
    shift_of,
)

START, STEP = 738_000, 30


def seen(
    drift: float, accounts: int = 1500, months: int = 8, seed: int = 0, since: int = 0
) -> Matured:
    """Monthly rows whose true log-odds lie `drift` above what was said, from a month on."""
    rng = np.random.default_rng(seed)
    month = np.repeat(np.arange(months), accounts)
    odds = -3.2 + rng.normal(size=len(month))
    true = odds + drift * (month >= since)
    lost = (rng.random(len(odds)) < sigmoid(true)).astype(float)
    days = START + STEP * month
    names = np.array([f"a{i}" for i in range(len(month))], object)
    return Matured(odds, lost, days, days + 30, names)


def end(matured: Matured) -> int:
    return int(matured.certain.max())


@pytest.mark.parametrize("drift", [-0.5, 0.0, 0.4])
def test_a_drift_is_found_within_its_interval(drift: float) -> None:
    matured = seen(drift)
    found = shift_of(matured, end(matured))
    assert found.low < drift < found.high
    assert abs(found.value) <= abs(drift) + 0.1


def test_few_losses_hardly_move_the_level() -> None:
    many, few = seen(0.5), seen(0.5, accounts=30)
    assert shift_of(many, end(many)).value > 0.35
    assert abs(shift_of(few, end(few)).value) < 0.25


def test_later_months_count_more_and_time_alone_forgets() -> None:
    matured = seen(0.6, since=4)
    now, later = (shift_of(matured, end(matured) + wait).value for wait in (0, 20 * HALF_LIFE_DAYS))
    whole = shift_of(seen(0.6), end(matured)).value
    assert 0.25 < now < whole
    assert abs(later) < 0.01


def test_a_loss_seen_from_several_dates_counts_once() -> None:
    one = seen(0.5, accounts=200)
    twice = Matured(*(np.tile(part, 4) for part in (
        one.log_odds, one.lost, one.days, one.certain, one.accounts)))  # fmt: skip
    single, fourfold = (shift_of(m, end(one)) for m in (one, twice))
    assert fourfold.value == pytest.approx(single.value, abs=1e-9)
    assert fourfold.high - fourfold.low == pytest.approx(single.high - single.low)


def test_no_row_helps_to_set_its_own_level() -> None:
    matured = seen(0.5)
    shifts = in_time(matured)
    assert (shifts[matured.days == START] == 0).all()
    flipped = matured.lost.copy()
    last = matured.days == matured.days.max()
    flipped[last] = 1 - flipped[last]
    other = in_time(Matured(matured.log_odds, flipped, matured.days, matured.certain,
                            matured.accounts))  # fmt: skip
    assert (other == shifts).all()


def test_the_report_tells_before_and_after() -> None:
    matured = seen(0.6)
    found = recalibrate(matured, end(matured))
    assert found.events == int(matured.lost.sum())
    assert found.before.expected_over_observed.high < 0.7
    assert found.before.expected_over_observed.value < found.after.expected_over_observed.value
    assert found.after.log_loss.value < found.before.log_loss.value
    assert found.before.slope.low < 1 < found.before.slope.high


def test_too_few_losses_are_refused() -> None:
    few = seen(0.0, accounts=10, months=2)
    with pytest.raises(ValueError, match="accounts lost, 10 needed"):
        recalibrate(few, end(few))


def test_only_rows_with_a_certain_outcome_count(make_dataset) -> None:
    day, read = date(2024, 1, 31), date(2024, 3, 15)
    rows = [
        ("a", day, 10.0, 999.0),
        ("b", day, np.inf, 999.0),
        ("c", day + timedelta(days=20), 1.0, 999.0),  # its 30 days and the lag are not over
    ]
    dataset: Dataset = make_dataset(rows, read, lag_days=10)
    found = Matured.of(dataset, INTERVALS[0], np.array([-1.0, -2.0, -3.0]))
    assert found.log_odds.tolist() == [-1.0, -2.0]
    assert found.lost.tolist() == [1.0, 0.0]
    assert (found.certain - found.days).tolist() == [40, 40]
    assert found.events == 1


@pytest.mark.parametrize("lead", [0, 30, 90])
def test_thresholds_of_capacity_follow_the_chance_that_bands_are_made_of(
    make_model, inputs, lead: int
) -> None:
    """So that as many are red as before, also after a lead time, where less of a move is left."""
    model = replace(make_model("logistic"), lead=lead)
    moved = model.moved(0.8)
    chance, later = model.primary_chance(inputs), moved.primary_chance(inputs)
    red_from = np.quantile(chance, 0.9)
    odds = np.log(red_from) - np.log1p(-red_from)
    red = (later >= sigmoid(odds + Move.of(model, moved, inputs).near(red_from))).mean()
    assert red == pytest.approx(0.1, abs=0.015)
