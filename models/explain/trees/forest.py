"""A LightGBM booster as arrays, read from its text format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import lightgbm
import numpy as np
import numpy.typing as npt

from features.kernel.types import Floats, Int32, Int64

CATEGORICAL, DEFAULT_LEFT, MISSING = 1, 2, 12
"""Bits of a split's decision type: a set of words, missing goes left, which values are missing."""
MISSING_ZERO, MISSING_NAN = 4, 8
"""What the bits under MISSING may say; with neither, NaN is read as 0."""
Number = TypeVar("Number", bound=np.generic)
END = "\nend of trees"


class NotExplainable(ValueError):
    """The booster holds something for which its shares are not defined or not computed."""


class Tree(NamedTuple):
    """One tree; children at or above 0 are splits, and below 0 the leaves `~child`.

    Attributes:
        column: of each split, as everything up to `right`, shape (splits,).
        threshold: the highest value that goes left; for sets of words the number of the set.
        decision: bits, see above.
        left: child of each split.
        right: child of each split.
        split_rows: training rows that came by, shape (splits,).
        value: of each leaf, in log-odds, shape (leaves,).
        leaf_rows: training rows that ended there, shape (leaves,).
        set_begin: where each set of words begins in `sets`, and the end, shape (sets + 1,).
        sets: words of 32 bits; bit `w` is set where word `w` goes left.
    """

    column: Int32
    threshold: Floats
    decision: Int32
    left: Int32
    right: Int32
    split_rows: Floats
    value: Floats
    leaf_rows: Floats
    set_begin: Int32
    sets: Int64


@dataclass(frozen=True)
class Forest:
    """The trees of a booster with one output, whose log-odds are the sum of their leaves."""

    trees: tuple[Tree, ...]
    columns: int


def read_forest(booster: lightgbm.Booster) -> Forest:
    """The trees that the booster predicts with.

    Raises:
        NotExplainable: it has several outputs, linear leaves or no counts of rows.
    """
    header, *texts = booster.model_to_string().split(END)[0].split("\nTree=")
    said = _fields(header)
    if int(said["num_tree_per_iteration"]) != 1:
        raise NotExplainable(
            f"the booster has {said['num_tree_per_iteration']} outputs; shares are of one score: "
            "train one booster for each class."
        )
    trees = tuple(_tree(_fields(text), number) for number, text in enumerate(texts))
    return Forest(trees, int(said["max_feature_idx"]) + 1)


def _fields(text: str) -> dict[str, str]:
    return dict(_pairs(text))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, _, value = line.partition("=")
        yield key, value


def _tree(said: Mapping[str, str], number: int) -> Tree:
    if said.get("is_linear", "0") != "0":
        raise NotExplainable(
            f"tree {number} has linear models in its leaves (linear_tree), for which exact "
            "shares by path are not defined: train with linear_tree=false."
        )
    tree = Tree(
        column=_numbers(said, "split_feature", np.int32),
        threshold=_numbers(said, "threshold", np.float64),
        decision=_numbers(said, "decision_type", np.int32),
        left=_numbers(said, "left_child", np.int32),
        right=_numbers(said, "right_child", np.int32),
        split_rows=_numbers(said, "internal_count", np.float64),
        value=_numbers(said, "leaf_value", np.float64),
        leaf_rows=_numbers(said, "leaf_count", np.float64),
        set_begin=_numbers(said, "cat_boundaries", np.int32),
        sets=_numbers(said, "cat_threshold", np.int64),
    )
    if len(tree.split_rows) != len(tree.column) or (tree.split_rows <= 0).any():
        raise NotExplainable(
            f"tree {number} does not say how many training rows came by each split, which weighs "
            "the paths: save the model with LightGBM 3 or later, with its counts."
        )
    return tree


def _numbers(said: Mapping[str, str], key: str, kind: type[Number]) -> npt.NDArray[Number]:
    return np.array(said.get(key, "").split(), kind)
