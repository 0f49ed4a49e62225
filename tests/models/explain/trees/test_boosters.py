"""Boosters as LightGBM trains them, and what cannot be explained."""

import warnings
from typing import Any

import lightgbm
import numpy as np
import pytest

from models.explain.trees import NotExplainable, TreeExplainer

QUIET = {"verbosity": -1, "num_threads": 1, "deterministic": True, "min_data_in_leaf": 5}


def drawn(rows: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, counts with zeros, words of 12 and of 3, a constant; many missing."""
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(rows, 8))
    inputs[:, 2], inputs[:, 3] = rng.poisson(1, rows), rng.poisson(0.3, rows)
    inputs[:, 4], inputs[:, 5] = rng.integers(0, 12, rows), rng.integers(0, 3, rows)
    odds = inputs[:, 0] * inputs[:, 1] + inputs[:, 2] - (inputs[:, 4] % 3) + 2 * inputs[:, 5]
    inputs[rng.random(inputs.shape) < 0.15] = np.nan
    inputs[:, 7] = 1.0
    return inputs, (odds + rng.normal(size=rows) > 1).astype(float)


def trained(rounds: int = 12, **parameters: Any) -> tuple[lightgbm.Booster, np.ndarray]:
    inputs, lost = drawn()
    said = {**QUIET, "objective": "binary", **parameters}
    data = lightgbm.Dataset(inputs, lost, categorical_feature=[4, 5], params=said)
    return lightgbm.train(said, data, rounds), inputs


def check(booster: lightgbm.Booster, inputs: np.ndarray) -> TreeExplainer:
    rows = inputs[:150].copy()
    rows[:20, :4] = 0.0
    rows[20:30] = np.nan
    rows[30:40, 4:6] = 99.0
    explainer = TreeExplainer(booster)
    ours = explainer.contributions(rows)
    theirs = booster.predict(rows, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)
    raw = booster.predict(rows, raw_score=True, num_threads=1)
    np.testing.assert_allclose(ours.sum(axis=1), raw, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(ours[:, -1], explainer.base)
    return explainer


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"use_missing": False},
        {"zero_as_missing": True},
        {"num_leaves": 2},
        {"num_leaves": 120, "min_data_in_leaf": 1, "rounds": 3},
        {"max_cat_to_onehot": 20, "min_data_per_group": 1},
        {"max_cat_to_onehot": 1, "min_data_per_group": 1, "cat_smooth": 1.0},
        {"max_bin": 15, "extra_trees": True},
        {"objective": "regression", "boost_from_average": False},
        {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5},
        {"boosting": "dart", "drop_rate": 0.5},
        {"monotone_constraints": [1] + [0] * 7, "monotone_constraints_method": "advanced"},
    ],
    ids=str,
)
def test_equal_to_lightgbm(parameters: dict[str, Any]) -> None:
    check(*trained(**parameters))


def test_trees_of_one_leaf() -> None:
    inputs, _ = drawn(100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = lightgbm.Dataset(inputs, np.linspace(0, 1, 100), params=QUIET)
        said = {**QUIET, "objective": "regression", "min_data_in_leaf": 90}
        booster = lightgbm.train(said, data, 2)
    explainer = TreeExplainer(booster)
    assert explainer.base == pytest.approx(0.5)
    assert (explainer.contributions(inputs)[:, :-1] == 0).all()
    check(booster, inputs)


def test_a_booster_that_stopped_early_is_explained_as_it_predicts() -> None:
    inputs, lost = drawn()
    said = {**QUIET, "objective": "binary", "learning_rate": 0.5}
    data = lightgbm.Dataset(inputs[:500], lost[:500], params=said)
    later = lightgbm.Dataset(inputs[500:], lost[500:], reference=data, params=said)
    stop = lightgbm.early_stopping(3, verbose=False)
    booster = lightgbm.train(said, data, 60, valid_sets=[later], callbacks=[stop])
    assert booster.num_trees() < 60
    check(booster, inputs)
    booster.best_iteration = 2
    check(booster, inputs)


def test_equal_to_shap() -> None:
    shap = pytest.importorskip("shap")
    inputs, lost = drawn()
    booster = lightgbm.train(
        {**QUIET, "objective": "binary"}, lightgbm.Dataset(inputs[:, :4], lost), 8
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = shap.TreeExplainer(booster).shap_values(inputs[:50, :4])
    ours = TreeExplainer(booster).contributions(inputs[:50, :4])
    np.testing.assert_allclose(ours[:, :-1], np.asarray(theirs), rtol=0, atol=1e-9)


def test_linear_leaves_are_refused() -> None:
    inputs, lost = drawn()
    said = {**QUIET, "objective": "regression", "linear_tree": True}
    booster = lightgbm.train(said, lightgbm.Dataset(inputs, lost, params=said), 3)
    with pytest.raises(NotExplainable, match="linear models in its leaves"):
        TreeExplainer(booster)


def test_several_outputs_are_refused() -> None:
    inputs, lost = drawn()
    said = {**QUIET, "objective": "multiclass", "num_class": 3}
    booster = lightgbm.train(said, lightgbm.Dataset(inputs, lost, params=said), 2)
    with pytest.raises(NotExplainable, match="3 outputs"):
        TreeExplainer(booster)


def test_a_booster_without_counts_is_refused() -> None:
    booster, _ = trained(rounds=2)
    lines = booster.model_to_string().splitlines()
    text = "\n".join(
        line for line in lines if not line.startswith(("internal_count", "tree_sizes"))
    )
    with pytest.raises(NotExplainable, match="how many training rows"):
        TreeExplainer(lightgbm.Booster(model_str=text + "\n"))


def test_rows_of_another_width_are_refused() -> None:
    booster, inputs = trained(rounds=2)
    with pytest.raises(ValueError, match="5 columns, but the booster reads 8"):
        TreeExplainer(booster).contributions(inputs[:, :5])
