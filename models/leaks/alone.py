"""How well one column alone tells lost accounts from those that stayed, model-free.

A column's classes are put in order by the share lost in one half of the accounts, and judged
on the other half, so that no row and no account judges itself. That reads numbers, words,
missing values and bent relations alike. Only rows of one date are compared: a clock that
runs through the data tells nothing about an account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.dataset import Mask
from models.leaks.watched import MISSING, Codes, Watched
from models.metrics import Estimate, Resamples, Vector

AnyCodes = npt.NDArray[np.integer[Any]]
Counts = Vector
"""Weighted rows by stratum (date and half of the accounts) and class."""
Order = Callable[[Counts, Counts], Codes]
"""The order of classes that one half's lost and kept rows suggest, likeliest loss last."""
CHANCE = 0.5
PRIOR = 2.0
"""Losses' worth of the base rate that each class begins with."""


@dataclass(frozen=True)
class Question:
    """Which rows are to be told apart by a column: `gone` from `stayed`."""

    gone: Mask
    stayed: Mask

    @property
    def events(self) -> int:
        """Rows that are to be found."""
        return int(self.gone.sum())


def aucs(watched: Watched, question: Question) -> Vector:
    """The AUC of every column alone, shape (columns,); .5 where nothing can be compared."""
    rows = np.flatnonzero(question.gone | question.stayed)
    if not len(rows):
        return np.full(len(watched.names), CHANCE)
    asked, stratum = question.gone[rows], watched.stratum[rows]
    columns = (watched.codes[:, i][rows] for i in range(len(watched.names)))
    return np.array([auc_of(codes, stratum, asked) for codes in columns])


def interval(watched: Watched, question: Question, column: int, draws: int, seed: int) -> Estimate:
    """One column's AUC with its 95 % interval over accounts."""
    rows = question.gone | question.stayed
    codes = watched.codes[:, column][rows]
    stratum, asked = watched.stratum[rows], question.gone[rows]
    resamples = Resamples.of(watched.accounts[rows], draws, seed)
    return resamples.interval(lambda weight: auc_of(codes, stratum, asked, weight))


def presence(watched: Watched) -> Watched:
    """The same rows, looking only at whether a value is there."""
    there = (watched.codes != MISSING).astype(np.uint8)
    return Watched(**{**vars(watched), "codes": there})


def auc_of(codes: AnyCodes, stratum: Codes, gone: Mask, weight: Vector | None = None) -> float:
    """AUC within strata, with each half's classes in the order that the other half gives."""
    lost, kept = _counts(codes, stratum, gone, weight)
    halves = [(lost[half::2], kept[half::2]) for half in (0, 1)]
    return max(_judged(halves, _by_share), _judged(halves, _by_value))


def auc_as_ranked(codes: AnyCodes, stratum: Codes, gone: Mask, weight: Vector) -> float:
    """AUC within strata where the higher class is the likelier loss; NaN without pairs."""
    lost, kept = _counts(codes, stratum, gone, weight)
    below, pairs = _pairs(lost, kept, np.arange(lost.shape[1]))
    return below / pairs if pairs else float("nan")


def _judged(halves: list[tuple[Counts, Counts]], order: Order) -> float:
    """AUC over both halves, each in the order that the other one gives."""
    below = pairs = 0.0
    for (lost, kept), other in zip(halves, halves[::-1], strict=True):
        won, met = _pairs(lost, kept, order(*other))
        below, pairs = below + won, pairs + met
    return below / pairs if pairs else CHANCE


def _pairs(lost: Counts, kept: Counts, order: Codes) -> tuple[float, float]:
    """Pairs of one date in which the lost one has the higher class, and all pairs."""
    mine, others = lost[:, order], kept[:, order]
    below = np.sum(mine * (np.cumsum(others, axis=1) - others / 2))
    return float(below), float(mine.sum(axis=1) @ others.sum(axis=1))


def _by_share(lost: Counts, kept: Counts) -> Codes:
    """Classes by the share lost in them: reads words, and relations that bend."""
    return np.argsort(_shares(lost, kept), kind="stable")


def _by_value(lost: Counts, kept: Counts) -> Codes:
    """Classes by value, rising or falling: says more where losses are few."""
    rising = np.arange(lost.shape[1])
    won, met = _pairs(lost, kept, rising)
    return rising if 2 * won >= met else rising[::-1]


def _counts(
    codes: AnyCodes, stratum: Codes, gone: Mask, weight: Vector | None
) -> tuple[Counts, Counts]:
    """Rows lost and kept, by stratum and class."""
    classes, strata = int(codes.max()) + 1, 2 * (int(stratum.max()) // 2 + 1)
    cell = (stratum + strata * gone) * classes + codes
    flat = np.bincount(cell, weight, 2 * strata * classes).astype(np.float64)
    kept, lost = flat.reshape(2, strata, classes)
    return lost, kept


def _shares(lost: Counts, kept: Counts) -> Vector:
    """Share lost by class, held near the base rate where a class is small."""
    gone, there = lost.sum(axis=0), kept.sum(axis=0)
    base = max(float(gone.sum()), 0.5) / max(float((gone + there).sum()), 1.0)
    return np.asarray((gone + PRIOR) / (gone + there + PRIOR / base))
