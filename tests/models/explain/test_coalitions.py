"""Rows put together from two rows have the log-odds that the model itself gives them."""

from collections.abc import Callable

import numpy as np
import pytest

from models.encoding import InputSchema, Matrix
from models.explain import forest
from models.explain.coalitions import Hybrids, parts_of
from models.explain.forest import Forest
from models.explain.shapley import members, shapley
from models.explain.walks import between
from models.flavours import FITTED, FLAVOURS
from models.flavours.base import Fitted
from models.flavours.lightgbm import LightGBM
from models.flavours.shifted import SHIFTED, FittedShifted

Fit = Callable[[str], Fitted]


@pytest.fixture(scope="module")
def fit(inputs: Matrix, lost: np.ndarray, schema: InputSchema) -> Fit:
    """Any flavour by its name in bundles; trees of seven leaves, many of them by words."""

    def of(name: str) -> Fitted:
        part = name.removesuffix(SHIFTED)
        trees = LightGBM(rounds=60, leaf_weight=1.0, column_share=1.0)
        flavour = trees if part == "lightgbm" else FLAVOURS[part]
        inner = flavour.fit(inputs, lost, schema, 1)
        return inner if part == name else FittedShifted(part, inner, 2, (0.3, -0.2, 0.1))

    return of


@pytest.mark.parametrize("name", sorted(FITTED))
@pytest.mark.parametrize("player", [(0, 1, 2, 0, 1), (0, -1, 1, 0, -1)])
def test_coalitions_match_the_model_itself(
    fit: Fit, inputs: Matrix, name: str, player: tuple[int, ...]
) -> None:
    fitted, who = fit(name), np.array(player)
    reference, row, players = inputs[:40], inputs[321], max(player) + 1
    found = Hybrids(parts_of(fitted), reference, who, players).log_odds(row)
    assert found.shape == (2**players, 40)
    for number, inside in enumerate(members(players)):
        present = np.append(inside, 1)[who] > 0
        together = np.where(present, row, reference)
        np.testing.assert_allclose(found[number], fitted.log_odds(together), rtol=0, atol=1e-12)


def test_trees_go_the_ways_of_the_booster(inputs: Matrix, fit: Fit) -> None:
    """Missing values, zeros and words as LightGBM decides them, also words it never saw."""
    odd = inputs[:200].copy()
    odd[:40, 0], odd[40:80, 3], odd[80:120, 2], odd[120:160, 1] = 0.0, 0.0, 9.0, np.nan
    for missing in ("NaN", "none"):
        rows = inputs if missing == "NaN" else np.nan_to_num(inputs)
        lost = (rows[:, 0] + (rows[:, 2] == 1) > 0.3).astype(float)
        schema_free = InputSchema(())
        booster = LightGBM(rounds=30, leaf_weight=1.0).fit(rows, lost, schema_free, 1).booster
        made = Forest.of(booster)
        np.testing.assert_allclose(
            _predicted(made, odd), booster.predict(odd, raw_score=True), atol=1e-12
        )
    words = fit("lightgbm").booster
    assert any(len(tree.sets) for tree in Forest.of(words).trees)
    np.testing.assert_allclose(
        _predicted(Forest.of(words), odd), words.predict(odd, raw_score=True), atol=1e-12
    )


def _predicted(made: Forest, rows: Matrix) -> np.ndarray:
    ways, out = made.goes_left(rows), np.zeros(len(rows))
    for i in range(len(rows)):
        for root in made.roots:
            node = root
            while made.column[node] >= 0:
                node = (made.left if ways[i, node] else made.right)[node]
            out[i] += made.value[node]
    return out


def test_shares_between_two_rows_match_brute_force(fit: Fit, inputs: Matrix) -> None:
    fitted = fit("lightgbm")
    made = Forest.of(fitted.booster)
    for one, other in [(321, 5), (17, 400), (8, 9)]:
        row, before = inputs[one], inputs[other]
        present = members(5) > 0
        values = fitted.log_odds(np.where(present, row, before))
        ways = made.goes_left(np.stack([row, before]))
        found = between(made, ways[0], ways[1], 5)
        np.testing.assert_allclose(found, shapley(values), atol=1e-12)
        assert found[4] == 0  # the same in both rows


def test_an_unknown_flavour_is_refused() -> None:
    with pytest.raises(TypeError, match="add it to parts_of"):
        parts_of(object())


def test_shapley_by_hand() -> None:
    """Gloves: a left hand is worth nothing without one of two right ones."""
    worth = [0, 0, 0, 1, 0, 1, 0, 1]
    np.testing.assert_allclose(shapley(np.array(worth, float)), [4 / 6, 1 / 6, 1 / 6])


def test_too_many_players_are_refused() -> None:
    with pytest.raises(ValueError, match="exact shares are worked out for 10"):
        shapley(np.zeros(2**11))


def test_a_row_asked_about_again_has_the_same_sum(
    fit: Fit, inputs: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Forest.of(fit("lightgbm").booster)
    rows = inputs[: forest.ROWS_KEPT + 5]
    together = made.log_odds(rows)
    for _ in range(2):
        for row, odds in zip(rows, together, strict=True):
            assert made.log_odds(row[None, :]).tolist() == [odds]
    assert len(made._lately) <= forest.ROWS_KEPT
    monkeypatch.setattr(forest, "_sums", lambda *_: pytest.fail("worked out again"))
    found = made.log_odds(rows[-1:].copy())
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 0.0
