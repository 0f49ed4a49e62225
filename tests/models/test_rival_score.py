"""Another score sees nothing of the future and is judged on the same rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.evidence import Evidence
from models.rival_score import bakeoff, calibrated_in_time, last_known

MakeEvidence = Callable[..., Evidence]
JAN = date(2024, 1, 31)


def scores(*rows: tuple[str, int, float]) -> pd.DataFrame:
    """Values by account and days after the end of January."""
    found = pd.DataFrame(rows, columns=["account_id", "day", "score"])
    return found.assign(day=[JAN + timedelta(days=int(n)) for n in found["day"]])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([("a", -5, 1.0), ("a", -1, 2.0)], 2.0),
        ([("a", 0, 3.0)], 3.0),
        ([("a", -2, 1.0), ("a", 1, 9.0)], 1.0),
        ([("a", 0, 1.0), ("a", 0, 2.0)], 2.0),
        ([("a", -31, 1.0)], np.nan),
        ([("b", 0, 1.0)], np.nan),
    ],
)
def test_the_last_value_on_or_before_the_date(given: list, wanted: float) -> None:
    rows = pd.DataFrame({"account_id": ["a"], "as_of": [JAN]})
    found = last_known(rows, scores(*given), max_age_days=30)
    np.testing.assert_array_equal(found, [wanted])


def test_chances_come_from_what_was_certain_before(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    rows = evidence.rows.assign(horizon=np.int16(30))
    score = rows["chance"].to_numpy()
    first, second, third = (rows["as_of"] == day for day in sorted(set(rows["as_of"])))
    chance = calibrated_in_time(rows, score, wait_days=0)
    assert np.isnan(chance[first]).all()  # nothing was certain yet
    assert not np.isnan(chance[second | third]).any()
    turned = rows.assign(lost=rows["lost"] ^ (second | third))
    again = calibrated_in_time(turned, score, wait_days=0)
    np.testing.assert_array_equal(again[second], chance[second])
    assert not np.array_equal(again[third], chance[third])
    late = calibrated_in_time(rows, score, wait_days=30)
    assert np.isnan(late[second]).all()


def of_the_model(evidence: Evidence, value: Callable) -> pd.DataFrame:
    rows = evidence.rows
    found = pd.DataFrame({"account_id": rows["account_id"], "day": rows["as_of"]})
    return found.assign(score=value(rows["chance"]))


def test_a_rival_that_says_the_same_is_neither_better_nor_worse(
    make_evidence: MakeEvidence,
) -> None:
    evidence = make_evidence()
    found = bakeoff(evidence, of_the_model(evidence, lambda p: 100 * p), 30)
    assert found.covered == found.rows == 1800
    assert found.order["auc"].gain.value == 0
    assert found.verdict[1].startswith("neither ranks better beyond doubt")
    assert found.model is not None
    assert found.score is not None
    assert found.score.overall.figures["auc"] == found.model.overall.figures["auc"]


def test_noise_is_worse_and_coverage_is_told(make_evidence: MakeEvidence) -> None:
    evidence, rng = make_evidence(), np.random.default_rng(0)
    half = of_the_model(evidence, lambda p: rng.normal(size=len(p)))
    half = half[half["account_id"] < "a0300"]
    found = bakeoff(evidence, half, 20)
    assert (found.covered, found.covered_accounts, found.accounts) == (900, 300, 600)
    assert found.verdict[0].startswith("the score covers 50.0 % of 1800 test rows")
    assert found.verdict[1].startswith("the model ranks better beyond doubt")


def test_a_score_the_wrong_way_round_is_noticed(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    found = bakeoff(evidence, of_the_model(evidence, lambda p: -p), 30)
    assert any("--higher-is-healthier" in sentence for sentence in found.verdict)


def test_chances_of_a_rival_where_there_is_time(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    evidence = replace(
        evidence, primary_horizon=30, rows=evidence.rows.assign(horizon=np.int16(30))
    )
    found = bakeoff(evidence, of_the_model(evidence, lambda p: np.log(p)), 30)
    assert found.calibrated == 1200
    assert abs(found.chances["log_loss"].gain.value) < 0.01
    assert found.chances.keys() >= {"brier", "brier_reliability"}


def test_a_rival_waits_for_losses_that_are_recorded_late(make_evidence: MakeEvidence) -> None:
    """As the model does: at the second date nothing was told of the first yet."""
    evidence = make_evidence(embargo=30)
    evidence = replace(
        evidence, primary_horizon=30, rows=evidence.rows.assign(horizon=np.int16(30))
    )
    assert bakeoff(evidence, of_the_model(evidence, lambda p: np.log(p)), 30).calibrated == 600


def test_too_few_rows_are_not_compared(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    few = of_the_model(evidence, lambda p: p).head(20)
    found = bakeoff(evidence, few, 30)
    assert found.order == {}
    assert found.model is None
    assert found.verdict[1].startswith("not comparable: not enough")
