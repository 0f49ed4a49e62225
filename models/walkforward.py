"""Out-of-time predictions: every row predicted only by what was known when it was new.

The dates are cut into successive blocks. For each block, models are fitted on the rows
whose outcome was certain at the block's first date (so no label window reaches into it),
then predict all rows of the block. Calibration and test both rest on these predictions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix
from models.flavours import Flavour
from models.intervals import Interval

Vector = npt.NDArray[np.float64]

FEWEST_TRAINING_EVENTS = 25
FEWEST_TRAINING_DATES = 2


@dataclass(frozen=True)
class OutOfTime:
    """Uncalibrated out-of-time log-odds of each interval's hazard.

    Attributes:
        log_odds: per interval, shape (rows,); NaN where no model could be fitted in time.
        block_of: the first date of each row's block as a day number, 0 where in none.
    """

    log_odds: dict[Interval, Vector]
    block_of: npt.NDArray[np.int64]


def blocks(dates: Sequence[date], count: int, warm_up: float = 0.25) -> list[list[date]]:
    """Cut the later dates into `count` successive blocks of nearly equal length.

    The first `warm_up` share of the dates is never predicted: there is too little before.
    """
    later = list(dates)[int(np.ceil(len(dates) * warm_up)) :]
    count = min(count, len(later))
    if not count:
        return []
    return [list(part) for part in np.array_split(np.array(later, dtype=object), count)]


def enough(lost: Vector, dates: int) -> bool:
    """Whether a hazard can be fitted: enough losses, survivals and dates."""
    events = min(lost.sum(), len(lost) - lost.sum())
    return bool(events >= FEWEST_TRAINING_EVENTS and dates >= FEWEST_TRAINING_DATES)


def out_of_time(
    dataset: Dataset,
    inputs: Matrix,
    schema: InputSchema,
    flavour: Flavour,
    plan: "WalkForward",
) -> OutOfTime:
    """Predict every block with models fitted on what had matured by its first date."""
    ordinals = dataset.ordinals
    log_odds = {k: np.full(len(ordinals), np.nan) for k in plan.intervals}
    block_of = np.zeros(len(ordinals), np.int64)
    for block in blocks(dataset.dates, plan.blocks):
        rows = (ordinals >= block[0].toordinal()) & (ordinals <= block[-1].toordinal())
        block_of[rows] = block[0].toordinal()
        for interval in plan.intervals:
            risk = dataset.at_risk(interval, block[0])
            lost = dataset.lost_within(interval.end)[risk].astype(np.float64)
            if not enough(lost, len(np.unique(ordinals[risk]))):
                continue
            model = flavour.fit(inputs[risk], lost, schema, plan.seed)
            log_odds[interval][rows] = model.log_odds(inputs[rows])
    return OutOfTime(log_odds, block_of)


@dataclass(frozen=True, slots=True)
class WalkForward:
    """How the walk forward is done.

    Attributes:
        intervals: the intervals whose hazards are learnt.
        blocks: into how many blocks the later dates are cut.
        seed: of everything random.
    """

    intervals: tuple[Interval, ...]
    blocks: int = 6
    seed: int = 1
