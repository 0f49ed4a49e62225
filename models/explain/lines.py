"""The shares of a regression, all columns at once.

The same numbers as `FittedLogistic.contributions` to rounding, twenty times as fast for one row.
"""

import numpy as np
import numpy.typing as npt

from models.encoding import Matrix
from models.flavours.logistic import UNBOUNDED, FittedLogistic

SCALED, MISSING = -1, -2
"""What an own column of the regression shows, see `Expansion`."""


class LineShares:
    """Shares by column and the base of a fitted regression; made once, asked often."""

    def __init__(self, fitted: FittedLogistic) -> None:
        expansion = fitted.expansion
        source = np.array(expansion.source, np.int64)
        width = len(expansion.centre)
        self._fitted, self._source = fitted, source
        self._code = np.array(expansion.code, np.int64)
        self._centre, self._scale = np.array(expansion.centre), np.array(expansion.scale)
        self._low = np.array(expansion.low or [-UNBOUNDED] * width)
        self._high = np.array(expansion.high or [UNBOUNDED] * width)
        self._base = fitted.intercept + float(fitted.means @ fitted.coefficients)

    def __call__(self, inputs: Matrix) -> Matrix:
        """Shape (rows, columns + 1), the base last."""
        own = (self._expanded(inputs) - self._fitted.means) * self._fitted.coefficients
        out = np.zeros((inputs.shape[1] + 1, len(inputs)))
        np.add.at(out, self._source, own.T)
        out[-1] = self._base
        return np.ascontiguousarray(out.T)

    def _expanded(self, inputs: Matrix) -> npt.NDArray[np.float64]:
        missing = np.isnan(inputs)
        scaled = (np.clip(inputs, self._low, self._high) - self._centre) / self._scale
        scaled = np.where(missing, 0.0, np.arcsinh(scaled))[:, self._source]
        word = inputs[:, self._source] == self._code
        shown = np.where(self._code == MISSING, missing[:, self._source], word)
        return np.asarray(np.where(self._code == SCALED, scaled, shown))
