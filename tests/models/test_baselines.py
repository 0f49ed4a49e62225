"""Baselines on the same rows, as clever as a model could be with their columns."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.baselines import BASE_RATE, BEST_SIGNAL, BY_SEGMENT, OWN_SCORE, rivals
from models.dataset import Dataset
from models.encoding import learn_schema
from models.evaluation import TestSet, calibrated_in_time
from models.evaluation import test_sets as sets_of
from models.intervals import INTERVALS
from models.material import Material
from models.metrics import auc, log_loss
from models.walkforward import WalkForward


@pytest.fixture(scope="module")
def material(make_world: Callable[..., Dataset]) -> Material:
    """Losses come early in a customer's life, which no straight line can show."""
    data = make_world(seed=8, accounts=400, base=0.03, young=2.0)
    schema = learn_schema(data.frame, ["use", "noise", "age"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))


@pytest.fixture(scope="module")
def tests(material: Material) -> dict[int, TestSet]:
    return sets_of(material.dataset, material.walk("logistic"))


def test_the_better_of_lines_and_trees_stands(
    material: Material, tests: dict[int, TestSet]
) -> None:
    found = rivals(material, {"age alone": ("age",)}, tests)
    one = {h: np.ones(len(t.lost)) for h, t in tests.items()}
    for horizon, test in tests.items():
        losses = {
            flavour: log_loss(test.lost, chances[horizon][test.rows], one[horizon])
            for flavour in ("logistic", "lightgbm")
            for chances in [calibrated_in_time(material.dataset, material.walk(flavour, ["age"]))]
        }
        stands = log_loss(test.lost, found[horizon]["age alone"], one[horizon])
        assert stands == min(losses.values()) == losses["lightgbm"] < losses["logistic"]


def test_baselines_learn_later_losses_from_what_happened(
    make_world: Callable[..., Dataset],
) -> None:
    data = make_world(seed=8, accounts=400, months=24, base=0.03, young=2.0)
    schema = learn_schema(data.frame, ["use", "noise", "age"])
    every = Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:3], 2))
    found = rivals(every, {"age alone": ("age",)}, sets_of(data, every.walk("logistic")))
    alone = replace(every, how=replace(every.how, intervals=INTERVALS[2:3]))
    plain = replace(every, how=replace(every.how, hands_on=False))
    told, apart, handed = (m.walk("lightgbm", ["age"]) for m in (plain, alone, every))
    for interval, odds in told.log_odds.items():
        same = apart if interval == INTERVALS[2] else handed
        np.testing.assert_array_equal(odds, same.log_odds[interval])
    test = sets_of(data, every.walk("logistic"))[180]
    chances = calibrated_in_time(data, told)[180][test.rows]
    np.testing.assert_array_equal(found[180]["age alone"], chances)


def test_the_base_rate_is_always_there_and_knows_nothing(
    material: Material, tests: dict[int, TestSet]
) -> None:
    found = rivals(material, {}, tests)
    assert {h: list(f) for h, f in found.items()} == {30: ["base rate"], 90: ["base rate"]}
    begins = material.walk("constant", []).block_of[tests[30].rows]
    assert len(np.unique(found[30]["base rate"])) == len(np.unique(begins))


def test_columns_that_do_not_exist_leave_the_base_rate(
    material: Material, tests: dict[int, TestSet]
) -> None:
    found = rivals(material, {"recency alone": ("last_used",)}, tests)
    np.testing.assert_array_equal(found[30]["recency alone"], found[30]["base rate"])
    assert auc(tests[30].lost, found[30]["base rate"], np.ones(len(tests[30].lost))) < 0.65


@pytest.fixture(scope="module")
def named(make_world: Callable[..., Dataset]) -> Material:
    """`score` is the company's own: what it thinks of `use`."""
    data = make_world(seed=5, signal=1.5)
    data.frame["score"] = np.round(10 * data.frame["use"])
    schema = learn_schema(data.frame, ["use", "noise", "plan", "score"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))


def test_what_a_user_must_see_beside_a_model(named: Material) -> None:
    tests = sets_of(named.dataset, named.walk("logistic"))
    asked = {BY_SEGMENT: ("none", "plan"), BEST_SIGNAL: (), OWN_SCORE: ("score",)}
    found = rivals(named, asked, tests)[90]
    assert list(found) == [BASE_RATE, BY_SEGMENT, BEST_SIGNAL, OWN_SCORE]
    plans = named.dataset.frame["plan"].to_numpy(object)[tests[90].rows]
    block = named.walk("constant", []).block_of[tests[90].rows]
    chances = set(zip(plans, block, found[BY_SEGMENT], strict=True))
    assert len(chances) == len({(plan, begins) for plan, begins, _ in chances})
    lost, ones = tests[90].lost, np.ones(len(tests[90].lost))
    for clever in (BEST_SIGNAL, OWN_SCORE):
        assert auc(lost, found[clever], ones) > auc(lost, found[BASE_RATE], ones) + 0.1


def test_without_a_segment_the_base_rate_stands(named: Material) -> None:
    tests = sets_of(named.dataset, named.walk("logistic"))
    found = rivals(named, {BY_SEGMENT: ("use", "none")}, tests)[90]
    np.testing.assert_allclose(found[BY_SEGMENT], found[BASE_RATE])
