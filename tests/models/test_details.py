"""Columns of one kind of event alone count for less, unless they tell most."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from features.followed import Followed
from models.dataset import Dataset
from models.details import DETAIL, LESS, flavours_of, weighed
from models.encoding import InputColumn, InputSchema, Matrix, learn_schema
from models.flavours import FLAVOURS, Flavour
from models.flavours.blend import PARTS
from models.flavours.lightgbm import MODEL_FILE as TREES
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import MODEL_FILE as LINE
from models.flavours.logistic import Logistic
from models.trained import Provenance, TrainingPlan
from models.training import material_of, train

MakeWorld = Callable[..., Dataset]
NAMES = ("use", "noise")
PLAN = TrainingPlan(("lightgbm",), 30, {}, blocks=3, horizons=(30,))
LIGHTER = {name: {DETAIL: LESS} for name in PARTS}


def chosen(data: Dataset, columns: tuple[str, ...], plan: TrainingPlan) -> TrainingPlan:
    return weighed(material_of(data, columns, plan), plan.flavours, plan, lambda _: None)


@pytest.fixture(scope="module")
def crowded(make_world: MakeWorld) -> tuple[Dataset, tuple[str, ...]]:
    """One column that tells, and thirty of one kind of event that tell nothing."""
    data = make_world(accounts=200, months=12, signal=0.8)
    rng = np.random.default_rng(5)
    names = tuple(f"click_{i}" for i in range(30))
    more = {name: rng.normal(size=len(data.frame)) for name in names}
    return replace(data, frame=data.frame.assign(**more)), names


@pytest.fixture(scope="module")
def telling(make_world: MakeWorld) -> Dataset:
    """All that tells lies in one kind of event; the rest knows it dimly."""
    data = make_world(accounts=400, months=14, signal=2.5)
    rng = np.random.default_rng(6)
    use = data.frame["use"].to_numpy(float)
    dim = {f"dim_{i}": use + rng.normal(size=len(use)) for i in range(4)}
    return replace(data, frame=data.frame.assign(**dim))


def test_luck_in_many_columns_of_one_event_counts_for_less(
    crowded: tuple[Dataset, tuple[str, ...]],
) -> None:
    data, clicks = crowded
    told: list[str] = []
    plan = replace(PLAN, details=clicks)
    material = material_of(data, (*NAMES, *clicks), plan)
    found = weighed(material, plan.flavours, plan, told.append)
    assert found == replace(plan, settings=LIGHTER)
    assert "count for 0.3" in told[0]
    for name in PARTS:
        assert getattr(flavours_of(found, material.schema)[name], DETAIL) == LESS
    assert flavours_of(found, material.schema)["shrunken"] == FLAVOURS["shrunken"]


def test_an_event_that_tells_most_counts_in_full(telling: Dataset) -> None:
    columns = ("use", "noise", "dim_0", "dim_1", "dim_2", "dim_3")
    plan = replace(PLAN, details=("use",))
    assert chosen(telling, columns, plan) is plan


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        replace(PLAN, details=("noise",), settings={"logistic": {DETAIL: 0.5}}),
        replace(PLAN, details=("noise",), flavours=("constant", "single")),
    ],
    ids=["no such column", "already said", "no trees and no lines"],
)
def test_nothing_to_choose(make_world: MakeWorld, plan: TrainingPlan) -> None:
    assert chosen(make_world(accounts=60, months=10), NAMES, plan) is plan


def test_too_little_to_tell_is_left_as_it_is(make_world: MakeWorld) -> None:
    plan = replace(PLAN, details=("noise",))
    assert chosen(make_world(accounts=12, months=6), NAMES, plan) is plan


def test_dates_that_are_reported_do_not_choose(crowded: tuple[Dataset, tuple[str, ...]]) -> None:
    data, clicks = crowded
    begins = data.dates[8]
    plan = replace(PLAN, details=clicks, report_from=begins)
    late = data.ordinals + 30 > begins.toordinal()  # certain only later
    turned = np.where(late, np.where(data.event_days <= 30, np.inf, 15.0), data.event_days)
    said = [list[str](), list[str]()]
    for one, words in zip((data, replace(data, event_days=turned)), said, strict=True):
        material = material_of(one, (*NAMES, *clicks), plan)
        assert weighed(material, plan.flavours, plan, words.append).settings == LIGHTER
    assert said[0] == said[1]
    assert said[0]


def test_trained_so_and_written_down(crowded: tuple[Dataset, tuple[str, ...]]) -> None:
    data, clicks = crowded
    plan = replace(PLAN, flavours=PARTS, details=clicks, explained=False, contrasted=False)
    origin = Provenance("v", "logo_churn", "f", Followed())
    found = train(data, (*NAMES, *clicks), plan, origin)
    again = train(data, (*NAMES, *clicks), found.plan or PLAN, origin)
    assert found.plan is not None
    assert found.plan.settings == LIGHTER
    for one, other in zip(found.model.hazards, again.model.hazards, strict=True):
        assert one.model.to_files() == other.model.to_files()


SCHEMA = InputSchema(tuple(InputColumn(f"c{i}", detail=i == 0) for i in range(3)))
FLAT = InputSchema(tuple(InputColumn(f"c{i}") for i in range(3)))


@pytest.fixture(scope="module")
def alike() -> tuple[Matrix, np.ndarray]:
    """Three columns that tell the same; the first counts as of one kind of event."""
    rng = np.random.default_rng(8)
    state = rng.normal(size=3_000)
    inputs = state[:, None] + rng.normal(size=(3_000, 3))
    return inputs, (rng.random(3_000) < 1 / (1 + np.exp(2 + state))).astype(float)


@pytest.mark.parametrize("flavour", [LightGBM(column_share=1.0, detail=0.3), Logistic(detail=0.3)])
def test_the_share_of_such_a_column_is_smaller(
    flavour: Flavour, alike: tuple[Matrix, np.ndarray]
) -> None:
    inputs, lost = alike
    fitted = flavour.fit(inputs, lost, SCHEMA, 1)
    first, *others = np.abs(fitted.contributions(inputs)[:, :3]).mean(axis=0)
    assert first < 0.8 * min(others)
    even = np.abs(flavour.fit(inputs, lost, FLAT, 1).contributions(inputs)[:, :3]).mean(axis=0)
    assert even[0] > 0.8 * even[1:].min()
    shares = fitted.contributions(inputs)
    np.testing.assert_allclose(shares.sum(axis=1), fitted.log_odds(inputs), atol=1e-12)


@pytest.mark.parametrize(("flavour", "file"), [(LightGBM(), TREES), (Logistic(), LINE)])
def test_counted_in_full_nothing_changes(
    flavour: Flavour, file: str, alike: tuple[Matrix, np.ndarray]
) -> None:
    texts = [flavour.fit(*alike, schema, 1).to_files()[file] for schema in (SCHEMA, FLAT)]
    assert texts[0] == texts[1]


def test_a_coefficient_is_drawn_to_nothing_by_its_share(alike: tuple[Matrix, np.ndarray]) -> None:
    def size(detail: float) -> float:
        files = Logistic(detail=detail).fit(*alike, SCHEMA, 1).to_files()
        return abs(float(json.loads(files[LINE])["coefficients"][0]))

    assert size(1.0) > size(0.3) > 20 * size(0.001) > 0


def test_the_schema_knows_which_columns_they_are(crowded: tuple[Dataset, tuple[str, ...]]) -> None:
    data, clicks = crowded
    schema = learn_schema(data.frame, ("use", *clicks[:2]), details=clicks)
    assert schema.weights(0.25).tolist() == [1.0, 0.25, 0.25]
    assert schema == learn_schema(data.frame, ("use", *clicks[:2]))
