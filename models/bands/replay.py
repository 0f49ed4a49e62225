"""A policy replayed over past dates: the bands it would have shown, one run after the other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.bands.codes import GREY, Codes
from models.bands.past import Past
from models.bands.policy import BandPolicy
from models.bands.steps import Published, Seen, Steps, settle

Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Replayed:
    """Bands of past rows, each row beside the same account's row before it.

    Attributes:
        day: the day number of each row, shape (rows,).
        band: of each row.
        before: the band of the account at the run before; grey where it was not in it.
        first: whether a row belongs to the first run, before which nothing was shown.
    """

    day: Days
    band: Codes
    before: Codes
    first: npt.NDArray[np.bool_]


def replay(policy: BandPolicy, past: Past, day: Days) -> Replayed:
    """Show each date in turn, with the steps that would have held.

    Args:
        policy: thresholds and steps.
        past: out-of-time rows; an account has at most one of each day.
        day: the day number of each row, shape (rows,).
    """
    band, before = (np.full(len(day), GREY, np.int8) for _ in range(2))
    limits, runs = policy.limits(past.about), list[_Run]()
    for today in np.unique(day):
        rows = np.flatnonzero(day == today)
        seen = _seen(runs, int(today), policy.steps, past.accounts[rows])
        band[rows] = settle(policy.steps, past.chance[rows], limits.take(rows), seen)
        before[rows] = seen.band
        shown = Published(0, past.accounts[rows], past.chance[rows], band[rows])
        runs.append(_Run(int(today), shown))
    return Replayed(day, band, before, day == day.min())


@dataclass(frozen=True)
class _Run:
    day: int
    shown: Published


def _seen(runs: list[_Run], today: int, steps: Steps, accounts: npt.NDArray[np.object_]) -> Seen:
    """The runs that patience looks at: those of the last days, and the one before them."""
    needed = []
    for run in reversed(runs):
        needed.append(
            Published(today - run.day, run.shown.accounts, run.shown.chance, run.shown.band)
        )
        if run.day <= today - steps.dwell_days:
            break
    return Seen.of(accounts.tolist(), needed)
