"""Settings of the flavours, walked forward on a company's past: which of them earn their place?

Every setting predicts the same rows out of time, all before `--as-of` and judged by outcomes
certain on it. Shown are the mean log loss of the uncalibrated hazards over all intervals, how
much lower it is than the defaults' with its 95 % interval over accounts, and the AUC of each
interval. Load the workspace first (`forewarn load` or `forewarn demo --no-serve`).

    python experiments/quality/settings.py CONFIG --workspace W --as-of DATE [--only WORD]
"""

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from features.main_attributes import followed
from features.runners.job import SnapshotJob
from models.dataset import join
from models.flavours import Flavour
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.material import Material
from models.metrics import Resamples, auc
from models.training import material_of
from models.walkforward import OutOfTime, blended, first_walked
from pipelines.assemble import first_day
from pipelines.company import (
    catalogue_of,
    columns_of,
    label_of,
    learning_plan,
    rates_of,
    snapshot_dates,
)
from pipelines.config import read_config
from pipelines.snapshot import build
from pipelines.workspace import Workspace

SETTINGS: dict[str, Flavour] = {
    "trees": LightGBM(),
    "trees, not held to signs": LightGBM(monotone=False),
    "trees, 60 rounds": LightGBM(rounds=60),
    "trees, 240 rounds": LightGBM(rounds=240),
    "trees, 240 rounds at half the rate": LightGBM(rounds=240, learning_rate=0.02),
    "trees, 200 rounds of 4 leaves": LightGBM(rounds=200, leaves=4),
    "trees, 15 leaves": LightGBM(leaves=15),
    "trees, leaf weight 20": LightGBM(leaf_weight=20.0),
    "trees, a sixth of the columns": LightGBM(column_share=0.15),
    "trees, l2 100": LightGBM(l2=100.0),
    "lines": Logistic(),
    "lines, strength 0.1": Logistic(0.1),
    "lines, strength 1": Logistic(1.0),
    "lines, strength 3": Logistic(3.0),
}
DEFAULTS = ("trees", "lines")


def main() -> int:
    """Walk every setting forward and print a line for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--only", default="", help="a word that a setting's name must hold")
    given = parser.parse_args()
    material = prepared(given.config, Workspace(given.workspace), given.as_of)
    print(f"{material.inputs.shape[0]} rows, {material.inputs.shape[1]} columns")
    walks: dict[str, OutOfTime] = {}
    for name, flavour in SETTINGS.items():
        if given.only in name or name in DEFAULTS:
            walks[name] = replace(material, flavours={name: flavour}).walk(name)
            print(line(material, name, walks[name], walks["trees"]), flush=True)
    both = blended(*(walks[name] for name in DEFAULTS))
    print(line(material, "blend", both, walks["trees"]))
    return 0


def prepared(path: Path, workspace: Workspace, as_of: date) -> Material:
    """What training would learn from as of a date."""
    config, lake = read_config(path, os.environ), workspace.lake()
    label = label_of(config, lake.manifest.tables)
    dates = snapshot_dates(config, as_of, first_day(lake, as_of))
    catalogue = catalogue_of(config, followed(lake, first_walked(dates)))
    folder = Path(tempfile.mkdtemp())
    job = SnapshotJob(lake, catalogue, tuple(dates), label, rates_of(config), folder, as_of)
    dataset = join(*build(job, lambda _: None), label.lag_days, as_of)
    shutil.rmtree(folder)
    columns, _ = columns_of(catalogue, lake.manifest.tables["accounts"].versioned)
    return material_of(dataset, columns, learning_plan(config, catalogue))


def line(material: Material, name: str, walk: OutOfTime, reference: OutOfTime) -> str:
    """One setting's figures beside the default trees'."""
    data, losses, others, owners, ranks = material.dataset, [], [], [], []
    accounts = data.frame["account_id"].to_numpy(object)
    for interval, odds in walk.log_odds.items():
        rows = np.flatnonzero(data.at_risk(interval, data.data_as_of) & ~np.isnan(odds))
        if not len(rows):
            continue
        lost = data.lost_within(interval.end)[rows].astype(float)
        losses.append(_loss(odds[rows], lost))
        others.append(_loss(reference.log_odds[interval][rows], lost))
        owners.append(accounts[rows])
        ranks.append(f"{interval.name} {auc(lost, odds[rows], np.ones(len(rows))):.4f}")
    loss, less = np.concatenate(losses), np.concatenate(others) - np.concatenate(losses)
    draws = Resamples.of(np.concatenate(owners), 200, 1)
    gain = draws.interval(lambda weight: float(np.average(less, weights=weight)))
    return (
        f"{name:<36} log loss {loss.mean():.5f}, gain {gain.value:+.5f} "
        f"({gain.low:+.5f} to {gain.high:+.5f}), AUC {', '.join(ranks)}"
    )


def _loss(odds: np.ndarray, lost: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0.0, odds) - lost * odds)


if __name__ == "__main__":
    sys.exit(main())
