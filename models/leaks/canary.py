"""Leaks planted on purpose: a gate that misses them says nothing by finding nothing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema
from models.leaks.columns import Limits, findings
from models.leaks.watched import watch
from models.material import Material
from models.metrics import Vector

Plant = Callable[[Dataset, int, np.random.Generator], Vector]
NOISE = 3.3
"""Distance in standard deviations between lost and kept under the noisy leak: AUC 0.99."""
LAST_DAYS = 30


def _exact(dataset: Dataset, horizon: int, _: np.random.Generator) -> Vector:
    """The outcome itself."""
    return dataset.lost_within(horizon).astype(np.float64)


def _noisy(dataset: Dataset, horizon: int, rng: np.random.Generator) -> Vector:
    """The outcome under noise."""
    return NOISE * dataset.lost_within(horizon) + rng.normal(size=len(dataset.event_days))


def _there(dataset: Dataset, _: int, rng: np.random.Generator) -> Vector:
    """A number without meaning, filled in only for accounts that are lost some day."""
    lost = dataset.lost_within(10**6)
    return np.where(lost, rng.normal(size=len(lost)), np.nan)


def _late(dataset: Dataset, _: int, rng: np.random.Generator) -> Vector:
    """Noise that jumps in the last 30 days before a loss."""
    return 2 * NOISE * dataset.lost_within(LAST_DAYS) + rng.normal(size=len(dataset.event_days))


KINDS: dict[str, Plant] = {"exact": _exact, "noisy": _noisy, "presence": _there, "late": _late}
"""Every kind of leak that is planted: add one here."""


def planted(material: Material, horizon: int) -> Material:
    """A copy whose only columns are the canaries, named by their kind."""
    rng = np.random.default_rng(material.how.seed)
    data = material.dataset
    inputs = np.column_stack([plant(data, horizon, rng) for plant in KINDS.values()])
    schema = InputSchema(tuple(InputColumn(kind) for kind in KINDS))
    return replace(material, inputs=inputs, schema=schema)


def caught(material: Material, horizon: int, limits: Limits) -> dict[str, bool]:
    """Whether the probes of columns block each kind of planted leak."""
    found = findings(watch(planted(material, horizon), horizon), limits)
    names = {finding.column for finding in found if finding.blocks}
    return {kind: kind in names for kind in KINDS}
