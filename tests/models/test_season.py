"""A declared month through training, explanations and the saved bundle."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from models import bundle
from models.dataset import Dataset
from models.explain.coalitions import parts_of
from models.flavours.shifted import FittedShifted
from models.trained import Provenance, TrainingPlan
from models.training import train

COLUMNS = ("use", "noise", "csat", "age", "month")


def test_a_month_moves_the_level_and_nothing_else(
    make_world: Callable[..., Dataset], plan: TrainingPlan, origin: Provenance, tmp_path: Path
) -> None:
    world = make_world(seed=5, signal=1.5)
    world.frame["month"] = [day.strftime("%B") for day in world.frame["as_of"]]
    quick = replace(plan, flavours=("logistic",), contrasted=False, seasons=("month",))
    model = train(world, COLUMNS, quick, origin).model
    assert all(isinstance(hazard.model, FittedShifted) for hazard in model.hazards)
    rows = world.frame[world.ordinals == world.ordinals.max()].head(40)
    inputs = model.schema.encode(rows)
    shares, base = model.explain(inputs)
    chance = model.primary_chance(inputs)
    np.testing.assert_allclose(shares.sum(axis=1) + base, np.log(chance / (1 - chance)))
    month = model.schema.names.index("month")
    assert np.ptp(shares[:, month] / np.maximum(np.abs(shares[:, month]), 1e-300)) == 0
    for hazard in model.hazards:
        assert parts_of(hazard.model).additive
    digest = bundle.save(model, tmp_path)
    again = bundle.load(tmp_path, digest)
    assert again.score(rows) == model.score(rows)
