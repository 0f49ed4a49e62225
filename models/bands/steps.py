"""Steps from one band to the next: thresholds that differ, patience, and a fast path.

A chance that wanders about a threshold must not call people to and fro, so

- a threshold is left elsewhere than it is entered. Red is entered at its threshold and left
  below `exit_share` of those odds. Green is entered below `exit_share` of its threshold's odds
  and left at the threshold itself: whoever stays green keeps within the promise. Odds, not
  chances: the way across is then equally far in log-odds, the scale of scores and jumps,
  wherever the threshold lies, and 0.8 of 95 % would be a far longer way than 0.8 of 5 %.
- a change must have lasted, unless scores are further apart than that anyway.
- a jump passes at once: who falls in one week what others fall in a year is news.

Everything is elementwise over accounts: the order of rows means nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands.accounts import Vector, Words
from models.bands.codes import GREEN, GREY, RED, Codes
from models.bands.limits import Limits, plain

FEW = 500
"""Up to so many accounts, pandas' index of them costs more than all else about them."""
TINY = 1e-12
"""Chances are kept this far off 0 and 1 before their log-odds are taken."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What a change of band must be like.

    Attributes:
        exit_share: share of a threshold's odds at which the worse band is left, 0 to 1;
            1 leaves where it enters.
        dwell_days: for how long a change must have lasted; 0 needs no patience.
        jump: change of the log-odds, within the days of patience, that passes at once.
    """

    exit_share: float = 0.8
    dwell_days: int = 7
    jump: float = 1.0


@dataclass(frozen=True)
class Published:
    """One earlier run of the same model.

    Attributes:
        days_ago: at least 1.
        accounts: ids, each once, shape (scores,).
        chance: of loss within the primary horizon, likewise; NaN where unknown.
        band: as published, likewise.
    """

    days_ago: int
    accounts: Words
    chance: Vector
    band: Codes


@dataclass(frozen=True)
class Seen:
    """What was published of some accounts before, newest run first.

    Attributes:
        band: at the newest run, shape (rows,); grey where there is nothing to go on.
        chance: shape (runs, rows); NaN where unknown.
        days: how many days ago each run was, ascending, shape (runs,).
    """

    band: Codes
    chance: npt.NDArray[np.float64]
    days: npt.NDArray[np.int64]

    @classmethod
    def nothing(cls, rows: int) -> "Seen":
        """Before the first run of a model."""
        return cls(np.full(rows, GREY, np.int8), np.empty((0, rows)), np.empty(0, np.int64))

    @classmethod
    def of(cls, accounts: Sequence[str], runs: Iterable[Published]) -> "Seen":
        """Earlier runs in the order of `accounts`, whatever order they were published in.

        Runs are taken one after the other, so that only one need be held at a time.
        """
        few = len(accounts) <= FEW
        index = accounts if few else pd.Index(np.array(accounts, object))
        found = sorted((_placed(index, run) for run in runs), key=lambda placed: placed[0])
        if not found:
            return cls.nothing(len(accounts))
        days, bands, chances = zip(*found, strict=True)
        return cls(bands[0], np.array(chances), np.array(days, np.int64))


def _placed(index: "pd.Index[str] | Sequence[str]", run: Published) -> tuple[int, Codes, Vector]:
    """How many days ago a run was, and its bands and chances in the order of an index."""
    if isinstance(index, pd.Index):
        at = np.asarray(pd.Index(run.accounts).get_indexer(index), np.int64)
    else:
        at = _places(index, run.accounts)
    if not len(run.accounts):
        return run.days_ago, np.full(len(index), GREY, np.int8), np.full(len(index), np.nan)
    band = np.where(at >= 0, run.band[at], GREY).astype(np.int8)
    return run.days_ago, band, np.where(at >= 0, run.chance[at], np.nan)


def _places(accounts: Sequence[str], published: Words) -> npt.NDArray[np.int64]:
    """Where a few accounts are among those of a run, -1 for those that are not."""
    place = {account: i for i, account in enumerate(published.tolist())}
    return np.array([place.get(account, -1) for account in accounts], np.int64)


def settle(steps: Steps, chance: Vector, limits: Limits, seen: Seen) -> Codes:
    """The band of each account, given what was published of it before.

    Args:
        steps: what a change must be like.
        chance: of loss within the primary horizon, shape (rows,); NaN gives grey.
        limits: the thresholds of each row.
        seen: every run of the same model in the last `dwell_days`, and the one before them.
    """
    if not len(seen.days):
        return plain(chance, limits)
    counting = shifted(steps, limits, seen.band)
    wanted = plain(chance, counting)
    found = wanted if seen.days[0] > steps.dwell_days else _patient(steps, wanted, counting, seen)
    found = np.where(_jumped(steps, chance, wanted, seen), wanted, found)
    return np.where((seen.band == GREY) | np.isnan(chance), wanted, found).astype(np.int8)


def shifted(steps: Steps, limits: Limits, band: Codes) -> Limits:
    """The thresholds that count for those who are in a band already, by the band of each row."""
    red, green = limits.red_from, limits.green_below
    worse = (band != GREEN) & (band != GREY)
    return Limits(
        np.where(band == RED, _lowered(red, steps.exit_share), red),
        np.where(worse, _lowered(green, steps.exit_share), green),
    )


def _lowered(threshold: Vector, share: float) -> Vector:
    """The chance of `share` of the threshold's odds; what nobody reaches stays so."""
    inside = np.where(threshold < 1, threshold, 0.0)
    odds = share * inside / (1 - inside)
    return np.where(threshold < 1, odds / (1 + odds), threshold)


def _patient(steps: Steps, wanted: Codes, counting: Limits, seen: Seen) -> Codes:
    """As far away from the old band as every run of the last days wanted to be."""
    band = seen.band
    if seen.days[-1] < steps.dwell_days:
        return band
    least, most = wanted, wanted
    for chance in seen.chance:
        then = plain(chance, counting)
        then = np.where(then == GREY, band, then)  # an unknown chance confirms nothing
        least, most = np.minimum(least, then), np.maximum(most, then)
    return np.where(least > band, least, np.where(most < band, most, band))


def _jumped(steps: Steps, chance: Vector, wanted: Codes, seen: Seen) -> npt.NDArray[np.bool_]:
    """Whether the chance has jumped the way the account wants to go."""
    way = np.sign(wanted.astype(np.int64) - seen.band)
    now, passed = _log_odds(chance), np.zeros(len(chance), np.bool_)
    for days, before in zip(seen.days, seen.chance, strict=True):
        if days <= steps.dwell_days:
            passed |= way * (now - _log_odds(before)) >= steps.jump  # false for NaN
    return np.asarray(passed & (way != 0))


def _log_odds(chance: Vector) -> Vector:
    inside = np.clip(chance, TINY, 1 - TINY)
    return np.asarray(np.log(inside) - np.log1p(-inside))
