"""No chance is told at a horizon where the base rate tells more."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models import reach
from models.baselines import BASE_RATE
from models.chance import BeyondTheChain
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.evaluation import HorizonReport
from models.metrics import Estimate
from models.reach import beaten, without
from models.score import HORIZONS
from models.trained import Provenance, Trained, TrainingPlan
from models.training import train

COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")
MakeWorld = Callable[..., Dataset]
BETTER, UNCLEAR = Estimate(0.02, 0.01, 0.03), Estimate(-0.01, -0.03, 0.01)
WORSE = Estimate(-0.0254, -0.04, -0.011)


def _reports(trained: Trained, gains: dict[int, Estimate]) -> dict[int, HorizonReport]:
    report = trained.reports[90]
    return {h: replace(report, horizon=h, gains={BASE_RATE: gain}) for h, gain in gains.items()}


@pytest.fixture
def whole(trained: Trained) -> ChurnModel:
    """A model with hazards of all intervals."""
    model, last = trained.model, trained.model.hazards[-1]
    chain = zip(HORIZONS, (0, *HORIZONS), strict=False)
    hazards = tuple(
        replace(last, interval=replace(last.interval, start=start, end=end)) for end, start in chain
    )
    return replace(model, hazards=hazards, primary_horizon=90, shown=HORIZONS)


def test_a_longer_horizon_that_is_worse_is_left_empty_with_all_beyond(
    trained: Trained, whole: ChurnModel
) -> None:
    gains = {30: BETTER, 90: BETTER, 180: WORSE, 365: BETTER}
    empty = beaten(whole, _reports(trained, gains))
    assert list(empty) == [180, 365]
    assert "0.0254 higher than the base rate's (0.0110 to 0.0400)" in empty[180]
    assert "built on those of 180 days" in empty[365]
    left = without(whole, empty)
    assert left.horizons == (30, 90)
    inputs = np.zeros((3, len(left.schema.columns)))
    assert set(left.chances(inputs)) == {30, 90}
    with pytest.raises(BeyondTheChain, match="at most 90 days"):
        left.chance(inputs, 120)


def test_what_lies_before_the_primary_horizon_carries_it_and_is_only_not_shown(
    trained: Trained, whole: ChurnModel
) -> None:
    empty = beaten(whole, _reports(trained, {30: WORSE, 90: BETTER, 180: BETTER}))
    left = without(whole, empty)
    assert (list(empty), left.horizons, left.hazards) == ([30], (90, 180, 365), whole.hazards)


def test_what_is_not_worse_beyond_doubt_stays_and_the_primary_is_the_verdicts(
    trained: Trained, whole: ChurnModel
) -> None:
    unclear = _reports(trained, {30: UNCLEAR, 90: WORSE, 180: UNCLEAR})
    alone = {180: replace(trained.reports[90], horizon=180, gains={})}
    for reports in (unclear, alone):
        assert beaten(whole, reports) == {}
        assert without(whole, {}) == whole


def test_training_says_what_it_leaves_empty(
    monkeypatch: pytest.MonkeyPatch, plan: TrainingPlan, origin: Provenance, make_world: MakeWorld
) -> None:
    """Where all is worse than the base rate, but for the primary horizon."""
    monkeypatch.setattr(reach, "_is", lambda _: True)
    found = train(make_world(seed=5, signal=1.5), COLUMNS, plan, origin)
    assert found.model.horizons == (found.model.primary_horizon,)
    left = set(found.reports) - {found.model.primary_horizon}
    assert left
    assert all("the base rate tells more" in found.missing[h] for h in left)
