"""Causes are told apart by signals where that holds on later dates, else by their base share."""

from collections.abc import Callable

import numpy as np
import pytest

from models.causes.learn import BASE_SHARE, Told, learn
from models.causes.learnt import LearntCauses
from models.causes.shares import CAUSES, CHURN, CONTRACTION
from models.dataset import Dataset
from models.trained import Trained, TrainingPlan
from models.training import material_of

COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")
MakeWorld = Callable[..., Dataset]


@pytest.fixture(scope="module")
def world(make_world: MakeWorld) -> Dataset:
    """The rows that `trained` was trained from."""
    return make_world(seed=5, signal=1.5)


def learnt(world: Dataset, trained: Trained, plan: TrainingPlan, chance: object) -> LearntCauses:
    """Losses are contractions with a chance given for each plan, the same for all its rows."""
    account = world.frame["account_id"].to_numpy(object)
    names, owner = np.unique(account, return_inverse=True)
    drawn = np.random.default_rng(1).random(len(names))[owner]
    contracted = np.isfinite(world.event_days) & (drawn < world.frame["plan"].map(chance))  # type: ignore[arg-type]
    assert trained.walk is not None
    told = Told(material_of(world, COLUMNS, plan), np.asarray(contracted), trained.walk)
    return learn(told, 90, {CHURN: 1.0, CONTRACTION: 0.3}, 0, lambda _: None)


@pytest.fixture(scope="module")
def foretold(world: Dataset, trained: Trained, plan: TrainingPlan) -> LearntCauses:
    return learnt(world, trained, plan, {"basic": 0.05, "plus": 0.3, "team": 0.95})


def test_signals_that_tell_causes_apart_are_used(foretold: LearntCauses) -> None:
    assert foretold.flavour in {"shrunken", "logistic"}
    assert foretold.gain is not None
    assert foretold.gain.low > 0
    assert [share.flavour for share in foretold.causes.shares] == [foretold.flavour] * 2
    assert "told apart by" in foretold.words


def test_each_cause_has_its_figures_beside_the_base_share(
    foretold: LearntCauses, trained: Trained
) -> None:
    for cause in CAUSES:
        for horizon, report in foretold.reports[cause].items():
            assert report.gains[BASE_SHARE].low > 0
            assert 0.7 < report.metrics["expected_over_observed"].value < 1.4
            assert report.metrics["auc"].value > 0.7
            assert report.rows == trained.reports[horizon].rows
    for horizon, whole in trained.reports.items():
        assert sum(foretold.reports[c][horizon].events for c in CAUSES) == whole.events


def test_causes_that_nothing_foretells_have_their_base_share(
    world: Dataset, trained: Trained, plan: TrainingPlan
) -> None:
    found = learnt(world, trained, plan, dict.fromkeys(("basic", "plus", "team"), 0.4))
    assert found.flavour == "constant"
    assert "not beyond doubt" in found.words
    inputs = np.full((2, len(trained.model.schema.names)), np.nan)
    for share in found.causes.shares:
        assert abs(share.tilt.by_odds) < 0.3
        assert share.of(inputs, np.full(2, -3.0)) == pytest.approx([0.4, 0.4], abs=0.15)


def test_too_few_of_a_cause_is_said(world: Dataset, trained: Trained, plan: TrainingPlan) -> None:
    found = learnt(world, trained, plan, dict.fromkeys(("basic", "plus", "team"), 0.03))
    assert (found.flavour, found.gain) == ("constant", None)
    assert "25 of each" in found.words
    assert found.reports[CONTRACTION] == {}
    assert found.missing[CONTRACTION].keys() == found.reports[CHURN].keys()
    assert found.accounts[CONTRACTION] < 20 < found.accounts[CHURN]
