"""Known and new accounts: the flag is exact, the figures those of each group."""

from collections.abc import Callable

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import learn_schema
from models.evaluation import TestSet
from models.evaluation import test_sets as sets_of
from models.intervals import INTERVALS
from models.known_accounts import groups, known_account
from models.material import Material
from models.metrics import auc
from models.walkforward import OutOfTime, WalkForward


@pytest.fixture(scope="module")
def material(make_world: Callable[..., Dataset]) -> Material:
    data = make_world(seed=5, signal=1.5)
    schema = learn_schema(data.frame, ["use", "plan"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))


@pytest.fixture(scope="module")
def walk(material: Material) -> OutOfTime:
    return material.walk("logistic")


@pytest.fixture(scope="module")
def test(material: Material, walk: OutOfTime) -> TestSet:
    return sets_of(material.dataset, walk)[30]


def test_known_means_met_in_training(material: Material, walk: OutOfTime) -> None:
    data = material.dataset
    known = known_account(data, walk)
    accounts = data.frame["account_id"].to_numpy(object)
    for begins in np.unique(walk.block_of[walk.block_of > 0]):
        block = walk.block_of == begins
        trained = set(accounts[data.ordinals + 30 <= begins])
        assert (known[block] == np.isin(accounts[block], list(trained))).all()
        assert 0 < known[block].mean() < 1
    assert not known[walk.block_of == 0].any()


def test_groups_part_the_test_rows(material: Material, walk: OutOfTime, test: TestSet) -> None:
    known = known_account(material.dataset, walk)
    old, new = groups(material.dataset, test, known, 1)
    assert (old.known_account, new.known_account) == (True, False)
    assert old.rows + new.rows == len(test.rows)
    assert old.events + new.events == test.lost.sum()
    mine = known[test.rows]
    assert old.auc is not None
    assert old.auc.value == auc(test.lost[mine], test.chance[mine], np.ones(mine.sum()))
    assert old.auc.low < old.auc.value < old.auc.high


def test_few_losses_have_no_figures(material: Material, test: TestSet) -> None:
    lost = np.zeros_like(test.lost)
    lost[:3] = 1
    few = TestSet(test.rows, lost, test.chance)
    everyone = np.ones(len(material.dataset.frame), bool)
    (only,) = groups(material.dataset, few, everyone, 1)
    assert only.auc is only.log_loss is None
    assert only.rows == len(test.rows)
