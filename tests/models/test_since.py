"""The model that serves, on rows that came after it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.followed import Followed
from models.adjustment import Adjustment, Step
from models.bands import BandPolicy, Thresholds
from models.churn_model import ChurnModel
from models.comparison import Outcome, compare
from models.dataset import Dataset
from models.evaluation import calibrators
from models.evidence import Described, Evidence, evidence_rows
from models.fitting import refit
from models.material import Material
from models.since import SERVING, Recipe, apart, shortage, since, walked_afresh
from models.trained import TrainingPlan
from models.training import material_of

PLAN = TrainingPlan(("logistic",), 90, {}, blocks=4, horizons=(30, 90))


def known_by(data: Dataset, day: date) -> Dataset:
    return replace(data.take(data.ordinals <= day.toordinal()), data_as_of=day)


def served(data: Dataset) -> tuple[ChurnModel, Material, Recipe]:
    """A model of everything known, as training would have made it."""
    material = material_of(data, ["use", "age", "csat"], PLAN)
    walk = material.walk("logistic")
    hazards = refit(material, "logistic", calibrators(data, walk), lambda _: None)
    policy = BandPolicy(Thresholds(0.5, 0.1, 0.2, 0.1))
    model = ChurnModel(
        "v1", "logistic", "logo_churn", material.schema, hazards, 90, policy, "f" * 64, Followed(),
        data.data_as_of, (30, 90),
    )  # fmt: skip
    return model, material, Recipe("logistic", walk)


@pytest.fixture(scope="module")
def later(make_world) -> Dataset:
    return make_world(seed=3, accounts=300, months=20, signal=1.0)


@pytest.fixture(scope="module")
def champion(later: Dataset) -> ChurnModel:
    return served(known_by(later, later.dates[11]))[0]


@pytest.fixture(scope="module")
def retrained(later: Dataset) -> tuple[Material, Recipe]:
    _, material, recipe = served(later)
    return material, recipe


def turned(data: Dataset, day: date) -> Dataset:
    """A company in which use comes to mean the opposite from a day on."""
    frame = data.frame.copy()
    new = data.ordinals >= day.toordinal()
    frame["use"] = np.where(new, -frame["use"], frame["use"])
    return replace(data, frame=frame)


def compared(data: Dataset, champion: ChurnModel) -> tuple[Evidence, Evidence]:
    _, material, recipe = served(data)
    both = since(material, champion, champion.trained_on, recipe)
    assert both.lacking == ""
    rows = evidence_rows(data, both.tests, both.serving, Described())
    kept = Evidence("v2", "", "logo_churn", "f" * 64, data.data_as_of, 0, 90, 0.1, 30, rows)
    return apart(kept, replace(kept, version="v1"), champion.trained_on)


def test_a_stale_champion_is_found_out_and_a_fresh_one_is_not(
    later: Dataset, champion: ChurnModel
) -> None:
    day = champion.trained_on
    steady = compare(*compared(later, champion))
    stale = compare(*compared(turned(later, day + timedelta(days=1)), champion))
    assert stale.outcome is Outcome.BETTER
    assert stale.dates[0] >= day.isoformat()
    little, much = (found.differences["log_loss"].gain.value for found in (steady, stale))
    assert little < 0.4 * much


def test_no_row_is_predicted_by_what_was_not_certain_yet(
    later: Dataset, retrained: tuple[Material, Recipe]
) -> None:
    day = later.dates[11]
    material, recipe = retrained
    walk = recipe.walk
    fresh = walked_afresh(material, "logistic", walk, day)
    before = later.ordinals < day.toordinal()
    first = min(fresh.log_odds)
    assert np.array_equal(fresh.log_odds[first][before], walk.log_odds[first][before], True)
    starts = np.unique(fresh.block_of[~before & (fresh.block_of > 0)])
    assert len(starts) == 4
    assert starts[0] == day.toordinal()
    assert (fresh.block_of[~before] <= later.ordinals[~before]).all()

    # what came after the second block began does not move the first two blocks
    late = later.ordinals + np.nan_to_num(later.event_days, posinf=10**6) > starts[1]
    events = np.where(late, np.inf, later.event_days)
    other = replace(material, dataset=replace(later, event_days=events))
    again = walked_afresh(other, "logistic", walk, day)
    early = (fresh.block_of == starts[0]) | (fresh.block_of == starts[1])
    assert np.allclose(fresh.log_odds[first][early], again.log_odds[first][early])


def test_the_champion_speaks_with_the_level_it_had(
    later: Dataset, champion: ChurnModel, retrained: tuple[Material, Recipe]
) -> None:
    day, moved_on = champion.trained_on, later.dates[15]
    steps = Adjustment("v1", "", day, (Step(moved_on, 0.5),))
    material, recipe = retrained
    plain, moved = (since(material, c, day, recipe) for c in (champion, champion.adjusted(steps)))
    rows, (a, b) = plain.tests[30].rows, (s.serving[30][SERVING] for s in (plain, moved))
    old = later.ordinals[rows] < moved_on.toordinal()
    assert old.any()
    assert (a[old] == b[old]).all()
    assert (b[~old] > a[~old]).all()


def test_with_a_lead_time_both_answer_the_same_question(
    later: Dataset, champion: ChurnModel, retrained: tuple[Material, Recipe]
) -> None:
    material, recipe = retrained
    late = replace(material, dataset=replace(later, lead=30))
    plain = since(material, champion, champion.trained_on, recipe)
    found = since(late, replace(champion, lead=30), champion.trained_on, recipe)
    assert (set(plain.tests), set(found.tests)) == ({30, 90}, {90})  # 30 days lie within the lead
    test, mine = found.tests[90], found.serving[90][SERVING]
    inputs = champion.schema.encode(later.frame.iloc[test.rows])
    np.testing.assert_allclose(mine, champion.chance(inputs, 60, 30), atol=1e-12)
    assert mine.mean() == pytest.approx(test.lost.mean(), rel=0.25)


def test_too_few_losses_are_counted(
    later: Dataset, champion: ChurnModel, retrained: tuple[Material, Recipe]
) -> None:
    day = later.dates[-3]
    material, recipe = retrained
    found = since(material, champion, day, recipe)
    assert found.lacking == shortage(later, 90, day)
    assert found.lacking.startswith(f"of the accounts looked at since {day}, 0 are known")
    assert found.lacking.endswith("20 more are needed to tell whether the model that serves has "
                                  "gone stale")  # fmt: skip
    assert 90 not in found.tests


def test_losses_that_are_recorded_late_are_waited_for(
    later: Dataset, retrained: tuple[Material, Recipe]
) -> None:
    """What is too fresh to be judged counts neither as there nor as lacking nothing."""
    day = later.dates[11]
    assert shortage(later, 90, day) == ""
    assert shortage(later, 90, day, 365) != ""
    material, recipe = retrained
    late = replace(material, how=replace(material.how, embargo=60))
    walk = walked_afresh(late, "logistic", recipe.walk, day)
    latest = later.told_until(60).toordinal() - 30
    assert later.ordinals[walk.block_of > 0].max() <= latest


def test_apart_gives_each_its_chances(later: Dataset, champion: ChurnModel) -> None:
    theirs, ours = compared(later, champion)
    assert (theirs.version, ours.version) == ("v1", "v2")
    assert not np.allclose(theirs.rows["chance"], ours.rows["chance"])
    assert set(theirs.rows["learnt_until"]) == {champion.trained_on}
    pd.testing.assert_series_equal(theirs.rows["lost"], ours.rows["lost"])
