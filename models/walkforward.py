"""Out-of-time predictions: every row predicted only by what was known when it was new.

The dates are cut into successive blocks. For each block, models are fitted on the rows
whose outcome was certain at the block's first date (so no label window reaches into it),
then predict all rows of the block. Calibration and test both rest on these predictions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from models.course import TAUGHT, Hazards, lesson, taught, teacher_of
from models.dataset import Dataset, Mask
from models.encoding import InputSchema, Matrix
from models.enough import enough
from models.flavours import Fitted, Flavour
from models.foretold import FIRST, SECOND, foretold, relearnt, trees_of
from models.handed_on import LATER, handed_on
from models.intervals import INTERVALS, Interval
from models.lesson import Lesson
from models.side_by_side import side_by_side

Vector = npt.NDArray[np.float64]
One = TypeVar("One")
Done = TypeVar("Done")
Known = Callable[[date], Dataset]


@dataclass(frozen=True)
class OutOfTime:
    """Uncalibrated out-of-time log-odds of each interval's hazard.

    Attributes:
        log_odds: per interval, shape (rows,); NaN where no model could be fitted in time.
        block_of: the first date of each row's block as a day number, 0 where in none.
        embargo: days before a block by which an outcome had to be certain.
    """

    log_odds: dict[Interval, Vector]
    block_of: npt.NDArray[np.int64]
    embargo: int = 0


WARM_UP = 0.25
"""The first share of the dates, which is never predicted: there is too little before."""


def first_walked(dates: Sequence[date]) -> date:
    """The first date that is predicted, the only one where there is one; `dates` is not empty."""
    return dates[min(int(np.ceil(len(dates) * WARM_UP)), len(dates) - 1)]


def blocks(dates: Sequence[date], count: int) -> list[list[date]]:
    """Cut the dates after the warm-up into `count` successive blocks of nearly equal length."""
    later = list(dates)[int(np.ceil(len(dates) * WARM_UP)) :]
    count = min(count, len(later))
    if not count:
        return []
    return [list(part) for part in np.array_split(np.array(later, dtype=object), count)]


@dataclass(frozen=True)
class Fold:
    """One interval's fit for one block.

    Attributes:
        interval: whose hazard is fitted.
        risk: rows to learn from.
        lost: what became of them, shape (rows of `risk`,).
        rows: rows to predict.
        data: the outcomes that can be learnt from.
        certain: when they were certain.
    """

    interval: Interval
    risk: Mask
    lost: Vector
    rows: Mask
    data: Dataset
    certain: date

    def borne_out(self, lesson: Lesson) -> bool:
        """Whether a lesson says as much as what happened."""
        return lesson.borne_out(self.risk, self.lost)


def out_of_time(
    dataset: Dataset,
    inputs: Matrix,
    schema: InputSchema,
    flavour: Flavour,
    plan: "WalkForward",
    known: Known | None = None,
) -> OutOfTime:
    """Predict every block with models fitted on what was known by its first date.

    Args:
        dataset: the rows.
        inputs: of shape (rows, columns of `schema`).
        schema: the columns.
        flavour: what is fitted.
        plan: how the walk is done.
        known: the dataset with the outcomes that can be learnt from on a date; those that had
            matured by then if None.
    """
    ordinals = dataset.ordinals
    log_odds = {k: np.full(len(ordinals), np.nan) for k in plan.intervals}
    block_of = np.zeros(len(ordinals), np.int64)
    folds: list[Fold] = []
    for block in blocks(dataset.dates, plan.blocks):
        rows = (ordinals >= block[0].toordinal()) & (ordinals <= block[-1].toordinal())
        block_of[rows] = block[0].toordinal()
        certain = block[0] - timedelta(days=plan.embargo)
        learnt_from = known(certain) if known else dataset
        folds += folds_of(learnt_from, rows, certain, plan.intervals)

    models = fits(folds, flavour, inputs, schema, plan)
    for fold, model in zip(folds, models, strict=True):
        log_odds[fold.interval][fold.rows] = model.log_odds(inputs[fold.rows])
    return OutOfTime(log_odds, block_of, plan.embargo)


def fits(
    folds: Sequence[Fold],
    flavour: Flavour,
    inputs: Matrix,
    schema: InputSchema,
    how: "WalkForward",
) -> list[Fitted]:
    """A hazard for each fold; from courses or foretold chances, where such are borne out."""
    apt, seed = taught(flavour), how.seed
    lessons = _lessons(folds, flavour, schema, seed)

    def fitted(i: int) -> Fitted:
        if apt is not None and i in lessons:
            return apt.fit(inputs[lessons[i].rows], lessons[i].lost, schema, seed)
        return flavour.fit(inputs[folds[i].risk], folds[i].lost, schema, seed)

    begun = _begun(folds) if apt and how.hands_on else {}
    now = [i for i in range(len(folds)) if i not in begun]
    found = dict(zip(now, side_by_side(fitted, now, len(inputs)), strict=True))
    again = {i: j for i, j in _again(folds, flavour).items() if i not in lessons}

    def anew(i: int) -> Fitted:
        both = found[again[i]], found[i]
        told = foretold(folds[i].data, folds[i].certain, both, inputs)
        if not folds[i].borne_out(told):
            return found[i]
        return relearnt(flavour, found[i], told, (inputs, schema, seed))

    found |= zip(again, side_by_side(anew, list(again), len(inputs)), strict=True)
    for later in LATER:  # each hands on to the next
        now = [i for i in begun if folds[i].interval == later]
        for i in now:
            given = folds[i].data, folds[i].certain, later, [found[j] for j in begun[i]], inputs
            if (told := handed_on(*given)) is not None and folds[i].borne_out(told):
                lessons[i] = told
        found |= zip(now, side_by_side(fitted, now, len(inputs)), strict=True)
    return [found[i] for i in range(len(folds))]


def _begun(folds: Sequence[Fold]) -> dict[int, list[int]]:
    """Folds of later intervals, with those of all intervals before each.

    Not where a silence is a loss, as in `_again`.
    """
    place = {(fold.certain, fold.interval): i for i, fold in enumerate(folds)}
    begun: dict[int, list[int]] = {}
    for i, fold in enumerate(folds):
        if fold.interval in LATER and fold.data.quiet_days is None:
            before = INTERVALS[: INTERVALS.index(fold.interval)]
            earlier = [place[fold.certain, k] for k in before if (fold.certain, k) in place]
            if len(earlier) == len(before):
                begun[i] = earlier
    return begun


def _lessons(
    folds: Sequence[Fold], flavour: Flavour, schema: InputSchema, seed: int
) -> dict[int, Lesson]:
    """What folds of the first two intervals learn from courses, where there are any."""
    courses = next((fold.data.courses for fold in folds), None)
    mine = [i for i, fold in enumerate(folds) if fold.interval in TAUGHT]
    if courses is None or taught(flavour) is None or not mine:
        return {}
    courses.encoded(schema)  # once, before fits go side by side
    days = sorted({folds[i].certain for i in mine})
    teacher = teacher_of(flavour)

    def learnt(at: date) -> Hazards | None:
        return courses.hazards(at, teacher, schema, seed)

    size = len(courses.data.frame)
    hazards = dict(zip(days, side_by_side(learnt, days, size), strict=True))
    found: dict[int, Lesson] = {}
    for i in mine:
        fold, known = folds[i], hazards[folds[i].certain]
        if known is None:
            continue
        told = lesson(fold.data, fold.certain, fold.interval, known)
        if fold.borne_out(told):
            found[i] = told
    return found


def _again(folds: Sequence[Fold], flavour: Flavour) -> dict[int, int]:
    """Folds whose trees learn from foretold chances: their places, and the first intervals'.

    Not where a silence is a loss, nor without a hazard of the first interval (`models.foretold`).
    """
    if trees_of(flavour) is None:
        return {}
    first = {fold.certain: i for i, fold in enumerate(folds) if fold.interval == FIRST}
    return {
        i: first[fold.certain]
        for i, fold in enumerate(folds)
        if fold.interval == SECOND and fold.data.quiet_days is None and fold.certain in first
    }


def folds_of(
    dataset: Dataset, rows: Mask, certain: date, intervals: Sequence[Interval]
) -> Iterator[Fold]:
    """The fits of one block that have enough to learn from."""
    certain = min(certain, dataset.data_as_of)
    for interval in intervals:
        risk = dataset.at_risk(interval, certain)
        lost = dataset.lost_within(interval.end)[risk].astype(np.float64)
        if enough(lost, len(np.unique(dataset.ordinals[risk]))):
            yield Fold(interval, risk, lost, rows, dataset, certain)


def blended(one: OutOfTime, other: OutOfTime) -> OutOfTime:
    """The mean of two flavours' log-odds: what their blend would have predicted."""
    pairs = {k: 0.5 * (one.log_odds[k] + other.log_odds[k]) for k in one.log_odds}
    return OutOfTime(pairs, one.block_of, one.embargo)


@dataclass(frozen=True, slots=True)
class WalkForward:
    """How the walk forward is done.

    Attributes:
        intervals: the intervals whose hazards are learnt.
        blocks: into how many blocks the later dates are cut.
        seed: of everything random.
        embargo: days that outcomes take to be recorded. What is learnt for a block was certain
            so many days before it, since a loss recorded late was not known there yet.
        hands_on: whether later intervals may learn from earlier ones (`models.handed_on`).
    """

    intervals: tuple[Interval, ...]
    blocks: int = 6
    seed: int = 1
    embargo: int = 0
    hands_on: bool = True
