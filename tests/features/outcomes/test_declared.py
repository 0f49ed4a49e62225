"""Outcomes that the company wrote down itself."""

from collections.abc import Callable

from features.outcomes import Declared

Outcome = Callable[..., None]
NEVER = float("inf")
OUT = "not in the population"
CHURN, DOWN, UP = Declared("logo_churn"), Declared("contraction"), Declared("expansion")
JAN = "2026-01-31"
ACCOUNTS = """
account | created_at
a1      | 2025-01-01
a2      | 2025-01-01
a3      | 2026-05-01
"""


def test_a_decision_before_the_effect_is_the_loss(outcome: Outcome) -> None:
    written = """
    account | outcome | occurred_at | decided_at
    a1      | churn   | 2026-06-01  | 2026-02-10
    a2      | churn   | 2026-02-20  |
    """
    expected = {
        JAN: {"a1": 10, "a2": 20, "a3": OUT},
        "2026-02-10": {"a1": OUT, "a2": 10},
        "2026-05-31": {"a3": NEVER},
    }
    outcome(CHURN, expected, outcomes=written, accounts=ACCOUNTS)
    assert CHURN.lag_days == 0


def test_a_loss_written_down_late_counts_on_the_first_day(outcome: Outcome) -> None:
    written = """
    account | outcome | occurred_at | known_at
    a1      | churn   | 2026-01-20  | 2026-02-10
    """
    outcome(CHURN, {JAN: 0, "2026-02-10": OUT}, outcomes=written, accounts=ACCOUNTS)
    outcome(CHURN, {JAN: NEVER}, known="2026-02-09", outcomes=written, accounts=ACCOUNTS)


def test_another_reason_for_what_was_known_is_no_new_outcome(outcome: Outcome) -> None:
    written = """
    account | outcome     | occurred_at | known_at   | reason
    a1      | contraction | 2026-01-20  | 2026-01-20 | price
    a1      | contraction | 2026-01-20  | 2026-03-10 | budget
    """
    outcome(DOWN, {"2026-01-15": 5, JAN: NEVER}, outcomes=written, accounts=ACCOUNTS)


def test_outcomes_of_other_kinds_do_not_count_and_none_comes_after_churn(
    outcome: Outcome,
) -> None:
    written = """
    account | outcome     | occurred_at
    a1      | contraction | 2026-02-05
    a1      | expansion   | 2026-04-10
    a1      | churn       | 2026-03-03
    """
    known = {"outcomes": written, "accounts": ACCOUNTS}
    outcome(DOWN, {JAN: 5}, followed={JAN: NEVER}, **known)
    outcome(UP, {JAN: NEVER}, followed={JAN: NEVER}, **known)
    outcome(CHURN, {JAN: 31, "2026-03-31": OUT}, **known)


def test_churn_known_late_leaves_no_room_for_other_outcomes(outcome: Outcome) -> None:
    written = """
    account | outcome | occurred_at | known_at
    a1      | churn   | 2026-01-20  | 2026-02-10
    """
    outcome(UP, {JAN: NEVER}, followed={JAN: NEVER}, outcomes=written, accounts=ACCOUNTS)


def test_the_population_pays_and_has_not_been_declared_lost(outcome: Outcome) -> None:
    written = """
    account | outcome | occurred_at | decided_at
    a1      | churn   | 2026-02-20  | 2026-02-10
    a2      | churn   | 2026-02-20  |
    """
    subscriptions = """
    account | started_at | mrr
    a1      | 2025-01-01 | 100
    a1      | 2026-02-15 | 150
    a2      | 2025-01-01 | 100
    a2      | 2026-06-01 | 100
    a3      | 2025-01-01 | 0
    """
    expected = {
        JAN: {"a1": 10, "a2": 20, "a3": OUT},
        "2026-02-15": {"a1": OUT, "a2": 5},
        "2026-05-31": {"a1": OUT, "a2": OUT},
        "2026-06-30": {"a1": OUT, "a2": NEVER},
    }
    outcome(CHURN, expected, outcomes=written, subscriptions=subscriptions)
