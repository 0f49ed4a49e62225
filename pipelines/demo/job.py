"""The demonstration: a simulated company through the main job, then held against the truth.

The model learns from what was known six months before the history's end. The months since
are scored one by one, as a company would have done, and compared with what then happened
and with the probabilities the simulation itself used.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.metrics import log_loss
from models.score import HORIZONS, Score
from pipelines.config import read_config
from pipelines.demo.company import DemoCompany, generate
from pipelines.demo.config import CONFIG_NAME
from pipelines.errors import InputError
from pipelines.publishing import ScoreResult
from pipelines.run import RunResult, run
from pipelines.score import score_dates
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

Progress = Callable[[str], None]
Vector = npt.NDArray[np.float64]
MONTHS_SINCE = 6


@dataclass(frozen=True)
class AgainstTruth:
    """One horizon's scores against the simulator's true probabilities.

    All log losses are expected under the truth, so that luck plays no part.

    Attributes:
        scores: of the scores.
        truth: of the true probabilities themselves: nobody can do better.
        base_rate: of the mean true probability for everyone: what knowing nothing gives.
        gain: share of the way from base rate to truth that the scores have gone.
    """

    horizon: int
    rows: int
    scores: float
    truth: float
    base_rate: float

    @property
    def gain(self) -> float:
        """Share of the way from base rate to truth, at most 1."""
        return (self.base_rate - self.scores) / (self.base_rate - self.truth)


@dataclass(frozen=True)
class DemoResult:
    """What the demonstration did and found."""

    company: DemoCompany
    main: RunResult
    months: tuple[ScoreResult, ...]
    against_truth: tuple[AgainstTruth, ...]

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return {
            **self.main.summary(),
            "generated": {
                "folder": str(self.company.folder),
                "rows": self.company.rows,
                "dirt": self.company.dirt,
                "late": self.company.late,
            },
            "scored_since": [month.as_of.isoformat() for month in self.months],
            "against_truth": {
                str(found.horizon): {
                    "rows": found.rows,
                    "log_loss": found.scores,
                    "log_loss_of_truth": found.truth,
                    "log_loss_of_base_rate": found.base_rate,
                    "over_truth": found.scores / found.truth,
                    "share_of_gain": found.gain,
                }
                for found in self.against_truth
            },
        }


def demonstrate(
    workspace: Workspace, accounts: int, years: int, seed: int, say: Progress
) -> DemoResult:
    """Generate the company, run the main job on its past, score each month since.

    Raises:
        InputError: the workspace holds the data of another company.
    """
    _begin_afresh(workspace)
    say(f"generating {accounts} accounts over {years} years")
    company = generate(workspace.demo, accounts=accounts, years=years, seed=seed, progress=say)
    config = read_config(company.config, {})
    workspace.remember(company.config)
    truth = pd.read_parquet(company.truth)
    ends = sorted(truth["as_of"].unique())
    result = run(workspace, config, ends[-1 - MONTHS_SINCE], say)
    months: list[ScoreResult] = []
    if result.scored is not None:
        months = score_dates(workspace, config, ends[-MONTHS_SINCE:], say)
    dates = [result.as_of, *(month.as_of for month in months)] if months else []
    return DemoResult(company, result, tuple(months), against_truth(workspace, dates, truth))


def _begin_afresh(workspace: Workspace) -> None:
    """Empty a workspace of an earlier demonstration; never one of anyone else."""
    mine, used = (workspace.demo / CONFIG_NAME).resolve(), workspace.used
    if used not in (None, mine) or (workspace.lake().exists and used is None):
        raise InputError(
            f"{workspace.root} holds the data of another company "
            f"({used or 'no configuration is known'}): choose another folder for the "
            "demonstration with --workspace."
        )
    if used is not None:
        shutil.rmtree(workspace.root)
    workspace.root.mkdir(parents=True, exist_ok=True)


def against_truth(
    workspace: Workspace, dates: Sequence[date], truth: pd.DataFrame
) -> tuple[AgainstTruth, ...]:
    """The scores of `dates` against the true probabilities, by horizon."""
    both = beside_truth(workspace, dates, truth)
    if both.empty:
        return ()
    return tuple(
        _compare(both[f"score_{h}"].to_numpy(float), both[f"p_loss_{h}"].to_numpy(float), h)
        for h in HORIZONS
        if both[f"score_{h}"].notna().all()
    )


def beside_truth(workspace: Workspace, dates: Sequence[date], truth: pd.DataFrame) -> pd.DataFrame:
    """The scores of `dates`, columns `score_30` and so on, beside the true `p_loss_30`."""
    engine = open_store(workspace.store_address)
    repository = ScoreRepository(engine)
    rows = [_row(each.score) for day in dates for each in repository.run(day)]
    engine.dispose()
    return pd.DataFrame(rows).merge(truth, on=["account_id", "as_of"]) if rows else pd.DataFrame()


def _row(score: Score) -> dict[str, object]:
    chances = {f"score_{h}": score.p_loss[h] for h in HORIZONS}
    return {"account_id": score.account_id, "as_of": score.as_of, **chances}


def _compare(scores: Vector, truth: Vector, horizon: int) -> AgainstTruth:
    def expected(chance: Vector) -> float:
        """Log loss expected where losses are drawn with the true probabilities."""
        lost, stayed = np.ones(len(truth)), np.zeros(len(truth))
        share = float(truth.mean())
        return share * log_loss(lost, chance, truth) + (1 - share) * log_loss(
            stayed, chance, 1 - truth
        )

    base = np.full(len(truth), truth.mean())
    return AgainstTruth(horizon, len(truth), expected(scores), expected(truth), expected(base))


def text(result: DemoResult) -> str:
    """What was found against the truth, for people; empty where nothing was scored."""
    if not result.against_truth:
        return ""
    lines = ["Against the simulation's true probabilities, since then (log loss, lower is better):"]
    lines += [
        f"  {f.horizon:>3} days: scores {f.scores:.4f}, truth itself {f.truth:.4f} "
        f"({100 * (f.scores / f.truth - 1):.1f} % above), base rate {f.base_rate:.4f}: "
        f"{100 * f.gain:.0f} % of what can be known"
        for f in result.against_truth
    ]
    return "\n".join(lines)
