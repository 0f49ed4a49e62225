"""The best single signal: one column, chosen by fitting, in a ridge logistic regression.

Where few were lost, a model of hundreds of columns may say less than the best of them alone.
This one is chosen by Rao's (1948) score test, less what its own columns cost, and it competes
like every other flavour: each fit chooses by its own rows alone, so that a walk forward never
chooses by what came later.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours.base import Vector
from models.flavours.logistic import (
    UNBOUNDED,
    Expansion,
    FittedLogistic,
    Logistic,
    learn_expansion,
)

MOST_LOST, MOST_KEPT = 2_000, 3_000
"""Rows looked at to choose; of more, as many are taken evenly."""
COST = 2.0
"""What each own column costs of the statistic (Akaike 1974)."""
RIDGE = 1e-6


@dataclass(frozen=True)
class Single:
    """Chooses a column, and fits it alone.

    Attributes:
        line: how the column is fitted.
    """

    line: Logistic = field(default_factory=Logistic)

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedLogistic:
        """Fit on rows at risk; `lost` is 0 or 1."""
        place = best_column(inputs, lost, schema)
        alone = InputSchema((schema.columns[place],))
        fitted = self.line.fit(inputs[:, [place]], lost, alone, seed)
        width = inputs.shape[1]
        return replace(fitted, width=width, expansion=_placed(fitted.expansion, place, width))


def best_column(inputs: Matrix, lost: Vector, schema: InputSchema) -> int:
    """Position of the column that alone says most of who is lost; the first of equals."""
    rows = np.concatenate(
        [_some(np.flatnonzero(lost > 0), MOST_LOST), _some(np.flatnonzero(lost == 0), MOST_KEPT)]
    )
    sample, gone = inputs[rows], lost[rows]
    return int(np.argmax([worth(sample[:, [i]], gone, c) for i, c in enumerate(schema.columns)]))


def worth(values: Matrix, lost: Vector, column: InputColumn) -> float:
    """Score statistic of one column, shape (rows, 1), less the cost of its own columns."""
    own = learn_expansion(values, InputSchema((column,))).apply(values)
    own = own - own.mean(axis=0)
    rate = float(lost.mean())
    spread = rate * (1 - rate) * (own.T @ own)
    score = own.T @ (lost - rate)
    size = len(spread)
    return float(score @ np.linalg.solve(spread + RIDGE * np.eye(size), score)) - COST * size


def _some(rows: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    return rows[:: max(1, -(-len(rows) // most))]


def _placed(one: Expansion, place: int, width: int) -> Expansion:
    """The expansion of one column as one of all columns, of which no other is read."""

    def spread(values: list[float], usual: float) -> list[float]:
        return [values[0] if i == place else usual for i in range(width)]

    return replace(
        one,
        source=[place] * len(one.source),
        centre=spread(one.centre, 0.0),
        scale=spread(one.scale, 1.0),
        low=spread(one.low, -UNBOUNDED),
        high=spread(one.high, UNBOUNDED),
    )
