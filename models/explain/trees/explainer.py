"""Exact path-dependent SHAP values of a booster, from tables."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import numpy.typing as npt

from features.kernel.types import Floats, Int32, Int64
from models.explain.trees.cells import cells_of
from models.explain.trees.forest import Number, Tree, read_forest
from models.explain.trees.groups import NO_TABLE, Groups, groups_of, ranges
from models.explain.trees.kernel import shares_of
from models.explain.trees.paths import Paths, paths_of
from models.explain.trees.quadrature import rules
from models.explain.trees.tables import tables_of

MOST_IN_TABLE = 8_192
"""Numbers in one table: 64 KB, so that the table at hand stays in the cache."""
MOST_IN_TABLES = 1 << 25
"""Numbers in all tables of a booster: 256 MB."""
ROWS_AT_ONCE = 4_096
"""Rows given to one thread at a time."""


class TreeExplainer:
    """What each column adds to the log-odds of a booster with one output.

    Path-dependent SHAP values (Lundberg et al. 2020), equal to LightGBM's `pred_contrib` up to
    rounding. Tables are made once; a row's shares do not depend, to the last bit, on the rows or
    threads beside it.

    Attributes:
        base: the mean log-odds over the training rows; with it, shares add up to the raw score.
    """

    def __init__(self, booster: lightgbm.Booster) -> None:
        """Read the trees and make the tables.

        Raises:
            NotExplainable: several outputs, linear leaves, or no counts of rows.
        """
        forest = read_forest(booster)
        self._columns = forest.columns
        self._cells = cells_of(forest)
        trees = [tree for tree in forest.trees if len(tree.column)]
        paths = [paths_of(tree, self._cells) for tree in trees]
        self._rules = rules(max((_depth(p) for p in paths), default=0))
        planned = _planned(trees, paths)
        self._groups = _joined(
            [groups_of(p, *plan) for p, plan in zip(paths, planned, strict=True)], planned
        )
        tables = [tables_of(p, *plan, *self._rules) for p, plan in zip(paths, planned, strict=True)]
        self._tables = np.concatenate([np.zeros(0), *tables])
        self.base = sum(map(_mean, forest.trees))

    @property
    def numbers_in_tables(self) -> int:
        """How much room the tables take, in numbers of 8 bytes."""
        return len(self._tables)

    def contributions(self, inputs: Floats, threads: int = 1) -> Floats:
        """Shares of the raw score, shape (rows, columns + 1); the last is `base`.

        Raises:
            ValueError: the inputs have not the columns that the booster reads.
        """
        if inputs.ndim != 2 or inputs.shape[1] != self._columns:
            raise ValueError(
                f"the inputs have shape {inputs.shape}, {inputs.shape[-1]} columns, but the "
                f"booster reads {self._columns}: give the columns it was trained on, in order."
            )
        inputs = np.asarray(inputs, np.float64)
        parts = [inputs[i : i + ROWS_AT_ONCE] for i in range(0, len(inputs), ROWS_AT_ONCE)]
        if len(parts) == 1 or threads == 1:
            return np.concatenate([np.zeros((0, self._columns + 1)), *map(self._explain, parts)])
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate(list(pool.map(self._explain, parts)))

    def _explain(self, inputs: Floats) -> Floats:
        out = shares_of(inputs, self._cells, self._groups, self._tables, *self._rules)
        out[:, -1] = self.base
        return out


def _depth(paths: Paths) -> int:
    """The most columns that a leaf asks for."""
    return int((paths.condition >= 0).sum(axis=1).max())


def _mean(tree: Tree) -> float:
    if not len(tree.column):
        return float(tree.value[0])
    return float(tree.leaf_rows / tree.split_rows[0] @ tree.value)


def _planned(trees: Sequence[Tree], paths: Sequence[Paths]) -> list[tuple[Int32, Int64]]:
    """The groups of each tree, as large as the room for all tables allows."""
    most = MOST_IN_TABLE
    while True:
        found = [ranges(p, t.left, t.right, most) for p, t in zip(paths, trees, strict=True)]
        if sum(int(size.sum()) for _, size in found) <= MOST_IN_TABLES:
            return found
        most //= 2


def _joined(groups: Sequence[Groups], planned: Sequence[tuple[Int32, Int64]]) -> Groups:
    """The groups of all trees as those of one."""
    sizes = [int(size.sum()) for _, size in planned]
    starts = np.cumsum(sizes) - sizes
    return Groups(
        begin=_chained([g.begin for g in groups]),
        column=_all([g.column for g in groups], np.int32),
        initial=_all([g.initial for g in groups], np.int32),
        steps=_chained([g.steps for g in groups]),
        cell=_all([g.cell for g in groups], np.int32),
        step=_all([g.step for g in groups], np.int32),
        table=_all(
            [
                np.where(g.table == NO_TABLE, NO_TABLE, g.table + t)
                for g, t in zip(groups, starts, strict=True)
            ],
            np.int64,
        ),
        share=_all([g.share for g in groups], np.float64),
        value=_all([g.value for g in groups], np.float64),
    )


def _all(parts: Sequence[npt.NDArray[Number]], kind: type[Number]) -> npt.NDArray[Number]:
    return np.concatenate([np.zeros(0, kind), *parts])


def _chained(begins: Sequence[Int64]) -> Int64:
    """Where things begin, counted on from one list to the next."""
    counts = _all([np.diff(b) for b in begins], np.int64)
    return np.concatenate([[0], np.cumsum(counts)])
