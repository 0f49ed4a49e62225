"""Simulated companies, where the truth is known: how near scores come, and whom the rule lets in.

Each seed is a company of the demonstration. A model of loss is trained on all but its last six
months as `forewarn demo` trains it, but for what moves no chance: no expansion, nothing that only
explanations need, no random folds, nothing stored. The months since are scored with it. Beside
the simulator's own probabilities, so that luck plays no part:

- `logloss_over_bayes`: expected log loss of the scores over that of the true probabilities;
- `later_auc`: expected AUC of those scores, and `optimism`, the mean distance between it and the
  AUC that the walk forward had told at training;
- `calibration_slope`: of the true probabilities on the log-odds of the scores.

All at the primary horizon; each is the mean over companies, with what a company's figure strays
by. A company that the verdict refuses is counted and told. `worse_promoted` and
`better_promoted` come from gate.py: how often the promotion rule lets a challenger pass that is
1 % worse, or 3 % better.

    python experiments/quality/worlds.py [--first SEED] [--seeds N] [--accounts N] [--rule N]
        [--json]
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from gate import World, passes

from features.snapshot import fingerprint
from models.comparison import Rule
from models.dataset import Dataset
from models.metrics import auc, calibration_line, log_loss
from models.trained import Provenance, Trained
from models.training import train
from pipelines.assemble import assemble
from pipelines.company import learning_plan
from pipelines.config import Config, read_config
from pipelines.demo.company import generate
from pipelines.demo.job import MONTHS_SINCE
from pipelines.later import since_training
from pipelines.loading import load_sources
from pipelines.workspace import Workspace

FIRST_SEED, YEARS = 101, 3
WORSE, BETTER, RULE = -0.01, 0.03, Rule(draws=300)


@dataclass(frozen=True)
class Made:
    """A simulated company.

    Attributes:
        workspace: with its sources loaded.
        config: for the chance of loss alone.
        truth: the simulator's chances, by account and month.
        trained_on: the end of the month that a model may know.
        last: the end of its last month.
    """

    workspace: Workspace
    config: Config
    truth: pd.DataFrame
    trained_on: date
    last: date


@dataclass(frozen=True)
class Found:
    """One company's figures at its primary horizon."""

    seed: int
    horizon: int
    logloss_over_bayes: float
    walk_forward_auc: float
    later_auc: float
    calibration_slope: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many companies")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first one's seed")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--rule", type=int, default=100, help="companies that test the rule")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    each = [company(given.first + i, given.accounts) for i in range(given.seeds)]
    result = {**summary([found for found in each if found]), **rule(given.rule)}
    result["refused"] = sum(found is None for found in each)
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def company(seed: int, accounts: int) -> Found | None:
    """One company's figures; None where its model was refused."""
    with simulated(seed, accounts) as made:
        trained = trained_at(made)
        if not trained.verdict.fit:
            print(f"seed {seed}: refused", file=sys.stderr, flush=True)
            return None
        later = since_training(made.workspace, made.config, trained.model, made.last, say)
    found = figures(seed, trained, later, made.truth)
    print(json.dumps(asdict(found)), file=sys.stderr, flush=True)
    return found


@contextmanager
def simulated(seed: int, accounts: int) -> Iterator[Made]:
    """A company whose sources are loaded, as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        made = generate(workspace.demo, accounts=accounts, years=YEARS, seed=seed, progress=say)
        config = without_expansion(read_config(made.config, {}))
        truth = pd.read_parquet(made.truth)
        ends = sorted(truth["as_of"].unique())
        load_sources(workspace, config, say)
        yield Made(workspace, config, truth, ends[-1 - MONTHS_SINCE], ends[-1])


def without_expansion(config: Config) -> Config:
    """The configuration for the chance of loss alone."""
    models = config.models.model_copy(update={"expansion": "never"})
    return config.model_copy(update={"models": models})


def trained_at(made: Made) -> Trained:
    """The model of what was known when the later months began."""
    found = assemble(made.workspace, made.config, made.trained_on, say)
    learnt = learning_plan(made.config, found.catalogue)
    plan = replace(learnt, explained=False, contrasted=False)
    origin = Provenance("world", found.label.name, fingerprint(found.catalogue), found.followed)
    return train(found.dataset, found.columns, plan, origin, say)


def figures(seed: int, trained: Trained, later: Dataset, truth: pd.DataFrame) -> Found:
    """What scores of the months since training are worth, by the true probabilities."""
    model, horizon = trained.model, trained.model.primary_horizon
    chances = model.chances(model.schema.encode(later.frame))[horizon]
    rows = later.frame[["account_id", "as_of"]].assign(score=chances)
    both = rows.merge(truth, on=["account_id", "as_of"])
    score, true = (both[name].to_numpy(float) for name in ("score", f"p_loss_{horizon}"))
    return Found(
        seed,
        horizon,
        over_bayes(score, true),
        trained.reports[horizon].metrics["auc"].value,
        expected_auc(score, true),
        calibration_line(true, score)[1],
    )


def over_bayes(scores: np.ndarray, truth: np.ndarray) -> float:
    """Expected log loss of scores over that of the truth itself: 1 is as good as can be."""
    return expected_log_loss(scores, truth) / expected_log_loss(truth, truth)


def expected_log_loss(scores: np.ndarray, truth: np.ndarray) -> float:
    """Log loss where each row is lost with its true probability: as lost, and as staying."""
    lost = np.repeat([1.0, 0.0], len(truth))
    return log_loss(lost, np.tile(scores, 2), np.concatenate([truth, 1 - truth]))


def expected_auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """AUC where each row is lost with its true probability: once as lost, once as staying."""
    lost = np.repeat([1.0, 0.0], len(truth))
    return auc(lost, np.tile(scores, 2), np.concatenate([truth, 1 - truth]))


def summary(each: list[Found]) -> dict[str, object]:
    """Means over companies, and how far single companies stray."""
    if not each:
        return {}
    frame = pd.DataFrame([asdict(found) for found in each])
    names = ["logloss_over_bayes", "walk_forward_auc", "later_auc", "calibration_slope"]
    mean, deviation = frame[names].mean(), frame[names].std()
    away = (frame["walk_forward_auc"] - frame["later_auc"]).abs()
    return {
        "companies": len(frame),
        **{name: round(float(mean[name]), 4) for name in names},
        **{f"{name}_deviation": round(float(deviation[name]), 4) for name in names},
        "optimism": round(float(away.mean()), 4),
        "signed_optimism": round(float((frame["walk_forward_auc"] - frame["later_auc"]).mean()), 4),
    }


def rule(companies: int) -> dict[str, float]:
    """How often the promotion rule lets a worse and a better challenger pass."""
    if not companies:
        return {}
    return {
        "worse_promoted": passes(World(), WORSE, companies, RULE, seed=1)["promoted"],
        "better_promoted": passes(World(), BETTER, companies, RULE, seed=2)["promoted"],
    }


def say(message: str) -> None:
    """Progress, beside the figures."""
    print(f"  {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
