"""What every flavour of hazard model offers."""

from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from models.encoding import InputSchema, Matrix

Vector = npt.NDArray[np.float64]
Files = dict[str, str]
"""Native text formats by file name: never pickles."""


class Fitted(Protocol):
    """A fitted hazard of one interval, before calibration."""

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss in the interval, shape (rows,)."""

    def contributions(self, inputs: Matrix) -> Matrix:
        """Each column's share of the log-odds, then the base: shape (rows, columns + 1).

        A row adds up to its log-odds.
        """

    def to_files(self) -> Files:
        """The model in native text formats."""

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """The model read back from `to_files`."""


class Flavour(Protocol):
    """A way to fit hazards."""

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> Fitted:
        """Fit on rows at risk; `lost` is 0 or 1, shape (rows,)."""


def sigmoid(log_odds: Vector) -> Vector:
    """Probability of a log-odds."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))
