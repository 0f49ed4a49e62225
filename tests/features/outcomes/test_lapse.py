"""Lapse: N days of silence, which occur at the last activity and are known N days later."""

from collections.abc import Callable

from features.outcomes import Lapse

Outcome = Callable[..., None]
NEVER = float("inf")
OUT = "not in the population"
LAPSE = Lapse(30)
JAN = "2026-01-31"


def test_a_lapse_occurs_at_the_last_activity(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    a1      | 2026-02-05T12:00
    a1      | 2026-02-20T12:00
    """
    outcome(LAPSE, {JAN: 20, "2026-02-10": 10}, usage=usage)


def test_a_lapse_is_known_when_the_silence_has_lasted(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    a1      | 2026-02-20T12:00
    """
    outcome(LAPSE, {JAN: 0}, known="2026-12-31", usage=usage)
    outcome(Lapse(60), {JAN: NEVER}, known="2026-04-20", usage=usage)
    outcome(Lapse(60), {JAN: 20}, known="2026-04-21", usage=usage)
    assert Lapse(60).lag_days == 60


def test_the_silence_by_a_date_is_told_in_whole_days(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    a1      | 2026-01-31T23:00
    a1      | 2026-02-20T12:00
    """
    outcome(
        LAPSE, {}, quiet={"2026-01-30": 20, JAN: 0, "2026-02-19": 19, "2026-02-20": 0}, usage=usage
    )


def test_the_population_was_active_within_n_days(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    inside  | 2026-01-02
    outside | 2026-01-01T23:59:59.999999
    later   | 2026-02-01
    """
    outcome(LAPSE, {JAN: {"inside": 0, "outside": OUT, "later": OUT}}, usage=usage)


def test_an_account_already_silent_for_good_is_lost_at_once(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-31T23:00
    a1      | 2026-08-01
    """
    outcome(LAPSE, {JAN: 0, "2026-02-15": 0, "2026-03-31": OUT, "2026-08-15": 0}, usage=usage)


def test_silence_of_exactly_n_days_is_not_a_lapse(outcome: Outcome) -> None:
    usage = """
    account | occurred_at
    exact   | 2026-01-20
    exact   | 2026-02-19
    over    | 2026-01-20
    over    | 2026-02-19T00:00:00.000001
    """
    outcome(LAPSE, {JAN: {"exact": 19, "over": 0}}, usage=usage)


def test_activity_may_be_narrowed_to_some_events(outcome: Outcome) -> None:
    usage = """
    account | occurred_at | event
    a1      | 2026-01-10  | order
    a1      | 2026-02-05  | return
    a2      | 2026-01-10  | return
    """
    orders = Lapse(30, events=("order",))
    outcome(orders, {JAN: {"a1": 0, "a2": OUT}}, usage=usage)
    outcome(LAPSE, {JAN: {"a1": 5}}, usage=usage)


def test_activity_may_lie_in_another_table(outcome: Outcome) -> None:
    talks = """
    account | occurred_at
    a1      | 2026-01-10
    a1      | 2026-02-01
    """
    outcome(Lapse(30, table="interactions"), {JAN: 1}, interactions=talks)


def test_activity_known_late_counts_for_what_happened_but_not_for_the_population(
    outcome: Outcome,
) -> None:
    usage = """
    account | occurred_at | known_at
    a1      | 2026-01-10  | 2026-01-10
    a1      | 2026-01-30  | 2026-02-20
    a1      | 2026-02-25  | 2026-02-25
    a2      | 2026-01-30  | 2026-02-20
    """
    outcome(LAPSE, {JAN: {"a1": 25, "a2": OUT}}, usage=usage)


def test_activity_that_was_withdrawn_is_not_followed(outcome: Outcome) -> None:
    usage = """
    account | event_id | occurred_at | known_at
    a1      | e1       | 2026-01-30  | 2026-01-30
    a1      | e1       | 2026-05-30  | 2026-06-02
    """
    outcome(LAPSE, {JAN: NEVER}, followed={JAN: 0}, quiet={JAN: 0}, usage=usage)
