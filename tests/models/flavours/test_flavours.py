"""One suite over all flavours."""

import json
import warnings
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pandas as pd
import pytest

from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours import FITTED, FLAVOURS, SHIFTED, SPACES
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic, learn_expansion
from models.flavours.space import Switch, setting_of, with_setting


@pytest.fixture(params=sorted(FLAVOURS))
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_flavour_can_be_read_back() -> None:
    plain = {name for name in FITTED if not name.endswith(SHIFTED)}
    assert FLAVOURS.keys() == plain
    assert {name.removesuffix(SHIFTED) for name in FITTED} <= FLAVOURS.keys()


def test_read_back_to_the_last_bit(
    flavour: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    fitted = FLAVOURS[flavour].fit(inputs, lost, schema, 1)
    again = FITTED[flavour].from_files(fitted.to_files())
    np.testing.assert_array_equal(again.log_odds(inputs), fitted.log_odds(inputs))
    np.testing.assert_array_equal(again.contributions(inputs), fitted.contributions(inputs))
    assert again.to_files() == fitted.to_files()


def test_same_seed_same_text(
    flavour: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    fit = FLAVOURS[flavour].fit
    first = fit(inputs, lost, schema, 7).to_files()
    assert fit(inputs, lost, schema, 7).to_files() == first
    if flavour in ("lightgbm", "blend"):
        assert fit(inputs, lost, schema, 8).to_files() != first


def test_contributions_add_up(
    flavour: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    fitted = FLAVOURS[flavour].fit(inputs, lost, schema, 1)
    shares = fitted.contributions(inputs)
    assert shares.shape == (700, 6)
    np.testing.assert_allclose(shares.sum(axis=1), fitted.log_odds(inputs), atol=1e-12)
    assert (shares[:, 4] == 0).all()  # the constant column


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_what_matters_gets_the_shares(
    flavour: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    shares = FLAVOURS[flavour].fit(inputs, lost, schema, 1).contributions(inputs)
    size = np.abs(shares[:, :-1]).mean(axis=0)
    assert size.argmax() == 0
    assert size[0] > 4 * size[1]
    low, high = inputs[:, 0] < -1, inputs[:, 0] > 1
    assert shares[low, 0].min() > 0 > shares[high, 0].max()
    team, basic = inputs[:, 2] == 2, inputs[:, 2] == 0
    assert shares[team, 2].mean() > 0 > shares[basic, 2].mean()


@pytest.mark.parametrize("flavour", sorted(FLAVOURS))
def test_an_unseen_word_is_read_as_missing(
    flavour: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    fitted = FLAVOURS[flavour].fit(inputs, lost, schema, 1)
    frame = pd.DataFrame(inputs[:3], columns=list(schema.names)).astype({"plan": object})
    odds = [
        fitted.log_odds(schema.encode(frame.assign(plan=pd.Series([word] * 3, dtype=object))))
        for word in ("on another planet", None)
    ]
    np.testing.assert_array_equal(odds[0], odds[1])


def test_the_base_rate_is_never_0_or_1(schema: InputSchema) -> None:
    for lost in (np.zeros(8), np.ones(8)):
        odds = (
            FLAVOURS["constant"].fit(np.zeros((8, 5)), lost, schema, 1).log_odds(np.zeros((2, 5)))
        )
        assert odds == pytest.approx(np.log(9) * (2 * lost[:2] - 1))


def test_logistic_regression_squeezes_and_flags(schema: InputSchema) -> None:
    rows = np.array([[0, 1, 0, 5, 7], [2, 1, 2, np.nan, 7], [4, 1, np.nan, 5, 7]], dtype=float)
    expansion = learn_expansion(rows, schema)
    assert expansion.source == [0, 1, 2, 2, 2, 2, 3, 3, 4]
    assert expansion.code == [-1, -1, 0, 1, 2, -2, -1, -2, -1]
    got = expansion.apply(np.array([[1e12, 1, 1, np.nan, 8], [3, 1, 1, np.nan, 8]]))
    bound = np.percentile(rows[:, 0], 99)  # no line is drawn on beyond what was seen
    assert got[:, 0].tolist() == pytest.approx([np.arcsinh((bound - 2) / 2), np.arcsinh(0.5)])
    assert got[0, 1:].tolist() == pytest.approx([0, 0, 1, 0, 0, 0, 1, np.arcsinh(1)])


def test_what_happens_to_few_is_not_drawn_in(schema: InputSchema) -> None:
    rows = np.zeros((1000, 5))
    rows[:3, 0] = 4.0  # beyond the 99th percentile, and all that this column has to say
    got = learn_expansion(rows, schema).apply(rows)
    assert got[0, 0] > got[3, 0]


def test_a_model_from_before_there_were_bounds_reads_as_it_did(
    inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    fitted = FLAVOURS["logistic"].fit(inputs, lost, schema, 1)
    body = json.loads(fitted.to_files()["model.logistic.json"])
    for name in ("low", "high"):
        body["expansion"].pop(name)
    old = FITTED["logistic"].from_files({"model.logistic.json": json.dumps(body)})
    low, high = (np.percentile(np.nan_to_num(inputs), q, axis=0) for q in (3, 97))
    between = (inputs >= low) & (inputs <= high) | np.isnan(inputs)
    inside = inputs[between[:, [0, 1, 3]].all(axis=1)]
    assert len(inside) > 100
    np.testing.assert_array_equal(old.log_odds(inside), fitted.log_odds(inside))


def test_signed_columns_may_be_held_to_their_sign(lost: np.ndarray, inputs: Matrix) -> None:
    """`noise` is said to be healthier the higher; the trees may then never say otherwise."""
    signed = InputSchema(tuple(InputColumn(n, direction=1) for n in ("use", "noise")))
    free, held = (LightGBM(rounds=40, monotone=m) for m in (False, True))
    rows, steps = np.zeros((200, 2)), np.linspace(-3, 3, 200)
    rows[:, 1] = steps
    falls = []
    for flavour in (free, held):
        odds = flavour.fit(inputs[:, :2], lost, signed, 1).log_odds(rows)
        falls.append(bool((np.diff(odds) <= 0).all()))
    assert falls == [False, True]


def test_defaults_lie_within_what_may_be_tuned() -> None:
    defaults = {"lightgbm": LightGBM(), "logistic": Logistic()}
    assert defaults.keys() == SPACES.keys()
    for name, space in SPACES.items():
        usual = setting_of(defaults[name], space)
        for part, value in zip(space, usual.values(), strict=True):
            assert isinstance(part, Switch) or part.low <= value <= part.high
        assert with_setting(defaults[name], usual) == defaults[name]


def test_logistic_files_are_plain_json(
    inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    files = FLAVOURS["logistic"].fit(inputs, lost, schema, 1).to_files()
    assert len(json.loads(files["model.logistic.json"])["coefficients"]) == 9


@pytest.mark.parametrize("seed", range(4))
def test_trees_are_explained_as_shap_explains_them(seed: int) -> None:
    """Against the shap package's own computation of TreeSHAP, not LightGBM's."""
    explainer_of = _tree_explainer()
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(400, 6))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    odds = np.nan_to_num(rows[:, 0] * rows[:, 1] + rows[:, 2])
    y = (rng.random(400) < 1 / (1 + np.exp(-odds))).astype(float)
    numbers = InputSchema(tuple(InputColumn(f"c{i}") for i in range(6)))
    fitted = LightGBM(rounds=12).fit(rows, y, numbers, seed)
    values, expected = explainer_of(fitted.booster, rows)
    shares = fitted.contributions(rows)
    np.testing.assert_allclose(shares[:, :-1], values, atol=1e-12)
    np.testing.assert_allclose(shares[:, -1], expected, atol=1e-12)
    assert np.abs(values).max() > 0.05


def _tree_explainer():  # noqa: ANN202
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what shap's import says is not ours to mend
        shap = pytest.importorskip("shap", reason="the shap package is not installed")

    def explain(booster: lightgbm.Booster, rows: Matrix) -> tuple[Matrix, float]:
        explainer = shap.TreeExplainer(booster)
        explainer.model.model_type = "internal"  # or shap would ask LightGBM itself
        values = explainer.shap_values(rows, check_additivity=False)
        return np.asarray(values), float(np.ravel(explainer.expected_value)[0])

    return explain


def test_trees_may_be_fitted_from_several_threads() -> None:
    narrow = InputSchema(tuple(InputColumn(f"c{i}") for i in range(20)))

    def fitted(rows: int) -> float:
        inputs = np.random.default_rng(rows).normal(size=(rows, 20))
        lost = (inputs[:, 0] > 0.5).astype(float)
        model = LightGBM(rounds=10).fit(inputs, lost, narrow, seed=1)
        return float(model.log_odds(inputs)[lost == 1].mean() - model.log_odds(inputs).mean())

    with ThreadPoolExecutor(4) as pool:
        assert all(gain > 0 for gain in pool.map(fitted, range(1000, 3000, 50)))
