"""From which size on the sign of a reason can be believed.

The model is fitted again on complementary halves of the accounts (the sampling of Shah and
Samworth 2013). A family's share counts as steady from the smallest size at which, over all rows
with a share at least as large, at most `MOST_FLIPS` of the halves give it the other sign. A half
has learnt from half the losses, so this is stricter than the model itself would need.
"""

import numpy as np
import numpy.typing as npt

from models.encoding import Matrix

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PAIRS = 3
"""Pairs of halves: together they cost three fits. Of a share that is one standard error from
nothing a pair agrees two times in three, so all three do so three times in ten."""
MOST_FLIPS = 0.10


def halves(accounts: npt.NDArray[np.object_], seed: int) -> list[Mask]:
    """Rows of complementary halves of the accounts, `2 * PAIRS` masks of shape (rows,)."""
    names, owner = np.unique(accounts.astype(str), return_inverse=True)
    rng, found = np.random.default_rng(seed), []
    for _ in range(PAIRS):
        first = rng.permutation(len(names)) < len(names) // 2
        found += [first[owner], ~first[owner]]
    return found


def steady_from(shares: Matrix, again: list[Matrix]) -> Vector:
    """By family the size of a share from which its sign is steady; infinite where it never is.

    Args:
        shares: of the model, shape (rows, families).
        again: of each half, likewise.
    """
    flips = np.mean([np.sign(half) != np.sign(shares) for half in again], axis=0)
    out = np.full(shares.shape[1], np.inf)
    for family in range(shares.shape[1]):
        size = np.abs(shares[:, family])
        order = np.argsort(-size, kind="stable")
        share = np.cumsum(flips[order, family]) / np.arange(1, len(order) + 1)
        believed = np.flatnonzero((share <= MOST_FLIPS) & (size[order] > 0))
        if len(believed):
            out[family] = size[order[believed[-1]]]
    return out
