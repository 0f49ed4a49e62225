"""Gradient-boosted trees (LightGBM), explained exactly by its own TreeSHAP."""

from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

import lightgbm
import numpy as np

from models.encoding import InputSchema, Matrix
from models.flavours.base import Files, Vector

MODEL_FILE = "model.lgb.txt"

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 7,
    "min_data_in_leaf": 40,
    "min_sum_hessian_in_leaf": 5.0,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "cat_smooth": 50.0,
    "min_data_per_group": 100,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""Small trees whose every leaf holds about five expected losses.

Churn gives few losses: larger trees learn single accounts by heart, and then foretell too
few losses of new rows, which a calibrator that keeps the mean cannot mend.
"""
ROUNDS = 120
ONE_AT_A_TIME = Lock()
"""LightGBM keeps its number of threads for the whole process: two calls that set it at once
write beyond their buffers, so calls from several threads wait for one another."""
ROWS_WORTH_THREADS = 200_000
"""Below this, threads wait for one another longer than they work."""


@dataclass(frozen=True)
class FittedLightGBM:
    """A booster whose predictions are log-odds."""

    booster: lightgbm.Booster

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,)."""
        with ONE_AT_A_TIME:
            return np.asarray(self.booster.predict(inputs, raw_score=True), dtype=np.float64)

    def contributions(self, inputs: Matrix) -> Matrix:
        """Path-dependent TreeSHAP (Lundberg et al. 2020), shape (rows, columns + 1)."""
        with ONE_AT_A_TIME:
            return np.asarray(self.booster.predict(inputs, pred_contrib=True), dtype=np.float64)

    def to_files(self) -> Files:
        """LightGBM's own text format."""
        return {MODEL_FILE: self.booster.model_to_string()}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read the text format back; predictions are the same to the last bit."""
        return cls(lightgbm.Booster(model_str=files[MODEL_FILE]))


@dataclass(frozen=True)
class LightGBM:
    """Fits boosters of a fixed size, kept small because churn data are."""

    rounds: int = ROUNDS

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedLightGBM:
        """Fit on rows at risk; `lost` is 0 or 1."""
        data = lightgbm.Dataset(
            inputs,
            label=lost,
            feature_name=[f"c{i}" for i in range(inputs.shape[1])],
            categorical_feature=schema.word_positions,
            params={"verbosity": -1},
        )
        threads = 1 if len(inputs) < ROWS_WORTH_THREADS else 0
        parameters = {**PARAMETERS, "seed": seed, "num_threads": threads}
        with ONE_AT_A_TIME:
            return FittedLightGBM(lightgbm.train(parameters, data, num_boost_round=self.rounds))
