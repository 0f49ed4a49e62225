"""Lapses: what is gained by learning from silences that are still open (docs/adr/0044)?

Each date is foretold by the default flavours, before any calibration, once from the rows whose
outcome was certain on it and once from open silences too. Shown for each horizon are AUC and log
loss as means over the dates, and how much lower the log loss is with open silences, with its 95 %
interval over accounts. Only dates whose outcome was certain on `--as-of` count. Load the workspace
first (`forewarn load`).

    python experiments/quality/open_silences.py CONFIG --workspace W --as-of DATE --dates N
"""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np
from settings import prepared

from models.dataset import Dataset
from models.flavours.blend import PARTS
from models.hazards import p_loss
from models.intervals import INTERVALS, Interval
from models.material import Material
from models.metrics import Resamples, Vector, auc
from models.walkforward import folds_of
from pipelines.workspace import Workspace

HORIZONS = (30, 90)
Told = dict[int, Vector]
Ways = tuple[date, dict[str, Told], dict[str, Told]]


def main() -> int:
    """Foretell the dates both ways and print a line for each flavour and horizon."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--dates", type=int, default=6, help="how many of the last that count")
    given = parser.parse_args()
    material = prepared(given.config, Workspace(given.workspace), given.as_of)
    data = material.dataset
    for horizon in HORIZONS:
        certain = data.matured(horizon, data.data_as_of)
        days = [d for d in data.dates if certain[data.ordinals == d.toordinal()].all()]
        pairs = [(day, *both(material, day)) for day in days[-given.dates :]]
        for flavour in (*PARTS, "blend"):
            known = [p for p in pairs if all(horizon in told[flavour] for told in p[1:])]
            print(line(data, horizon, flavour, known), flush=True)
    return 0


def both(material: Material, day: date) -> tuple[dict[str, Told], dict[str, Told]]:
    """Chances of a date's rows by flavour, from certain outcomes and from open ones too."""
    return foretold(material, material.dataset, day), foretold(material, material.known(day), day)


def foretold(material: Material, learnt_from: Dataset, day: date) -> dict[str, Told]:
    """Chances of a date's rows, by flavour and horizon."""
    rows = material.dataset.ordinals == day.toordinal()
    odds: dict[str, dict[Interval, Vector]] = {name: {} for name in PARTS}
    for fold in folds_of(learnt_from, rows, day, INTERVALS[:2]):
        for name in PARTS:
            inputs, seed = material.inputs[fold.risk], material.how.seed
            fitted = material.flavours[name].fit(inputs, fold.lost, material.schema, seed)
            odds[name][fold.interval] = fitted.log_odds(material.inputs[rows])
    mean = {k: np.mean([odds[name][k] for name in PARTS], axis=0) for k in odds[PARTS[0]]}
    return {name: p_loss(o, HORIZONS) if o else {} for name, o in {**odds, "blend": mean}.items()}


def line(data: Dataset, horizon: int, flavour: str, pairs: list[Ways]) -> str:
    """The figures of one flavour and horizon."""
    losses: list[list[Vector]] = [[], []]
    ranks: list[list[float]] = [[], []]
    owners = []
    for day, *ways in pairs:
        rows = data.ordinals == day.toordinal()
        lost = data.lost_within(horizon)[rows].astype(float)
        owners.append(data.frame["account_id"].to_numpy(object)[rows])
        for way, told in enumerate(ways):
            chance = told[flavour][horizon]
            losses[way].append(-np.log(np.where(lost > 0, chance, 1 - chance)))
            ranks[way].append(auc(lost, chance, np.ones(len(lost))))
    less = np.concatenate(losses[0]) - np.concatenate(losses[1])
    draws = Resamples.of(np.concatenate(owners), 200, 1)
    gain = draws.interval(lambda weight: float(np.average(less, weights=weight)))
    shown = [
        f"AUC {np.mean(ranks[way]):.4f}, log loss {np.mean([x.mean() for x in losses[way]]):.4f}"
        for way in (0, 1)
    ]
    return (
        f"{horizon:>3} days, {flavour:<9} {len(pairs)} dates: certain {shown[0]}; "
        f"open too {shown[1]}; "
        f"log loss less {gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    )


if __name__ == "__main__":
    sys.exit(main())
