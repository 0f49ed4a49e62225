"""What simple scores would have said of the same rows, walked forward like the model.

A baseline that reads columns is given straight lines and trees, and whichever was better
stands for it: a model of trees must not look clever for bending a line that age alone
would have bent as well. Later intervals are learnt from what happened: what few columns foretell
of an account half a year later says too little to be handed on (`models.handed_on`).
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.base_rates import first_usable
from models.best_signal import best_signal
from models.evaluation import TestSet, calibrated_in_time
from models.material import Material
from models.metrics import Vector, log_loss
from models.walkforward import OutOfTime

BASE_RATE = "base rate"
AGE_ALONE = "age alone"
BY_SEGMENT = "base rate by segment"
BEST_SIGNAL = "best single signal"
OWN_SCORE = "the company's own score"
BLIND = (BASE_RATE, AGE_ALONE)
"""Baselines that know nothing of what an account does."""
SIMPLER = (BEST_SIGNAL, OWN_SCORE)
"""Scores that anyone could use in the model's place."""


def rivals(
    material: Material, baselines: Mapping[str, tuple[str, ...]], tests: Mapping[int, TestSet]
) -> dict[int, dict[str, Vector]]:
    """Chances of each baseline on the test rows of each horizon.

    Args:
        material: what the model is trained from.
        baselines: by name, the columns each may read; the base rate is always added. The
            base rate by segment is shrunken; the best single signal chooses among all columns
            by what was known before each block.
        tests: by horizon.
    """
    material = replace(material, how=replace(material.how, hands_on=False))
    found: dict[int, dict[str, Vector]] = {horizon: {} for horizon in tests}
    for name, columns in {BASE_RATE: (), **baselines}.items():
        offers = _offers(material, name, columns)
        for horizon, test in tests.items():
            chances = [o[horizon][test.rows] for o in offers if horizon in o]
            whole = [c for c in chances if not np.isnan(c).any()]
            if whole:
                found[horizon][name] = min(whole, key=lambda c, t=test: _loss(t, c))  # type: ignore[misc]
    return found


def _offers(material: Material, name: str, columns: tuple[str, ...]) -> list[dict[int, Vector]]:
    """Chances by horizon, calibrated in time like the model's own, from each way to make them."""
    return [calibrated_in_time(material.dataset, walk) for walk in _walks(material, name, columns)]


def _walks(material: Material, name: str, columns: tuple[str, ...]) -> list[OutOfTime]:
    usable = [c for c in columns if c in material.schema.names]
    if name == BEST_SIGNAL:
        return [best_signal(material)]
    if name == BY_SEGMENT:
        return [material.walk("segments", first_usable(material.schema, columns))]
    flavours = ("logistic", "lightgbm") if usable else ("constant",)
    return [material.walk(flavour, usable) for flavour in flavours]


def _loss(test: TestSet, chance: Vector) -> float:
    return log_loss(test.lost, chance, np.ones(len(test.lost)))
