"""Each account once, early in its life, with what came after."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.signals import CATALOGUE
from models.insights.base import Base
from models.insights.event_study import months
from models.insights.landmark import early_behaviours, first_rows, landmark_at

JANUARY, FEBRUARY, MARCH = date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)


def test_the_first_snapshot_after_some_days_counts_and_no_other(base_of):
    frame = {
        "account_id": ["a", "a", "a", "old", "b"],
        "as_of": [JANUARY, FEBRUARY, MARCH, JANUARY, MARCH],
        "profile__age": [20.0, 49.0, 80.0, 900.0, 31.0],
    }
    base = base_of(frame, [np.inf] * 5)
    assert first_rows(base, 30).tolist() == [1, 4]
    assert first_rows(base, 60).tolist() == [2]


@pytest.fixture
def young(base_of):
    rng = np.random.default_rng(1)
    size = 200
    event = np.where(np.arange(size) < 50, rng.integers(1, 300, size), np.inf)
    frame = {
        "account_id": [f"a{n:03}" for n in range(size)],
        "profile__age": np.full(size, 33.0),
        "profile__industry": rng.choice(["retail", "care", None], size),
        "profile__mrr": np.where(rng.random(size) < 0.1, np.nan, rng.exponential(100, size)),
        "adoption__users_30d": rng.integers(0, 9, size).astype(float),
    }
    return base_of(frame, event)


def test_staying_is_judged_over_the_longest_time_with_enough_losses(young):
    found = landmark_at(young, 30)
    assert found.within == 365
    assert found.losses == 50
    assert found.stayed.sum() == 150


@pytest.mark.parametrize("lead", [30, 90])
def test_no_leaver_is_left_out_for_a_minimum_lead_time(young, lead):
    """That is a question to the model, not to who stays."""
    late = Base(replace(young.dataset, lead=lead), young.columns, young.segments, young.seed)
    assert landmark_at(late, 30).losses == 50
    for plain, found in zip(months(young), months(late), strict=True):
        np.testing.assert_array_equal(plain.staying, found.staying)


def test_an_account_lost_before_its_landmark_takes_no_part(base_of):
    frame = {"account_id": ["a", "b", "c"], "profile__age": [33.0] * 3}
    found = landmark_at(base_of(frame, [0, 10, np.inf]), 30)
    assert len(found.stayed) == 2
    assert found.losses == 1


def test_without_any_loss_there_is_no_landmark(base_of):
    assert landmark_at(base_of({"account_id": ["a"], "profile__age": [33.0]}, [np.inf]), 30) is None


def test_covariates_are_complete_and_of_unit_size(young):
    given = landmark_at(young, 30).covariates
    assert np.isfinite(given).all()
    assert np.abs(given).max() < 2
    assert given.shape[1] == 3  # industry (one word against the other), revenue, and its gaps


def test_behaviours_are_those_of_the_first_days_that_people_can_act_on():
    found = {c.name for c in early_behaviours(CATALOGUE.columns, 60)}
    assert "adoption__users_60d" in found
    assert not {"adoption__users_30d", "adoption__users_90d"} & found
    assert "consumption__first_used" not in found
    assert "experience__tickets_30d" not in found  # neither more nor fewer is healthier
