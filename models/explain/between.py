"""What lies between two rows of one account under one model, exactly, by group and by signal.

The earlier row is the reference, so a signal that did not change gets exactly 0. (The difference
of two explanations sums up right as well, but blames unchanged signals through interactions.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.encoding import Matrix
from models.explain.coalitions import Hybrids, Parts, parts_of
from models.explain.groups import chances
from models.explain.shapley import shapley
from models.explain.walks import between
from models.hazards import Hazard, cumulative_hazard, stretch

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def differs(before: Vector, after: Vector) -> Mask:
    """Where two rows hold different values; missing is the same as missing."""
    return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))


@dataclass(frozen=True)
class Between:
    """A chain of hazards, ready to tell what lies between many pairs of rows.

    Attributes:
        chain: the hazards up to the horizon.
        parts: what each of them adds up.
    """

    chain: tuple[Hazard, ...]
    parts: tuple[Parts, ...]

    @classmethod
    def of(cls, chain: Sequence[Hazard]) -> "Between":
        """Taken apart once: reading a booster's trees costs more than a walk through them."""
        return cls(tuple(chain), tuple(parts_of(h.model) for h in chain))

    def by_term(self, before: Vector, after: Vector, terms: Sequence[str]) -> dict[str, float]:
        """Baseline Shapley values of the change in the chance of loss, by term.

        Args:
            before: the earlier row, encoded; it is the reference.
            after: the later row.
            terms: of each column, the term it belongs to.

        Returns:
            The terms of which any column changed, in the order of `terms`; they add up to the
            difference of the two chances.
        """
        changed = differs(before, after)
        players = list(dict.fromkeys(t for t, c in zip(terms, changed, strict=True) if c))
        if not players:
            return {}
        pairs = zip(terms, changed, strict=True)
        player = np.array([players.index(t) if c else -1 for t, c in pairs], np.int64)
        raw = [
            Hybrids(parts, before[None, :], player, len(players)).log_odds(after)
            for parts in self.parts
        ]
        shares = map(float, shapley(chances(self.chain, raw)[:, 0]))
        return dict(zip(players, shares, strict=True))


def by_column(chain: Sequence[Hazard], before: Vector, after: Vector) -> Vector:
    """The change in the chance of loss by column, shape (columns,).

    Baseline Shapley values of each hazard's log-odds, brought to the chance along straight
    lines as `models.hazards.explain` does; they add up to the difference of the two chances,
    and a column that did not change gets exactly 0.
    """
    pair = np.stack([before, after])
    shares, begin, end = np.zeros((1, len(before))), np.zeros(1), np.zeros(1)
    for hazard in chain:
        odds = hazard.model.log_odds(pair)
        low, high = hazard.calibrated(odds)
        slope = hazard.calibrator.slope(odds[:1])
        mine = stretch(_raw(parts_of(hazard.model), pair), _one(low), _one(high), slope)
        from_hazard, to_hazard = cumulative_hazard(_one(low)), cumulative_hazard(_one(high))
        shares += stretch(mine, from_hazard, to_hazard, -np.expm1(-from_hazard))
        begin, end = begin + from_hazard, end + to_hazard
    out = stretch(shares, -np.expm1(-begin), -np.expm1(-end), np.exp(-begin))
    return np.asarray(out[0])


def _raw(parts: Parts, pair: Matrix) -> Matrix:
    """Shares of the raw log-odds between the two rows, shape (1, columns)."""
    additive = parts.shares(pair)[:, :-1]
    shares = np.where(differs(pair[0], pair[1]), additive[1] - additive[0], 0.0)
    for weight, forest in parts.trees:
        theirs, own = forest.goes_left(pair)
        shares = shares + weight * between(forest, own, theirs, pair.shape[1])
    return np.asarray(shares[None, :])


def _one(value: float) -> Vector:
    return np.array([value], np.float64)
