"""Contraction and expansion: recurring revenue moves by a share, and stays there."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from features.currency import Rate, Rates
from features.outcomes import Movement

Outcome = Callable[..., None]
NEVER = float("inf")
OUT = "not in the population"
DOWN, UP = Movement("contraction", 0.10, 30), Movement("expansion", 0.10, 30)
JAN = "2026-01-31"


def test_a_share_or_more_counts_and_less_does_not(outcome: Outcome) -> None:
    moved = """
    account | started_at | ended_at   | mrr
    less    | 2025-01-01 | 2026-02-10 | 100
    less    | 2026-02-10 |            | 90
    little  | 2025-01-01 | 2026-02-10 | 100
    little  | 2026-02-10 |            | 90.01
    more    | 2025-01-01 | 2026-02-10 | 333
    more    | 2026-02-10 |            | 366.30
    """
    down = {"less": 10, "little": NEVER, "more": NEVER}
    outcome(DOWN, {JAN: down}, subscriptions=moved)
    outcome(UP, {JAN: {"less": NEVER, "little": NEVER, "more": 10}}, subscriptions=moved)
    outcome(DOWN, {"2026-02-28": {"less": NEVER, "more": NEVER}}, subscriptions=moved)


def test_seats_given_up_in_one_of_several_subscriptions(outcome: Outcome) -> None:
    several = """
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 |            | 100
    a1      | 2025-01-01 | 2026-02-10 | 50
    """
    outcome(DOWN, {JAN: 10}, subscriptions=several)


@pytest.mark.parametrize(("back", "day"), [("2026-03-12", NEVER), ("2026-03-13", 10)])
def test_a_level_that_lasts_no_longer_than_the_gap_is_no_movement(
    outcome: Outcome, back: str, day: float
) -> None:
    gap = f"""
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 |            | 100
    a1      | 2025-01-01 | 2026-02-10 | 100
    a1      | {back} |            | 100
    """
    outcome(DOWN, {JAN: day}, subscriptions=gap)


def test_a_passing_level_at_the_snapshot_is_not_what_is_compared_with(outcome: Outcome) -> None:
    passing = """
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 |            | 100
    a1      | 2025-01-01 | 2026-01-25 | 100
    a1      | 2026-02-05 |            | 100
    """
    outcome(UP, {JAN: NEVER}, subscriptions=passing)
    overlap = """
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 | 2026-02-05 | 100
    a1      | 2026-01-25 |            | 100
    """
    outcome(DOWN, {JAN: NEVER}, subscriptions=overlap)


def test_a_young_account_grows_from_its_first_level(outcome: Outcome) -> None:
    young = """
    account | started_at | ended_at   | mrr
    a1      | 2024-01-01 | 2024-06-01 | 500
    a1      | 2026-01-25 | 2026-02-05 | 100
    a1      | 2026-02-05 |            | 200
    """
    outcome(UP, {JAN: 5}, subscriptions=young)


def test_a_movement_is_certain_when_it_has_outlasted_the_gap(outcome: Outcome) -> None:
    moved = """
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 | 2026-02-10 | 100
    a1      | 2026-02-10 |            | 50
    """
    outcome(DOWN, {JAN: NEVER}, known="2026-03-11", subscriptions=moved)
    outcome(DOWN, {JAN: 10}, known="2026-03-12", subscriptions=moved)
    assert DOWN.lag_days == 30


def test_leaving_is_no_contraction_and_the_account_stays_as_one_that_never_did(
    outcome: Outcome,
) -> None:
    left = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-02-11
    """
    outcome(DOWN, {JAN: NEVER, "2026-02-28": OUT}, followed={JAN: NEVER}, subscriptions=left)


def test_a_movement_before_leaving_counts(outcome: Outcome) -> None:
    both = """
    account | started_at | ended_at   | cancelled_at | mrr
    before  | 2025-01-01 | 2026-02-10 |              | 100
    before  | 2026-02-10 | 2026-06-01 |              | 50
    notice  | 2025-01-01 | 2026-02-10 | 2026-02-05   | 100
    notice  | 2026-02-10 |            | 2026-02-05   | 50
    """
    outcome(DOWN, {JAN: {"before": 10, "notice": NEVER}}, subscriptions=both)


def test_a_movement_known_late_counts_on_the_first_day(outcome: Outcome) -> None:
    late = """
    account | subscription_id | started_at | ended_at   | known_at   | mrr
    a1      | s1              | 2025-01-01 |            | 2025-01-01 | 100
    a1      | s1              | 2025-01-01 | 2026-01-20 | 2026-02-05 | 100
    a1      | s2              | 2026-01-20 |            | 2026-02-05 | 50
    """
    outcome(DOWN, {"2026-01-15": 5, JAN: 0, "2026-02-28": NEVER}, subscriptions=late)


def test_a_rate_that_moves_is_no_movement_of_revenue(outcome: Outcome) -> None:
    dollars = """
    account | started_at | ended_at   | mrr | currency
    same    | 2025-01-01 |            | 100 | USD
    moved   | 2025-01-01 | 2026-02-10 | 100 | USD
    moved   | 2026-02-10 |            | 60  | EUR
    """
    since = (date(2025, 1, 1), Decimal("0.90")), (date(2026, 2, 1), Decimal("0.50"))
    rates = Rates("EUR", tuple(Rate("USD", day, rate) for day, rate in since))
    outcome(DOWN, {JAN: {"same": NEVER, "moved": 10}}, rates=rates, subscriptions=dollars)
    outcome(UP, {JAN: {"same": NEVER, "moved": NEVER}}, rates=rates, subscriptions=dollars)
