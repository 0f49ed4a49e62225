"""Intercepts by segment: what they learn, when they stay, and that shares still add up."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import bundle
from models.calibration import Calibrator
from models.dataset import Dataset
from models.encoding import learn_schema
from models.flavours import FLAVOURS, SHIFTED
from models.flavours.base import sigmoid
from models.flavours.shifted import FittedShifted, learn_shifts
from models.hazards import Hazard, explain, log_odds_of
from models.intervals import INTERVALS
from models.material import Material
from models.segment_shift import Shift, shift_by
from models.trained import Provenance, TrainingPlan
from models.training import train
from models.walkforward import WalkForward

MakeWorld = Callable[..., Dataset]


def drawn(rows: int, odds: np.ndarray, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random(rows) < sigmoid(odds)).astype(float)


def test_large_segments_speak_and_small_ones_borrow() -> None:
    codes = np.repeat([0.0, 1.0, 2.0], [20_000, 20_000, 12])
    truth = np.array([-0.5, 0.5, 2.0])[codes.astype(int)]
    found = learn_shifts(np.full(len(codes), -1.0), drawn(len(codes), truth - 1, 1), codes, 4)
    assert found[1] - found[0] == pytest.approx(1.0, abs=0.1)
    assert 0 < found[2] < 1.0
    assert found[3] == pytest.approx(0.0)  # a word without rows


def test_a_season_is_no_segment() -> None:
    """A level that all segments share is left to the final model, which has seen it."""
    codes = np.arange(30_000) % 3.0
    found = learn_shifts(np.full(30_000, -3.0), drawn(30_000, np.full(30_000, -1.5), 2), codes, 3)
    assert np.abs(found).max() < 0.06


def test_rows_of_one_loss_count_once() -> None:
    codes, odds = np.zeros(400), np.full(400, -1.0)
    codes[:40] = 1.0
    lost = np.where(codes == 1, 1.0, drawn(400, odds, 3))
    whole, part = (learn_shifts(odds, lost, codes, 2, weight)[1] for weight in (1.0, 0.2))
    assert whole > part > 0


@pytest.fixture(scope="module")
def unequal(make_world: MakeWorld) -> Dataset:
    """Two thirds of the losses of one plan never happened, which no tree is told of."""
    data = make_world(seed=3, accounts=400, base=0.06, signal=0.5)
    safe = (data.frame["plan"] == "team").to_numpy()
    owner = data.frame.groupby("account_id").ngroup().to_numpy()
    spared = np.random.default_rng(0).random(owner.max() + 1)[owner] < 0.66
    data.frame["segment"] = data.frame["plan"]
    return replace(data, event_days=np.where(safe & spared, np.inf, data.event_days))


@pytest.fixture(scope="module")
def material(unequal: Dataset) -> Material:
    schema = learn_schema(unequal.frame, ["use", "segment"])
    return Material(unequal, schema.encode(unequal.frame), schema, WalkForward(INTERVALS[:2], 3))


@pytest.fixture(scope="module")
def shift(material: Material) -> Shift:
    found = shift_by(material, ["segment"])
    assert found is not None
    return found


def test_no_block_is_shifted_by_its_own_outcomes(material: Material, shift: Shift) -> None:
    walk = material.walk("logistic", ["use"])
    late = int(walk.block_of.max())
    ordinals, data = material.dataset.ordinals, material.dataset
    unknown = ordinals + 30 > late
    other = replace(data, event_days=np.where(unknown, 1.0, data.event_days))
    changed = replace(shift, material=replace(material, dataset=other))
    one, two = shift.walked(walk), changed.walked(walk)
    np.testing.assert_array_equal(one.log_odds[INTERVALS[0]], two.log_odds[INTERVALS[0]])
    assert shift.shifts(walk, INTERVALS[0]) != changed.shifts(walk, INTERVALS[0])


@pytest.mark.parametrize("name", ["lightgbm", "logistic", "blend", "shrunken", "single"])
def test_shares_add_up_and_go_to_the_segment(material: Material, name: str) -> None:
    inputs, data = material.inputs, material.dataset
    lost = data.lost_within(30).astype(float)
    inner = FLAVOURS[name].fit(inputs, lost, material.schema, 1)
    shifted = FittedShifted(name, inner, 1, (0.4, -0.2, 0.0))
    shares = shifted.contributions(inputs)
    np.testing.assert_allclose(shares.sum(axis=1), shifted.log_odds(inputs), atol=1e-9)
    np.testing.assert_array_equal(shares[:, 0], inner.contributions(inputs)[:, 0])
    hazards = [Hazard(k, shifted, Calibrator(1.2, 0.8, 0.1, "beta", 400)) for k in INTERVALS[:2]]
    parts, base = explain(hazards, inputs)
    total = sum(np.logaddexp(0.0, each.log_odds(inputs)) for each in hazards)
    np.testing.assert_allclose(parts.sum(axis=1) + base, log_odds_of(total), atol=1e-9)
    again = FittedShifted.from_files(shifted.to_files())
    np.testing.assert_array_equal(again.log_odds(inputs), shifted.log_odds(inputs))
    assert again.to_files() == shifted.to_files()


def test_the_step_stays_only_where_it_helps(
    unequal: Dataset, origin: Provenance, tmp_path: Path
) -> None:
    plan = TrainingPlan(("logistic",), 30, {}, blocks=3, segments=("segment",))
    found = train(unequal, ("use", "segment"), plan, origin)
    assert found.flavours.keys() == {"logistic", f"logistic{SHIFTED}"}
    assert found.model.flavour == min(found.flavours, key=found.flavours.__getitem__)
    digest = bundle.save(found.model, tmp_path)
    loaded = bundle.load(tmp_path, digest)
    newest = unequal.frame[unequal.frame["as_of"] == unequal.dates[-1]]
    assert loaded.score(newest) == found.model.score(newest)
