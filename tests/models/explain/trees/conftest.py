"""Boosters of random trees, written as LightGBM's text, and rows that sit on their edges."""

from collections.abc import Callable, Iterator

import lightgbm
import numpy as np
import pytest

Grown = tuple[lightgbm.Booster, np.ndarray]
WORDS = 40  # two words of 32 bits
HEADER = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx={last}
objective=regression
feature_names={names}
feature_infos={infos}
"""


class Growth:
    """A random tree: column 0 holds words, all others numbers; any missing type and default."""

    def __init__(self, rng: np.random.Generator, columns: int, leaves: int, least: int) -> None:
        self.rng, self.columns, self.least = rng, columns, least
        self.splits: list[list[float]] = []  # column, threshold, decision, left, right, rows
        self.leaves: list[tuple[float, int]] = []
        self.sets: list[int] = []
        self.grow(leaves, left=True)

    def grow(self, leaves: int, left: bool) -> tuple[int, int]:
        """Add a node with `leaves` leaves; returns it and its training rows."""
        if leaves == 1:
            rows = int(self.rng.integers(1 if left else self.least, 50))
            self.leaves.append((float(self.rng.normal()), rows))
            return ~(len(self.leaves) - 1), rows
        place = len(self.splits)
        self.splits.append(self.split())
        mine = int(self.rng.integers(1, leaves))
        below = self.grow(mine, left=True), self.grow(leaves - mine, left=False)
        rows = below[0][1] + below[1][1]
        self.splits[place] += [below[0][0], below[1][0], rows]
        return place, rows

    def split(self) -> list[float]:
        column = int(self.rng.integers(self.columns))
        if column == 0:
            self.sets += [int(s) for s in self.rng.integers(0, 2**32, size=2)]
            return [0, len(self.sets) // 2 - 1, 1]
        missing, default = self.rng.choice([0, 4, 8]), self.rng.choice([0, 2])
        return [column, float(self.rng.choice([-1.5, -1e-35, 0, 1e-35, 0.5, 2])), missing + default]

    def text(self) -> str:
        def row(key: str, values: Iterator[float], kind: type = int) -> str:
            return f"{key}={' '.join(repr(kind(v)) for v in values)}\n"

        names = ("split_feature", "threshold", "decision_type", "left_child", "right_child")
        body = f"num_leaves={len(self.leaves)}\nnum_cat={len(self.sets) // 2}\n"
        for i, name in enumerate((*names, "internal_count")):
            kind = float if name == "threshold" else int
            body += row(name, (s[i] for s in self.splits), kind)
        body += row("split_gain", (1 for _ in self.splits))
        body += row("internal_value", (0 for _ in self.splits))
        body += row("internal_weight", (0 for _ in self.splits))
        body += row("leaf_value", (v for v, _ in self.leaves), float)
        body += row("leaf_weight", (1 for _ in self.leaves))
        body += row("leaf_count", (n for _, n in self.leaves))
        if self.sets:
            body += row("cat_boundaries", iter(range(0, len(self.sets) + 1, 2)))
            body += row("cat_threshold", iter(self.sets))
        return body + "is_linear=0\nshrinkage=1\n\n\n"


def booster_of(texts: list[str], columns: int) -> lightgbm.Booster:
    infos = ["0:1:2", *["[-9:9]"] * (columns - 1)]
    names = [f"c{i}" for i in range(columns)]
    header = HEADER.format(last=columns - 1, names=" ".join(names), infos=" ".join(infos))
    trees = "".join(f"Tree={i}\n{text}" for i, text in enumerate(texts))
    ending = "end of trees\n\nparameters:\nend of parameters\n"
    return lightgbm.Booster(model_str=f"{header}\n{trees}{ending}")


@pytest.fixture(scope="session")
def grown() -> Callable[..., Grown]:
    """A booster of random trees, and rows whose every value is an edge of something."""

    def grow(seed: int, columns: int, leaves: int, trees: int = 1, least: int = 1) -> Grown:
        rng = np.random.default_rng(seed)
        texts = [Growth(rng, columns, leaves, least).text() for _ in range(trees)]
        edges = [-1.5, -1e-35, -0.0, 0, 1e-35, 1e-36, 2e-35, 0.5, 2, 7, np.inf, -np.inf, np.nan]
        rows = rng.choice([*edges, *rng.normal(size=4)], size=(60, columns))
        rows[:, 0] = rng.choice([*range(WORDS), -1, -0.5, 1.7, 63, 64, 1e9, np.nan], size=60)
        return booster_of(texts, columns), rows

    return grow
