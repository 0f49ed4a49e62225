"""A minimum lead time: who is lost by then is not asked about, and is no negative either."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.chance import chance_of
from models.churn_model import ChurnModel
from models.dataset import Dataset, aligned
from models.encoding import Matrix
from models.evaluation import test_sets as sets_of
from models.evidence import Described, evidence_rows
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.score import HORIZONS
from models.scorecard import Asked, sample_of
from models.sufficiency import NoEvidence
from models.track_record import track_record
from models.trained import Provenance, Trained, TrainingPlan
from models.training import train

COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")
MakeModel = Callable[..., ChurnModel]
MakeWorld = Callable[..., Dataset]


@pytest.mark.parametrize("lead", [0, 30, 90, 180])
def test_the_later_intervals_alone_and_exactly(lead: int) -> None:
    rng = np.random.default_rng(0)
    odds = {k: 3 * rng.standard_normal(1000) for k in INTERVALS}
    found = p_loss(odds, HORIZONS, lead)
    assert list(found) == [h for h in HORIZONS if h > lead]
    for horizon, chance in found.items():
        np.testing.assert_allclose(chance, chance_of(odds, horizon - lead, lead), atol=1e-13)
    whole, by_then = p_loss(odds, HORIZONS), p_loss(odds, [lead]).get(lead, np.zeros(1000))
    for horizon, chance in found.items():
        np.testing.assert_allclose(by_then + (1 - by_then) * chance, whole[horizon], atol=1e-12)


@pytest.mark.parametrize("lead", [0, 30, 90])
@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_health_and_reasons_tell_of_the_same_chance(
    make_model: MakeModel, inputs: Matrix, flavour: str, lead: int
) -> None:
    model = replace(make_model(flavour), lead=lead)
    chance = model.primary_chance(inputs)
    np.testing.assert_allclose(chance, model.chance(inputs, 180 - lead, lead), atol=1e-13)
    shares, base = model.explain(inputs)
    odds = np.log(chance) - np.log1p(-chance)
    np.testing.assert_allclose(base + shares.sum(axis=1), odds, rtol=0, atol=1e-9)
    frame = pd.DataFrame(inputs[:20], columns=list(model.schema.names)).astype({"plan": object})
    frame["plan"] = ["basic", "plus"] * 10
    frame.insert(0, "as_of", [model.data_as_of] * 20)
    frame.insert(0, "account_id", [f"a{i}" for i in range(20)])
    plain = replace(model, lead=0).score(frame)
    for score, today in zip(model.score(frame), plain, strict=True):
        assert score.p_loss == today.p_loss  # counted from today, whatever the lead
        primary = score.p_loss[180] if score.primary is None else score.primary
        assert score.health_score == 100 * (1 - primary)
        parts = sum(reason.contribution for reason in score.reasons)
        assert score.base + parts == pytest.approx(np.log(primary / (1 - primary)))
        assert score.outlook.lead_days == lead
    assert model.question == ("logo_churn" if not lead else f"logo_churn after {lead} days")


def test_who_is_lost_by_then_is_left_out_and_no_negative(make_world: MakeWorld) -> None:
    plain = make_world(seed=5, signal=1.5)
    later = replace(plain, lead=30)
    gone = plain.lost_within(30)
    assert gone.any()
    assert not later.followed(90)[gone].any()
    np.testing.assert_array_equal(later.followed(90)[~gone], plain.followed(90)[~gone])
    for interval in INTERVALS:  # what hazards are learnt from knows nothing of it
        np.testing.assert_array_equal(
            later.at_risk(interval, plain.data_as_of), plain.at_risk(interval, plain.data_as_of)
        )


@pytest.fixture(scope="module")
def later(make_world: MakeWorld, plan: TrainingPlan, origin: Provenance) -> Trained:
    quick = replace(plan, flavours=("logistic",))
    return train(replace(make_world(seed=5, signal=1.5), lead=30), COLUMNS, quick, origin)


def test_every_figure_counts_losses_after_the_lead(later: Trained, trained: Trained) -> None:
    assert later.model.lead == 30
    assert later.model.horizons == trained.model.horizons == (30, 90)
    assert later.reports.keys() == {90}
    mine, whole = later.reports[90], trained.reports[90]
    assert mine.events < whole.events
    assert whole.rows - mine.rows == whole.events - mine.events
    assert 0.8 < mine.metrics["expected_over_observed"].value < 1.25
    known = later.band_rows.past()
    assert known.lost.mean() < trained.band_rows.past().lost.mean()


def test_a_chance_that_forgot_the_lead_would_be_seen(later: Trained, make_world: MakeWorld) -> None:
    world = make_world(seed=5, signal=1.5)
    test = sets_of(replace(world, lead=30), later.walk)[90]
    forgotten = sets_of(world, later.walk)[90]
    same = np.isin(forgotten.rows, test.rows)
    np.testing.assert_array_equal(forgotten.rows[same], test.rows)
    assert forgotten.chance[same].mean() > 1.25 * test.chance.mean()
    assert test.chance.mean() == pytest.approx(test.lost.mean(), rel=0.2)


def test_leavers_are_seen_before_the_days_that_are_not_asked_about(
    later: Trained, make_world: MakeWorld
) -> None:
    world = replace(make_world(seed=5, signal=1.5), lead=30)
    rows = evidence_rows(world, later.tests, later.beside, Described())
    assert rows["days_to_loss"].min() > 30
    found = track_record(rows[rows["horizon"] == 90].reset_index(drop=True), later.model.policy)
    assert sum(each.leavers for each in found.lead) > 0.7 * found.lost > 0
    sample = sample_of(rows, rows["chance"].to_numpy(float), Asked(0.1))
    assert (~np.isnan(sample.lead)).sum() == sum(each.leavers for each in found.lead)


def test_a_lead_that_no_horizon_reaches_is_refused(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    short = replace(make_world(seed=5, signal=1.5, months=4), lead=180)
    with pytest.raises(NoEvidence, match="180 days|too few losses"):
        train(short, COLUMNS, replace(plan, flavours=("logistic",)), origin)


def test_fates_of_another_definition_are_put_beside_the_same_rows(make_world: MakeWorld) -> None:
    world = make_world(accounts=10, months=3)
    fates = world.frame[["account_id", "as_of"]].iloc[::-1].reset_index(drop=True)
    fates["event_days"] = np.arange(len(fates), dtype=float)
    fates["followed_days"] = np.inf
    found = aligned(world, fates)
    np.testing.assert_array_equal(found.event_days, np.arange(len(fates))[::-1])
    assert found.frame is world.frame
    with pytest.raises(ValueError, match="do not describe the same population"):
        aligned(world, fates.iloc[1:])
