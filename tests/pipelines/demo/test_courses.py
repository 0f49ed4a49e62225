"""Dates between months teach, and leave everything that is foretold as it is."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from models.dataset import Dataset
from pipelines.assemble import Assembled, assemble, digest_of
from pipelines.company import learning_plan
from pipelines.config import Config, read_config
from pipelines.demo import DemoCompany
from pipelines.demo.dates import LAST_DAY
from pipelines.loading import load_sources
from pipelines.workspace import Workspace


@pytest.fixture(scope="module")
def space(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("space"))
    load_sources(found, read_config(company.config, {}), lambda _: None)
    return found


@pytest.fixture(scope="module")
def both(company: DemoCompany, space: Workspace) -> tuple[Assembled, Assembled, Config]:
    """With dates between, and without."""
    config = read_config(company.config, {})
    never = config.snapshots.model_copy(update={"between": "never"})
    without = config.model_copy(update={"snapshots": never})
    ways = (assemble(space, each, LAST_DAY, lambda _: None) for each in (config, without))
    return (*ways, config)  # type: ignore[return-value]


def test_rows_and_outcomes_are_those_of_the_months_alone(
    both: tuple[Assembled, Assembled, Config],
) -> None:
    close, plain, _ = both
    assert plain.dataset.courses is None
    pd.testing.assert_frame_equal(close.dataset.frame, plain.dataset.frame)
    assert np.array_equal(close.dataset.event_days, plain.dataset.event_days)
    assert np.array_equal(close.dataset.followed_days, plain.dataset.followed_days)
    assert (close.columns, close.followed) == (plain.columns, plain.followed)
    assert list(close.beside) == list(plain.beside) != []
    for name, known in close.beside.items():
        assert np.array_equal(known.event_days, plain.beside[name].event_days)
        assert known.courses is None


def test_courses_have_all_months_and_weeks_between(
    both: tuple[Assembled, Assembled, Config],
) -> None:
    dataset = both[0].dataset
    assert dataset.courses is not None
    every = dataset.courses.data
    assert set(dataset.dates) < set(every.dates)
    assert {b - a for a, b in pairwise(every.dates)} <= {timedelta(7), timedelta(8)}
    months = every.take(every.frame["as_of"].isin(dataset.dates).to_numpy(bool))
    pd.testing.assert_frame_equal(months.frame, dataset.frame)
    assert every.lag_days == dataset.lag_days


def test_a_model_is_named_after_what_it_learnt_from(
    both: tuple[Assembled, Assembled, Config],
) -> None:
    close, plain, config = both
    plan = learning_plan(config, close.catalogue)
    assert digest_of(close, plan) != digest_of(plain, plan)


def test_dates_that_are_weekly_already_teach_as_they_are(
    company: DemoCompany, space: Workspace
) -> None:
    config = read_config(company.config, {})
    weekly = {"every": "week", "first": LAST_DAY - timedelta(weeks=4)}
    snapshots = config.snapshots.model_copy(update=weekly)

    def found(between: str) -> Dataset:
        asked = snapshots.model_copy(update={"between": between})
        given = config.model_copy(update={"snapshots": asked})
        return assemble(space, given, LAST_DAY, lambda _: None).dataset

    close, plain = found("auto"), found("never")
    assert plain.courses is None
    assert close.courses is not None
    assert len(close.dates) == 5
    assert close.courses.data.frame is close.frame  # no further snapshots, and no copy
    pd.testing.assert_frame_equal(close.frame, plain.frame)
    assert np.array_equal(close.courses.data.event_days, plain.event_days)
