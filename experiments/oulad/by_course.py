"""Early withdrawal from courses not seen in training, in the setting of the data's own notes.

Trained on the enrolments of AAA 2013J and BBB 2013B, tested on those of AAA 2014J and BBB 2013J,
weekly from day 14 to day 98 of each presentation; the label is a withdrawal within 28 days. The
flavour is chosen by folds over the accounts of the two training courses alone.

    forewarn load -c experiments/oulad/forewarn.toml --workspace W
    python experiments/oulad/by_course.py --workspace W [--json]
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from features.history import main_events
from features.runners.job import SnapshotJob
from features.signals import EVENTS_FOLLOWED
from models.dataset import Dataset, join
from models.encoding import InputSchema, learn_schema
from models.flavours import FLAVOURS
from models.metrics import METRICS, Resamples, Vector
from models.walkforward import first_walked
from pipelines.company import catalogue_of, columns_of, directions_of, label_of, rates_of
from pipelines.config import read_config
from pipelines.snapshot import build
from pipelines.workspace import Workspace

CONFIG = Path(__file__).parent / "forewarn.toml"
BEGINS = {
    "AAA_2013J": date(2013, 10, 1),
    "BBB_2013B": date(2013, 2, 1),
    "AAA_2014J": date(2014, 10, 1),
    "BBB_2013J": date(2013, 10, 1),
}
TRAINED_ON = ("AAA_2013J", "BBB_2013B")
FIRST_DAY, LAST_DAY, WITHIN, FOLDS, SEED = 14, 98, 28, 5, 1
COMPETING = ("lightgbm", "logistic", "blend")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Courses:
    """Rows of both kinds of course, with their inputs."""

    inputs: npt.NDArray[np.float64]
    schema: InputSchema
    lost: Vector
    accounts: npt.NDArray[np.object_]
    training: Mask


def main() -> int:
    """Choose, train, test and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    courses = prepared(Workspace(given.workspace))
    chances = {name: folded(courses, name) for name in COMPETING}
    losses = {name: figure(courses, courses.training, c, "log_loss") for name, c in chances.items()}
    best = min(losses, key=lambda name: losses[name][0])
    result = {
        "chosen": best,
        "in_folds": {
            name: {"log_loss": losses[name], "auc": figure(courses, courses.training, c, "auc")}
            for name, c in chances.items()
        },
        "tested": tested(courses),
    }
    print(json.dumps(result) if given.json else as_text(result))
    return 0


def prepared(workspace: Workspace) -> Courses:
    """The snapshots of all four courses at the days that count, with what happened."""
    data, columns, directions = snapshots(workspace)
    accounts = data.frame["account_id"].to_numpy(object)
    course = np.array([account[:9] for account in accounts])
    day = data.ordinals - np.array([BEGINS[name].toordinal() for name in course])
    asked = (day >= FIRST_DAY) & (day <= LAST_DAY) & ((day - FIRST_DAY) % 7 == 0)
    data, course = data.take(asked), course[asked]
    schema = learn_schema(data.frame, columns, directions)
    lost = data.lost_within(WITHIN).astype(np.float64)
    training = np.isin(course, TRAINED_ON)
    return Courses(schema.encode(data.frame), schema, lost, accounts[asked], training)


def snapshots(workspace: Workspace) -> tuple[Dataset, list[str], dict[str, int]]:
    """All snapshots of the dates of any course, the columns to read, and their signs."""
    config, lake = read_config(CONFIG, os.environ), workspace.lake()
    label = label_of(config, lake.manifest.tables)
    days = range(FIRST_DAY, LAST_DAY + 1, 7)
    dates = tuple(sorted({b + timedelta(days=d) for b in BEGINS.values() for d in days}))
    catalogue = catalogue_of(config, main_events(lake, first_walked(dates), EVENTS_FOLLOWED))
    folder, end = Path(tempfile.mkdtemp()), dates[-1] + timedelta(days=400)
    job = SnapshotJob(lake, catalogue, dates, label, rates_of(config), folder, end)
    data = join(*build(job, lambda _: None), label.lag_days, end)
    shutil.rmtree(folder)
    columns, _ = columns_of(catalogue, lake.manifest.tables["accounts"].versioned)
    return data, columns, directions_of(config, catalogue)


def folded(courses: Courses, flavour: str) -> Vector:
    """Chances of the training courses' rows, each by a model that saw none of its account."""
    _, owner = np.unique(courses.accounts, return_inverse=True)
    fold = np.random.default_rng(SEED).integers(FOLDS, size=owner.max() + 1)[owner]
    out = np.full(len(courses.lost), np.nan)
    for part in range(FOLDS):
        learnt, told = courses.training & (fold != part), courses.training & (fold == part)
        out[told] = chances(courses, flavour, learnt, told)
    return out


def tested(courses: Courses) -> dict[str, Any]:
    """Figures of every flavour on the courses that were not trained on."""
    test, out = ~courses.training, {}
    for name in COMPETING:
        chance = np.full(len(courses.lost), np.nan)
        chance[test] = chances(courses, name, courses.training, test)
        out[name] = {m: figure(courses, test, chance, m) for m in ("auc", "log_loss")}
    return {"rows": int(test.sum()), "lost": float(courses.lost[test].mean()), **out}


def chances(courses: Courses, flavour: str, learnt: Mask, told: Mask) -> Vector:
    """What a flavour fitted on some rows says of others."""
    fitted = FLAVOURS[flavour].fit(
        courses.inputs[learnt], courses.lost[learnt], courses.schema, SEED
    )
    return 1 / (1 + np.exp(-fitted.log_odds(courses.inputs[told])))


def figure(courses: Courses, rows: Mask, chance: Vector, name: str) -> list[float]:
    """A metric with its 95 % interval over accounts."""
    draws = Resamples.of(courses.accounts[rows], 300, SEED)
    lost, told = courses.lost[rows], chance[rows]
    found = draws.interval(lambda weight: METRICS[name](lost, told, weight))
    return [round(x, 4) for x in (found.value, found.low, found.high)]


def as_text(result: dict[str, Any]) -> str:
    """The figures as lines."""
    test = result["tested"]
    lines = [f"{test['rows']} rows tested, {test['lost']:.3f} lost within {WITHIN} days"]
    for name in COMPETING:
        folds, after = result["in_folds"][name], test[name]
        chosen = ", chosen" if name == result["chosen"] else ""
        lines.append(
            f"  {name:<9} folds: AUC {folds['auc'][0]:.3f}, log loss {folds['log_loss'][0]:.4f}; "
            f"tested: AUC {after['auc'][0]:.3f} ({after['auc'][1]:.3f} to {after['auc'][2]:.3f}), "
            f"log loss {after['log_loss'][0]:.4f}{chosen}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
