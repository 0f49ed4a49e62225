"""Leading indicators of small simulated bases; experiments/quality/insights.py has many more."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.insights.leading import CurvePoint, leading_indicators, moves_from

NAMES = ("consumption__volume_30d", "consumption__volume_90d", "experience__tickets_30d")


@pytest.fixture
def drawn(base_of):
    """Accounts over twelve months, lost by chances that hang on `push` times their mood."""

    def draw(push, seed):
        rng = np.random.default_rng(seed)
        size, dates = 250, pd.date_range("2024-01-31", periods=12, freq="ME")
        mood = rng.normal(size=size)
        lost = rng.exponential(900 * np.exp(push * mood), size)
        rows, event = [], []
        for day in dates:
            since = (day - dates[0]).days
            for n in np.flatnonzero(lost > since):
                use = np.exp(mood[n] + 0.5 * rng.normal())
                rows.append((f"a{n}", day.date(), 200.0, use, use * 3, rng.normal(), mood[n]))
                event.append(np.ceil(lost[n] - since))
        frame = pd.DataFrame(
            rows, columns=["account_id", "as_of", "profile__age", *NAMES, "profile__mrr"]
        ).drop(columns="profile__mrr")
        frame["as_of"] = frame["as_of"].astype(object)
        return base_of(frame.to_dict("list"), event)

    return draw


def test_a_driver_is_told_once_with_the_best_of_its_windows(drawn):
    found = leading_indicators(drawn(1.0, 1))
    (told,) = found.told
    assert found.looked == 2  # two windows of one signal, and another signal
    assert told.column.signal.name == "volume"
    assert told.difference.high < 0
    assert not told.contrary
    assert told.q < 0.001
    assert told.coverage == 1.0
    assert told.moves_days is not None
    assert told.typical[0] < told.typical[1]
    assert set(told.auc) == {30, 90, 180, 270}
    assert told.auc[30] > 0.6


def test_where_nothing_foretells_a_loss_nothing_is_told(drawn):
    assert leading_indicators(drawn(0.0, 2)).told == ()


def test_a_signal_that_moves_against_its_declaration_is_marked(drawn):
    (told,) = leading_indicators(drawn(-1.0, 3)).told
    assert told.contrary


def test_without_losses_the_reason_is_given(base_of):
    frame = {"account_id": ["a", "b"], "as_of": [date(2024, 1, 31)] * 2, NAMES[0]: [1.0, 2.0]}
    found = leading_indicators(base_of(frame, [np.inf, np.inf]))
    assert found.told == ()
    assert found.reason


def test_a_signal_moves_from_the_month_on_from_which_every_interval_is_clear():
    def at(days, low, high):
        return CurvePoint(days, 9, (low + high) / 2, low, high)

    curve = [at(0, -2, -1), at(30, -2, -0.1), at(60, -1, 0.1), at(90, -2, -1)]
    assert moves_from(curve, -1) == 30
    assert moves_from(curve, 1) is None
    assert moves_from(curve[2:], -1) is None
