"""What is foretold beside the chance of loss goes into the store and comes back as it was."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.score import Outlook
from serving.store import ScoreRepository

JUNE = date(2026, 6, 30)
FULL = Outlook(
    lead_days=30,
    p_by_cause={"logo_churn": {30: 0.1, 90: 0.25}, "contraction": {30: 0.05, 90: 1 / 3}},
    p_expansion={30: 0.01, 90: 0.1 + 0.2, 180: 0.5},
    revenue_lost=0.3,
)


@pytest.fixture
def run(make_run):
    plain = make_run({"a": 0.7, "b": 0.1})
    first = replace(plain.scores[0], outlook=FULL, primary=0.6, health_score=40.0)
    return replace(plain, scores=[first, plain.scores[1]])


def test_comes_back_exactly_as_published(store, run):
    repository = ScoreRepository(store)
    repository.publish(run)
    first, second = repository.run(JUNE)
    assert [first.score, second.score] == list(run.scores)
    assert (first.risk, second.risk) == (0.6, 0.1)
    assert repository.account("a").score == run.scores[0]
    assert repository.latest().items[0].score == run.scores[0]
    assert repository.publish(run) == 0


def test_a_change_of_it_alone_is_another_run(store, run, make_run):
    repository = ScoreRepository(store)
    repository.publish(run)
    other = replace(run.scores[0], outlook=replace(FULL, revenue_lost=0.4))
    assert repository.publish(replace(run, scores=[other, run.scores[1]])) == 2
    assert repository.account("a").score.outlook.revenue_lost == 0.4
    repository.publish(make_run({"a": 0.7, "b": 0.1}))
    assert repository.account("a").score.outlook == Outlook()


def test_expected_loss_is_money_per_year(store, run):
    repository = ScoreRepository(store)
    repository.publish(run)
    first, second = repository.run(JUNE)
    assert first.expected_loss == Decimal("360.15")  # 0.3 of 1200.50
    assert second.expected_loss is None
    nobody = replace(first, card=replace(first.card, arr=None))
    assert nobody.expected_loss is None
