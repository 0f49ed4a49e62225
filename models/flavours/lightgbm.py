"""Gradient-boosted trees (LightGBM), explained exactly from tables of their paths."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import lightgbm
import numpy as np

from models.encoding import InputSchema, Matrix
from models.explain.forest import Forest
from models.explain.trees import TreeExplainer
from models.flavours.base import Files, Vector
from models.flavours.renewal import first_tree
from models.flavours.space import Range, Space, Switch
from models.flavours.turns import Turns

MODEL_FILE = "model.lgb.txt"

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "min_data_in_leaf": 40,
    "bagging_freq": 1,
    "cat_smooth": 50.0,
    "min_data_per_group": 100,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""What is never tuned."""
METHOD = "intermediate"
"""How signs are kept: no worse than "advanced" on the folds tried (ADR 16), and nearly free."""
TURNS = Turns()
"""LightGBM keeps its number of threads for the whole process: every call names its own."""
ROWS_WALKED = 512
"""Up to so many rows, calling LightGBM costs more than walking the trees, which gives the same."""
ROWS_WORTH_THREADS = 200_000
"""Below this, threads wait for one another longer than they work."""
ROWS_WORTH_EXPLAINING_APART = 20_000
"""Above this, rows are explained by a thread for each processor: they share nothing."""


@dataclass(frozen=True)
class FittedLightGBM:
    """A booster whose predictions are log-odds."""

    booster: lightgbm.Booster

    def log_odds(self, inputs: Matrix) -> Vector:
        """Log-odds of loss, shape (rows,); a row's do not depend on the rows beside it."""
        if len(inputs) <= ROWS_WALKED:
            return self.forest.log_odds(inputs)
        threads = threads_for(len(inputs))
        with TURNS.taken(threads):
            odds = self.booster.predict(inputs, raw_score=True, num_threads=threads)
        return np.asarray(odds, dtype=np.float64)

    def contributions(self, inputs: Matrix) -> Matrix:
        """Path-dependent TreeSHAP (Lundberg et al. 2020), shape (rows, columns + 1)."""
        apart = len(inputs) >= ROWS_WORTH_EXPLAINING_APART
        threads = (os.cpu_count() or 1) if apart else 1
        return self.explainer.contributions(inputs, threads)

    @cached_property
    def explainer(self) -> TreeExplainer:
        """The tables that rows are explained from, made when first asked for."""
        with TURNS.taken(1):
            return TreeExplainer(self.booster)

    @cached_property
    def forest(self) -> Forest:
        """The trees as walks need them, read when first asked for."""
        with TURNS.taken(1):
            return Forest.of(self.booster)

    def to_files(self) -> Files:
        """LightGBM's own text format."""
        return {MODEL_FILE: self.booster.model_to_string()}

    @classmethod
    def from_files(cls, files: Files) -> Self:
        """Read the text format back; predictions are the same to the last bit."""
        return cls(lightgbm.Booster(model_str=files[MODEL_FILE]))


@dataclass(frozen=True)
class LightGBM:
    """Fits small trees whose every leaf holds about five expected losses.

    Churn gives few losses: larger trees learn single accounts by heart, and then foretell too
    few losses of new rows, which a calibrator that keeps the mean cannot mend.

    Attributes:
        rounds: how many trees.
        learning_rate: how far each tree goes.
        leaves: of each tree.
        leaf_weight: the least sum of `p (1 - p)` in a leaf: about its expected losses.
        column_share: share of the columns that each tree may read.
        row_share: share of the rows that each tree is grown on.
        l2: penalty on the leaves' values.
        monotone: a column whose higher value is declared as healthier may only lower the
            log-odds of loss, and one declared as worse only raise them.
        detail: what a split on a column of one kind of event alone counts for, beside others.
    """

    rounds: int = 120
    learning_rate: float = 0.04
    leaves: int = 7
    leaf_weight: float = 5.0
    column_share: float = 0.4
    row_share: float = 0.7
    l2: float = 10.0
    monotone: bool = True
    detail: float = 1.0

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> FittedLightGBM:
        """Fit on rows at risk; `lost` is 0 or 1, or a chance of it."""
        threads = threads_for(len(inputs))
        data = lightgbm.Dataset(
            inputs,
            label=lost,
            feature_name=[f"c{i}" for i in range(inputs.shape[1])],
            categorical_feature=schema.word_positions,
            params={"verbosity": -1, "num_threads": threads},
            free_raw_data=False,
        )
        parameters = {**self.parameters(schema), "seed": seed, "num_threads": threads}
        if np.any((lost != 0) & (lost != 1)):
            parameters["objective"] = "cross_entropy"  # the same loss, of chances too
        with TURNS.taken(threads):
            first = first_tree(data, schema, parameters)
            grown = lightgbm.train(parameters, data, self.rounds, init_model=first)
            return FittedLightGBM(grown)

    def parameters(self, schema: InputSchema) -> dict[str, Any]:
        """What LightGBM is told, but for seed and threads."""
        tuned: dict[str, Any] = {
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_sum_hessian_in_leaf": self.leaf_weight,
            "feature_fraction": self.column_share,
            "bagging_fraction": self.row_share,
            "lambda_l2": self.l2,
        }
        if self.detail != 1 and any(c.detail for c in schema.columns):
            tuned["feature_contri"] = schema.weights(self.detail).tolist()
        signs = schema.loss_signs
        if not self.monotone or not any(signs):
            return {**PARAMETERS, **tuned}
        bounds = {"monotone_constraints": signs, "monotone_constraints_method": METHOD}
        return {**PARAMETERS, **tuned, **bounds}


def threads_for(rows: int) -> int:
    """How many threads a fit takes; 0 is one for each processor."""
    return 1 if rows < ROWS_WORTH_THREADS else 0


SPACE: Space = (
    Range("rounds", 20, 400, whole=True),
    Range("learning_rate", 0.01, 0.1),
    Range("leaves", 3, 31, whole=True),
    Range("leaf_weight", 1.0, 50.0),
    Range("column_share", 0.1, 1.0),
    Range("row_share", 0.4, 1.0, log=False),
    Range("l2", 0.1, 100.0),
    Switch("monotone"),
)
"""What tuning may change of `LightGBM`, and how far."""
