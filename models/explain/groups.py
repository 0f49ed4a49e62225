"""Shapley values over the signal groups, on the final calibrated probability.

A coalition of groups is worth the mean chance of loss with those groups' signals at the
account's own values and all others at those of a background row, over all background rows
(interventional; Lundberg and Lee 2017). Nothing is sampled: six groups make 64 coalitions. The
sum of a group's signal shares is something else where groups interact (Jullum et al. 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.signal import GroupName
from models.encoding import Matrix
from models.explain.coalitions import Hybrids, parts_of
from models.explain.shapley import shapley
from models.hazards import Hazard, cumulative_hazard

Vector = npt.NDArray[np.float64]
ORDER = tuple(group.value for group in GroupName)


def group_of(column: str) -> str:
    """The group in a column's name, e.g. `adoption` of `adoption__users_30d`."""
    return column.partition("__")[0]


@dataclass(frozen=True)
class GroupShares:
    """What each group adds to one chance of loss.

    Attributes:
        base: mean chance of the background, 0 to 1.
        chance: of the account; the base and all shares add up to it.
        shares: by group, 0.01 is one percentage point.
    """

    base: float
    chance: float
    shares: dict[str, float]


@dataclass(frozen=True)
class GroupExplainer:
    """Explains the chance of loss at the end of a chain of hazards, account by account.

    Attributes:
        groups: the players, in the order of the health model.
        hazards: the chain, in order, beginning at day 0.
        hybrids: one for each hazard.
    """

    groups: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    hybrids: tuple[Hybrids, ...]

    @classmethod
    def of(
        cls, hazards: Sequence[Hazard], columns: Sequence[str], background: Matrix
    ) -> "GroupExplainer":
        """Ready to explain against a background.

        Args:
            hazards: up to the horizon that is explained.
            columns: the names of those that the model reads.
            background: encoded rows, shape (rows, columns).
        """
        of_column = [group_of(name) for name in columns]
        groups = tuple(sorted(set(of_column), key=_place))
        player = np.array([groups.index(group) for group in of_column], np.int64)
        hybrids = (Hybrids(parts_of(h.model), background, player, len(groups)) for h in hazards)
        return cls(groups, tuple(hazards), tuple(hybrids))

    def explain(self, row: Vector) -> GroupShares:
        """Exact shares of one encoded row, shape (columns,)."""
        values = chances(self.hazards, [h.log_odds(row) for h in self.hybrids]).mean(axis=1)
        shares = map(float, shapley(values))
        found = dict(zip(self.groups, shares, strict=True))
        return GroupShares(float(values[0]), float(values[-1]), found)


def chances(hazards: Sequence[Hazard], raw: Sequence[Matrix]) -> Matrix:
    """Calibrated chance of loss by the end of a chain from the raw log-odds of its hazards."""
    total = np.zeros_like(raw[0])
    for hazard, log_odds in zip(hazards, raw, strict=True):
        flat = hazard.calibrated(log_odds.ravel())
        total += cumulative_hazard(flat).reshape(total.shape)
    return np.asarray(-np.expm1(-total))


def _place(group: str) -> tuple[int, str]:
    """Known groups as the health model orders them, then others by name."""
    return (ORDER.index(group) if group in ORDER else len(ORDER), group)
