"""Losses that are recorded long after they happened: those not recorded yet are no survivals."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.dataset import Dataset
from models.earlier import earlier
from models.intervals import INTERVALS
from models.recalibration import Matured, recalibrate
from models.trained import Provenance, Trained, TrainingPlan
from models.training import material_of, train

COLUMNS = ("use", "noise", "plan", "csat", "age")
LATE = 60


def recorded_late(data: Dataset) -> Dataset:
    """The same company, each of whose losses becomes known so many days later."""
    known = data.ordinals + data.event_days + LATE <= data.data_as_of.toordinal()
    return replace(data, event_days=np.where(known, data.event_days, np.inf))


@pytest.fixture(scope="module")
def world(make_world: Callable[..., Dataset]) -> Dataset:
    return make_world(seed=3, accounts=400, months=16, signal=1.0)


@pytest.fixture(scope="module")
def learnt(plan: TrainingPlan, origin: Provenance) -> Callable[[Dataset], Trained]:
    quick = replace(plan, flavours=("logistic",), embargo=LATE, explained=False, contrasted=False)
    return lambda data: train(data, COLUMNS, quick, origin)


def test_model_figures_and_bands_are_those_of_losses_recorded_at_once(
    world: Dataset, learnt: Callable[[Dataset], Trained]
) -> None:
    late, at_once = learnt(recorded_late(world)), learnt(world)
    inputs = at_once.model.schema.encode(world.frame)
    for horizon, chance in at_once.model.chances(inputs).items():
        np.testing.assert_allclose(late.model.chances(inputs)[horizon], chance, rtol=1e-9)
    assert late.reports.keys() == at_once.reports.keys()
    for horizon, report in at_once.reports.items():
        assert late.reports[horizon].events == report.events
        assert late.reports[horizon].metrics == report.metrics
    assert late.model.policy == at_once.model.policy
    assert str(late.bands) == str(at_once.bands)


def test_settings_are_tried_on_losses_that_were_recorded(
    world: Dataset, plan: TrainingPlan
) -> None:
    """On the earlier dates, as they were known when the report begins."""
    cut = world.dates[10]
    known = world.ordinals + world.event_days + LATE <= cut.toordinal()
    late = replace(world, event_days=np.where(known, world.event_days, np.inf))
    found = [
        earlier(material_of(data, COLUMNS, replace(plan, embargo=LATE)), cut)
        for data in (world, late)
    ]
    assert any(judged.lost.any() for block in found[0].folds for judged in block)
    for one, other in zip(*(each.folds for each in found), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.fold.lost, b.fold.lost)
            np.testing.assert_array_equal(a.rows, b.rows)
            np.testing.assert_array_equal(a.lost, b.lost)


def test_base_rates_are_those_of_losses_recorded_at_once(
    make_world: Callable[..., Dataset], learnt: Callable[[Dataset], Trained]
) -> None:
    few = make_world(seed=2, accounts=40, months=14, base=0.03)
    late, at_once = learnt(recorded_late(few)), learnt(few)
    assert at_once.model.flavour == "segments"
    inputs = at_once.model.schema.encode(few.frame)
    for horizon, chance in at_once.model.chances(inputs).items():
        np.testing.assert_allclose(late.model.chances(inputs)[horizon], chance)
    assert late.model.policy.default.base_rate == at_once.model.policy.default.base_rate


def test_a_level_does_not_sink_because_losses_are_not_recorded_yet(world: Dataset) -> None:
    since = recorded_late(world.take(world.ordinals >= world.dates[-6].toordinal()))
    first = INTERVALS[0]
    rate = float(world.lost_within(first.end)[world.at_risk(first, world.data_as_of)].mean())
    level = np.full(len(since.frame), np.log(rate / (1 - rate)))
    at = since.data_as_of.toordinal()
    hasty = recalibrate(Matured.of(since, first, level), at).shift
    patient = recalibrate(Matured.of(since, first, level, LATE), at).shift
    assert hasty.high < -0.05
    assert patient.low < 0 < patient.high
    assert (Matured.of(since, first, level, LATE).certain <= at).all()
