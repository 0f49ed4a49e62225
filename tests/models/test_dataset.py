"""Who was at risk, whose outcome is certain, and who was lost, in small tables."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.dataset import Dataset, join
from models.intervals import INTERVALS, Interval

NEVER = np.inf
JUNE, MARCH, JANUARY = date(2026, 6, 30), date(2026, 3, 31), date(2026, 1, 31)
FIRST_30, TO_90 = INTERVALS[:2]

#        account  as_of    lost after  followed for
ROWS = [
    ("early", JANUARY, 10.0, NEVER),
    ("on the edge", JANUARY, 30.0, NEVER),
    ("just after", JANUARY, 30.5, NEVER),
    ("late", JANUARY, 80.0, NEVER),
    ("stays", JANUARY, NEVER, NEVER),
    ("out of sight", JANUARY, NEVER, 45.0),
    ("lost out of sight", JANUARY, 60.0, 45.0),
    ("silent already", JANUARY, 0.0, NEVER),
    ("recent", date(2026, 6, 15), 3.0, NEVER),
]


@pytest.fixture
def data(make_dataset: Callable[..., Dataset]) -> Dataset:
    return make_dataset(ROWS, JUNE)


def names(data: Dataset, rows: np.ndarray) -> list[str]:
    return data.frame["account_id"][rows].tolist()


def test_lost_within_includes_the_last_day_and_excludes_what_nobody_followed(
    data: Dataset,
) -> None:
    assert names(data, data.lost_within(30)) == ["early", "on the edge", "silent already", "recent"]
    later = names(data, data.lost_within(90))
    assert set(later) - set(names(data, data.lost_within(30))) == {"just after", "late"}


def test_first_interval_has_everyone_whose_outcome_is_certain(data: Dataset) -> None:
    at_risk = names(data, data.at_risk(FIRST_30, JUNE))
    assert at_risk == [r[0] for r in ROWS if r[0] != "recent"]


def test_later_interval_has_only_those_still_there_and_followed(data: Dataset) -> None:
    assert names(data, data.at_risk(TO_90, JUNE)) == ["just after", "late", "stays"]


@pytest.mark.parametrize(("at", "certain"), [(date(2026, 3, 2), True), (date(2026, 3, 1), False)])
def test_an_outcome_is_certain_when_its_window_has_passed(
    data: Dataset, at: date, certain: bool
) -> None:
    assert data.matured(30, at)[0] == certain  # 31 January and 30 days: 2 March


def test_a_lag_makes_outcomes_certain_later(make_dataset: Callable[..., Dataset]) -> None:
    lapse = make_dataset(ROWS, JUNE, lag_days=90)
    assert not lapse.matured(30, date(2026, 5, 30))[0]
    assert lapse.matured(30, date(2026, 5, 31))[0]


def test_known_losses_do_not_enter_early(data: Dataset) -> None:
    """A loss known already must wait for the survivals of its date, or it would bias."""
    assert "recent" not in names(data, data.at_risk(FIRST_30, JUNE))
    assert names(data, data.at_risk(Interval(0, 10), JUNE))[-1] == "recent"


def test_take_keeps_rows_together(data: Dataset) -> None:
    kept = data.take(data.lost_within(30))
    assert kept.frame["account_id"].tolist() == ["early", "on the edge", "silent already", "recent"]
    assert kept.event_days.tolist() == [10.0, 30.0, 0.0, 3.0]
    assert kept.dates == [JANUARY, date(2026, 6, 15)]


def test_join_orders_by_date_and_account() -> None:
    keys = {"account_id": ["b", "a", "a"], "as_of": [JANUARY, MARCH, JANUARY]}
    snapshots = pd.DataFrame({**keys, "use": [1.0, 2.0, 3.0]})
    fates = pd.DataFrame(
        {**keys, "event_days": [5.0, NEVER, 7.0], "followed_days": [NEVER] * 3}
    ).iloc[::-1]
    joined = join(snapshots, fates, 0, JUNE)
    assert joined.frame["account_id"].tolist() == ["a", "b", "a"]
    assert joined.frame["use"].tolist() == [3.0, 1.0, 2.0]
    assert joined.event_days.tolist() == [7.0, 5.0, NEVER]
    assert list(joined.frame) == ["account_id", "as_of", "use"]


def test_join_refuses_other_rows() -> None:
    snapshots = pd.DataFrame({"account_id": ["a", "b"], "as_of": [JANUARY] * 2})
    fates = snapshots.iloc[:1].assign(event_days=NEVER, followed_days=NEVER)
    with pytest.raises(ValueError, match="2 snapshot rows and 1 outcomes share only 1"):
        join(snapshots, fates, 0, JUNE)
