"""Shuffled fates keep their structure and are not foretold, unless the training cheats."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.dataset import Dataset, Mask
from models.encoding import InputColumn, InputSchema
from models.leaks import shuffled
from models.material import Material

MakeMaterial = Callable[..., Material]


@pytest.fixture
def world(make_material: MakeMaterial) -> Material:
    return make_material(seed=5, signal=2.0, accounts=200)


def test_every_account_gets_one_fate(world: Material) -> None:
    data, kept = shuffled.shuffled(world.dataset, 3)
    lost_on = data.ordinals + data.event_days
    by_account = data.frame.assign(lost_on=lost_on).groupby("account_id")["lost_on"].nunique()
    assert (by_account == 1).all()
    was = world.dataset.ordinals + world.dataset.event_days
    assert set(lost_on) <= set(was)
    assert len(data.frame) == kept.sum() > 0.5 * len(kept)
    assert (data.event_days > 0).all()


def test_what_was_foretold_no_longer_is(world: Material) -> None:
    found, findings = shuffled.probe(world, 90)
    assert found is not None
    assert found.auc.low <= 0.5 <= found.auc.high
    assert findings == []


def test_a_training_that_sees_the_test_is_caught(
    world: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the purge, rows of the test's own label windows are learnt by heart."""

    def everything(data: Dataset, end_days: int, at: date) -> Mask:  # noqa: ARG001
        return np.ones(len(data.event_days), bool)

    identity = world.dataset.frame.groupby("account_id").ngroup().to_numpy()
    codes = np.random.default_rng(0).normal(size=(identity.max() + 1, 150))[identity]
    schema = InputSchema(tuple(InputColumn(f"x{i}") for i in range(codes.shape[1])))
    marked = replace(world, inputs=codes, schema=schema)
    assert shuffled.probe(marked, 90)[1] == []
    monkeypatch.setattr(Dataset, "matured", everything)
    seen, findings = shuffled.probe(marked, 90)
    assert seen is not None
    assert seen.shuffles == shuffled.SHUFFLES
    assert [each.blocks for each in findings] == [True]
    assert "outcomes dealt out to other accounts are still foretold" in findings[0].words


def test_too_few_losses_are_not_shuffled(make_material: MakeMaterial) -> None:
    assert shuffled.probe(make_material(accounts=30, base=0.01), 90) == (None, [])
