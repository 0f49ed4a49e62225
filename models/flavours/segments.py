"""The base rate by segment, where small segments borrow strength from the whole.

Empirical Bayes, beta-binomial (Efron and Morris 1973; Casella 1985): a segment's share lost
is drawn towards the overall share as if it had seen some more accounts of average fate. How
many is learnt from how far the segments lie apart beyond chance, and is never below a floor:
rows of one account overlap, so that segments look further apart than they are.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector

MODEL_FILE = "model.segments.json"
BORROWED_LOSSES = 10.0
"""Losses of average fate that every segment begins with, at least."""
MOST_BORROWED = 1e12
"""Rows: as good as the overall share itself."""


@dataclass(frozen=True)
class FittedSegments:
    """Log-odds by word of one column.

    Attributes:
        column: position of the segment's column; -1 where there is none.
        by_code: log-odds of each word, in code order.
        base: log-odds of the share lost over all rows; stands where the word is missing.
    """

    column: int
    by_code: list[float]
    base: float

    def log_odds(self, inputs: Matrix) -> Vector:
        """The segment's log-odds, shape (rows,)."""
        return self._steps(inputs) + self.base

    def contributions(self, inputs: Matrix) -> Matrix:
        """All that is not base belongs to the segment's column."""
        out = np.zeros((len(inputs), inputs.shape[1] + 1))
        out[:, self.column] = self._steps(inputs)
        out[:, -1] = self.base
        return out

    def _steps(self, inputs: Matrix) -> Vector:
        """How far each row's segment lies from the base."""
        if self.column < 0:
            return np.zeros(len(inputs))
        codes = inputs[:, self.column]
        known = ~np.isnan(codes)
        places = np.where(known, codes, 0).astype(np.int64)
        return np.where(known, np.array(self.by_code)[places] - self.base, 0.0)

    def to_files(self) -> Files:
        """All numbers as JSON, which keeps every bit."""
        return {MODEL_FILE: json.dumps(asdict(self))}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read the JSON back."""
        return cls(**json.loads(files[MODEL_FILE]))


@dataclass(frozen=True)
class Segments:
    """Fits the shares of the first word column it is given."""

    borrowed: float = BORROWED_LOSSES

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedSegments:  # noqa: ARG002
        """Fit on rows at risk; `lost` is 0 or 1."""
        rate = float((lost.sum() + 1) / (len(lost) + 2))
        column = schema.word_positions[0] if schema.word_positions else -1
        if column < 0:
            return FittedSegments(-1, [], _odds(rate))
        size = len(schema.columns[column].words or ())
        codes = inputs[:, column]
        known = ~np.isnan(codes)
        places = codes[known].astype(np.int64)
        rows = np.asarray(np.bincount(places, minlength=size), np.float64)
        gone = np.asarray(np.bincount(places, lost[known], size), np.float64)
        prior = min(max(self.borrowed / rate, spread_prior(gone, rows)), MOST_BORROWED)
        shares = (gone + prior * rate) / (rows + prior)
        return FittedSegments(column, [_odds(float(share)) for share in shares], _odds(rate))


def spread_prior(gone: Vector, rows: Vector) -> float:
    """Rows of average fate that a segment borrows, by the method of moments; may be infinite.

    Args:
        gone: losses by segment.
        rows: rows by segment.
    """
    used = rows > 0
    gone, rows = gone[used], rows[used]
    rate = float(gone.sum() / rows.sum()) if len(rows) else 0.0
    if len(rows) < 2 or not 0 < rate < 1:
        return float("inf")
    noise = rate * (1 - rate)
    apart = float(np.sum(rows * (gone / rows - rate) ** 2))
    size = float(rows.sum() - np.sum(rows**2) / rows.sum())
    between = (apart - (len(rows) - 1) * noise) / size
    return noise / between - 1 if between > 0 else float("inf")


def _odds(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))
