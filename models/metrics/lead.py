"""How long before its loss an account had been red without a break."""

import numpy as np
import numpy.typing as npt

from models.metrics.bootstrap import Matrix, Resamples, Vector, ratio
from models.metrics.sample import Sample

LEAD_DAYS = 30
"""Days before a loss from which on a warning is of use, unless the company says otherwise."""
Ints = npt.NDArray[np.int64]


def lead_days(
    owner: Ints, day: Ints, red: npt.NDArray[np.bool_], days_to_loss: Vector, after: int = 0
) -> Vector:
    """Days from the first of an account's last unbroken reds until its loss.

    Only an account that was looked at until its loss counts: its last row lies no more than
    one step between dates before it, and before the days in which a loss is not asked about, of
    which there are no rows. Where that row was not red, the lead is 0. A run of reds
    that had begun before the first date looked at is as long as it was seen to be.

    Args:
        owner: account of each row, shape (rows,).
        day: `as_of` as a day number, likewise.
        red: whether the row was red, likewise.
        days_to_loss: days from `as_of` to the loss, NaN where none is known, likewise.
        after: the minimum lead time that rows were looked at with, days.

    Returns:
        Shape (rows,): on an account's last row before its loss the days, NaN on all others.
    """
    lead, steps = np.full(len(day), np.nan), np.diff(np.unique(day))
    step = after + (int(steps.max()) if len(steps) else 0)
    order = np.lexsort((day, owner))
    last = np.r_[owner[order][1:] != owner[order][:-1], True]
    begun = 0
    for place, row in enumerate(order):  # one pass: whoever is not red begins anew
        fresh = place == 0 or owner[order[place - 1]] != owner[row]
        if red[row] and (fresh or not red[order[place - 1]]):
            begun = day[row]
        if last[place] and 0 <= days_to_loss[row] <= step:
            lead[row] = days_to_loss[row] + day[row] - begun if red[row] else 0.0
    return lead


def drawn_median_lead(sample: Sample, draws: Resamples) -> Vector:
    """Median lead in days over accounts lost, shape (1 + draws,); NaN where none was lost."""
    rows = np.flatnonzero(~np.isnan(sample.lead))
    if not len(rows):
        return np.full(1 + len(draws.drawn), np.nan)
    order = rows[np.argsort(sample.lead[rows], kind="stable")]
    weights = np.vstack([np.ones(len(order)), draws.drawn[:, draws.owner[order]]])
    return _weighted_median(sample.lead[order], weights)


def drawn_in_time(sample: Sample, draws: Resamples, least: int = LEAD_DAYS) -> Vector:
    """Share of the accounts lost that had been red for `least` days, shape (1 + draws,)."""
    known = ~np.isnan(sample.lead)
    early = np.nan_to_num(sample.lead, nan=0.0) >= least
    sums = draws.sums((known & early).astype(np.float64), known.astype(np.float64))
    return ratio(sums[:, 0], sums[:, 1])


def _weighted_median(ordered: Vector, weights: Matrix) -> Vector:
    """The median of ascending values under each row of weights; NaN where all are 0."""
    total = np.cumsum(weights, axis=1)
    half = total[:, -1:] / 2
    lower = np.argmax(total >= half, axis=1)
    upper = np.argmax(total > half, axis=1)
    median = (ordered[lower] + ordered[upper]) / 2
    return np.asarray(np.where(total[:, -1] > 0, median, np.nan))
