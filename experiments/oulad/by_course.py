"""Early withdrawal from courses not seen in training, in the setting of the data's own notes.

Trained on the enrolments of AAA 2013J and BBB 2013B, tested on those of AAA 2014J and BBB 2013J,
weekly from day 14 to day 98 of each presentation; the label is a withdrawal within 28 days. The
flavour, and what columns of one kind of event count for, are chosen by folds over the accounts
of the two training courses alone, by the rules of training (docs/adr/0052, 0057). Hazards of a
week are learnt on days 0 to 119 of the training courses, and added up over 28 days along the
courses of their accounts for what trees and lines learn (docs/adr/0059); what happened until day
126 is all that is met, as with the label itself.

    forewarn load -c experiments/oulad/forewarn.toml --workspace W
    python experiments/oulad/by_course.py --workspace W [--what-happened] [--json]
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from features.main_attributes import followed
from features.runners.job import SnapshotJob
from models.course import Courses, lesson, taught, teacher_of
from models.dataset import Dataset, join
from models.details import DETAIL, LESS
from models.encoding import InputSchema, learn_schema
from models.flavours import FLAVOURS, Flavour
from models.flavours.base import sigmoid
from models.flavours.blend import PARTS
from models.flavours.settings import with_settings
from models.intervals import Interval
from models.metrics import METRICS, Estimate, Resamples, Vector
from models.walkforward import first_walked
from pipelines.company import (
    catalogue_of,
    columns_of,
    details_of,
    directions_of,
    label_of,
    rates_of,
)
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
ENDS, WEEK, DRAWS = LAST_DAY + WITHIN, 7, 300
DAY_ZERO = date(2000, 1, 1)
"""Courses are laid side by side: the first day of each."""
COMPETING = ("lightgbm", "logistic", "blend")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Rows of both kinds of course, with their inputs.

    Attributes:
        data: dated by the days since each course began.
        inputs: of shape (rows, columns of `schema`).
        schema: the columns.
        asked: the rows of the days that count.
        training: the rows of the courses that are trained on.
        courses: whether what is learnt are hazards along courses, or what happened.
        flavours: by name.
    """

    data: Dataset
    inputs: npt.NDArray[np.float64]
    schema: InputSchema
    asked: Mask
    training: Mask
    courses: bool
    flavours: Mapping[str, Flavour] = field(default_factory=lambda: FLAVOURS)

    @property
    def accounts(self) -> npt.NDArray[np.object_]:
        """The account of each row."""
        return self.data.frame["account_id"].to_numpy(object)

    @property
    def lost(self) -> Vector:
        """Whether each row's account was lost in time."""
        return self.data.lost_within(WITHIN).astype(np.float64)


def main() -> int:
    """Choose, train, test and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--what-happened", action="store_true", help="learn nothing from courses")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows, cost = weighed(prepared(Workspace(given.workspace), not given.what_happened))
    told = {name: folded(rows, name) for name in PARTS}
    told["blend"] = sigmoid(0.5 * sum(np.log(c / (1 - c)) for c in told.values()))
    trained = rows.asked & rows.training
    result = {
        "details": [cost.value, cost.low, cost.high],
        "chosen": chosen(rows, told),
        "in_folds": {
            name: {m: figure(rows, trained, c, m) for m in ("auc", "log_loss")}
            for name, c in told.items()
        },
        "tested": tested(rows),
    }
    print(json.dumps(result) if given.json else as_text(result))
    return 0


def weighed(rows: Rows) -> tuple[Rows, Estimate]:
    """Columns of one kind of event count for less unless worse beyond doubt; what that costs."""
    flavours = with_settings(FLAVOURS, {name: {DETAIL: LESS} for name in PARTS})
    lighter = replace(rows, flavours=flavours)
    cost = costs(rows, folded(lighter, "lightgbm"), folded(rows, "lightgbm"))
    return (rows if cost.low > 0 else lighter), cost


def chosen(rows: Rows, told: Mapping[str, Vector]) -> str:
    """The blend, unless one of its parts is better beyond doubt."""
    costing = {name: costs(rows, told[name], told["blend"]) for name in PARTS}
    best = min(costing, key=lambda name: costing[name].value)
    return best if costing[best].high < 0 else "blend"


def costs(rows: Rows, one: Vector, other: Vector) -> Estimate:
    """Log loss that one has more than the other on the training courses' rows."""
    trained = rows.asked & rows.training
    lost = rows.lost[trained] > 0
    losses = [np.where(lost, -np.log(c), -np.log1p(-c)) for c in (one[trained], other[trained])]
    draws = Resamples.of(rows.accounts[trained], DRAWS, SEED)
    more = losses[0] - losses[1]
    return draws.interval(lambda weight: float(np.average(more, weights=weight)))


def prepared(workspace: Workspace, courses: bool) -> Rows:
    """The snapshots of all four courses, with what happened."""
    data, columns, directions, details = snapshots(workspace)
    course = np.array([account[:9] for account in data.frame["account_id"]])
    day = data.ordinals - np.array([BEGINS[name].toordinal() for name in course])
    mine = (day >= 0) & (day <= ENDS) & (day % WEEK == 0)
    data, course, day = data.take(mine), course[mine], day[mine]
    asked = (day >= FIRST_DAY) & (day <= LAST_DAY)
    training = np.isin(course, TRAINED_ON)
    schema = learn_schema(data.frame[asked & training], columns, directions, details)
    laid = [DAY_ZERO + timedelta(days=int(d)) for d in day]
    data = replace(data, frame=data.frame.assign(as_of=laid))
    return Rows(data, schema.encode(data.frame), schema, asked, training, courses)


def snapshots(
    workspace: Workspace,
) -> tuple[Dataset, list[str], dict[str, int], tuple[str, ...]]:
    """All snapshots of the dates of any course, the columns to read, signs and details."""
    config, lake = read_config(CONFIG, os.environ), workspace.lake()
    label = label_of(config, lake.manifest.tables)
    asked, dates = dates_of(FIRST_DAY, LAST_DAY), dates_of(0, ENDS)
    catalogue = catalogue_of(config, followed(lake, first_walked(asked)))
    folder, end = Path(tempfile.mkdtemp()), dates[-1] + timedelta(days=400)
    job = SnapshotJob(lake, catalogue, dates, label, rates_of(config), folder, end)
    data = join(*build(job, lambda _: None), label.lag_days, end)
    shutil.rmtree(folder)
    columns, _ = columns_of(catalogue, lake.manifest.tables["accounts"].versioned)
    return data, columns, directions_of(config, catalogue), details_of(catalogue)


def dates_of(first: int, last: int) -> tuple[date, ...]:
    """The weekly dates of all courses from one day of theirs to another."""
    days = range(first, last + 1, WEEK)
    return tuple(sorted({begin + timedelta(days=d) for begin in BEGINS.values() for d in days}))


def folded(rows: Rows, flavour: str) -> Vector:
    """Chances of the training courses' rows, each by a model that saw none of its account."""
    names = np.unique(rows.accounts[rows.asked])
    fold_of = dict(
        zip(names, np.random.default_rng(SEED).integers(FOLDS, size=len(names)), strict=True)
    )
    fold = np.array([fold_of.get(account, -1) for account in rows.accounts])
    out = np.full(len(fold), np.nan)
    for part in range(FOLDS):
        told = rows.training & rows.asked & (fold == part)
        out[told] = chances(rows, flavour, rows.training & (fold != part), told)
    return out


def tested(rows: Rows) -> dict[str, Any]:
    """Figures of every flavour on the courses that were not trained on."""
    test, out = rows.asked & ~rows.training, {}
    for name in COMPETING:
        chance = np.full(len(test), np.nan)
        chance[test] = chances(rows, name, rows.training, test)
        out[name] = {m: figure(rows, test, chance, m) for m in ("auc", "log_loss")}
    return {"rows": int(test.sum()), "lost": float(rows.lost[test].mean()), **out}


def chances(rows: Rows, name: str, learnt: Mask, told: Mask) -> Vector:
    """What a flavour fitted on some rows says of others.

    Args:
        rows: all of them.
        name: of the flavour.
        learnt: rows that may be met, those of days that do not count among them.
        told: rows to tell of.
    """
    flavour, asked = rows.flavours[name], learnt & rows.asked
    inputs, lost = rows.inputs[asked], rows.lost[asked]
    apt = taught(flavour) if rows.courses else None
    if apt is not None:
        flavour, lost = apt, along_courses(rows, name, learnt)
    fitted = flavour.fit(inputs, lost, rows.schema, SEED)
    return sigmoid(fitted.log_odds(rows.inputs[told]))


def along_courses(rows: Rows, name: str, learnt: Mask) -> Vector:
    """The hazards of a week added up, for the rows of the days that count."""
    at = DAY_ZERO + timedelta(days=ENDS)
    courses = Courses(rows.data.take(learnt))
    known = courses.hazards(at, teacher_of(rows.flavours[name]), rows.schema, SEED)
    data = rows.data.take(learnt & rows.asked)
    if known is None:
        raise ValueError("too few were lost to learn a week's hazard")
    found = lesson(data, at, Interval(0, WITHIN), known)
    if len(found.rows) != len(data.frame):
        raise ValueError(f"{len(data.frame)} rows have {len(found.rows)} courses")
    return found.lost


def figure(rows: Rows, of: Mask, chance: Vector, name: str) -> list[float]:
    """A metric with its 95 % interval over accounts."""
    draws = Resamples.of(rows.accounts[of], DRAWS, SEED)
    lost, told = rows.lost[of], chance[of]
    found = draws.interval(lambda weight: METRICS[name](lost, told, weight))
    return [round(x, 4) for x in (found.value, found.low, found.high)]


def as_text(result: dict[str, Any]) -> str:
    """The figures as lines."""
    test = result["tested"]
    lines = [f"{test['rows']} rows tested, {test['lost']:.3f} lost within {WITHIN} days"]
    cost, low, high = result["details"]
    lines.append(
        f"  columns of one kind of event at {LESS}: log loss of trees in folds {cost:+.5f} "
        f"({low:+.5f} to {high:+.5f})"
    )
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
