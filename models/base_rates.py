"""The base rate by segment: what is left to say where no model could be checked."""

from collections.abc import Sequence

import numpy as np

from models.bands import BandPolicy, Thresholds
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputSchema
from models.flavours import FLAVOURS
from models.hazards import Hazard
from models.material import Material

FLAVOUR = "segments"


def base_rates(
    material: Material, segments: Sequence[str], primary: int
) -> tuple[InputSchema, tuple[Hazard, ...], BandPolicy]:
    """Hazards by segment, with a policy that calls every account grey.

    Args:
        material: what would have been trained from.
        segments: word columns of which the first that varies tells segments apart; without
            any the base rate of all is left.
        primary: the horizon of the base rate shown with the policy, days.
    """
    dataset, names = material.dataset, material.schema.names
    schema = material.schema.select(first_usable(material.schema, segments))
    inputs = material.inputs[:, [names.index(name) for name in schema.names]]
    hazards, at = [], dataset.told_until(material.how.embargo)
    for interval in material.how.intervals:
        risk = dataset.at_risk(interval, at)
        lost = dataset.lost_within(interval.end)[risk].astype(np.float64)
        if not 0 < lost.sum() < len(lost):
            break
        fitted = FLAVOURS[FLAVOUR].fit(inputs[risk], lost, schema, material.how.seed)
        hazards.append(Hazard(interval, fitted, Calibrator()))
    certain = dataset.matured(primary, at) & dataset.followed(primary)
    rate = float(dataset.lost_within(primary)[certain].mean()) if certain.any() else 0.0
    return schema, tuple(hazards), BandPolicy(Thresholds(1.0, 0.0, rate, 0.0), abstains=True)


def first_usable(schema: InputSchema, segments: Sequence[str]) -> list[str]:
    """The first of `segments` that a model may read and that holds words; none where none is."""
    words = {column.name for column in schema.columns if column.words is not None}
    return [name for name in segments if name in words][:1]


def rates_by_segment(model: ChurnModel) -> dict[str, dict[int, float]]:
    """The chance of loss by segment and horizon of a model that knows nothing else.

    Empty for every other model; one entry, "all", where there are no segments.
    """
    if model.flavour != FLAVOUR:
        return {}
    columns = model.schema.columns
    words = (columns[0].words or ()) if columns else ("all",)
    inputs = np.arange(len(words), dtype=np.float64)[:, None][:, : len(columns)]
    chances = model.chances(inputs)
    return {word: {h: float(p[i]) for h, p in chances.items()} for i, word in enumerate(words)}
