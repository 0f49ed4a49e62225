"""Random trees against LightGBM's own shares, and against the definition."""

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.explain.trees import TreeExplainer, explainer

Grow = Callable[..., tuple[lightgbm.Booster, np.ndarray]]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32),
    columns=st.integers(1, 9),
    leaves=st.integers(1, 40),
    trees=st.integers(1, 3),
)
def test_equal_to_lightgbm(grown: Grow, seed: int, columns: int, leaves: int, trees: int) -> None:
    booster, rows = grown(seed, columns, leaves, trees)
    ours = TreeExplainer(booster).contributions(rows)
    theirs = booster.predict(rows, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)
    raw = booster.predict(rows, raw_score=True, num_threads=1)
    np.testing.assert_allclose(ours.sum(axis=1), raw, rtol=0, atol=1e-10)


@pytest.mark.parametrize("seed", range(8))
def test_equal_to_the_definition_also_where_no_training_row_came(grown: Grow, seed: int) -> None:
    booster, rows = grown(seed, 4, 9, least=0)
    ours = TreeExplainer(booster).contributions(rows[:12])
    tree = booster.dump_model()["tree_info"][0]["tree_structure"]
    for row, shares in zip(rows[:12], ours, strict=True):
        np.testing.assert_allclose(shares[:4], by_definition(tree, row), atol=1e-12)


def by_definition(tree: dict[str, Any], row: np.ndarray) -> list[float]:
    """Shapley values of the mean over what is not known, subset by subset."""
    columns, found = len(row), []
    for column in range(columns):
        others, total = [c for c in range(columns) if c != column], 0.0
        for size in range(columns):
            weight = factorial(size) * factorial(columns - size - 1) / factorial(columns)
            for chosen in combinations(others, size):
                more = worth(tree, row, {*chosen, column}) - worth(tree, row, set(chosen))
                total += weight * more
        found.append(total)
    return found


def worth(node: dict[str, Any], row: np.ndarray, known: set[int]) -> float:
    """What the tree says of a row of which only some columns are known."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    left, right = (worth(node[f"{side}_child"], row, known) for side in ("left", "right"))
    if node["split_feature"] in known:
        return left if went_left(node, float(row[node["split_feature"]])) else right
    child = node["left_child"]
    share = child.get("internal_count", child.get("leaf_count")) / node["internal_count"]
    return float(share * left + (1 - share) * right)


def went_left(node: dict[str, Any], value: float) -> bool:
    if node["decision_type"] == "==":
        words = {int(w) for w in str(node["threshold"]).split("||") if w}
        return not np.isnan(value) and int(value) in words
    kind = node["missing_type"]
    if abs(value) <= float(np.float32(1e-35)) or (np.isnan(value) and kind != "NaN"):
        value = 0.0
    if np.isnan(value) or (kind == "Zero" and value == 0):
        return bool(node["default_left"])
    return value <= float(node["threshold"])


def test_tables_and_the_deep_way_agree(grown: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    booster, rows = grown(5, 12, 60, trees=4)
    found = []
    for most in (0, 64, 1024, 1 << 16):
        monkeypatch.setattr(explainer, "MOST_IN_TABLE", most)
        found.append(TreeExplainer(booster).contributions(rows))
    theirs = booster.predict(rows, pred_contrib=True, num_threads=1)
    for ours in found:
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11)


def test_tables_keep_to_the_room_they_have(grown: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    booster, rows = grown(6, 12, 60, trees=20)
    before = TreeExplainer(booster)
    monkeypatch.setattr(explainer, "MOST_IN_TABLES", 5_000)
    small = TreeExplainer(booster)
    assert 0 < small.numbers_in_tables <= 5_000 < before.numbers_in_tables
    np.testing.assert_allclose(
        small.contributions(rows), before.contributions(rows), rtol=0, atol=1e-11
    )


def test_alone_as_in_a_batch_to_the_last_bit(grown: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    booster, rows = grown(7, 12, 60, trees=10)
    monkeypatch.setattr(explainer, "MOST_IN_TABLE", 256)  # some with tables, some too deep
    ours = TreeExplainer(booster)
    many = np.tile(rows, (200, 1))
    together = ours.contributions(many)
    np.testing.assert_array_equal(ours.contributions(many, threads=3), together)
    alone = np.concatenate([ours.contributions(row[None]) for row in rows])
    np.testing.assert_array_equal(np.tile(alone, (200, 1)), together)
    np.testing.assert_array_equal(ours.contributions(rows[3:20]), alone[3:20])
    np.testing.assert_array_equal(ours.contributions(np.asfortranarray(rows)), alone)
    assert ours.contributions(rows[:0]).shape == (0, 13)
