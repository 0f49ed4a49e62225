"""The mean of boosted trees and logistic regression on the log-odds scale.

A mean of log-odds keeps both parts' contributions exact.
"""

from dataclasses import dataclass, field
from typing import Self

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector
from models.flavours.lightgbm import FittedLightGBM, LightGBM
from models.flavours.logistic import FittedLogistic, Logistic

PARTS = ("lightgbm", "logistic")
"""The flavours that are blended."""


@dataclass(frozen=True)
class FittedBlend:
    """Both parts, weighed alike."""

    trees: FittedLightGBM
    line: FittedLogistic

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,)."""
        return 0.5 * (self.trees.log_odds(inputs) + self.line.log_odds(inputs))

    def contributions(self, inputs: Matrix) -> Matrix:
        """The mean of both parts' contributions."""
        return 0.5 * (self.trees.contributions(inputs) + self.line.contributions(inputs))

    def to_files(self) -> Files:
        """The files of both parts."""
        return {**self.trees.to_files(), **self.line.to_files()}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read both parts back."""
        return cls(FittedLightGBM.from_files(files), FittedLogistic.from_files(files))


@dataclass(frozen=True)
class Blend:
    """Fits both parts on the same rows."""

    trees: LightGBM = field(default_factory=LightGBM)
    line: Logistic = field(default_factory=Logistic)

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedBlend:
        """Fit on rows at risk; `lost` is 0 or 1."""
        trees = self.trees.fit(inputs, lost, schema, seed)
        return FittedBlend(trees, self.line.fit(inputs, lost, schema, seed))
