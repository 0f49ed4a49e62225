"""Training end to end on small worlds: what it finds, refuses and explains."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models import bundle
from models.dataset import Dataset
from models.score import Band
from models.sufficiency import Level, NoEvidence
from models.trained import Provenance, Trained, TrainingPlan
from models.training import train, version_of

COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")
MakeWorld = Callable[..., Dataset]


def test_planted_signal_is_found(trained: Trained) -> None:
    assert trained.verdict.fit
    assert trained.verdict.horizon == 90
    report = trained.reports[90]
    assert report.metrics["auc"].low > 0.6
    assert report.gains.keys() == {"base rate", "age alone"}
    assert min(g.low for g in report.gains.values()) > 0
    assert next(iter(trained.importance)) == "use"
    assert trained.importance["use"] > 3 * trained.importance["noise"]
    assert "fixed" not in trained.importance
    assert trained.flavours.keys() == {"lightgbm", "logistic"}
    assert trained.model.flavour == min(trained.flavours, key=trained.flavours.__getitem__)
    assert trained.honesty.chosen_among == 2


def test_bands_order_what_happened(trained: Trained) -> None:
    red, yellow, green = trained.bands
    assert red.lost > yellow.lost > green.lost
    assert green.high <= trained.model.policy.default.promise
    assert trained.model.primary_horizon == 90


def test_missing_horizons_are_explained(trained: Trained) -> None:
    assert trained.model.horizons == (30, 90)
    assert trained.missing.keys() == {180, 365}
    last = trained.missing[365]
    assert last.startswith("dates with a certain outcome 365 days later: 1; accounts lost ")
    assert last.endswith("too few to fit on some and calibrate on later ones")
    assert all(s.p_loss[180] is None for s in trained.model.score(_snapshot(trained)))


def _snapshot(trained: Trained) -> pd.DataFrame:
    blank = dict.fromkeys(trained.model.schema.names)
    return pd.DataFrame([{"account_id": "a", "as_of": date(2026, 6, 30), **blank}])


def test_the_same_bundle_twice(
    trained: Trained, make_world: MakeWorld, plan: TrainingPlan, origin: Provenance, tmp_path: Path
) -> None:
    again = train(make_world(seed=5, signal=1.5), COLUMNS, plan, origin)
    assert bundle.save(trained.model, tmp_path / "a") == bundle.save(again.model, tmp_path / "b")
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == sorted(p.name for p in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert again.reports == trained.reports


def test_shuffled_fates_are_refused(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    found = make_world(seed=5, signal=1.5)
    accounts = found.frame["account_id"].unique()
    other = dict(zip(accounts, np.random.default_rng(0).permutation(accounts), strict=True))
    found.frame["use"] = _of_another(found, other)
    shuffled = train(found, ("use", "noise", "csat"), plan, origin)
    assert not shuffled.verdict.fit
    auc = shuffled.reports[90].metrics["auc"]
    assert auc.low <= 0.5 <= auc.high
    assert any(
        s.startswith("no usable signal: beside base rate") for s in shuffled.verdict.sentences
    )


def _of_another(data: Dataset, other: dict[str, str]) -> np.ndarray:
    """Each account's `use` in the history of another account."""
    mean = data.frame.groupby("account_id")["use"].mean()
    return data.frame["account_id"].map(other).map(mean).to_numpy(float)


def test_age_alone_is_no_signal(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    """Trees bend where losses come early in a customer's life; so may the baseline's."""
    found = train(make_world(seed=8, accounts=400, base=0.03, young=2.0), COLUMNS, plan, origin)
    report = found.reports[90]
    assert report.gains["base rate"].low > 0
    assert report.gains["age alone"].low <= 0
    assert not found.verdict.fit
    assert len(found.verdict.sentences) == 2


def test_too_little_data_is_said_helpfully(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    said = "too few losses .* bring a longer history, or wait.* with [1-9] more, base rate"
    with pytest.raises(NoEvidence, match=said):
        train(make_world(base=0.0005), COLUMNS, plan, origin)


@pytest.mark.parametrize("world", [{"months": 3}, {"accounts": 30}])
def test_few_losses_give_base_rates_by_segment_and_grey(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance, world: dict[str, float]
) -> None:
    data = make_world(**world)
    found = train(data, COLUMNS, replace(plan, segments=("none", "plan")), origin)
    assert not found.verdict.fit
    assert found.verdict.sentences[1].startswith(f"{found.enough.lost} accounts were seen to be")
    assert found.model.flavour == "segments"
    assert found.model.schema.names == ("plan",)
    assert found.reports == found.tests == {}
    assert found.honesty.leaks is None
    scores = found.model.score(data.frame[data.frame["as_of"] == data.dates[-1]])
    assert {score.band for score in scores} == {Band.GREY}
    chances = {score.p_loss[30] for score in scores}
    assert 1 < len(chances) <= 3
    rate = data.lost_within(30)[data.matured(30, data.data_as_of)].mean()
    assert min(chances) > 0.5 * rate
    assert max(chances) < 2 * rate


def test_base_rates_too_are_shown_at_the_horizons_asked_for(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    data, asked = make_world(months=3), replace(plan, segments=("plan",), horizons=(30,))
    model = train(data, COLUMNS, asked, origin).model
    assert model.horizons == (30,)
    for score in model.score(data.frame[:9]):
        assert [horizon for horizon, chance in score.p_loss.items() if chance is not None] == [30]


def test_some_losses_give_shrunken_regressions(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    found = train(make_world(seed=5, accounts=80, signal=1.5), COLUMNS, plan, origin)
    assert found.enough.level is Level.SOME
    assert found.flavours.keys() == {"shrunken", "logistic", "single"}


def test_a_leak_is_refused_by_name(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    data = make_world(seed=5, signal=1.5, accounts=150)
    data.frame["left_because"] = np.where(data.lost_within(10**6), "price", None)
    only = replace(plan, flavours=("logistic",), baselines={})
    found = train(data, (*COLUMNS, "left_because"), only, origin)
    assert found.reports[90].metrics["auc"].low > 0.8
    assert not found.verdict.fit
    assert "because of left_because" in found.verdict.sentences[-1]


def test_signals_that_never_vary_are_no_signals(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    with pytest.raises(NoEvidence, match="all 1 signals hold the same value .* connect more"):
        train(make_world(), ("fixed",), plan, origin)


def test_primary_horizon_falls_back_to_what_was_tested(
    make_world: MakeWorld, plan: TrainingPlan, origin: Provenance
) -> None:
    data = make_world(seed=5, signal=1.5)
    wished = replace(plan, primary_horizon=365, flavours=("logistic",))
    found = train(data, COLUMNS, wished, origin)
    assert found.model.primary_horizon == max(found.model.horizons)
    assert found.model.primary_horizon in found.reports
    assert found.verdict.horizon == found.model.primary_horizon
    short = train(data, COLUMNS, replace(wished, primary_horizon=30), origin)
    assert short.model.primary_horizon == short.verdict.horizon == 30


def test_steps_are_told(make_world: MakeWorld, plan: TrainingPlan, origin: Provenance) -> None:
    told: list[str] = []
    only = replace(plan, flavours=("logistic",), baselines={})
    found = train(make_world(seed=5, signal=1.5), COLUMNS, only, origin, told.append)
    assert told[0].endswith("accounts were seen to be lost: they allow every kind of model")
    assert told[1] == "walking logistic forward through 14 dates"
    assert any(t.startswith("fitting days 0-30 on 3380 rows, ") for t in told)
    assert found.reports[90].gains.keys() == {"base rate"}  # added though not asked for


def test_version_names_date_and_digest() -> None:
    assert version_of(date(2026, 6, 30), "0123456789abcdef") == "2026-06-30-01234567"
