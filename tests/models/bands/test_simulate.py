"""What a policy would have meant, on pasts small enough to count by hand."""

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.bands import Accounts, BandPolicy, Past, Present, Steps, Thresholds
from models.bands.codes import GREEN, GREY, RED, YELLOW
from models.bands.replay import replay
from models.bands.rows import BandRows
from models.bands.simulate import Meaning, simulate
from models.trained import Trained

AT_ONCE = Steps(exit_share=1.0, dwell_days=0)
POLICY = BandPolicy(Thresholds(0.5, 0.1, 0.2, 0.1), steps=AT_ONCE)
NOBODY = Present.of(np.array([0.9, 0.2, 0.05]))
Row = tuple[str, int, float, float, float]


def past_of(*rows: Row) -> tuple[Past, np.ndarray]:
    """Rows of (account, day, chance, lost, yearly revenue)."""
    owners, day, chance, lost, revenue = (np.array(each) for each in zip(*rows, strict=True))
    about = Accounts(np.full(len(rows), "", object), revenue.astype(float))
    return Past.of(chance, lost.astype(float), owners.astype(object), about), day.astype(np.int64)


def meaning(*rows: Row, policy: BandPolicy = POLICY) -> Meaning:
    past, day = past_of(*rows)
    return simulate(policy, past, day, NOBODY)


def test_alerts_are_entries_after_the_first_date() -> None:
    found = meaning(
        ("a", 0, 0.6, 1, 100), ("a", 28, 0.6, 1, 100),  # red from the beginning: no alert
        ("b", 0, 0.3, 0, 100), ("b", 28, 0.7, 1, 100), ("b", 56, 0.8, 1, 100),  # one alert, true
        ("c", 28, 0.3, 0, 100), ("c", 56, 0.6, 0, 100),  # one alert, false
        ("d", 0, 0.05, 0, 100), ("d", 28, 0.05, 0, 100), ("d", 56, 0.55, 0, 100),
        ("e", 56, 0.9, 1, 100),  # new, and an alert
    )  # fmt: skip
    assert found.alerts == 4
    assert found.alerts_a_week == pytest.approx(4 / 8)
    assert found.precision == pytest.approx(2 / 4)
    assert found.precision_low < 0.2 < 0.8 < found.precision_high
    assert found.red_now == 1
    assert found.red_on_average == pytest.approx((1 + 2 + 4) / 3)


def test_lost_accounts_and_revenue_count_once() -> None:
    found = meaning(
        ("a", 0, 0.6, 1, 100), ("a", 28, 0.2, 1, 300),  # was red, though not at last
        ("b", 0, 0.9, 0, 900), ("b", 28, 0.2, 1, 500),  # red only before the horizon
        ("c", 0, 0.2, 1, 100), ("c", 28, 0.6, 1, math.nan),
        ("d", 28, 0.9, 0, 9000),
    )  # fmt: skip
    assert found.lost_captured == pytest.approx(2 / 3)
    assert found.revenue_captured == pytest.approx(300 / 800)


def test_flaps_are_changes_undone_within_sixty_days() -> None:
    there_and_back = [("a", 0, 0.3, 0, 1), ("a", 30, 0.6, 0, 1), ("a", 90, 0.3, 0, 1)]
    slowly = [("b", 0, 0.3, 0, 1), ("b", 30, 0.6, 0, 1), ("b", 91, 0.3, 0, 1)]
    onwards = [("c", 0, 0.05, 0, 1), ("c", 30, 0.3, 0, 1), ("c", 60, 0.6, 0, 1)]
    years = (90 + 91 + 60) / 365.25
    found = meaning(*there_and_back, *slowly, *onwards)
    assert found.flaps == pytest.approx(1 / years)


def test_what_cannot_be_told_is_not_a_number() -> None:
    found = meaning(("a", 0, 0.6, 0, math.nan), ("b", 0, 0.2, 0, math.nan))
    untold = (found.alerts_a_week, found.precision, found.lost_captured, found.revenue_captured)
    assert all(math.isnan(value) for value in (*untold, found.flaps))
    assert found.alerts == 0


def test_steps_hold_in_the_replay() -> None:
    rows = [("a", day, p, 0.0, 1.0) for day, p in ((0, 0.6), (7, 0.45), (14, 0.46), (21, 0.3))]
    past, day = past_of(*rows)
    steady = BandPolicy(POLICY.default, steps=Steps(0.8, 7, 9.0))
    assert replay(POLICY, past, day).band.tolist() == [RED, YELLOW, YELLOW, YELLOW]
    assert replay(steady, past, day).band.tolist() == [RED, RED, RED, RED]
    assert replay(steady, past, day).before.tolist() == [GREY, RED, RED, RED]


def test_patience_looks_back_in_the_replay_too() -> None:
    days = list(range(10))
    past, day = past_of(*[("a", d, 0.6 if d < 1 else 0.3, 0.0, 1.0) for d in days])
    patient = BandPolicy(POLICY.default, steps=Steps(1.0, 7, 9.0))
    assert replay(patient, past, day).band.tolist() == [RED] * 8 + [YELLOW] * 2


def test_the_order_of_rows_means_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = [
        (f"a{n}", 30 * m, float(rng.random()), float(rng.random() < 0.2), float(n))
        for n in range(40)
        for m in range(6)
    ]
    mixed = [rows[i] for i in rng.permutation(len(rows))]
    assert meaning(*rows) == meaning(*mixed)
    assert (
        meaning(*rows).flaps
        > meaning(*rows, policy=BandPolicy(POLICY.default, steps=Steps(0.5, 0))).flaps
    )


def test_more_red_catches_more_and_costs_precision() -> None:
    rng = np.random.default_rng(5)
    chance = rng.beta(1, 6, 4000)
    rows = [
        (f"a{n % 500}", 30 * (n // 500), float(p), float(rng.random() < p), 10.0)
        for n, p in enumerate(chance)
    ]
    found = [
        meaning(*rows, policy=BandPolicy(Thresholds(red, 0.01, 0, 0), steps=AT_ONCE))
        for red in (0.5, 0.3, 0.15)
    ]
    assert [f.lost_captured for f in found] == sorted(f.lost_captured for f in found)
    assert [f.precision for f in found] == sorted((f.precision for f in found), reverse=True)
    assert all(f.precision_low <= f.precision <= f.precision_high for f in found)


def test_rows_come_back_from_parquet(trained: Trained, tmp_path: Path) -> None:
    rows = trained.band_rows
    rows.write(tmp_path)
    again = BandRows.read(tmp_path / "band_rows.parquet")
    pd.testing.assert_frame_equal(again.frame, rows.frame, check_dtype=False)
    assert again.newest == trained.model.data_as_of


def test_the_rows_kept_are_those_that_decided(trained: Trained) -> None:
    """Outcomes of a band add up, and no row's outcome was open when the model was made."""
    rows, model = trained.band_rows, trained.model
    past = rows.past()
    assert sum(band.rows for band in trained.bands) == len(past.lost)
    latest = model.data_as_of - timedelta(days=model.primary_horizon)
    assert date.fromordinal(int(rows.days().max())) <= latest
    found = simulate(model.policy, past, rows.days(), rows.present())
    assert 0 < found.red_now <= math.ceil(0.1 * len(rows.present().chance))
    assert found.precision > past.lost.mean()
    assert GREEN < YELLOW < RED < GREY
