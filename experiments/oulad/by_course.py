"""Early withdrawal from courses not seen in training, in the setting of the data's own notes.

Trained on the enrolments of AAA 2013J and BBB 2013B, tested on those of AAA 2014J and BBB 2013J,
weekly from day 14 to day 98 of each presentation; the label is a withdrawal within 28 days.

What is asked goes from one presentation to another, and so does what chooses: each training
course is told by models that learnt from the other one alone, and the log loss of both together
counts. The data hold no further presentation to choose by. Chosen are, all at once and by the
blend, whether who the learners are is read (docs/adr/0062), whether hazards are learnt along
courses (docs/adr/0059), and whether columns of one kind of event count for less (docs/adr/0052);
then the flavour (docs/adr/0057). The test courses are looked at only with --test.

Hazards of a week are learnt on days 0 to 119 of the courses that are learnt from, and added up
over 28 days along the courses of their accounts for what trees and lines learn; what happened
until day 126 is all that is met, as with the label itself.

    forewarn load -c experiments/oulad/forewarn.toml --workspace W
    python experiments/oulad/by_course.py --workspace W [--test] [--json]
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
from itertools import product
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
FIRST_DAY, LAST_DAY, WITHIN, SEED = 14, 98, 28, 1
ENDS, WEEK, DRAWS = LAST_DAY + WITHIN, 7, 300
DAY_ZERO = date(2000, 1, 1)
"""Courses are laid side by side: the first day of each."""
COMPETING = ("lightgbm", "logistic", "blend")

KNOWN = "profile__own_"
"""How the columns begin that tell who the learners are."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Way:
    """One way of learning: what is chosen between."""

    known: bool
    courses: bool
    less: bool

    def __str__(self) -> str:
        known = "who they are" if self.known else "not who they are"
        learnt = "along courses" if self.courses else "what happened"
        return f"{known}, {learnt}, events' columns at {LESS if self.less else 1}"

    def of(self, rows: "Rows") -> "Rows":
        """The rows, to be learnt from in this way."""
        lighter = with_settings(FLAVOURS, {name: {DETAIL: LESS} for name in PARTS})
        rows = replace(rows, courses=self.courses, flavours=lighter if self.less else FLAVOURS)
        return rows if self.known else rows.without(KNOWN)


WAYS = tuple(Way(*each) for each in product((True, False), repeat=3))


@dataclass(frozen=True)
class Rows:
    """Rows of both kinds of course, with their inputs.

    Attributes:
        data: dated by the days since each course began.
        inputs: of shape (rows, columns of `schema`).
        schema: the columns.
        asked: the rows of the days that count.
        training: which of the courses trained on each row is of; -1 for the others.
        courses: whether what is learnt are hazards along courses, or what happened.
        flavours: by name.
    """

    data: Dataset
    inputs: npt.NDArray[np.float64]
    schema: InputSchema
    asked: Mask
    training: npt.NDArray[np.int64]
    courses: bool = True
    flavours: Mapping[str, Flavour] = field(default_factory=lambda: FLAVOURS)

    @property
    def accounts(self) -> npt.NDArray[np.object_]:
        """The account of each row."""
        return self.data.frame["account_id"].to_numpy(object)

    @property
    def trained(self) -> Mask:
        """The rows that choices are judged on."""
        return self.asked & (self.training >= 0)

    def without(self, prefix: str) -> "Rows":
        """The same without the columns whose names begin so."""
        kept = [i for i, name in enumerate(self.schema.names) if not name.startswith(prefix)]
        schema = self.schema.select([self.schema.names[i] for i in kept])
        return replace(self, inputs=self.inputs[:, kept], schema=schema)

    @property
    def lost(self) -> Vector:
        """Whether each row's account was lost in time."""
        return self.data.lost_within(WITHIN).astype(np.float64)


def main() -> int:
    """Choose, print by what; with --test train as chosen, and test."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--test", action="store_true", help="look at the test courses, once")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = prepared(Workspace(given.workspace))
    told = {way: between(way.of(rows)) for way in WAYS}
    loss = {way: log_loss(rows, each["blend"]) for way, each in told.items()}
    best = min(WAYS, key=lambda way: loss[way])
    result: dict[str, Any] = {
        "ways": {str(way): judged(rows, told[way]) for way in sorted(WAYS, key=loss.__getitem__)},
        "chosen": [str(best), chosen(rows, told[best])],
    }
    if given.test:
        result["tested"] = tested(best.of(rows))
    print(json.dumps(result) if given.json else as_text(result))
    return 0


def between(rows: Rows) -> dict[str, Vector]:
    """Chances of the training courses' rows, each course by models that saw only the other."""
    out = {name: np.full(len(rows.asked), np.nan) for name in PARTS}
    for name, course in product(PARTS, range(len(TRAINED_ON))):
        told = rows.asked & (rows.training == course)
        learnt = (rows.training >= 0) & (rows.training != course)
        out[name][told] = chances(rows, name, learnt, told)
    odds = sum(np.log(c / (1 - c)) for c in out.values()) / len(PARTS)
    return {**out, "blend": sigmoid(odds)}


def log_loss(rows: Rows, chance: Vector) -> float:
    """Of the rows of both training courses together."""
    return plainly(rows, rows.trained, chance, "log_loss")


def plainly(rows: Rows, of: Mask, chance: Vector, name: str) -> float:
    """A metric of some rows, without its interval."""
    return METRICS[name](rows.lost[of], chance[of], np.ones(int(of.sum())))


def judged(rows: Rows, told: Mapping[str, Vector]) -> dict[str, Any]:
    """Each flavour's log loss over both courses, and its AUC on each of them."""
    ways = {TRAINED_ON[c]: rows.asked & (rows.training == c) for c in range(len(TRAINED_ON))}
    return {
        name: {
            "log_loss": round(log_loss(rows, chance), 5),
            "auc": {c: round(plainly(rows, of, chance, "auc"), 4) for c, of in ways.items()},
        }
        for name, chance in told.items()
    }


def chosen(rows: Rows, told: Mapping[str, Vector]) -> str:
    """The blend, unless one of its parts is better beyond doubt."""
    costing = {name: costs(rows, told[name], told["blend"]) for name in PARTS}
    best = min(costing, key=lambda name: costing[name].value)
    return best if costing[best].high < 0 else "blend"


def costs(rows: Rows, one: Vector, other: Vector) -> Estimate:
    """Log loss that one has more than the other on the training courses' rows."""
    trained = rows.trained
    lost = rows.lost[trained] > 0
    losses = [np.where(lost, -np.log(c), -np.log1p(-c)) for c in (one[trained], other[trained])]
    draws = Resamples.of(rows.accounts[trained], DRAWS, SEED)
    more = losses[0] - losses[1]
    return draws.interval(lambda weight: float(np.average(more, weights=weight)))


def prepared(workspace: Workspace) -> Rows:
    """The snapshots of all four courses, with what happened."""
    data, columns, directions, details = snapshots(workspace)
    course = np.array([account[:9] for account in data.frame["account_id"]])
    day = data.ordinals - np.array([BEGINS[name].toordinal() for name in course])
    mine = (day >= 0) & (day <= ENDS) & (day % WEEK == 0)
    data, course, day = data.take(mine), course[mine], day[mine]
    asked = (day >= FIRST_DAY) & (day <= LAST_DAY)
    training = np.full(len(course), -1)
    for number, name in enumerate(TRAINED_ON):
        training[course == name] = number
    met = data.frame[asked & (training >= 0)]
    schema = learn_schema(met, columns, directions, details)
    laid = [DAY_ZERO + timedelta(days=int(d)) for d in day]
    data = replace(data, frame=data.frame.assign(as_of=laid))
    return Rows(data, schema.encode(data.frame), schema, asked, training)


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


def tested(rows: Rows) -> dict[str, Any]:
    """Figures of every flavour on the courses that were not trained on."""
    test, out = rows.asked & (rows.training < 0), {}
    for name in COMPETING:
        chance = np.full(len(test), np.nan)
        chance[test] = chances(rows, name, rows.training >= 0, test)
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
    lines = ["each training course told by the other: log loss, AUC on " + ", ".join(TRAINED_ON)]
    for way, flavours in result["ways"].items():
        lines.append(f"  {way}")
        for name, found in flavours.items():
            aucs = ", ".join(f"{each:.4f}" for each in found["auc"].values())
            lines.append(f"    {name:<9} {found['log_loss']:.5f}  {aucs}")
    lines.append("chosen: " + "; ".join(result["chosen"]))
    return "\n".join([*lines, *_tested_text(result)])


def _tested_text(result: dict[str, Any]) -> list[str]:
    test = result.get("tested")
    if test is None:
        return []
    lines = [f"{test['rows']} rows tested, {test['lost']:.3f} lost within {WITHIN} days"]
    for name in COMPETING:
        auc, loss = test[name]["auc"], test[name]["log_loss"]
        mark = ", chosen" if name == result["chosen"][1] else ""
        lines.append(
            f"  {name:<9} AUC {auc[0]:.3f} ({auc[1]:.3f} to {auc[2]:.3f}), "
            f"log loss {loss[0]:.4f}{mark}"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
