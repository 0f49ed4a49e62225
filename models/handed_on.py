"""What comes after three months, learnt from what is foretold when it begins.

Whether an account is lost between a half and a whole year from now is one toss of a coin, which a
year must pass to show. Three months later the account is seen again, and what the hazards of the
first 90 days then foretell is the same chance for days 90 to 180 without that luck; half a year
later, those of the first 180 days tell of days 180 to 365 (temporal consistency: Maystre and
Russo 2022). So each later interval's hazard is fitted on chances that the earlier ones hand on, and
rows are learnt from as soon as the interval begins instead of when it has ended
(docs/adr/0060).

Only rows seen by a fit's date are met, and hazards of that date. There is little luck in what is
handed on, so trees and lines go as far as they do with courses (`models.course`). Where a silence
is a loss, an account is still seen while it is being lost, and where a season is read beside the
flavour, what is foretold is another season's: there what happened is learnt from.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from models.course import finished, still_there
from models.dataset import Dataset
from models.encoding import Matrix
from models.enough import enough
from models.flavours import Fitted
from models.foretold import seen_again, then
from models.hazards import cumulative_hazard
from models.intervals import INTERVALS, Interval
from models.lesson import Lesson

LATER = INTERVALS[2:]


def handed_on(
    data: Dataset, at: date, interval: Interval, earlier: Sequence[Fitted], inputs: Matrix
) -> Lesson | None:
    """What a later interval's hazard learns; None where that is too little.

    Learnt from are accounts seen again when the interval begins, and those that had finished by
    then, which are never lost. If the interval is longer than the days before it, the hazard goes
    on as it was.

    Args:
        data: the rows that are learnt from.
        at: the date of the fit.
        interval: one of `LATER`.
        earlier: the hazards of all intervals before it, of the same date.
        inputs: of shape (rows, columns).
    """
    rows = np.arange(len(inputs))
    later, begins = seen_again(data, at, interval.start), then(data, at, interval.start)
    seen = later >= 0
    met = seen | finished(data, rows, begins, at)
    rows = np.flatnonzero(met & still_there(data, rows, interval, at))
    hazard, known = np.zeros(len(rows)), seen[rows]
    for one in earlier if known.any() else ():
        hazard[known] += cumulative_hazard(one.log_odds(inputs[later[rows[known]]]))
    longer = (interval.end - interval.start) / interval.start
    lost = -np.expm1(-longer * hazard)
    return Lesson(rows, lost) if enough(lost, len(np.unique(data.ordinals[rows]))) else None
