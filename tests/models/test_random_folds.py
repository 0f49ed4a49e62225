"""Random folds flatter where accounts can be recognised, and only there."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema, learn_schema
from models.evaluation import test_sets as sets_of
from models.intervals import INTERVALS
from models.material import Material
from models.random_folds import Claim, claim
from models.walkforward import WalkForward


@pytest.fixture(scope="module")
def material(make_world: Callable[..., Dataset]) -> Material:
    data = make_world(seed=5, signal=1.0, accounts=200)
    schema = learn_schema(data.frame, ["use", "noise"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))


def claimed(material: Material, flavour: str) -> Claim:
    found = claim(material, flavour, 90, sets_of(material.dataset, material.walk(flavour))[90])
    assert found is not None
    return found


def test_recognised_accounts_flatter(material: Material) -> None:
    """Numbers that never change name each account; its fate is then learnt by heart."""
    owner = material.dataset.frame.groupby("account_id").ngroup().to_numpy()
    names = np.random.default_rng(0).normal(size=(owner.max() + 1, 40))[owner]
    schema = InputSchema(tuple(InputColumn(f"x{i}") for i in range(40)))
    found = claimed(replace(material, inputs=names, schema=schema), "lightgbm")
    assert found.claimed["auc"] > found.held["auc"] + 0.1
    assert found.claimed["log_loss"] < found.held["log_loss"]


def test_an_honest_signal_claims_no_more(material: Material) -> None:
    found = claimed(material, "logistic")
    assert found.claimed["auc"] == pytest.approx(found.held["auc"], abs=0.03)
    assert found.words.startswith(f"random folds would have claimed AUC {found.claimed['auc']:.3f}")


def test_both_speak_of_the_same_rows(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    test = sets_of(material.dataset, material.walk("logistic"))[90]
    assert claimed(material, "logistic").rows == len(test.rows)
    monkeypatch.setattr("models.random_folds.ROWS", len(material.inputs) // 2)
    part = claimed(material, "logistic")
    assert 0.3 < part.rows / len(test.rows) < 0.7
    assert part.held["auc"] != claimed(material, "logistic").claimed["auc"]
