"""A bundle as MLflow's "python function": scores a snapshot, with plain MLflow alone.

    mlflow.pyfunc.load_model("models:/forewarn@champion").predict(snapshot)

The `MLmodel` file of a bundle names this module, so it must not move. Everything is read by
`models.bundle`: each file's SHA-256 is checked first, and nothing is unpickled. `MLmodel` holds
the manifest's own sum and lies in the same folder, so whoever may write there may change both;
Forewarn itself also holds the manifest against the registry's record. The package has to be
installed where the model is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models import bundle
from models.churn_model import ChurnModel
from models.score import Score
from models.signature import EXPANSION, LOSS, REVENUE_LOST, foretold, p_column

DIGEST = "bundle_sha256"
"""The key under which `MLmodel` holds the SHA-256 of the bundle's manifest."""


@dataclass(frozen=True)
class SnapshotScorer:
    """Scores snapshots with a verified model."""

    model: ChurnModel

    def predict(self, snapshot: pd.DataFrame) -> pd.DataFrame:
        """One row for each of the snapshot's, in its order.

        Args:
            snapshot: `account_id`, `as_of` and the columns that the model reads.

        Returns:
            `account_id`, `as_of` (date), `p_loss_H` (chance of loss, 0 to 1) for each horizon
            of H days with evidence; likewise `p_logo_churn_H`, `p_contraction_H` and
            `p_expansion_H` where the model has them; `revenue_lost` (expected share of recurring
            revenue, 0 to 1, missing where it cannot be told), `health_score` (0 to 100, 100 is
            healthy) and `band`. The band is what the thresholds alone say, whatever the account's
            band was before.

        Raises:
            SchemaMismatch: a column that the model reads is not there.
        """
        days = pd.to_datetime(snapshot["as_of"]).dt.date.astype(object)
        scores = self.model.score(snapshot.assign(as_of=days))
        chances = {
            p_column(*each): [_chance(score, *each) for score in scores]
            for each in foretold(self.model)
        }
        revenue = pd.Series([score.outlook.revenue_lost for score in scores], dtype=float)
        return pd.DataFrame(
            {
                "account_id": [score.account_id for score in scores],
                "as_of": [score.as_of for score in scores],
                **chances,
                REVENUE_LOST: revenue.to_numpy(),
                "health_score": [score.health_score for score in scores],
                "band": [score.band.value for score in scores],
            },
            index=snapshot.index,
        )


def _chance(score: Score, outcome: str, horizon: int) -> float | None:
    if outcome == LOSS:
        return score.p_loss[horizon]
    if outcome == EXPANSION:
        return score.outlook.p_expansion[horizon]
    return score.outlook.p_by_cause[outcome][horizon]


def _load_pyfunc(path: str, model_config: Mapping[str, Any] | None = None) -> SnapshotScorer:
    """What MLflow calls with the bundle's folder and what `MLmodel` says of it.

    Raises:
        BrokenBundle: a file is missing or was changed.
    """
    return SnapshotScorer(bundle.load(Path(path), (model_config or {}).get(DIGEST)))
