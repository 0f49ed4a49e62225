"""Which signals are one, and which reasons are steady."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema
from models.explain.families import (
    alone,
    declared_of,
    learn_families,
    positions,
    rank_correlation,
    sums,
)
from models.explain.learn import learn_reference
from models.explain.reference import choose_background
from models.explain.steadiness import PAIRS, halves, steady_from
from models.fitting import refit
from models.hazards import explain
from models.intervals import INTERVALS
from models.material import Material
from models.trained import Trained
from models.walkforward import WalkForward

NAMES = (
    "adoption__users_7d",
    "adoption__users_90d",
    "adoption__features_30d",
    "adoption__seats",
    "risk__mirror",
    "profile__plan",
)


def test_windows_and_what_moves_together_are_one_family() -> None:
    rng = np.random.default_rng(1)
    users = rng.normal(size=400)
    rows = np.column_stack(
        [
            users,
            rng.normal(size=400),  # another window of the same signal, however different
            -np.exp(users) + 0.01 * rng.normal(size=400),  # falls where users rise
            rng.normal(size=400),
            users,  # the same numbers in another group
            rng.integers(0, 3, 400),
        ]
    )
    rows[:40, 1] = np.nan
    words = ("a", "b", "c")
    schema = InputSchema(
        tuple(InputColumn(n, words if n == "profile__plan" else None) for n in NAMES)
    )
    found = learn_families(schema, rows, 1)
    assert found == (NAMES[:2], *((name,) for name in NAMES[2:]))  # 0.5 on average: not enough
    twins = np.column_stack([users, users + 0.1 * rng.normal(size=400), *rows.T[2:]])
    assert learn_families(schema, twins, 1)[0] == NAMES[:3]


def test_declared_signals() -> None:
    assert declared_of("adoption__users_30d") == "adoption__users"
    assert declared_of("profile__mrr") == "profile__mrr"
    assert alone(("a", "b")) == (("a",), ("b",))


def test_rank_correlation_with_gaps() -> None:
    rows = np.array([[1, 10, 5], [2, 30, 5], [3, 20, 5], [4, np.nan, 5.0]])
    found = rank_correlation(rows)
    assert found[0, 0] == pytest.approx(1)
    assert found[2].tolist() == [0, 0, 0]  # never varies
    assert 0 < found[0, 1] < 1


def test_sums_by_family() -> None:
    place = positions((("b", "c"), ("a",)), ("a", "b", "c"))
    assert place.tolist() == [1, 0, 0]
    shares = np.array([[1.0, 2.0, 4.0], [0.5, 0.0, -1.0]])
    assert sums(shares, place).tolist() == [[6.0, 1.0], [-1.0, 0.5]]
    for families in [(("a",),), (("a", "b"), ("b",)), (("a", "b", "x"),)]:
        with pytest.raises(ValueError, match="of other columns"):
            positions(families, ("a", "b"))


def test_signs_that_flip_are_not_steady() -> None:
    """By hand: the third family flips in one half of four where it is small."""
    shares = np.array([[1.0, 0.5, 0.1], [-2.0, 0.5, 0.9], [3.0, -0.5, 0.8], [0.0, 0.5, 0.7]])
    other = shares * [1, -1, 1]
    small = shares.copy()
    small[0, 2] *= -1
    found = steady_from(shares, [shares, other, small, small])
    assert found.tolist() == [1.0, np.inf, 0.7]


def test_halves_are_complementary_and_keep_accounts_whole() -> None:
    accounts = np.array([f"a{i % 7}" for i in range(70)], object)
    found = halves(accounts, 3)
    assert len(found) == 2 * PAIRS
    for one, other in zip(found[::2], found[1::2], strict=True):
        assert (one ^ other).all()
        assert not set(accounts[one]) & set(accounts[other])
    assert [m.tolist() for m in halves(accounts, 3)] == [m.tolist() for m in found]


def test_the_background_is_drawn_once() -> None:
    rows = np.arange(500.0).reshape(250, 2)
    found = choose_background(rows, 1)
    assert found.shape == (100, 2)
    assert (np.diff(found[:, 0]) > 0).all()
    np.testing.assert_array_equal(found, choose_background(rows, 1))
    assert choose_background(rows[:9], 1).shape == (9, 2)


def test_training_keeps_them(trained: Trained) -> None:
    model: ChurnModel = trained.model
    assert model.reference is not None
    assert model.reference.background.shape == (100, len(model.schema.names))
    steady = dict(zip(model.reference.families, model.reference.steady_from, strict=True))
    assert np.isfinite(steady[("use",)])


def test_noise_is_seldom_steady_and_what_decides_is(make_world: Callable[..., Dataset]) -> None:
    data = make_world(seed=8, signal=1.5, accounts=200, months=8)
    rng = np.random.default_rng(2)
    noise = {f"n{i}": rng.normal(size=len(data.frame)) for i in range(20)}
    data = replace(data, frame=data.frame.assign(**noise))
    names = ("use", *noise)
    schema = InputSchema(tuple(InputColumn(name) for name in names))
    how = WalkForward(INTERVALS[:1])
    material = Material(data, schema.encode(data.frame), schema, how)
    ready = {INTERVALS[0]: Calibrator()}
    chain = refit(material, "logistic", ready, lambda _: None)
    found = learn_reference(material, "logistic", chain, lambda _: None)
    size = np.abs(sums(explain(chain, material.inputs)[0], positions(found.families, names)))
    shown = (size >= found.steady_from).mean(axis=0)
    assert shown[0] > 0.9
    assert shown[1:].mean() < 0.35
