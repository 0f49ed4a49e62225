"""Later losses are learnt from what is foretold a month later, and from nothing not yet known."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix, learn_schema
from models.flavours import FLAVOURS, Fitted, Flavour
from models.flavours.base import Vector, sigmoid
from models.flavours.blend import Blend
from models.flavours.lightgbm import MODEL_FILE as TREES
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import MODEL_FILE as LINE
from models.foretold import ahead, foretold, lesson_of, relearnt, seen_again
from models.intervals import INTERVALS
from models.metrics import log_loss
from models.walkforward import WalkForward, fits, folds_of

START = date(2024, 1, 31)
MakeDataset = Callable[..., Dataset]
Material = tuple[Matrix, InputSchema, int]


def day(number: int) -> date:
    return START + timedelta(days=number)


@pytest.fixture
def few(make_dataset: MakeDataset) -> Dataset:
    """Accounts a and b a month apart, b lost in between; c is away in the second month."""
    rows = [("a", 0), ("b", 0), ("c", 0), ("a", 29), ("d", 29), ("a", 59), ("c", 59), ("d", 150)]
    lost = {"b": 28.0, "d": 200.0}
    made = [(name, day(n), lost.get(name, np.inf) - n, np.inf) for name, n in rows]
    return make_dataset(made, day(150))


def test_an_account_is_seen_again_about_a_month_later(few: Dataset) -> None:
    assert seen_again(few, day(150)).tolist() == [3, -1, -1, 5, -1, -1, -1, -1]


def test_later_than_a_month_is_seen_within_a_few_days_too(few: Dataset) -> None:
    assert seen_again(few, day(150), 64).tolist() == [5, -1, 6, -1, -1, -1, -1, -1]
    assert seen_again(few, day(150), 65).tolist() == [-1] * 8
    assert seen_again(few, day(150), 120).tolist() == [-1, -1, -1, -1, 7, -1, -1, -1]
    assert seen_again(few, day(149), 120).tolist() == [-1] * 8


def test_a_month_that_has_not_come_is_not_seen(few: Dataset) -> None:
    assert seen_again(few, day(58)).tolist() == [3, -1, -1, -1, -1, -1, -1, -1]
    assert (seen_again(few, day(28)) == -1).all()


def test_what_is_taught_a_month_later_is_of_as_many_days() -> None:
    first, second = np.array([-3.0, 0.5]), np.array([-2.0, 1.0])
    stays = (1 - sigmoid(first)) * np.sqrt(1 - sigmoid(second))  # 30 days, and 30 of 60
    np.testing.assert_allclose(ahead(first, second), 1 - stays, rtol=1e-12)


def test_who_is_not_seen_again_counts_as_what_happened(few: Dataset) -> None:
    later = seen_again(few, day(59))
    soon = lesson_of(few, day(59), later, np.array([0.25, 0.5]))
    assert (soon.rows.tolist(), soon.lost.tolist()) == ([0, 3], [0.25, 0.5])
    late = lesson_of(few, day(150), later, np.array([0.25, 0.5]))
    # b was lost before the second interval began; c and the others were followed to its end
    assert late.rows.tolist() == [0, 2, 3, 4, 5, 6]
    assert late.lost.tolist() == [0.25, 0.0, 0.5, 0.0, 0.0, 0.0]


def _fits(data: Dataset, flavour: Flavour, at: date) -> tuple[list[Fitted], Material]:
    schema = learn_schema(data.frame, ["use", "noise", "plan"])
    inputs = schema.encode(data.frame)
    folds = list(folds_of(data, data.ordinals == at.toordinal(), at, INTERVALS[:2]))
    assert [fold.interval for fold in folds] == list(INTERVALS[:2])
    how = WalkForward(INTERVALS)
    return fits(folds, flavour, inputs, schema, how), (inputs, schema, how.seed)


def _plain(data: Dataset, flavour: Flavour, at: date, material: Material) -> list[Fitted]:
    """Fitted on what happened."""
    inputs, schema, seed = material
    folds = folds_of(data, data.ordinals == at.toordinal(), at, INTERVALS[:2])
    return [flavour.fit(inputs[f.risk], f.lost, schema, seed) for f in folds]


@pytest.fixture(scope="module")
def world(make_world: MakeDataset) -> Dataset:
    return make_world(seed=6, accounts=300, signal=1.0)


def _files(fitted: Sequence[Fitted]) -> list[dict[str, str]]:
    return [one.to_files() for one in fitted]


def test_trees_of_the_second_interval_alone_are_relearnt(world: Dataset) -> None:
    at = world.dates[-3]
    found, material = _fits(world, FLAVOURS["lightgbm"], at)
    plain = _plain(world, FLAVOURS["lightgbm"], at, material)
    assert found[0].to_files() == plain[0].to_files()
    told = foretold(world, at, plain, material[0])
    again = relearnt(FLAVOURS["lightgbm"], plain[1], told, material)
    assert found[1].to_files() == again.to_files() != plain[1].to_files()


def test_a_blend_keeps_its_line_and_has_the_trees_learn(world: Dataset) -> None:
    at, blend = world.dates[-3], FLAVOURS["blend"]
    assert isinstance(blend, Blend)
    found, material = _fits(world, blend, at)
    trees, _ = _fits(world, blend.trees, at)
    plain = _plain(world, blend, at, material)
    after, before, alone = (_files(fitted)[1] for fitted in (found, plain, trees))
    assert after[LINE] == before[LINE]
    assert after[TREES] == alone[TREES] != before[TREES]


def test_lines_and_silences_are_learnt_from_what_happened(world: Dataset) -> None:
    at = world.dates[-3]
    silent = replace(world, quiet_days=np.zeros(len(world.frame)))
    for data, flavour in ((world, FLAVOURS["logistic"]), (silent, FLAVOURS["lightgbm"])):
        found, material = _fits(data, flavour, at)
        assert _files(found) == _files(_plain(data, flavour, at, material))


def test_nothing_after_the_date_is_met(world: Dataset) -> None:
    """Other accounts, inputs and fates after a date leave the models of that date as they are."""
    at = world.dates[-4]
    frame, past = world.frame.copy(), world.ordinals <= at.toordinal()
    frame.loc[~past, ["use", "noise"]] = 9.0
    certain = world.event_days <= at.toordinal() - world.ordinals
    other = np.where(past & certain, world.event_days, np.where(past, np.inf, 1.0))
    changed = replace(world, frame=frame, event_days=other)
    assert _files(_fits(changed, FLAVOURS["lightgbm"], at)[0]) == _files(
        _fits(world, FLAVOURS["lightgbm"], at)[0]
    )
    moved = replace(world, event_days=np.where(certain & (world.event_days > 60), np.inf, other))
    assert _files(_fits(moved, FLAVOURS["lightgbm"], at)[0]) != _files(
        _fits(world, FLAVOURS["lightgbm"], at)[0]
    )


def test_chances_are_learnt_as_chances_and_tosses_as_before(world: Dataset) -> None:
    schema = learn_schema(world.frame, ["use"])
    inputs, trees = schema.encode(world.frame), LightGBM(rounds=200, leaf_weight=1.0, l2=0.0)
    chance = sigmoid(-2.0 - 1.5 * np.nan_to_num(inputs[:, 0]))
    told = sigmoid(trees.fit(inputs, chance, schema, 1).log_odds(inputs))
    assert np.abs(told - chance).mean() < 0.02
    tossed = trees.fit(inputs, (chance > 0.5).astype(float), schema, 1)
    assert "objective=binary" in tossed.to_files()["model.lgb.txt"]


def _true_chance(use: Vector, base: float, signal: float) -> Vector:
    """Of loss in days 30 to 90 of the worlds here: in the two months after the first."""
    rng, grid, level = np.random.default_rng(1), np.linspace(-4, 4, 41), np.log(base / (1 - base))
    state, stays = np.repeat(grid[:, None], 4000, axis=1), np.ones((41, 4000))
    for _ in range(2):
        state = 0.8 * state + 0.6 * rng.normal(size=state.shape)
        stays *= 1 - sigmoid(level - signal * state)
    return np.asarray(np.interp(use, grid, 1 - stays.mean(axis=1)))


def test_chances_come_nearer_the_truth(make_world: MakeDataset) -> None:
    above = []
    for seed in range(3):
        data = make_world(seed=seed, accounts=600, months=18, base=0.02, signal=1.0)
        found, material = _fits(data, LightGBM(), data.dates[-1])
        plain = _plain(data, LightGBM(), data.dates[-1], material)
        true = _true_chance(material[0][:, 0], 0.02, 1.0)
        lost, weight = np.repeat([1.0, 0.0], len(true)), np.concatenate([true, 1 - true])
        above.append([
            log_loss(lost, np.tile(sigmoid(one[1].log_odds(material[0])), 2), weight)
            / log_loss(lost, np.tile(true, 2), weight) - 1
            for one in (found, plain)
        ])  # fmt: skip
    taught, happened = np.array(above).T
    assert (taught < happened).all()
    assert taught.mean() < 0.9 * happened.mean()
