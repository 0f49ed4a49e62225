"""Scores of a past date against what happened afterwards.

Runs the main job as of a date, in a workspace of its own, then reads the outcomes with all
the data there is and compares: AUC and log loss of every horizon that has matured since,
beside the base rate and the recency that were known at the date.

    python experiments/afterwards.py CONFIG --as-of DATE [--as-of DATE ...] [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from features.history import ends
from features.lake import Lake
from features.outcomes import Label, fates
from features.prepare import prepare
from models.metrics import METRICS, Resamples, calibration_line
from models.score import HORIZONS
from pipelines.company import label_of, rates_of
from pipelines.config import Config, read_config

REFUSED = 3


def main() -> int:
    """Run every date given and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("--as-of", action="append", required=True, type=date.fromisoformat)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = [afterwards(given.config, day) for day in given.as_of]
    print(json.dumps(found, indent=2) if given.json else "\n\n".join(map(as_text, found)))
    return 0


def afterwards(path: Path, as_of: date) -> dict[str, Any]:
    """The figures of one date."""
    config = read_config(path, os.environ)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        if forewarn("run", "-c", path, "--as-of", as_of, "--workspace", workspace) == REFUSED:
            return {"config": str(path), "as_of": as_of.isoformat(), "refused": True}
        target = workspace / "scores.csv"
        forewarn("export", "scores", "--as-of", as_of, "--to", target, "--workspace", workspace)
        scores = pd.read_csv(target, dtype={"account_id": str})
        lake = Lake(workspace / "lake")
        label = label_of(config, lake.manifest.tables)
        truth = what_happened(lake, config, label, as_of)
        last = ends(lake)
    scores = scores.merge(truth, on="account_id", validate="one_to_one")
    horizons = [h for h in HORIZONS if (last - as_of).days >= h + label.lag_days]
    return {
        "config": str(path),
        "as_of": as_of.isoformat(),
        "accounts": len(scores),
        "model_version": scores["model_version"].iloc[0],
        "empty_horizons": [h for h in HORIZONS if scores[f"p_loss_{h}"].isna().all()],
        "horizons": {str(h): figures(scores, h) for h in horizons},
    }


def forewarn(*arguments: object) -> int:
    """Run a command of ours; its progress passes through. Returns 0, or 3 for a refusal."""
    command = [sys.executable, "-m", "pipelines.cli", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, REFUSED):
        raise SystemExit(f"{' '.join(command[2:])} ended with exit code {done.returncode}")
    return done.returncode


def what_happened(lake: Lake, config: Config, label: Label, as_of: date) -> pd.DataFrame:
    """Each account's fate as known at the end of all data."""
    parts = [
        fates(prepare(lake.bucket(i), rates_of(config)), label, [as_of], ends(lake))
        for i in range(lake.manifest.buckets)
    ]
    return pd.concat(parts, ignore_index=True)


def figures(scores: pd.DataFrame, horizon: int) -> dict[str, Any]:
    """Quality of one horizon's chances, with 95 % intervals over accounts."""
    chance = scores[f"p_loss_{horizon}"].to_numpy(float)
    known = (
        ~np.isnan(chance)
        & (
            (scores["followed_days"] >= horizon) | (scores["event_days"] <= scores["followed_days"])
        ).to_numpy()
    )
    lost = (scores["event_days"].to_numpy() <= horizon).astype(float)[known]
    if not known.any():
        return {"accounts": 0, "why": "no chance was given for this horizon"}
    draws = Resamples.of(scores["account_id"].to_numpy(object)[known], 300, 1)
    quality = {
        name: draws.interval(lambda w, m=METRICS[name]: m(lost, chance[known], w))
        for name in ("auc", "log_loss")
    }
    return {
        "accounts": int(known.sum()),
        "lost": float(lost.mean()),
        "foretold": float(chance[known].mean()),
        **{k: [round(x, 4) for x in (e.value, e.low, e.high)] for k, e in quality.items()},
        "calibration_slope": round(calibration_line(lost, chance[known])[1], 3),
        "log_loss_of_true_base_rate": round(log_loss(lost, np.full(len(lost), lost.mean())), 4),
    }


def as_text(found: dict[str, Any]) -> str:
    """One date's figures as lines."""
    if found.get("refused"):
        return f"{found['config']} as of {found['as_of']}: refused, no model was fit to use"
    lines = [f"{found['config']} as of {found['as_of']}: {found['accounts']} accounts"]
    for horizon, f in found["horizons"].items():
        if not f["accounts"]:
            lines.append(f"  {horizon:>3} days: {f['why']}")
            continue
        auc, loss = f["auc"], f["log_loss"]
        lines.append(
            f"  {horizon:>3} days: lost {f['lost']:.3f}, foretold {f['foretold']:.3f}, "
            f"AUC {auc[0]:.3f} ({auc[1]:.3f} to {auc[2]:.3f}), "
            f"log loss {loss[0]:.3f} ({loss[1]:.3f} to {loss[2]:.3f}), "
            f"base rate {f['log_loss_of_true_base_rate']:.3f}, slope {f['calibration_slope']:.2f}"
        )
    lines.append(f"  left empty: {found['empty_horizons'] or 'none'}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
