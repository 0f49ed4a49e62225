"""When the contract renews, as the level that every other signal moves.

Where contracts run for a year, nothing tells as much of the next 90 days as whether the contract
ends within them: the odds of loss go up a hundred times. Trees take small steps and lines are held
towards nothing, because few losses allow no more, and both stop half way there. So this one
column is spared that: the first tree reads it alone and goes to the very shares that were lost,
and a line may go as far in it as they lie apart (docs/adr/0067).
"""

from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from features.signals.profile import RENEWS
from models.encoding import InputColumn, InputSchema
from models.flavours.base import Vector
from models.flavours.segments import Segments

BORROWED_LOSSES = 0.3
"""Of average fate, that each word begins with: they are few words of many rows."""
GROWN: dict[str, Any] = {
    "learning_rate": 1.0,
    "min_data_in_leaf": 1,
    "min_sum_hessian_in_leaf": 0.0,
    "min_data_per_group": 1,
    "cat_smooth": 0.0,
    "cat_l2": 0.0,
    "lambda_l2": 0.0,
    "feature_fraction": 1.0,
    "bagging_fraction": 1.0,
}
"""How a tree tells every word from the others."""


def renewal_column(schema: InputSchema) -> int | None:
    """Position of the first column whose words say when a contract renews; None without one."""
    known = {word for word, _ in RENEWS}
    for place, column in enumerate(schema.columns):
        if column.words and known.issuperset(column.words):
            return place
    return None


def first_tree(
    data: lightgbm.Dataset, schema: InputSchema, usual: dict[str, Any]
) -> lightgbm.Booster | None:
    """A tree with a leaf for each word, whose values are the log-odds of the shares lost there.

    Args:
        data: the rows with what became of them, raw values kept.
        schema: their columns.
        usual: what the trees after it are grown with.

    Returns:
        None where no column says when contracts renew, or its words were all lost alike.
    """
    column = renewal_column(schema)
    if column is None:
        return None
    words = len(schema.columns[column].words or ()) + 1  # and none
    alone = [float(i == column) for i in range(len(schema.columns))]
    grown = {"num_leaves": words, "max_cat_to_onehot": words, "feature_contri": alone}
    tree = lightgbm.train({**usual, **GROWN, **grown}, data, num_boost_round=1)
    leaf = np.asarray(tree.predict(data.get_data(), pred_leaf=True), np.int64).ravel()
    leaves = int(leaf.max()) + 1
    if leaves == 1:
        return None
    for place, value in enumerate(levels(leaf, leaves, np.asarray(data.get_label()))):
        tree.set_leaf_output(0, place, value)
    return tree


def free_variance(words: Vector, size: int, lost: Vector) -> float:
    """The prior variance of a line's coefficients of the words: half of their range, squared.

    The range of what the words' log-odds differ beyond chance, so that none is held back, and
    nothing is let loose where they tell nothing (empirical Bayes: Efron and Morris 1973).

    Args:
        words: codes below `size`, or NaN, shape (rows,).
        size: how many words there are.
        lost: 0 or 1, or a chance of it, shape (rows,).
    """
    codes = np.where(np.isnan(words), size, words).astype(np.int64)
    seen = np.array(levels(codes, size + 1, lost))[np.unique(codes)]
    return float(np.ptp(seen) / 2) ** 2


def levels(codes: npt.NDArray[np.int64], size: int, lost: Vector) -> list[float]:
    """Log-odds of the share lost of each of `size` words, drawn towards the share of all."""
    schema = InputSchema((InputColumn("word", tuple(map(str, range(size)))),))
    inputs = codes.astype(np.float64)[:, None]
    return Segments(BORROWED_LOSSES).fit(inputs, lost, schema, 0).by_code
