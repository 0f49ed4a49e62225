"""Logo churn from subscriptions: who could be lost, and on which day they were."""

from collections.abc import Callable

from features.outcomes import LogoChurn

Outcome = Callable[..., None]
NEVER = float("inf")
OUT = "not in the population"
CHURN = LogoChurn(30)
JAN = "2026-01-31"


def test_an_end_is_the_loss(outcome: Outcome) -> None:
    ended = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-03-02T15:00
    a2      | 2025-01-01 |
    """
    outcome(
        CHURN,
        {JAN: {"a1": 30, "a2": NEVER}, "2026-03-31": OUT},
        quiet={JAN: float("nan")},  # no silence is asked about
        subscriptions=ended,
    )


def test_days_are_counted_by_date_and_a_midnight_belongs_to_its_own_day(outcome: Outcome) -> None:
    ended = """
    account | started_at | ended_at
    first   | 2025-01-01 | 2026-02-01
    last    | 2025-01-01 | 2026-03-02T23:59:59.999999
    next    | 2025-01-01 | 2026-03-03
    """
    outcome(CHURN, {JAN: {"first": 1, "last": 30, "next": 31}}, subscriptions=ended)


def test_notice_before_the_end_is_the_loss_and_leaves_the_population(outcome: Outcome) -> None:
    notice = """
    account | started_at | cancelled_at | ended_at
    a1      | 2025-01-01 | 2026-02-10   | 2026-12-01
    """
    expected = {JAN: 10, "2026-02-09": 1, "2026-02-10": OUT, "2026-06-30": OUT}
    outcome(CHURN, expected, subscriptions=notice)


def test_notice_counts_though_the_end_never_came(outcome: Outcome) -> None:
    notice = """
    account | started_at | cancelled_at
    a1      | 2025-01-01 | 2026-02-10
    """
    outcome(CHURN, {JAN: 10, "2026-02-28": OUT}, subscriptions=notice)


def test_an_end_after_the_datas_own_date_is_not_known(outcome: Outcome) -> None:
    ended = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-03-02
    """
    outcome(CHURN, {JAN: NEVER}, known="2026-03-01", subscriptions=ended)
    outcome(CHURN, {JAN: 30}, known="2026-03-02", subscriptions=ended)


def test_a_new_subscription_within_the_gap_bridges_it(outcome: Outcome) -> None:
    bridged = """
    account | started_at | ended_at
    bridged | 2025-01-01 | 2026-02-10
    bridged | 2026-03-12 |
    late    | 2025-01-01 | 2026-02-10
    late    | 2026-03-13 |
    """
    outcome(CHURN, {JAN: {"bridged": NEVER, "late": 10}}, subscriptions=bridged)
    outcome(LogoChurn(31), {JAN: {"late": NEVER}}, subscriptions=bridged)


def test_the_gap_must_have_passed_before_an_end_is_certain(outcome: Outcome) -> None:
    bridged = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-02-10
    a1      | 2026-03-12 |
    """
    outcome(CHURN, {JAN: 10}, known="2026-03-11", subscriptions=bridged)
    outcome(CHURN, {JAN: NEVER}, known="2026-03-12", subscriptions=bridged)
    assert CHURN.lag_days == 30


def test_a_return_after_the_gap_is_a_new_life(outcome: Outcome) -> None:
    returned = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-02-10
    a1      | 2026-06-01 | 2026-09-10
    """
    expected = {JAN: 10, "2026-02-28": OUT, "2026-06-30": 72}
    outcome(CHURN, expected, subscriptions=returned)


def test_an_upgrade_is_no_loss(outcome: Outcome) -> None:
    upgraded = """
    account | started_at | ended_at   | mrr
    a1      | 2025-01-01 | 2026-02-10 | 100
    a1      | 2026-02-10 | 2026-05-10 | 200
    a1      | 2026-05-10 |            | 50
    """
    outcome(CHURN, {JAN: NEVER, "2026-02-28": NEVER, "2026-05-31": NEVER}, subscriptions=upgraded)


def test_notice_to_change_the_plan_is_no_loss(outcome: Outcome) -> None:
    changed = """
    account | started_at | cancelled_at | ended_at
    a1      | 2025-01-01 | 2026-02-10   | 2026-03-31
    a1      | 2026-04-01 |              |
    """
    expected = {JAN: NEVER, "2026-02-28": OUT, "2026-04-30": NEVER}
    outcome(CHURN, expected, subscriptions=changed)


def test_of_several_subscriptions_the_last_one_given_up_counts(outcome: Outcome) -> None:
    several = """
    account | started_at | cancelled_at | ended_at
    a1      | 2025-01-01 |              | 2026-12-01
    a1      | 2025-01-01 | 2026-02-05   | 2026-12-31
    a1      | 2025-06-01 |              | 2026-02-20
    """
    outcome(CHURN, {JAN: 304, "2026-02-28": 276}, subscriptions=several)


def test_free_trials_and_plans_priced_at_nothing_do_not_count(outcome: Outcome) -> None:
    trials = """
    account | started_at | ended_at   | mrr | is_free
    trial   | 2026-01-01 | 2026-02-10 | 100 | yes
    nothing | 2026-01-01 | 2026-02-10 | 0   | no
    fallen  | 2025-01-01 | 2026-02-10 | 100 | no
    fallen  | 2026-02-10 |            | 0   |
    """
    expected = {JAN: {"trial": OUT, "nothing": OUT, "fallen": 10}, "2026-02-28": {"fallen": OUT}}
    outcome(CHURN, expected, subscriptions=trials)


def test_an_end_as_agreed_is_no_loss_and_the_account_stays_as_one_kept(outcome: Outcome) -> None:
    finished = """
    account | started_at | ended_at   | is_completed
    a1      | 2025-01-01 | 2026-02-11 | yes
    """
    outcome(CHURN, {JAN: NEVER}, followed={JAN: NEVER}, subscriptions=finished)
    outcome(CHURN, {"2026-02-28": OUT}, subscriptions=finished)


def test_an_account_that_is_lost_is_followed_as_far_as_anybody(outcome: Outcome) -> None:
    ended = """
    account | started_at | ended_at
    a1      | 2025-01-01 | 2026-02-11
    """
    outcome(CHURN, {JAN: 11}, followed={JAN: NEVER}, subscriptions=ended)


def test_an_end_known_late_is_lost_on_the_first_day(outcome: Outcome) -> None:
    late = """
    account | subscription_id | started_at | ended_at   | known_at
    a1      | s1              | 2025-01-01 |            | 2025-01-01
    a1      | s1              | 2025-01-01 | 2026-01-20 | 2026-02-05
    """
    expected = {"2026-01-15": 5, JAN: 0, "2026-02-05": OUT}
    outcome(CHURN, expected, subscriptions=late)


def test_a_subscription_that_was_put_off_is_not_followed(outcome: Outcome) -> None:
    put_off = """
    account | subscription_id | started_at | known_at
    a1      | s1              | 2026-01-20 | 2026-01-20
    a1      | s1              | 2026-04-01 | 2026-02-05
    """
    outcome(CHURN, {JAN: NEVER}, followed={JAN: 0}, subscriptions=put_off)
