"""Ridge logistic regression on robustly scaled inputs that know what is missing.

Each number becomes a scaled value, squeezed so that a single outlier cannot carry a
score, and, where values were missing at training, a flag for that. Each word becomes one
column a word. A value beyond what nearly all training rows held is taken as the last one
they held: a line must not be drawn on into ages and volumes that it has never seen.
Contributions are exact: coefficient times the distance from the mean.
"""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector
from models.flavours.line import Line, line_scores, line_shares
from models.flavours.newton import fit_chances
from models.flavours.renewal import free_variance, renewal_column
from models.flavours.space import Range, Space

MODEL_FILE = "model.logistic.json"
TAIL = 1.0
"""Percent of the known values at either end of a column that are drawn in to the others."""
UNBOUNDED = 1e300


@dataclass(frozen=True)
class Expansion:
    """How the inputs become the regression's own columns.

    Attributes:
        centre, scale: median and spread of each input column.
        source: for each own column the position of the input it comes from.
        code: what an own column shows: -1 the scaled value, -2 "is missing", otherwise 1
            where the input holds that code of a word.
        low, high: between which each input column is read; none in models from before
            there were bounds.
    """

    centre: list[float]
    scale: list[float]
    source: list[int]
    code: list[int]
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def apply(self, inputs: Matrix) -> Matrix:
        """The own columns, shape (rows, own columns)."""
        out = np.empty((len(inputs), len(self.source)))
        for i, (source, code) in enumerate(zip(self.source, self.code, strict=True)):
            out[:, i] = self._column(inputs[:, source], source, code)
        return out

    def _column(self, values: Vector, source: int, code: int) -> Vector:
        if code == -2:
            return np.asarray(np.isnan(values), dtype=np.float64)
        if code >= 0:
            return np.asarray(values == code, dtype=np.float64)
        if self.low:
            values = np.clip(values, self.low[source], self.high[source])
        scaled = (values - self.centre[source]) / self.scale[source]
        return np.asarray(np.where(np.isnan(scaled), 0.0, np.arcsinh(scaled)))


def learn_expansion(inputs: Matrix, schema: InputSchema) -> Expansion:
    """Medians, spreads, bounds and own columns from the training rows."""
    measures, source, code = [], [], []
    for i, column in enumerate(schema.columns):
        values = inputs[:, i]
        known = values[~np.isnan(values)]
        measures.append(_measures(known))
        if column.words is None:
            source.append(i)
            code.append(-1)
        else:
            source += [i] * len(column.words)
            code += range(len(column.words))
        if len(known) < len(values):
            source.append(i)
            code.append(-2)
    centre, scale, low, high = (list(part) for part in zip(*measures, strict=True))
    return Expansion(centre, scale, source, code, low, high)


def _measures(known: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Median, interquartile range and bounds; the deviation where most values are the same.

    Where the bounds would make one value of all, as of an event that happens to few, there
    are none.
    """
    if not len(known):
        return 0.0, 1.0, -UNBOUNDED, UNBOUNDED
    low, first, middle, third, high = np.percentile(known, [TAIL, 25, 50, 75, 100 - TAIL])
    spread = third - first or known.std() or 1.0
    if low == high:
        low, high = -UNBOUNDED, UNBOUNDED
    return float(middle), float(spread), float(low), float(high)


@dataclass(frozen=True)
class FittedLogistic:
    """Coefficients over the own columns, and the means they are explained against."""

    width: int
    expansion: Expansion
    coefficients: Vector
    intercept: float
    means: Vector

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,); a row's do not depend on the rows beside it."""
        return line_scores(inputs, self._line, self.intercept)

    def contributions(self, inputs: Matrix) -> Matrix:
        """Coefficient times distance from the training mean, summed by input column."""
        return line_shares(inputs, self._line, self.intercept)

    @cached_property
    def _line(self) -> Line:
        """The same as arrays, made when first asked for."""
        own = self.expansion
        return Line(
            np.array(own.source, np.int64),
            np.array(own.code, np.int64),
            np.ascontiguousarray(self.coefficients, np.float64),
            np.ascontiguousarray(self.means, np.float64),
            np.array(own.centre),
            np.array(own.scale),
            np.array(own.low or [-UNBOUNDED] * len(own.centre)),
            np.array(own.high or [UNBOUNDED] * len(own.centre)),
        )

    def to_files(self) -> Files:
        """All numbers as JSON, which keeps every bit."""
        body = {
            "width": self.width,
            "expansion": asdict(self.expansion),
            "coefficients": self.coefficients.tolist(),
            "intercept": self.intercept,
            "means": self.means.tolist(),
        }
        return {MODEL_FILE: json.dumps(body)}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read the JSON back."""
        body = json.loads(files[MODEL_FILE])
        return cls(
            body["width"],
            Expansion(**body["expansion"]),
            np.array(body["coefficients"], dtype=np.float64),
            body["intercept"],
            np.array(body["means"], dtype=np.float64),
        )


@dataclass(frozen=True)
class Logistic:
    """Fits with an L2 penalty, shared by the columns.

    Attributes:
        strength: how much the log-odds vary before any evidence, all columns together: each
            coefficient has the prior variance `strength / own columns`. Many columns say the
            same thing again and again, so that each is to have a small share of it.
        detail: the share of columns of one kind of event alone, beside others'.
    """

    strength: float = 0.3
    detail: float = 1.0

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedLogistic:  # noqa: ARG002
        """Fit on rows at risk; `lost` is 0 or 1, or a chance of it."""
        expansion = learn_expansion(inputs, schema)
        own = expansion.apply(inputs)
        means, width = own.mean(axis=0), inputs.shape[1]
        share = schema.weights(self.detail)[expansion.source]
        variance = self.strength * share / share.sum()
        if (free := renewal_column(schema)) is not None:
            mine, words = np.array(expansion.source) == free, schema.columns[free].words or ()
            apart = free_variance(inputs[:, free], len(words), lost)
            variance[mine] = np.maximum(variance[mine], apart)
        own *= np.sqrt(variance)
        fit = fit_chances if np.any((lost != 0) & (lost != 1)) else fit_tosses
        found, intercept = fit(own, lost, 1.0)
        return FittedLogistic(width, expansion, found * np.sqrt(variance), intercept, means)


def fit_tosses(inputs: Matrix, lost: Vector, variance: float) -> tuple[Vector, float]:
    """As `fit_chances`, of what is 0 or 1."""
    from sklearn.linear_model import LogisticRegression  # seconds that only training spends

    model = LogisticRegression(C=variance, solver="newton-cholesky").fit(inputs, lost)
    return model.coef_[0], float(model.intercept_[0])


SPACE: Space = (Range("strength", 0.003, 30.0),)
"""What tuning may change of `Logistic`, and how far."""
