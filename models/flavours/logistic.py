"""Ridge logistic regression on robustly scaled inputs that know what is missing.

Each number becomes a scaled value, squeezed so that a single outlier cannot carry a
score, and, where values were missing at training, a flag for that. Each word becomes one
column a word. Contributions are exact: coefficient times the distance from the mean.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector

MODEL_FILE = "model.logistic.json"


@dataclass(frozen=True)
class Expansion:
    """How the inputs become the regression's own columns.

    Attributes:
        centre, scale: median and spread of each input column.
        source: for each own column the position of the input it comes from.
        code: what an own column shows: -1 the scaled value, -2 "is missing", otherwise 1
            where the input holds that code of a word.
    """

    centre: list[float]
    scale: list[float]
    source: list[int]
    code: list[int]

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
        scaled = (values - self.centre[source]) / self.scale[source]
        return np.asarray(np.where(np.isnan(scaled), 0.0, np.arcsinh(scaled)))


def learn_expansion(inputs: Matrix, schema: InputSchema) -> Expansion:
    """Medians, spreads and own columns from the training rows."""
    centre, scale, source, code = [], [], [], []
    for i, column in enumerate(schema.columns):
        values = inputs[:, i]
        known = values[~np.isnan(values)]
        middle, spread = _middle_and_spread(known)
        centre.append(middle)
        scale.append(spread)
        if column.words is None:
            source.append(i)
            code.append(-1)
        else:
            source += [i] * len(column.words)
            code += range(len(column.words))
        if len(known) < len(values):
            source.append(i)
            code.append(-2)
    return Expansion(centre, scale, source, code)


def _middle_and_spread(known: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Median and interquartile range; the deviation where most values are the same."""
    if not len(known):
        return 0.0, 1.0
    low, middle, high = np.percentile(known, [25, 50, 75])
    spread = high - low or known.std() or 1.0
    return float(middle), float(spread)


@dataclass(frozen=True)
class FittedLogistic:
    """Coefficients over the own columns, and the means they are explained against."""

    width: int
    expansion: Expansion
    coefficients: Vector
    intercept: float
    means: Vector

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,)."""
        scores = self.expansion.apply(inputs) @ self.coefficients + self.intercept
        return np.asarray(scores)

    def contributions(self, inputs: Matrix) -> Matrix:
        """Coefficient times distance from the training mean, summed by input column."""
        own = (self.expansion.apply(inputs) - self.means) * self.coefficients
        out = np.zeros((len(inputs), self.width + 1))
        for i, source in enumerate(self.expansion.source):
            out[:, source] += own[:, i]
        out[:, -1] = self.intercept + float(self.means @ self.coefficients)
        return out

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
    """Fits with an L2 penalty whose weight is `1 / strength`."""

    strength: float = 0.02

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedLogistic:
        """Fit on rows at risk; `lost` is 0 or 1."""
        expansion = learn_expansion(inputs, schema)
        own = expansion.apply(inputs)
        model = LogisticRegression(C=self.strength, max_iter=300, random_state=seed)
        model.fit(own, lost)
        means = own.mean(axis=0)
        width = inputs.shape[1]
        return FittedLogistic(width, expansion, model.coef_[0], float(model.intercept_[0]), means)
