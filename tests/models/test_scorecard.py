"""Figures by slice, and silence where there is too little."""

from collections.abc import Callable

import numpy as np
import pytest

from models.evidence import Evidence
from models.metrics import FIGURES, ORDER_FIGURES
from models.scorecard import Asked, dimensions, scorecard

MakeEvidence = Callable[..., Evidence]
ASKED = Asked(0.1, draws=40)


def test_every_dimension_and_the_whole(make_evidence: MakeEvidence) -> None:
    rows = make_evidence().at(90)
    card = scorecard(rows, rows["chance"].to_numpy(), ASKED)
    assert card.horizon == 90
    assert card.overall.rows == 1800
    assert card.overall.figures.keys() == FIGURES.keys()
    assert card.slices.keys() == {"tier", "tenure", "account", "month"}
    assert card.slices["account"].keys() == {"known", "new"}
    assert list(card.slices["month"]) == ["2024-01", "2024-03"]
    for classes in card.slices.values():
        assert sum(part.rows for part in classes.values()) == 1800
    value = card.overall.figures["auc"]
    assert value.low < value.value < value.high


def test_a_small_slice_says_not_enough(make_evidence: MakeEvidence) -> None:
    rows = make_evidence(accounts=60).at(90)
    rows["segment: tier"] = np.where(rows["account_id"] < "a0003", "high", "low")
    card = scorecard(rows, rows["chance"].to_numpy(), ASKED)
    few = card.slices["tier"]["high"]
    assert few.accounts == 3
    assert few.figures == {}
    assert few.not_enough == f"not enough: {few.lost} accounts lost, 20 needed"
    assert card.slices["tier"]["low"].figures


def test_a_score_without_chances_is_judged_by_its_order_alone(make_evidence: MakeEvidence) -> None:
    rows = make_evidence().at(90)
    chance = rows["chance"].to_numpy()
    plain = scorecard(rows, 1000 * chance, ASKED, chances=False).overall.figures
    assert plain.keys() == ORDER_FIGURES.keys()
    told = scorecard(rows, chance, ASKED).overall.figures
    assert plain["auc"].value == pytest.approx(told["auc"].value)


def test_what_the_team_can_answer_is_chosen_over_all(make_evidence: MakeEvidence) -> None:
    """A tier in which nobody is risky gets no share of the team's time."""
    rows = make_evidence().at(90)
    low = (rows["segment: tier"] == "low").to_numpy()
    chance = np.where(low, 0.001, rows["chance"])
    part = scorecard(rows, chance, ASKED).slices["tier"]["low"]
    assert part.figures["recall_at_capacity"].value == 0
    assert np.isnan(part.figures["precision_at_capacity"].value)


def test_only_the_largest_classes_are_told_apart(make_evidence: MakeEvidence) -> None:
    rows = make_evidence(tiers=tuple(f"t{n:02d}" for n in range(30))).at(90)
    found = dimensions(rows)["tier"]
    assert len(found) == 13
    assert found["others or unknown"].sum() == 18 * 60


def test_accounts_with_credit_notes_alone_are_nothing_to_lose(make_evidence: MakeEvidence) -> None:
    """Revenue below 0 would bring the revenue lost down, and shares of it above all bounds."""
    rows = make_evidence().at(90)
    credit = np.arange(len(rows)) % 3 == 0
    figures = []
    for yearly in (-20_000.0, 0.0):
        rows["arr"] = np.where(credit, yearly, 5000.0)
        figures.append(scorecard(rows, rows["chance"].to_numpy(), ASKED).overall.figures)
    assert figures[0] == figures[1]
    assert figures[0]["arr_recall_at_capacity"].high < 0.6
