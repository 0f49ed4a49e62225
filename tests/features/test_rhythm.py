"""What a small table says of an account's rhythm: silences, trends, answers, young lives."""

from collections.abc import Callable

from features.measures import (
    ActiveDays,
    AnsweredShare,
    Count,
    HoursToAnswer,
    LongestSilence,
    Mean,
    SilenceAgainstCadence,
    Slope,
    Total,
)

Spec = Callable[..., None]

JAN = "2026-01-31"


def test_a_young_account_is_measured_by_its_rate(spec: Spec) -> None:
    """Two facts in ten days count as six in thirty; a life below a week counts as a week."""
    usage = """
    account | occurred_at      | quantity
    a1      | 2026-01-01       | 1
    a1      | 2026-01-10T12:00 | 2
    a2      | 2026-01-10T12:00 | 5
    """
    day = "2026-01-10"
    spec(Count(), {day: {"a1": 6, "a2": 30 / 7}}, window=30, usage=usage)
    spec(ActiveDays(), {day: {"a1": 6, "a2": 30 / 7}}, window=30, usage=usage)
    spec(Total("quantity"), {day: {"a1": 9, "a2": 150 / 7}}, window=30, usage=usage)
    spec(Count(), {day: {"a1": 1, "a2": 1}}, window=5, usage=usage)
    spec(Count(), {day: {"a1": 2, "a2": 1}}, usage=usage)
    spec(Mean("quantity"), {day: {"a1": 1.5, "a2": 5}}, window=30, usage=usage)


def test_a_life_begins_with_the_first_visible_trace_in_any_table(spec: Spec) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-25
    """
    tickets = """
    account | opened_at  | known_at
    a1      | 2026-01-12 | 2026-01-12
    a1      | 2026-01-02 | 2026-02-01
    """
    expected = {JAN: 30 / 20, "2026-02-01": 1}
    spec(Count(), expected, window=30, usage=usage, tickets=tickets)


def test_silence_against_cadence_is_the_silence_over_the_mean_gap(spec: Spec) -> None:
    usage = """
    account | occurred_at
    weekly  | 2026-01-01
    weekly  | 2026-01-08T23:59
    weekly  | 2026-01-15
    weekly  | 2026-01-15
    daily   | 2026-01-13
    daily   | 2026-01-14
    daily   | 2026-01-15
    twice   | 2026-01-14
    twice   | 2026-01-15
    """
    now = {"weekly": 0, "daily": 0, "twice": None}
    later = {"weekly": 2, "daily": 14, "twice": None}
    spec(SilenceAgainstCadence(), {"2026-01-15": now, "2026-01-29": later}, usage=usage)


def test_silence_against_cadence_takes_the_rhythm_of_its_window(spec: Spec) -> None:
    usage = """
    account | occurred_at
    a1      | 2025-01-01
    a1      | 2026-01-11
    a1      | 2026-01-13
    a1      | 2026-01-15
    """
    spec(SilenceAgainstCadence(), {"2026-01-19": 2}, window=30, usage=usage)
    spec(SilenceAgainstCadence(), {"2026-01-19": None}, window=8, usage=usage)
    spec(SilenceAgainstCadence(), {"2026-01-19": 4 * 3 / 379}, usage=usage)


def test_the_longest_silence_may_be_over_or_still_last(spec: Spec) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-01
    a1      | 2026-01-03
    a1      | 2026-01-05
    a1      | 2026-01-15
    """
    expected = {"2026-01-04": None, "2026-01-17": 10 / (14 / 3), JAN: 16 / (14 / 3)}
    spec(LongestSilence(), expected, usage=usage)
    spec(LongestSilence(), {"2026-01-17": None}, window=14, usage=usage)


def test_slope_is_the_rise_in_thirty_days_over_the_daily_mean(spec: Spec) -> None:
    """One more each day is 30 more in 30 days, against 5.5 a day in the mean."""
    rising = "account | occurred_at | quantity\n" + "\n".join(
        f"a1 | 2026-01-{day:02} | {day}" for day in range(1, 11)
    )
    expected = {"2026-01-06": None, "2026-01-07": 30 / 4, "2026-01-10": 30 / 5.5}
    spec(Slope("quantity"), expected, window=30, usage=rising)
    spec(Slope(), {"2026-01-06": None, "2026-01-10": 0}, window=30, usage=rising)
    spec(Slope("quantity"), {"2026-01-10": 30 / 7}, window=7, usage=rising)


def test_slope_counts_days_without_facts_from_the_first_trace_on(spec: Spec) -> None:
    """Nine days of nothing and one fact: a rise of 4.5 / 82.5 a day, the mean is 0.1."""
    usage = """
    account | occurred_at
    a1      | 2026-01-10T12:00
    """
    people = """
    account | joined_at
    a1      | 2026-01-01
    a1      |
    """
    tenfold = 30 * (4.5 / 82.5) / 0.1
    spec(Slope(), {"2026-01-10": tenfold}, usage=usage, contacts=people)
    spec(Slope(), {"2026-01-10": tenfold}, window=10, usage=usage, contacts=people)
    spec(Slope(), {"2026-01-10": None}, window=6, usage=usage, contacts=people)
    spec(Slope(), {"2026-01-10": -tenfold}, of="contacts", usage=usage, contacts=people)


TALKS = """
account | occurred_at      | direction
a1      | 2026-01-10T10:00 | inbound
a1      | 2026-01-10T14:00 | outbound
a1      | 2026-01-12T10:00 | inbound
a1      | 2026-01-12T11:00 | inbound
a1      | 2026-01-12T12:00 |
a1      | 2026-01-13T11:00 | outbound
a1      | 2026-01-20       | inbound
a1      | 2026-01-28       | outbound
a2      | 2026-01-20       | outbound
"""


def test_a_message_is_answered_by_the_next_of_ours_if_soon_enough(spec: Spec) -> None:
    expected = {"2026-01-12": 1 / 3, "2026-01-13": 1, JAN: {"a1": 3 / 4, "a2": None}}
    spec(AnsweredShare(7), expected, interactions=TALKS)
    spec(AnsweredShare(8), {"2026-01-27": 3 / 4, JAN: 1}, interactions=TALKS)
    spec(AnsweredShare(1), {JAN: 2 / 4}, interactions=TALKS)


def test_hours_to_answer_are_of_the_messages_that_were_answered(spec: Spec) -> None:
    expected = {"2026-01-12": 4, JAN: {"a1": (4 + 25 + 24) / 3, "a2": None}}
    spec(HoursToAnswer(7), expected, interactions=TALKS)
    spec(HoursToAnswer(8), {JAN: 8 * 24}, window=12, interactions=TALKS)


def test_an_answer_known_late_is_an_answer_late(spec: Spec) -> None:
    talks = """
    account | occurred_at | known_at   | direction
    a1      | 2026-01-10  | 2026-01-10 | inbound
    a1      | 2026-01-11  | 2026-01-20 | outbound
    a1      | 2026-01-11  | 2026-01-11 | inbound
    a1      | 2026-01-12  | 2026-01-12 | outbound
    """
    spec(HoursToAnswer(7), {"2026-01-19": (48 + 24) / 2, JAN: 24}, interactions=talks)
