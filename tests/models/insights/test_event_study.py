"""Who is compared with whom, month by month."""

from datetime import date

import numpy as np
import pytest

from models.insights.event_study import event_study, months

NEVER = np.inf


def test_each_month_takes_those_lost_in_it_and_those_there_after_it(base_of):
    base = base_of({"account_id": list("abcd"), "profile__age": [9.0] * 4}, [10, 45, 70, NEVER])
    first, second, third = list(months(base))[:3]
    assert first.leaving.tolist() == [True, False, False, False]
    assert first.staying.tolist() == [False, True, True, True]
    assert second.leaving.tolist() == [False, True, False, False]
    assert second.staying.tolist() == [False, False, True, True]
    assert third.leaving.tolist() == [False, False, True, False]


def test_who_left_before_is_neither(base_of):
    base = base_of({"account_id": ["a", "b"], "profile__age": [9.0, 9.0]}, [0, NEVER])
    assert not any(m.leaving[0] or m.staying[0] for m in months(base))


def test_a_date_without_certain_outcomes_takes_no_part(base_of):
    frame = {
        "account_id": ["a", "b"],
        "as_of": [date(2025, 11, 30)] * 2,
        "profile__age": [9.0, 9.0],
    }
    base = base_of(frame, [5, NEVER])  # 31 days before the end, of which 30 may still be a gap
    assert not any(m.leaving.any() or m.staying.any() for m in months(base))


def test_a_signal_that_falls_in_the_last_three_months_is_seen_to_do_so(base_of):
    rng = np.random.default_rng(1)
    size = 400
    days = np.where(np.arange(size) < 200, rng.integers(1, 360, size), NEVER)
    use = rng.normal(size=size) - 2.0 * (days <= 90)
    frame = {
        "account_id": [f"a{n}" for n in range(size)],
        "profile__age": np.full(size, 400.0),
        "consumption__volume_30d": use,
    }
    study = event_study(base_of(frame, days), ("consumption__volume_30d",))
    values = [d.value[0] for d in study.differences]
    assert all(value < -1 for value in values[:3])
    assert all(abs(value) < 0.6 for value in values[3:])
    counted = sum(d.weight[0] for d in study.differences[1:7])
    assert study.lasting.weight[0] == pytest.approx(counted)
