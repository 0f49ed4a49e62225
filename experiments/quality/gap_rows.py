"""What gap.py learns from: the rows of simulated companies, with and without the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from worlds import say, simulated

from features.snapshot import fingerprint
from models.dataset import Dataset
from models.encoding import InputSchema, Matrix
from models.flavours.base import Vector, sigmoid
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic, learn_expansion
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.score import HORIZONS
from models.trained import TrainingPlan
from pipelines.assemble import assemble
from pipelines.company import learning_plan
from pipelines.later import since_training

HORIZON = 90
CHAIN = tuple(k for k in INTERVALS if k.end <= HORIZON)
TREES, LINES = LightGBM(), Logistic()
FREE_TREES = LightGBM(rounds=250, learning_rate=0.1, leaves=15)
FREE_LINES = 10.0
"""Without luck to learn by heart, more may be learnt: strength of the lines, and the trees."""


@dataclass(frozen=True)
class Company:
    """What is learnt from and judged by; `known` and `true` are the simulator's, by row.

    Those are of 90 days; `all_true` has the rows since training by horizon.
    """

    seed: int
    past: Dataset
    columns: tuple[str, ...]
    directions: dict[str, int]
    details: tuple[str, ...]
    known: Vector
    since: pd.DataFrame
    true: Vector
    all_true: Mapping[int, Vector]


@dataclass(frozen=True)
class Rows:
    """Rows of some companies: a part for each interval, then all with their true chance."""

    parts: tuple[tuple[Matrix, Vector], ...]
    inputs: Matrix
    known: Vector

    @property
    def lost(self) -> int:
        """Rows lost in the first interval: about the accounts lost."""
        return int(self.parts[0][1].sum())


def company(seed: int, accounts: int) -> Company:
    """One company's past as known six months before its end, and the months since."""
    with simulated(seed, accounts) as made:
        found = assemble(made.workspace, made.config, made.trained_on, say)
        asked = SimpleNamespace(  # all that is asked of a model here
            version=f"seed {seed}", fingerprint=fingerprint(found.catalogue),
            followed=found.followed, outcome=found.label.name, trained_on=found.dataset.data_as_of,
        )  # fmt: skip
        later = since_training(made.workspace, made.config, asked, made.last, say)  # type: ignore[arg-type]
    plan = learning_plan(made.config, found.catalogue)
    return made_of(seed, found.dataset, tuple(found.columns), plan, later, made.truth)


def made_of(
    seed: int,
    past: Dataset,
    columns: tuple[str, ...],
    plan: TrainingPlan,
    later: Dataset,
    truth: pd.DataFrame,
) -> Company:
    """The same with the simulator's chances beside the rows; later rows without one are left."""
    keys, name = ["account_id", "as_of"], f"p_loss_{HORIZON}"
    known = past.frame[keys].merge(truth, on=keys, how="left", validate="one_to_one")
    since = later.frame[keys].merge(truth, on=keys, how="left", validate="one_to_one")
    told = since[name].notna().to_numpy()
    true = {h: since[f"p_loss_{h}"].to_numpy(float)[told] for h in HORIZONS}
    return Company(
        seed, past, columns, plan.directions, plan.details, known[name].to_numpy(float),
        later.frame[told].reset_index(drop=True), true[HORIZON], true,
    )  # fmt: skip


def rows_of(companies: Sequence[Company], schema: InputSchema, share: int = 1) -> Rows:
    """Rows of every `share`-th account of some companies."""
    parts: list[list[tuple[Matrix, Vector]]] = [[] for _ in CHAIN]
    inputs, known = [], []
    for one in companies:
        encoded, data = schema.encode(one.past.frame), one.past
        _, owner = np.unique(data.frame["account_id"].to_numpy(object), return_inverse=True)
        kept = owner % share == 0
        for part, interval in zip(parts, CHAIN, strict=True):
            risk = data.at_risk(interval, data.data_as_of) & kept
            part.append((encoded[risk], data.lost_within(interval.end)[risk].astype(float)))
        usable = kept & ~np.isnan(one.known)
        inputs.append(encoded[usable])
        known.append(one.known[usable])
    joined = tuple((_rows([x for x, _ in part]), _rows([y for _, y in part])) for part in parts)
    return Rows(joined, _rows(inputs), _rows(known))


def _rows(parts: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    return np.concatenate(parts)


def hazards(
    flavour: LightGBM | Logistic, rows: Rows, schema: InputSchema, test: Matrix
) -> list[Vector]:
    """Log-odds of each interval."""
    return [flavour.fit(x, lost, schema, 1).log_odds(test) for x, lost in rows.parts]


def mean(one: Sequence[Vector], other: Sequence[Vector]) -> list[Vector]:
    """Of the log-odds."""
    return [0.5 * (a + b) for a, b in zip(one, other, strict=True)]


def chain(log_odds: Sequence[Vector]) -> Vector:
    """The chance of loss by the horizon."""
    return p_loss(dict(zip(CHAIN, log_odds, strict=True)), [HORIZON])[HORIZON]


def blend(rows: Rows, schema: InputSchema, test: Matrix) -> Vector:
    """The default blend's chance."""
    return chain(mean(*(hazards(flavour, rows, schema, test) for flavour in (TREES, LINES))))


def from_truth(rows: Rows, schema: InputSchema, test: Matrix) -> Vector:
    """The chance by trees and lines that were told the true one of every row."""
    data = lightgbm.Dataset(
        rows.inputs, rows.known, categorical_feature=schema.word_positions,
        params={"verbosity": -1, "num_threads": 1},
    )  # fmt: skip
    told = {**FREE_TREES.parameters(schema), "objective": "cross_entropy"}
    told |= {"seed": 1, "num_threads": 1}
    trees = lightgbm.train(told, data, num_boost_round=FREE_TREES.rounds)
    lines = _lines_from_truth(rows, schema, test)
    return sigmoid(0.5 * (np.asarray(trees.predict(test, raw_score=True)) + lines))


def _lines_from_truth(rows: Rows, schema: InputSchema, test: Matrix) -> Vector:
    """Each row once as lost and once as staying, weighed by the truth."""
    expansion = learn_expansion(rows.inputs, schema)
    own, size = expansion.apply(rows.inputs), len(rows.known)
    model = LogisticRegression(C=FREE_LINES / own.shape[1], solver="newton-cholesky")
    lost = np.repeat([1.0, 0.0], size)
    model.fit(np.tile(own, (2, 1)), lost, np.concatenate([rows.known, 1 - rows.known]))
    odds: Vector = model.decision_function(expansion.apply(test))
    return odds
