"""The base rate: what anyone knows without looking at the account."""

import json
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector

MODEL_FILE = "model.constant.json"


@dataclass(frozen=True)
class FittedConstant:
    """The same log-odds for every row."""

    value: float

    def log_odds(self, inputs: Matrix) -> Vector:
        """The base rate's log-odds, shape (rows,)."""
        return np.full(len(inputs), self.value)

    def contributions(self, inputs: Matrix) -> Matrix:
        """No column contributes; all is base."""
        out = np.zeros((len(inputs), inputs.shape[1] + 1))
        out[:, -1] = self.value
        return out

    def to_files(self) -> Files:
        """One number as JSON."""
        return {MODEL_FILE: json.dumps(self.value)}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read the JSON back."""
        return cls(json.loads(files[MODEL_FILE]))


@dataclass(frozen=True)
class Constant:
    """Fits the base rate, with one loss and one survival added so that it is never 0 or 1."""

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedConstant:  # noqa: ARG002
        """Fit on rows at risk; `lost` is 0 or 1."""
        rate = (lost.sum() + 1) / (len(lost) + 2)
        return FittedConstant(float(np.log(rate / (1 - rate))))
