"""A better challenger is let through, a worse one never, and the reasons are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from models.comparison import Outcome, Rule, compare
from models.evidence import Evidence

MakeEvidence = Callable[..., Evidence]
FEW = Rule(draws=200)


def test_a_better_one_is_let_through(make_evidence: MakeEvidence) -> None:
    found = compare(make_evidence(noise=1.0), make_evidence(noise=0.4, version="v2"), FEW)
    assert found.outcome is Outcome.BETTER
    assert found.promotable
    assert (found.champion, found.challenger, found.horizon) == ("v1", "v2", 90)
    assert found.reasons[0].startswith("better beyond doubt: log loss 0.")
    assert found.differences["log_loss"].gain.low > 0
    assert found.differences["auc"].gain.low > 0
    assert found.tiers.keys() == {"high", "low", "mid"}


def test_a_worse_one_is_not(make_evidence: MakeEvidence) -> None:
    found = compare(make_evidence(noise=0.4), make_evidence(noise=1.0, version="v2"), FEW)
    assert found.outcome is Outcome.WORSE
    assert not found.promotable


def test_the_gate_over_many_companies(make_evidence: MakeEvidence) -> None:
    """Slightly worse never passes, clearly better nearly always; see experiments/quality."""
    pairs = {"worse": (0.5, 0.6), "better": (1.0, 0.5)}
    passed = {
        name: [
            compare(
                make_evidence(noise=a, seed=seed, accounts=400),
                make_evidence(noise=b, seed=seed, accounts=400, version="v2"),
                FEW,
            ).promotable
            for seed in range(15)
        ]
        for name, (a, b) in pairs.items()
    }
    assert sum(passed["worse"]) == 0
    assert sum(passed["better"]) >= 12


def test_the_same_model_is_not_better_than_itself(make_evidence: MakeEvidence) -> None:
    found = compare(make_evidence(), make_evidence(version="v2"), FEW)
    assert found.outcome is Outcome.NOT_BETTER
    assert any("the same recipe" in reason for reason in found.reasons)


def test_one_tier_must_not_pay_for_the_others(make_evidence: MakeEvidence) -> None:
    champion, challenger = make_evidence(noise=1.0), make_evidence(noise=0.2, version="v2")
    rows = challenger.rows.copy()
    high = rows["segment: tier"] == "high"
    rows["chance"] = np.where(high, make_evidence(noise=1.8).rows["chance"], rows["chance"])
    found = compare(champion, replace(challenger, rows=rows), FEW)
    assert found.outcome is Outcome.BETTER
    assert not found.promotable
    assert any(r.startswith("worse on tier high by more than 3 %") for r in found.reasons)


def test_chances_far_too_timid_do_not_serve(make_evidence: MakeEvidence) -> None:
    challenger = make_evidence(noise=0.0, version="v2")
    odds = np.log(challenger.rows["chance"] / (1 - challenger.rows["chance"]))
    timid = challenger.rows.assign(chance=1 / (1 + np.exp(-0.5 * odds + 0.6)))
    found = compare(make_evidence(noise=2.0), replace(challenger, rows=timid), FEW)
    assert found.outcome is Outcome.BETTER
    assert not found.promotable
    assert any("its calibration slope may be anything from" in r for r in found.reasons)


def test_a_slope_nearer_to_right_than_the_champions_is_forgiven_where_asked(
    make_evidence: MakeEvidence,
) -> None:
    challenger = make_evidence(noise=0.0, version="v2")
    odds = np.log(challenger.rows["chance"] / (1 - challenger.rows["chance"]))

    def with_slope(slope: float, version: str) -> Evidence:
        bent = 1 / (1 + np.exp(-odds / slope))
        return replace(challenger, version=version, rows=challenger.rows.assign(chance=bent))

    timid, timider = with_slope(2.2, "v2"), with_slope(4.0, "v1")
    assert not compare(timider, timid, FEW).promotable
    assert compare(timider, timid, replace(FEW, forgiving=True)).promotable
    assert not compare(with_slope(1.7, "v1"), timid, replace(FEW, forgiving=True)).promotable


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"outcome": "lapse"}, "v1 foretells logo_churn, v2 foretells lapse"),
        ({"seed": 1, "accounts": 15}, "not enough: "),
    ],
)
def test_what_cannot_be_compared(make_evidence: MakeEvidence, about: dict, why: str) -> None:
    found = compare(make_evidence(), make_evidence(version="v2", **about), FEW)
    assert found.outcome is Outcome.NOT_COMPARABLE
    assert not found.promotable
    assert found.reasons[0].startswith(why)


def test_no_horizon_or_date_in_common(make_evidence: MakeEvidence) -> None:
    champion, challenger = make_evidence(), make_evidence(version="v2")
    other = replace(challenger, rows=challenger.rows.assign(horizon=np.int16(30)))
    assert "they share no horizon" in compare(champion, other, FEW).reasons[0]
    later = challenger.rows.assign(
        as_of=[day + timedelta(days=400) for day in challenger.rows["as_of"]]
    )
    found = compare(champion, replace(challenger, rows=later), FEW)
    assert "no common account and date" in found.reasons[0]


def test_later_knowledge_of_an_outcome_counts_for_both(make_evidence: MakeEvidence) -> None:
    champion, challenger = make_evidence(), make_evidence(noise=0.1, version="v2")
    revised = champion.rows.assign(lost=champion.rows["lost"] ^ (champion.rows.index < 50))
    newer = replace(champion, rows=revised, data_as_of=champion.data_as_of + timedelta(days=30))
    by_newer = compare(newer, challenger, FEW)
    assert any(r.startswith("50 of 1800 rows have another outcome") for r in by_newer.reasons)
    by_challenger = compare(replace(champion, rows=revised), challenger, FEW)
    assert by_newer.differences["log_loss"] != by_challenger.differences["log_loss"]


def test_fresher_folds_are_told(make_evidence: MakeEvidence) -> None:
    champion = make_evidence()
    old = champion.rows.assign(
        learnt_until=[day - timedelta(days=60) for day in champion.rows["as_of"]]
    )
    found = compare(replace(champion, rows=old), make_evidence(version="v2"), FEW)
    assert any(
        "v1 had last learnt 60 days before the date on average, v2 0" in r for r in found.reasons
    )


def test_a_gain_not_worth_a_change_is_said(make_evidence: MakeEvidence) -> None:
    pair = (make_evidence(noise=1.0), make_evidence(noise=0.4, version="v2"))
    saved = compare(*pair, FEW).differences["log_loss"]
    share = saved.gain.value / saved.champion
    assert compare(*pair, replace(FEW, least_gain=0.9 * share)).promotable
    found = compare(*pair, replace(FEW, least_gain=1.1 * share))
    assert (found.outcome, found.promotable) == (Outcome.BETTER, False)
    assert any("no reason to change the model" in reason for reason in found.reasons)
