"""Choosing at training what explanations are held against."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.encoding import Matrix
from models.explain.families import Places, learn_families, positions, sums
from models.explain.moves import learn_moves
from models.explain.precedents import Precedents, choose, precedents_of
from models.explain.reference import Reference, choose_background
from models.explain.steadiness import halves, steady_from
from models.flavours.base import Fitted
from models.flavours.shifted import FittedShifted
from models.hazards import Hazard, explain
from models.material import Material
from models.side_by_side import side_by_side

Mask = npt.NDArray[np.bool_]
Progress = Callable[[str], None]
ROWS_EXPLAINED = 2_000
"""Accounts of the newest date on which steadiness is measured."""
ROWS_REFITTED = 100_000
"""Training rows of whole accounts that are halved; fewer rows only make signs less steady."""


def learn_reference(
    material: Material, flavour: str, chain: Sequence[Hazard], say: Progress
) -> Reference:
    """Background, families, and from which size on their signs are steady.

    Args:
        material: what the model was trained from.
        flavour: its flavour, without a shift by segment.
        chain: its hazards up to the primary horizon.
        say: told about each step.
    """
    seed, newest = material.how.seed, material.inputs[material.newest]
    families = learn_families(material.schema, material.inputs, seed)
    place = positions(families, material.schema.names)
    say(f"{len(place)} signals are {len(families)} families; seeing which signs are steady")
    rows, some = newest[:ROWS_EXPLAINED], material.sampled(ROWS_REFITTED)
    masks = halves(_accounts(some), seed)
    refits = side_by_side(lambda m: _on_half(some, flavour, chain, m), masks, len(some.inputs))
    again = [sums(explain(half, rows)[0], place) for half in refits if half]
    mine = sums(explain(chain, rows)[0], place)
    steady = steady_from(mine, again) if again else np.zeros(len(families))
    return Reference(
        choose_background(newest, seed),
        families,
        steady,
        learn_moves(some.dataset, material.schema.names),
        _precedents(some, chain, place),
    )


def _precedents(material: Material, chain: Sequence[Hazard], place: Places) -> Precedents:
    data, horizon = material.dataset, chain[-1].interval.end
    told = data.told_until(material.how.embargo)
    picked = choose(data, horizon, told, material.how.seed)
    shares = sums(explain(chain, material.inputs[picked[0]])[0], place)
    return precedents_of(data, material.inputs, picked, shares, horizon)


def _accounts(material: Material) -> npt.NDArray[np.object_]:
    return material.dataset.frame["account_id"].to_numpy(object)


def _on_half(material: Material, flavour: str, chain: Sequence[Hazard], half: Mask) -> list[Hazard]:
    """The chain fitted on the rows of a half; empty where an interval has no loss in it."""
    data, found = material.dataset, []
    told = data.told_until(material.how.embargo)
    for hazard in chain:
        risk = data.at_risk(hazard.interval, told) & half
        lost = data.lost_within(hazard.interval.end)[risk].astype(np.float64)
        if not 0 < lost.sum() < len(lost):
            return []
        inputs: Matrix = material.inputs[risk]
        fitted = material.flavours[flavour].fit(inputs, lost, material.schema, material.how.seed)
        found.append(replace(hazard, model=_as_shifted(hazard.model, fitted)))
    return found


def _as_shifted(whole: Fitted, half: Fitted) -> Fitted:
    """With the shift by segment of the whole, where it has one that the half has not learnt."""
    if not isinstance(whole, FittedShifted):
        return half
    seasonal = isinstance(half, FittedShifted) and half.column == whole.column
    return half if seasonal else replace(whole, inner=half)
