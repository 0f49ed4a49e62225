from dataclasses import replace

import pytest

from models.evaluation import HorizonReport
from models.metrics import Estimate
from models.verdict import judge

Range = tuple[float, float, float]
GOOD, NOTHING, WORSE = (0.02, 0.01, 0.03), (0.002, -0.001, 0.005), (-0.01, -0.02, -0.001)


def report(ranks: Range = NOTHING, **gains: Range) -> HorizonReport:
    """A report whose gains in log loss are given by baseline; all gains in AUC are `ranks`."""
    figures = {"auc": Estimate(0.7, 0.65, 0.75), "log_loss": Estimate(0.2, 0.18, 0.22)}
    named = {name.replace("_", " "): Estimate(*g) for name, g in gains.items()}
    return HorizonReport(
        90,
        900,
        300,
        40,
        ("2026-01-31", "2026-06-30"),
        figures,
        0.0,
        1.0,
        named,
        dict.fromkeys(named, Estimate(*ranks)),
        {},
    )


def test_fit_where_both_blind_baselines_are_beaten() -> None:
    verdict = judge(report(base_rate=GOOD, age_alone=GOOD, recency_alone=WORSE))
    assert verdict.fit
    assert verdict.horizon == 90
    assert verdict.sentences == (
        "out of time at 90 days: AUC 0.700 (0.650 to 0.750), log loss 0.200 (0.180 to 0.220), "
        "on 900 rows of 300 accounts, 40 before a loss",
    )


@pytest.mark.parametrize("gain", [NOTHING, WORSE, (0.0, 0.0, 0.0), (0.1, float("nan"), 0.2)])
def test_not_fit_where_one_may_be_as_good(gain: Range) -> None:
    verdict = judge(report(base_rate=GOOD, age_alone=gain))
    assert not verdict.fit
    assert len(verdict.sentences) == 2
    assert verdict.sentences[1].startswith("no usable signal: beside age alone, ")
    assert not judge(report(base_rate=gain, age_alone=GOOD)).fit


def test_a_better_ranking_is_a_signal_where_a_season_moved_the_level() -> None:
    verdict = judge(report(GOOD, base_rate=NOTHING, age_alone=WORSE))
    assert verdict.fit
    assert len(verdict.sentences) == 1


def test_ranking_no_better_than_a_coin_is_no_signal() -> None:
    found = report(GOOD, base_rate=NOTHING, age_alone=NOTHING)
    coin = replace(found, metrics={**found.metrics, "auc": Estimate(0.52, 0.49, 0.55)})
    assert not judge(coin).fit


def test_a_level_worse_than_the_base_rate_is_not_fit_however_it_ranks() -> None:
    verdict = judge(report(GOOD, base_rate=WORSE, age_alone=GOOD))
    assert not verdict.fit
    assert verdict.sentences[1] == (
        "the level is not fit to use: beside base rate, -0.0100 of log loss saved "
        "(-0.0200 to -0.0010), though accounts rank better"
    )


def test_no_comparison_is_no_evidence() -> None:
    verdict = judge(report(recency_alone=GOOD))
    assert not verdict.fit
    assert verdict.sentences[-1] == "no baseline could be compared on the same rows"


def test_horizon_is_the_reports() -> None:
    assert judge(replace(report(base_rate=GOOD), horizon=30)).horizon == 30


@pytest.mark.parametrize("simpler", ["best_single_signal", "the_company's_own_score"])
def test_a_simpler_score_that_does_better_leaves_the_model_no_place(simpler: str) -> None:
    verdict = judge(report(base_rate=GOOD, age_alone=GOOD, **{simpler: WORSE}))
    assert not verdict.fit
    name = simpler.replace("_", " ")
    assert verdict.sentences[1] == (
        f"worse than a simpler score, beyond doubt: beside {name}, -0.0100 of log loss saved "
        f"(-0.0200 to -0.0010); use {name}"
    )


def test_a_doubt_beside_a_simpler_score_is_said_and_does_not_decide() -> None:
    verdict = judge(report(base_rate=GOOD, age_alone=GOOD, best_single_signal=NOTHING))
    assert verdict.fit
    assert verdict.sentences[1] == (
        "not better than best single signal beyond doubt: +0.0020 of log loss saved "
        "(-0.0010 to +0.0050); it may do as well"
    )


def test_a_better_ranking_beside_a_simpler_score_is_enough() -> None:
    verdict = judge(report(GOOD, base_rate=GOOD, age_alone=GOOD, best_single_signal=WORSE))
    assert verdict.fit
    assert len(verdict.sentences) == 1
