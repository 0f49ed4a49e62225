"""Tuning: earlier dates only, resumable, and never worse than the defaults by its own folds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import optuna
import pytest

from models.dataset import Dataset
from models.earlier import earlier
from models.flavours import FLAVOURS
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.flavours.settings import with_settings
from models.material import Material
from models.study import Budget
from models.sufficiency import NoEvidence
from models.trained import Provenance, TrainingPlan
from models.training import material_of, train
from models.tuning import Tuned, report_begins, tune

COLUMNS = ("use", "noise", "plan", "csat", "age")
MakeWorld = Callable[..., Dataset]


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def material(make_world: MakeWorld, plan: TrainingPlan) -> Material:
    return _material(make_world(seed=5, signal=1.5), plan)


def _material(data: Dataset, plan: TrainingPlan) -> Material:
    return material_of(data, COLUMNS, replace(plan, blocks=4, directions={"use": 1}))


def test_the_report_keeps_the_later_half(material: Material) -> None:
    dates = material.dataset.dates
    begins = report_begins(material)
    assert begins is not None
    assert 0.5 < dates.index(begins) / len(dates) < 0.75
    short = replace(material, how=replace(material.how, blocks=1))
    assert report_begins(short) is None
    assert tune(short, ["logistic"], Budget(trials=2), "x", quiet) == []


def test_nothing_after_the_cut_is_looked_at(material: Material, plan: TrainingPlan) -> None:
    """Whatever happened later, and whatever later snapshots say, tuning finds the same."""
    cut = report_begins(material)
    assert cut is not None
    data = material.dataset
    later = data.ordinals >= cut.toordinal()
    known = data.ordinals + data.event_days <= cut.toordinal()
    frame = data.frame.assign(use=data.frame["use"].where(~later, 99.0))
    other = replace(data, frame=frame, event_days=np.where(known, data.event_days, 1.0 + 400))
    other = replace(other, event_days=np.where(later, 1.0, other.event_days))
    found = [
        tune(m, ["logistic"], Budget(trials=3), "x", quiet)
        for m in (material, _material(other, plan))
    ]
    assert found[0] == found[1]
    assert found[0][0].before == cut


def test_folds_are_purged_and_judged_by_what_was_certain(material: Material) -> None:
    cut = report_begins(material)
    assert cut is not None
    trials = earlier(material, cut)
    data = trials.material.dataset
    assert len(trials.folds) >= 2
    for judged in (j for block in trials.folds for j in block):
        end = judged.fold.interval.end
        begins = data.ordinals[judged.fold.rows].min()
        assert data.ordinals[judged.fold.risk].max() + end <= begins
        assert data.ordinals[judged.rows].max() + end <= cut.toordinal()
    losses = np.concatenate(list(trials.losses(FLAVOURS["logistic"])))
    assert len(losses) == len(trials.accounts)


@pytest.fixture(scope="module")
def misfit(material: Material) -> Tuned:
    """Tuning of lines that are held far too short by default."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLAVOURS, "logistic", Logistic(strength=0.003))
        return tune(material, ["logistic"], Budget(trials=8), "x", quiet)[0]


def test_what_is_better_beyond_doubt_is_used(misfit: Tuned) -> None:
    assert misfit.used == "tuned"
    assert misfit.setting == misfit.best
    assert misfit.setting["strength"] > 0.01
    assert misfit.gain.low > 0
    assert misfit.tried == 8
    assert "logistic: tuned; the best of 8 settings gained 0." in misfit.sentence
    assert misfit.as_dict()["before"] == misfit.before.isoformat()


def test_otherwise_the_defaults_stay(make_world: MakeWorld, plan: TrainingPlan) -> None:
    """Noise says nothing, so no setting that reads it may replace one that hardly does."""
    material = _material(make_world(seed=3, signal=0.0), plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLAVOURS, "logistic", Logistic(strength=0.003))
        found = tune(material, ["logistic"], Budget(trials=3), "x", quiet)[0]
    assert found.used == "defaults"
    assert found.setting == {"strength": 0.003}
    assert found.sentence.endswith(", which is not beyond doubt")


def test_signs_are_held_where_that_is_not_worse(material: Material) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLAVOURS, "lightgbm", LightGBM(rounds=40, learning_rate=0.1))
        held = tune(material, ["lightgbm"], Budget(trials=2), "x", quiet)[0]
        free = tune(material, ["lightgbm"], Budget(trials=1, monotone=False), "x", quiet)[0]
    assert "monotone" not in free.setting
    assert held.setting["monotone"] == (held.used != "defaults")
    assert held.tried == 2


def test_the_same_trials_give_the_same_setting(material: Material, misfit: Tuned) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLAVOURS, "logistic", Logistic(strength=0.003))
        assert tune(material, ["logistic"], Budget(trials=8), "x", quiet)[0] == misfit


def test_a_study_goes_on_where_it_was_and_never_mixes(material: Material, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'tuning.db'}"

    def run(trials: int, name: str) -> Tuned:
        return tune(material, ["logistic"], Budget(0, trials, address), name, quiet)[0]

    assert [run(2, "a").tried, run(3, "a").tried, run(3, "a").tried] == [2, 3, 3]
    assert run(2, "b").tried == 2
    storage = optuna.storages.RDBStorage(address)
    studies = storage.get_all_studies()
    assert len(studies) == 2
    for study in studies:
        values = [t.params["strength"] for t in storage.get_all_trials(study._study_id)]
        assert values[0] == FLAVOURS["logistic"].strength  # type: ignore[attr-defined]
        assert len(set(values)) == len(values)
    storage.remove_session()
    storage.engine.dispose()


def test_seconds_end_a_search(material: Material) -> None:
    found = tune(material, ["logistic"], Budget(seconds=0.3), "x", quiet)[0]
    assert 1 <= found.tried < 200


def test_too_short_a_history_keeps_the_defaults(make_world: MakeWorld, plan: TrainingPlan) -> None:
    material = _material(make_world(months=4, accounts=60), plan)
    found = tune(material, ["logistic"], Budget(trials=2), "x", quiet)[0]
    assert (found.used, found.tried, found.loss) == ("defaults", 0, None)
    assert "too few outcomes were certain before" in found.sentence


def test_a_blend_takes_the_settings_of_its_parts() -> None:
    settings = {"lightgbm": {"rounds": 7}, "logistic": {"strength": 2.0}}
    found = with_settings(FLAVOURS, settings)
    assert (found["blend"].trees.rounds, found["blend"].line.strength) == (7, 2.0)  # type: ignore[attr-defined]
    assert found["lightgbm"].rounds == 7  # type: ignore[attr-defined]
    assert with_settings(FLAVOURS, {}) == FLAVOURS


def test_a_tuned_model_is_reported_on_later_dates_only(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    data = make_world(seed=5, signal=1.5)
    begins = data.dates[7]
    later = replace(
        plan, flavours=("logistic",), settings={"logistic": {"strength": 3.0}}, report_from=begins
    )
    found = train(data, COLUMNS, later, origin)
    assert all(date.fromisoformat(r.dates[0]) >= begins for r in found.reports.values())
    usual = train(data, COLUMNS, replace(plan, flavours=("logistic",)), origin)
    assert date.fromisoformat(usual.reports[30].dates[0]) < begins
    assert found.model.hazards[0].model.to_files() != usual.model.hazards[0].model.to_files()
    with pytest.raises(NoEvidence, match="Tuning keeps the earlier half of the dates to itself"):
        train(data, COLUMNS, replace(later, report_from=date(2030, 1, 1)), origin)


def test_only_horizons_asked_for_are_shown(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    data = make_world(seed=5, signal=1.5)
    found = train(data, COLUMNS, replace(plan, flavours=("logistic",), horizons=(90, 180)), origin)
    assert found.model.horizons == (90,)
    assert found.reports.keys() == {90}
    assert found.missing.keys() == {180}
    assert [h.interval.end for h in found.model.hazards] == [30, 90]
    score = found.model.score(data.frame.tail(1))[0]
    assert [h for h, p in score.p_loss.items() if p is not None] == [90]
