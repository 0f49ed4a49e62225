"""Families: signals that say the same thing, so that a reason names them once.

Windows of one declared signal always belong together. Beyond that, signals of one group join
where their values rise and fall together: average linkage over the absolute rank correlation
(Spearman) of training rows, as long as two families correlate at least `TOGETHER` on average.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.encoding import InputSchema, Matrix
from models.explain.groups import group_of

Places = npt.NDArray[np.int64]
Families = tuple[tuple[str, ...], ...]

TOGETHER = 0.7
"""Mean absolute rank correlation from which two families are one."""
ROWS_LOOKED_AT = 2_000
WINDOW = re.compile(r"_\d+d$")


def declared_of(column: str) -> str:
    """The signal in a column's name, whatever its window: `adoption__users`."""
    return WINDOW.sub("", column)


def alone(columns: Sequence[str]) -> Families:
    """Every column a family of its own."""
    return tuple((column,) for column in columns)


def learn_families(schema: InputSchema, inputs: Matrix, seed: int) -> Families:
    """The families of the columns of `schema`, in the order of their first columns.

    Args:
        schema: what the model reads; columns of words join only their own windows.
        inputs: training rows, shape (rows, columns).
        seed: of the rows that are looked at.
    """
    rows = len(inputs)
    if rows > ROWS_LOOKED_AT:
        drawn = np.random.default_rng(seed).choice(rows, ROWS_LOOKED_AT, replace=False)
        inputs = inputs[np.sort(drawn)]
    alike = np.abs(rank_correlation(inputs))
    alike[:, schema.word_positions] = alike[schema.word_positions, :] = 0.0
    names = schema.names
    declared = _numbered([declared_of(name) for name in names])
    found = np.empty(len(names), np.int64)
    begin = 0
    for group in dict.fromkeys(map(group_of, names)):
        mine = np.array([i for i, name in enumerate(names) if group_of(name) == group])
        found[mine] = begin + _joined(alike[np.ix_(mine, mine)], _numbered(declared[mine]))
        begin = int(found[mine].max()) + 1
    order = dict.fromkeys(found.tolist())
    return tuple(tuple(n for n, f in zip(names, found, strict=True) if f == one) for one in order)


def positions(families: Families, columns: Sequence[str]) -> Places:
    """The family of each column, shape (columns,).

    Raises:
        ValueError: the families are not exactly of these columns.
    """
    place = {name: i for i, family in enumerate(families) for name in family}
    if set(place) != set(columns) or sum(map(len, families)) != len(columns):
        raise ValueError("the families are of other columns than the model reads")
    return np.array([place[name] for name in columns], np.int64)


def sums(shares: Matrix, place: Places) -> Matrix:
    """Shares by family, shape (rows, families).

    Args:
        shares: by column, shape (rows, columns).
        place: the family of each column.
    """
    out = np.zeros((int(place.max(initial=-1)) + 1, len(shares)))
    np.add.at(out, place, shares.T)
    return np.ascontiguousarray(out.T)


def rank_correlation(inputs: Matrix) -> Matrix:
    """Spearman correlation of every pair of columns, shape (columns, columns).

    A missing value takes the mean rank, so that it speaks neither for nor against; a column
    that never varies correlates with nothing.
    """
    from scipy.stats import rankdata  # seconds that only training spends

    ranks = np.empty_like(inputs)
    for i in range(inputs.shape[1]):
        known = ~np.isnan(inputs[:, i])
        ranks[:, i] = 0.0
        if known.any():
            mine = rankdata(inputs[known, i])
            ranks[known, i] = mine - mine.mean()
    size = np.sqrt((ranks**2).sum(axis=0))
    ranks = np.divide(ranks, size, out=np.zeros_like(ranks), where=size > 0)
    return np.asarray(ranks.T @ ranks)


def _joined(alike: Matrix, signal: Places) -> Places:
    """The cluster of each column, from 0; columns of one signal share one."""
    from scipy.cluster.hierarchy import fcluster, linkage  # likewise
    from scipy.spatial.distance import squareform

    count = int(signal.max()) + 1
    if count == 1:
        return signal
    mean = np.zeros((count, count))
    np.add.at(mean, np.ix_(signal, signal), alike)
    size = np.bincount(signal)
    apart = 1 - np.clip(mean / np.outer(size, size), 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), method="average")
    return np.asarray(fcluster(tree, 1 - TOGETHER, criterion="distance")[signal] - 1, np.int64)


def _numbered(values: "Sequence[str] | Places") -> Places:
    """Equal values by one number, counted from 0."""
    return np.asarray(np.unique(np.asarray(values), return_inverse=True)[1], np.int64)
