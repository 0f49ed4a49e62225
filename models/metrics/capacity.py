"""What comes of answering as many accounts as the team can, at every date."""

import numpy as np
import numpy.typing as npt

from models.metrics.bootstrap import Resamples, Vector, ratio
from models.metrics.sample import Sample


def chosen_at_capacity(
    chance: Vector, day: npt.NDArray[np.int64], capacity: float
) -> npt.NDArray[np.float64]:
    """The share in which each row is among the riskiest that the team can answer at its date.

    Args:
        chance: any number that is higher for a greater risk, shape (rows,).
        day: the date of each row, likewise; each date is decided by itself.
        capacity: the share of a date's accounts that can be answered, 0 to 1.

    Returns:
        Shape (rows,): 1 or 0, and between them where rows of one chance share what is left.
    """
    order = np.lexsort((-chance, day))
    found = np.zeros(len(chance))
    for rows in np.split(order, np.flatnonzero(np.diff(day[order])) + 1):
        _, first, size = np.unique(-chance[rows], return_index=True, return_counts=True)
        room = np.clip(capacity * len(rows) - first, 0.0, size) / size
        found[rows] = np.repeat(room, size)
    return found


def drawn_precision(sample: Sample, draws: Resamples) -> Vector:
    """Of the rows the team could answer, the share that was lost; shape (1 + draws,).

    The team's choice stands; a draw weighs the accounts and does not choose anew.
    """
    sums = draws.sums(sample.chosen * sample.lost, sample.chosen)
    return ratio(sums[:, 0], sums[:, 1])


def drawn_recall(sample: Sample, draws: Resamples) -> Vector:
    """Of the rows that were lost, the share the team could answer; shape (1 + draws,)."""
    sums = draws.sums(sample.chosen * sample.lost, sample.lost)
    return ratio(sums[:, 0], sums[:, 1])


def drawn_arr_recall(sample: Sample, draws: Resamples) -> Vector:
    """Of the yearly revenue that was lost, the share the team could answer.

    Shape (1 + draws,); NaN where no revenue is known. Rows without are left out.
    """
    gone = np.nan_to_num(sample.arr, nan=0.0) * sample.lost
    sums = draws.sums(sample.chosen * gone, gone)
    return ratio(sums[:, 0], sums[:, 1])
