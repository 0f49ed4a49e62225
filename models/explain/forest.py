"""A booster's trees as arrays, and which way rows go at every node.

Only what explanations need that LightGBM does not offer: rows that take some columns from one
account and the others from another.
"""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from models.encoding import Matrix

Nodes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
ZERO = 1e-35
"""Values nearer to 0 are 0 to LightGBM."""


@dataclass(frozen=True)
class Forest:
    """Trees of one booster; every array is of shape (nodes,) but `roots`.

    Attributes:
        roots: position of each tree's first node.
        column: that a node splits by; -1 for a leaf.
        threshold: at or below which rows go left; unused for words and leaves.
        left, right: positions of the next nodes.
        value: of a leaf, log-odds.
        nan_left: whether a missing value goes left.
        zero_left: 1 or 0 where a value of 0 is missing too and goes left or not; else -1.
        words: by node that splits by words, the codes that go left.
    """

    roots: Nodes
    column: Nodes
    threshold: npt.NDArray[np.float64]
    left: Nodes
    right: Nodes
    value: npt.NDArray[np.float64]
    nan_left: Mask
    zero_left: Nodes
    words: dict[int, npt.NDArray[np.float64]]

    @classmethod
    def of(cls, booster: lightgbm.Booster) -> "Forest":
        """The trees of a booster."""
        rows: list[dict[str, Any]] = []
        roots = [_flatten(t["tree_structure"], rows) for t in booster.dump_model()["tree_info"]]

        def column(name: str, kind: type) -> Any:
            return np.array([row[name] for row in rows], kind)

        words = {i: np.array(row["words"]) for i, row in enumerate(rows) if row["words"]}
        return cls(
            np.array(roots, np.int64), column("column", np.int64), column("threshold", np.float64),
            column("left", np.int64), column("right", np.int64), column("value", np.float64),
            column("nan_left", np.bool_), column("zero_left", np.int64), words,
        )  # fmt: skip

    def goes_left(self, inputs: Matrix) -> Mask:
        """Which way each row goes at each node, shape (rows, nodes)."""
        seen = inputs[:, np.maximum(self.column, 0)]
        left = np.asarray(seen <= self.threshold)
        for node, codes in self.words.items():
            left[:, node] = np.isin(seen[:, node], codes)
        missing = np.isnan(seen)
        left = np.where(missing, self.nan_left, left)
        zero = (np.abs(seen) <= ZERO) & (self.zero_left >= 0)
        return np.where(zero, self.zero_left > 0, left)


def _flatten(node: dict[str, Any], rows: list[dict[str, Any]]) -> int:
    """Append a node and all below it; returns its position."""
    place = len(rows)
    row = {"column": -1, "threshold": 0.0, "left": 0, "right": 0, "value": 0.0,
           "nan_left": False, "zero_left": -1, "words": ()}  # fmt: skip
    rows.append(row)
    if "split_feature" not in node:
        row["value"] = node["leaf_value"]
        return place
    row.update(_split(node))
    row["left"] = _flatten(node["left_child"], rows)
    row["right"] = _flatten(node["right_child"], rows)
    return place


def _split(node: dict[str, Any]) -> dict[str, Any]:
    """How a node decides, by LightGBM's own rules for missing values."""
    found: dict[str, Any] = {"column": node["split_feature"]}
    if node["decision_type"] == "==":
        found["words"] = tuple(map(float, node["threshold"].split("||")))
        return found
    threshold, missing = float(node["threshold"]), node["missing_type"]
    found["threshold"] = threshold
    default = bool(node["default_left"])
    found["nan_left"] = default if missing in {"NaN", "Zero"} else threshold >= 0.0
    found["zero_left"] = int(default) if missing == "Zero" else -1
    return found
