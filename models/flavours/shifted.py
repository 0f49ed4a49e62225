"""A hazard whose segments, or months, have intercepts of their own, drawn towards nothing.

A small segment borrows strength: its intercept is the mode under a normal prior around 0, so
few rows hardly move it (Gelman and Hill 2007, partial pooling). The shift belongs to the
segment's column, so that shares still add up exactly.
"""

import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.encoding import Matrix
from models.flavours.base import Files, Fitted, Vector, sigmoid
from models.flavours.blend import FittedBlend
from models.flavours.lightgbm import FittedLightGBM
from models.flavours.logistic import FittedLogistic

MODEL_FILE = "model.shifted.json"
SHIFTED = " by segment"
"""Ends the name of a flavour whose segments have intercepts of their own."""
USUAL_SHIFT = 0.3
"""Standard deviation of a segment's intercept before any evidence."""
LOOSE = 10.0
"""The same of the level of all, which is no prior to speak of."""
PARTS: dict[str, type[Fitted]] = {
    "lightgbm": FittedLightGBM,
    "logistic": FittedLogistic,
    "shrunken": FittedLogistic,
    "single": FittedLogistic,
    "blend": FittedBlend,
}
"""The flavours that may be shifted."""


@dataclass(frozen=True)
class FittedShifted:
    """A fitted hazard with a shift by segment, or by month (`models.flavours.seasonal`).

    Attributes:
        part: the flavour of `inner`, which may be shifted by month itself.
        column: position of the segment's, or month's, column.
        shifts: of each word, in code order; where the word is missing there is none.
    """

    part: str
    inner: Fitted
    column: int
    shifts: tuple[float, ...]

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,)."""
        return self.inner.log_odds(inputs) + shift_of(inputs[:, self.column], self.shifts)

    def contributions(self, inputs: Matrix) -> Matrix:
        """The inner shares, the shift added to the segment's own."""
        out = self.inner.contributions(inputs)
        out[:, self.column] += shift_of(inputs[:, self.column], self.shifts)
        return out

    def to_files(self) -> Files:
        """The inner files and the shifts as JSON, those of a shifted inner one within."""
        files = self.inner.to_files()
        body = {"part": self.part, "column": self.column, "shifts": self.shifts}
        if MODEL_FILE in files:
            body["within"] = json.loads(files[MODEL_FILE])
        return {**files, MODEL_FILE: json.dumps(body)}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read both back."""
        return cls._read(json.loads(files[MODEL_FILE]), files)

    @classmethod
    def _read(cls, body: dict[str, Any], files: Files) -> Self:
        part, within = body["part"], body.get("within")
        inner = cls._read(within, files) if within else PARTS[part].from_files(files)
        return cls(part, inner, body["column"], tuple(body["shifts"]))


def shift_of(codes: Vector, shifts: tuple[float, ...]) -> Vector:
    """Each row's shift, shape (rows,)."""
    known = ~np.isnan(codes)
    places = np.where(known, codes, 0).astype(np.int64)
    return np.where(known, np.array(shifts)[places], 0.0)


def learn_shifts(
    log_odds: Vector, lost: Vector, codes: Vector, size: int, weight: float = 1.0
) -> tuple[float, ...]:
    """The shift of each of `size` words from predictions of rows not learnt from.

    What all words share is taken out first: it is the level of a season, not of a segment.

    Args:
        log_odds: out-of-time predictions, shape (rows,).
        lost: 0 or 1.
        codes: of the rows' words.
        size: how many words there are.
        weight: what a row counts: below 1 where several tell of one loss.
    """
    level = log_odds + shift_under_prior(log_odds, lost, weight, LOOSE)
    words = (codes == code for code in range(size))
    return tuple(shift_under_prior(level[mine], lost[mine], weight, USUAL_SHIFT) for mine in words)


def shift_under_prior(log_odds: Vector, lost: Vector, weight: float, usual: float) -> float:
    """Mode of one shift under a normal prior of spread `usual`, by Newton's method.

    Args:
        log_odds: of each row, shape (rows,).
        lost: what they are to come to: 0, 1, or a chance.
        weight: what a row counts.
        usual: standard deviation of the shift before any evidence.
    """
    shift = 0.0
    for _ in range(25):
        p = sigmoid(log_odds + shift)
        slope = weight * float(np.sum(lost - p)) - shift / usual**2
        curve = weight * float(np.sum(p * (1 - p))) + 1 / usual**2
        step = float(np.clip(slope / curve, -1.0, 1.0))
        shift += step
        if abs(step) < 1e-10:
            break
    return shift
