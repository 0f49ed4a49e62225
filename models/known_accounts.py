"""Accounts a model had met in training, and new ones: two questions, two answers.

A company asks both: will the model hold for the customers it has, and for those it will win?
"""

from dataclasses import dataclass

import numpy as np

from models.dataset import Dataset, Mask
from models.evaluation import DRAWS, TestSet
from models.metrics import Estimate, Resamples, auc, log_loss
from models.walkforward import OutOfTime

FEWEST_EVENTS = 5
"""Lost accounts, and kept ones, below which a group has no figures."""


@dataclass(frozen=True, slots=True)
class Group:
    """The test rows of known, or of new accounts.

    Attributes:
        known_account: whether the accounts had a row among the training rows of their block.
        events: rows before a loss.
        auc, log_loss: with intervals over accounts; None where too few were lost or kept.
    """

    known_account: bool
    rows: int
    accounts: int
    events: int
    auc: Estimate | None
    log_loss: Estimate | None


def known_account(dataset: Dataset, walk: OutOfTime) -> Mask:
    """Rows whose account was among the training rows when their block began, shape (rows,).

    Or old enough to have been (`Dataset.met_by`): no account that a fit met counts as new.
    """
    accounts = dataset.frame["account_id"].to_numpy(object)
    known = np.zeros(len(accounts), dtype=bool)
    for begins in np.unique(walk.block_of[walk.block_of > 0]):
        day = type(dataset.data_as_of).fromordinal(int(begins) - walk.embargo)
        met = dataset.met_by(day)
        block = walk.block_of == begins
        known[block] = [account in met for account in accounts[block]]
    return known


def groups(dataset: Dataset, test: TestSet, known: Mask, seed: int) -> tuple[Group, ...]:
    """Figures of a horizon's test rows, known accounts first; a group without rows is left out."""
    flags = known[test.rows]
    found = (_group(dataset, test, flags == flag, (flag, seed)) for flag in (True, False))
    return tuple(group for group in found if group.rows)


def _group(dataset: Dataset, test: TestSet, mine: Mask, of: tuple[bool, int]) -> Group:
    flag, seed = of
    lost, chance = test.lost[mine], test.chance[mine]
    accounts = dataset.frame["account_id"].to_numpy(object)[test.rows[mine]]
    gone, there = len(set(accounts[lost > 0])), len(set(accounts[lost == 0]))
    counts = (flag, len(lost), len(set(accounts)), int(lost.sum()))
    if min(gone, there) < FEWEST_EVENTS:
        return Group(*counts, None, None)
    draws = Resamples.of(accounts, DRAWS, seed)
    return Group(
        *counts,
        draws.interval(lambda weight: auc(lost, chance, weight)),
        draws.interval(lambda weight: log_loss(lost, chance, weight)),
    )
