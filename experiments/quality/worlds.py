"""Simulated companies, where the truth is known: how near scores come, and whom the rule lets in.

Each seed is a company of the demonstration. It is trained on all but its last six months, as
`forewarn demo` does, and the months since are scored one by one. Beside the simulator's own
probabilities, so that luck plays no part:

- `logloss_over_bayes`: expected log loss of the scores over that of the true probabilities;
- `later_auc`: expected AUC of those scores, and `optimism`, the mean distance between it and the
  AUC that the walk forward had told at training;
- `calibration_slope`: of the true probabilities on the log-odds of the scores.

All at the primary horizon; each is the mean over companies, with what a company's figure strays
by. A company that the verdict refuses is counted and told. `worse_promoted` and
`better_promoted` come from gate.py: how often the promotion rule lets a challenger pass that is
1 % worse, or 3 % better.

    python experiments/quality/worlds.py [--seeds N] [--accounts N] [--rule N] [--json]
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from gate import World, passes

from models.comparison import Rule
from models.metrics import auc, calibration_line
from pipelines.demo.job import DemoResult, beside_truth, demonstrate
from pipelines.workspace import Workspace

FIRST_SEED, YEARS = 101, 3
WORSE, BETTER, RULE = -0.01, 0.03, Rule(draws=300)


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
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--rule", type=int, default=100, help="companies that test the rule")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    each = [company(FIRST_SEED + i, given.accounts) for i in range(given.seeds)]
    result = {**summary([found for found in each if found]), **rule(given.rule)}
    result["refused"] = sum(found is None for found in each)
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def company(seed: int, accounts: int) -> Found | None:
    """One company's figures; None where its model was refused."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        result = demonstrate(workspace, accounts, YEARS, seed, say)
        if not result.months:
            print(f"seed {seed}: refused", file=sys.stderr, flush=True)
            return None
        found = figures(seed, workspace, result)
    print(json.dumps(asdict(found)), file=sys.stderr, flush=True)
    return found


def figures(seed: int, workspace: Workspace, result: DemoResult) -> Found:
    """What the scores since training are worth, by the true probabilities."""
    trained = result.main.train.trained
    horizon = trained.model.primary_horizon
    dates = [result.main.as_of, *(month.as_of for month in result.months)]
    both = beside_truth(workspace, dates, pd.read_parquet(result.company.truth))
    scores, truth = (both[f"{name}_{horizon}"].to_numpy(float) for name in ("score", "p_loss"))
    over = next(a.scores / a.truth for a in result.against_truth if a.horizon == horizon)
    return Found(
        seed,
        horizon,
        over,
        trained.reports[horizon].metrics["auc"].value,
        expected_auc(scores, truth),
        calibration_line(truth, scores)[1],
    )


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
