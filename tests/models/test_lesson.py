"""A lesson counts only where it says as much as what happened."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.course import Courses
from models.dataset import Dataset
from models.encoding import learn_schema
from models.flavours import FLAVOURS, Fitted, Flavour
from models.intervals import INTERVALS, Interval
from models.lesson import Lesson
from models.walkforward import Fold, WalkForward, fits, folds_of

MakeWorld = Callable[..., Dataset]


def test_expected_losses_add_up_to_those_that_came_within_a_fifth() -> None:
    rows, certain = np.arange(100), np.ones(100, bool)
    came = np.repeat([1.0, 0.0], [30, 70])
    for mean, borne_out in ((0.3, True), (0.25, True), (0.35, True), (0.23, False), (0.37, False)):
        assert Lesson(rows, np.full(100, mean)).borne_out(certain, came) is borne_out


def test_only_rows_that_are_certain_and_learnt_from_are_held_against_each_other() -> None:
    certain = np.array([True, False, True, True, True])
    came = np.array([1.0, 0.0, 1.0, 0.0])  # of rows 0, 2, 3 and 4
    lesson = Lesson(np.array([0, 1, 2, 3]), np.array([0.9, 0.9, 0.8, 0.2]))
    assert lesson.borne_out(certain, came)
    assert not replace(lesson, lost=np.array([0.5, 0.9, 0.5, 0.2])).borne_out(certain, came)


def drifting(world: Dataset) -> Dataset:
    """Each row of those who use little is lost one to three months later, from whichever date.

    As where revenue falls little by little: of what is to come within three months of a date, what
    comes within a month of each of them tells a part.
    """
    rng = np.random.default_rng(1)
    rows = len(world.frame)
    falls = rng.random(rows) < np.where(world.frame["use"] < 0, 0.9, 0.2)
    event = np.where(falls, rng.integers(20, 360, rows), np.inf)
    event = np.where(falls & (rng.random(rows) < 0.7), rng.integers(40, 90, rows), event)
    return replace(world, event_days=event, followed_days=np.full(rows, 1000.0))


@pytest.fixture(scope="module")
def steps(make_world: MakeWorld) -> Dataset:
    return make_world(seed=6, accounts=300, signal=1.0, months=20)


def _folds(data: Dataset) -> list[Fold]:
    at = date.fromordinal(int(data.ordinals.max()))
    return list(folds_of(data, data.ordinals == at.toordinal(), at, INTERVALS))


def _found(data: Dataset, flavour: Flavour) -> tuple[dict[Interval, Fitted], list[Fitted]]:
    """A fit for each interval, and all of them as they are learnt from what happened."""
    schema = learn_schema(data.frame, ["use", "noise", "plan"])
    inputs, how, folds = schema.encode(data.frame), WalkForward(INTERVALS), _folds(data)
    found = fits(folds, flavour, inputs, schema, how)
    plain = [flavour.fit(inputs[f.risk], f.lost, schema, how.seed) for f in folds]
    return dict(zip((f.interval for f in folds), found, strict=True)), plain


def _alike(found: Sequence[Fitted], plain: Sequence[Fitted]) -> list[bool]:
    return [a.to_files() == b.to_files() for a, b in zip(found, plain, strict=True)]


@pytest.mark.parametrize("courses", [False, True])
def test_what_drifts_is_learnt_from_what_happened(steps: Dataset, courses: bool) -> None:
    for data, alike in ((steps, [False, False]), (drifting(steps), [True, True, True])):
        data = replace(data, courses=Courses(data)) if courses else data
        found, plain = _found(data, FLAVOURS["lightgbm"])
        assert list(found) == list(INTERVALS)
        assert _alike(list(found.values())[1:], plain[1:])[: len(alike)] == alike


def test_the_level_of_what_drifts_is_right(steps: Dataset) -> None:
    data = drifting(steps)
    found, _ = _found(data, FLAVOURS["lightgbm"])
    inputs = learn_schema(data.frame, ["use", "noise", "plan"]).encode(data.frame)
    for fold in _folds(data):
        expected = 1 / (1 + np.exp(-found[fold.interval].log_odds(inputs[fold.risk])))
        assert expected.sum() == pytest.approx(fold.lost.sum(), rel=0.05)
