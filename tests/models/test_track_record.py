"""What people are shown of a model, on rows whose truth is known."""

import json
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.bands.accounts import Accounts
from models.bands.policy import BandPolicy, Thresholds
from models.score import Band
from models.track_record import by_month, groups, leads, leavers_found, read_back, track_record

POLICY = BandPolicy(Thresholds(red_from=0.5, green_below=0.2, base_rate=0.2, promise=0.1))
JANUARY = date(2025, 1, 31)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Chances that are exactly true: 400 accounts at 3 dates, one fate each by chance."""
    rng = np.random.default_rng(1)
    n = 1200
    chance = rng.beta(1, 4, n)
    return pd.DataFrame(
        {
            "account_id": [f"a{i}" for i in range(n)],
            "as_of": [JANUARY + timedelta(days=30 * (i % 3)) for i in range(n)],
            "horizon": 90,
            "chance": chance,
            "lost": rng.random(n) < chance,
            "days_to_loss": np.where(rng.random(n) < 0.1, 20.0, np.nan),
            "arr": 1000.0,
            "beside: luck": rng.random(n),
        }
    )


def test_true_chances_keep_their_word_in_nearly_every_group(rows):
    found = groups(rows["chance"].to_numpy(), rows["lost"].to_numpy(float), names(rows))
    assert len(found) == 9
    assert sum(group.rows for group in found) == len(rows)
    assert [group.said for group in found] == sorted(group.said for group in found)
    assert sum(group.came.low <= group.said <= group.came.high for group in found) >= 8


def test_chances_that_are_too_bold_are_shown_as_such(rows):
    bold = np.minimum(rows["chance"].to_numpy() * 2, 1.0)
    found = groups(bold, rows["lost"].to_numpy(float), names(rows))
    assert found[-1].said > found[-1].came.high


def test_a_knowing_score_finds_leavers_first_and_chance_finds_its_share(rows):
    lost = rows["lost"].to_numpy(float)
    luck = rows["beside: luck"].to_numpy()
    found = leavers_found(days(rows), lost, names(rows), lost, luck)
    at = {point.called: point for point in found}
    assert at[0.1].found.value == pytest.approx(0.1 * len(lost) / lost.sum(), rel=0.05)
    assert at[0.5].found.value == 1.0
    assert at[0.5].rival == pytest.approx(0.5, abs=0.08)
    values = [point.found.value for point in found]
    assert values == sorted(values)


def test_of_equal_scores_none_is_called_before_another():
    lost = np.array([1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    same = np.full(10, 0.3)
    found = leavers_found(np.zeros(10, int), lost, np.arange(10).astype(object), same, None)
    assert [each.found.value for each in found] == pytest.approx([each.called for each in found])
    assert found[0].rival is None


def test_where_nobody_left_there_is_no_lift():
    none = np.zeros(4)
    assert leavers_found(np.zeros(4, int), none, np.arange(4).astype(object), none, None) == ()


def test_leavers_by_how_long_they_had_been_red():
    red, yellow, green = 2, 1, 0
    #        a: red for 60 days and lost 10 days later  b: yellow last   c: green  d: stays
    account = np.array(["a", "a", "a", "b", "b", "c", "d"], object)
    day = np.array([0, 30, 60, 30, 60, 60, 60])
    band = np.array([red, red, red, red, yellow, green, red], np.int8)
    to_loss = np.array([70.0, 40, 10, 50, 20, 5, np.nan])
    found = {
        (each.least_days, each.band): each.leavers for each in leads(day, account, band, to_loss)
    }
    assert found == {
        (180, Band.RED): 0,
        (90, Band.RED): 0,
        (30, Band.RED): 1,
        (1, Band.RED): 0,
        (0, Band.YELLOW): 1,
        (0, Band.GREEN): 1,
    }


def test_bands_by_month(rows):
    chance, lost = rows["chance"].to_numpy(), rows["lost"].to_numpy(float)
    codes = POLICY.bands(chance, Accounts.unknown(len(rows)))
    found = by_month(rows, chance, lost, codes)
    assert {each.month for each in found} == {"2025-01", "2025-03", "2025-04"}
    for each in found:
        assert each.came.low <= each.came.value <= each.came.high
        assert each.rows >= 5
    assert sum(each.rows for each in found) == len(rows)
    held = [each.came.low <= each.said <= each.came.high for each in found]
    assert sum(held) >= len(held) - 1


def test_all_of_it(rows):
    found = track_record(rows, POLICY, "luck")
    assert (found.horizon, found.rows, found.accounts) == (90, 1200, 1200)
    assert found.dates == ("2025-01-31", "2025-04-01")
    assert found.lost == rows["lost"].sum()
    assert found.rule == "luck"


def names(rows: pd.DataFrame):
    return rows["account_id"].to_numpy(object)


def days(rows: pd.DataFrame):
    return rows["as_of"].map(date.toordinal).to_numpy()


def test_it_survives_being_kept_as_json(rows):
    found = track_record(rows, POLICY, "luck")
    assert read_back(json.loads(json.dumps(asdict(found)))) == found
    assert read_back({}) is None
