"""How flattering random folds would have been: the usual mistake, measured beside the truth.

Rows of one account at successive dates are near copies of each other with nearly the same
outcome. Folds that deal rows out at random put such copies on both sides, and the model is
paid for recognising the account.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.enough import enough
from models.evaluation import TestSet
from models.hazards import p_loss
from models.intervals import Interval
from models.material import Material
from models.metrics import Vector, auc, log_loss
from models.side_by_side import side_by_side

FOLDS = 3
ROWS = 60_000
"""Of larger data whole accounts are drawn: the comparison is worth no more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What random folds would have claimed, beside what held on later dates.

    Attributes:
        rows: how many test rows both speak about.
        claimed: log loss and AUC from random folds.
        held: the same out of time.
    """

    horizon: int
    rows: int
    claimed: dict[str, float]
    held: dict[str, float]

    @property
    def words(self) -> str:
        """The comparison as a sentence."""
        return (
            f"random folds would have claimed AUC {self.claimed['auc']:.3f} and log loss "
            f"{self.claimed['log_loss']:.3f} at {self.horizon} days; on later dates it was "
            f"{self.held['auc']:.3f} and {self.held['log_loss']:.3f}"
        )


def claim(material: Material, flavour: str, horizon: int, test: TestSet) -> Claim | None:
    """Random folds over rows on the rows of `test`; None where they cannot be fitted.

    Args:
        material: what a model is trained from.
        flavour: the one that won.
        horizon: of `test`, days.
        test: the out-of-time test rows and their chances.
    """
    rows = np.zeros(len(material.dataset.frame))
    rows[test.rows] = np.arange(1, len(test.rows) + 1)
    small = replace(material, inputs=np.column_stack([material.inputs, rows])).sampled(ROWS)
    place = small.inputs[:, -1].astype(np.int64)
    chance = _chances(replace(small, inputs=small.inputs[:, :-1]), flavour, horizon)
    both = (place > 0) & ~np.isnan(chance)
    mine = place[both] - 1
    lost = test.lost[mine]
    if not 0 < lost.sum() < len(lost):
        return None
    return Claim(
        horizon, len(mine), _figures(lost, chance[both]), _figures(lost, test.chance[mine])
    )


def _chances(material: Material, flavour: str, horizon: int) -> Vector:
    """Chance of loss within the horizon from random folds, shape (rows,); NaN where none."""
    chain = [k for k in material.how.intervals if k.end <= horizon]
    rng = np.random.default_rng(material.how.seed)
    fold = rng.permutation(len(material.inputs)) % FOLDS
    odds = {interval: _log_odds(material, flavour, interval, fold) for interval in chain}
    return p_loss(odds, [horizon], material.dataset.lead)[horizon]


def _log_odds(
    material: Material, flavour: str, interval: Interval, fold: npt.NDArray[np.int64]
) -> Vector:
    dataset, out = material.dataset, np.full(len(fold), np.nan)
    risk = dataset.at_risk(interval, dataset.told_until(material.how.embargo))
    lost = dataset.lost_within(interval.end).astype(np.float64)

    def predicted(turn: int) -> Vector:
        learn, seed = risk & (fold != turn), material.how.seed
        if not enough(lost[learn], len(np.unique(dataset.ordinals[learn]))):
            return np.full(int((fold == turn).sum()), np.nan)
        model = material.flavours[flavour].fit(
            material.inputs[learn], lost[learn], material.schema, seed
        )
        return model.log_odds(material.inputs[fold == turn])

    turns = range(FOLDS)
    for turn, odds in zip(turns, side_by_side(predicted, turns, len(fold)), strict=True):
        out[fold == turn] = odds
    return out


def _figures(lost: Vector, chance: Vector) -> dict[str, float]:
    ones = np.ones(len(lost))
    return {"log_loss": log_loss(lost, chance, ones), "auc": auc(lost, chance, ones)}
