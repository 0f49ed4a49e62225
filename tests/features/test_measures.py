"""What each measure says of a small table."""

from collections.abc import Callable

import pytest

from features.measures import (
    ActiveDays,
    Change,
    Count,
    DaysBetween,
    DaysSinceFirst,
    DaysSinceLast,
    DaysUntil,
    Distinct,
    HoursBetween,
    Latest,
    Max,
    Mean,
    OpenItems,
    Overdue,
    Share,
    ShareWith,
    Total,
    TotalOpen,
    Utilisation,
)

Spec = Callable[..., None]

JAN, FEB, MAR = "2026-01-31", "2026-02-28", "2026-03-31"
USAGE = """
account | occurred_at      | event  | user_id | quantity
a1      | 2026-01-05T08:00 | login  | u1      | 3
a1      | 2026-01-05T20:00 | export | u1      | 0.5
a1      | 2026-01-06T08:00 | login  | u2      | 1
a1      | 2026-02-10T12:00 | login  |         |
a2      | 2026-01-31T12:00 | login  | u1      | 2
"""
OLD = """
account | created_at
a1      | 2024-01-01
a2      | 2024-01-01
"""


def test_count(spec: Spec) -> None:
    expected = {JAN: {"a1": 3, "a2": 1}, FEB: {"a1": 1, "a2": None}}
    spec(Count(), expected, window=28, usage=USAGE, accounts=OLD)


def test_count_of_some_words(spec: Spec) -> None:
    logins = (("event", ("login",)),)
    spec(Count(), {JAN: {"a1": 2, "a2": 1}}, where=logins, usage=USAGE)
    exports = (("event", ("export", "never done")), ("user_id", ("u1",)))
    spec(Count(), {JAN: {"a1": 1, "a2": None}}, where=exports, usage=USAGE)


def test_total_takes_an_empty_amount_for_nothing(spec: Spec) -> None:
    spec(Total("quantity"), {JAN: {"a1": 4.5, "a2": 2}, FEB: {"a1": 4.5, "a2": 2}}, usage=USAGE)
    spec(Total("quantity"), {FEB: {"a1": 0, "a2": None}}, window=28, usage=USAGE)


def test_sums_are_exact_in_any_order(spec: Spec) -> None:
    usage = """
    account | occurred_at | quantity
    a1      | 2026-01-01  | 1000000000
    a1      | 2026-01-02  | 0.1
    a1      | 2026-01-03  | -1000000000
    a1      | 2026-01-04  | 0.2
    """
    spec(Total("quantity"), {JAN: 0.3, "2026-01-03": 0.1}, usage=usage)


def test_numbers_too_large_for_an_exact_sum_are_refused(spec: Spec) -> None:
    largest = """
    account | occurred_at | quantity
    a1      | 2026-01-01  | 1e12
    a1      | 2026-01-02  | 1e12
    """
    spec(Total("quantity"), {JAN: 2e12}, usage=largest)
    beyond = largest + "a2 | 2026-01-02 | -1.5e12"
    with pytest.raises(ValueError, match=r"usage\.quantity holds 1\.5e\+12, more than 1e\+12"):
        spec(Total("quantity"), {JAN: 2e12}, usage=beyond)
    spec(Max("quantity"), {JAN: {"a1": 1e12, "a2": -1.5e12}}, usage=beyond)


def test_max_is_the_largest_value_in_the_window(spec: Spec) -> None:
    spec(Max("quantity"), {JAN: {"a1": 3, "a2": 2}, FEB: {"a1": 3}}, usage=USAGE)
    expected = {"2026-01-05": 3, "2026-01-07": 1, "2026-01-08": None}
    spec(Max("quantity"), expected, window=2, usage=USAGE)


def test_mean_is_over_the_facts_that_have_the_column(spec: Spec) -> None:
    spec(Mean("quantity"), {FEB: {"a1": 1.5, "a2": 2}}, usage=USAGE)
    spec(Mean("quantity"), {FEB: {"a1": None, "a2": None}}, window=28, usage=USAGE)


def test_distinct_counts_words_once_and_none_for_no_word(spec: Spec) -> None:
    spec(Distinct("user_id"), {JAN: {"a1": 2, "a2": 1}}, usage=USAGE)
    spec(Distinct("user_id"), {FEB: {"a1": None}}, window=28, usage=USAGE)
    spec(Distinct("event"), {JAN: {"a1": 2, "a2": 1}}, usage=USAGE)


def test_active_days_are_days_of_utc(spec: Spec) -> None:
    spec(ActiveDays(), {JAN: {"a1": 2, "a2": 1}, FEB: {"a1": 3, "a2": 1}}, usage=USAGE)


def test_days_since_last_and_first_are_to_the_end_of_the_day(spec: Spec) -> None:
    last, first = 25 + 16 / 24, 26 + 16 / 24
    spec(DaysSinceLast(), {JAN: {"a1": last, "a2": 0.5}, FEB: {"a1": 18.5}}, usage=USAGE)
    spec(DaysSinceFirst(), {JAN: {"a1": first, "a2": 0.5}, FEB: {"a1": first + 28}}, usage=USAGE)
    spec(DaysSinceFirst(), {"2026-01-04": {"a1": None, "a2": None}}, usage=USAGE)


def test_days_since_leave_out_facts_without_a_date(spec: Spec) -> None:
    people = """
    account | joined_at
    a1      |
    a1      | 2026-01-22
    a2      |
    """
    spec(DaysSinceFirst(), {JAN: {"a1": 10, "a2": None}}, contacts=people)
    spec(DaysSinceLast(), {JAN: {"a1": 10, "a2": None}}, contacts=people)


SOLD = """
account | created_at
doubled | 2025-01-01
halved  | 2025-01-01
new     | 2025-01-01
stopped | 2025-01-01
old     | 2025-01-01
back    | 2025-01-01
"""


def test_change_is_the_difference_over_the_sum(spec: Spec) -> None:
    usage = """
    account | occurred_at | quantity
    doubled | 2026-01-20  | 5
    doubled | 2026-01-30  | 10
    halved  | 2026-01-20  | 10
    halved  | 2026-01-30  | 5
    new     | 2026-01-30  | 1
    stopped | 2026-01-20  | 1
    old     | 2026-01-05  | 1
    back    | 2026-01-20  | -1
    back    | 2026-01-30  | 1
    """
    third = 1 / 3
    expected = {"doubled": third, "halved": -third, "new": 1, "stopped": -1, "old": None, "back": 1}
    spec(Change(Total("quantity")), {JAN: expected}, window=10, usage=usage, accounts=SOLD)
    same = {"doubled": 0, "halved": 0, "new": 1, "stopped": -1}
    spec(Change(Count()), {JAN: same}, window=10, usage=usage, accounts=SOLD)


def test_change_of_a_share_compares_shares_of_each_window(spec: Spec) -> None:
    talks = """
    account | occurred_at | direction
    a1      | 2026-01-20  | inbound
    a1      | 2026-01-20  | outbound
    a1      | 2026-01-20  | outbound
    a1      | 2026-01-20  | outbound
    a1      | 2026-01-30  | inbound
    a1      | 2026-01-30  | inbound
    a1      | 2026-01-30  | inbound
    a1      | 2026-01-30  | outbound
    """
    inbound = (("direction", ("inbound",)),)
    spec(Change(Share()), {JAN: 0.5}, window=10, where=inbound, interactions=talks, accounts=OLD)


def test_change_compares_rates_and_needs_a_week_of_the_window_before(spec: Spec) -> None:
    """In its 17.5 days the account lived 7.5 of the earlier ten: 3 facts count as 4."""
    usage = """
    account | occurred_at
    a1      | 2026-01-14T12:00
    a1      | 2026-01-15
    a1      | 2026-01-16
    a1      | 2026-01-30
    a1      | 2026-01-31
    """
    expected = {"2026-01-30": None, JAN: (2 - 4) / 6, "2026-02-09": 0}
    spec(Change(Count()), expected, window=10, usage=usage)
    week = {"2026-01-20": None, "2026-01-27": None, "2026-01-28": -1, "2026-01-30": 1}
    spec(Change(Count()), week, window=7, usage=usage)


def test_change_needs_a_window_and_a_measure_of_one(spec: Spec) -> None:
    with pytest.raises(ValueError, match="all of history has no time before it"):
        spec(Change(Count()), {JAN: 0}, usage=USAGE)
    for state in (Latest("event"), DaysSinceLast(), OpenItems(("ended_at",)), Change(Count())):
        with pytest.raises(ValueError, match="cannot compare .* with the window before"):
            Change(state)


def test_share_is_of_the_windows_facts(spec: Spec) -> None:
    talks = """
    account | occurred_at | direction
    a1      | 2026-01-02  | outbound
    a1      | 2026-01-20  | inbound
    a1      | 2026-01-21  |
    a1      | 2026-01-30  | outbound
    a2      | 2026-01-30  | outbound
    a3      | 2026-01-02  | inbound
    """
    expected = {"a1": 1 / 3, "a2": 0, "a3": None}
    inbound = (("direction", ("inbound",)),)
    spec(Share(), {JAN: expected}, window=20, where=inbound, interactions=talks)


def test_share_with_is_of_facts_whose_date_is_filled(spec: Spec) -> None:
    tickets = """
    account | opened_at  | escalated_at
    a1      | 2026-01-02 |
    a1      | 2026-01-20 | 2026-01-25
    a1      | 2026-01-21 | 2026-02-25
    a2      | 2026-01-21 |
    """
    expected = {JAN: {"a1": 1 / 3, "a2": 0}, FEB: {"a1": 2 / 3, "a2": 0}}
    spec(ShareWith("escalated_at"), expected, tickets=tickets)


def test_latest_skips_facts_without_the_column(spec: Spec) -> None:
    answers = """
    account | occurred_at | kind | score
    a1      | 2026-01-20  | nps  | 9
    a1      | 2026-01-10  | nps  | 3
    a1      | 2026-01-25  | csat | 1
    """
    nps = (("kind", ("nps",)),)
    spec(Latest("score"), {"2026-01-15": 3, JAN: 9, MAR: 9}, where=nps, surveys=answers)
    spec(Latest("score"), {MAR: None}, window=30, surveys=answers)
    plans = """
    account | started_at | plan
    a1      | 2026-01-01 | small
    a1      | 2026-02-01 | large
    a1      | 2026-03-01 |
    """
    spec(Latest("plan"), {JAN: "small", FEB: "large", MAR: "large"}, subscriptions=plans)


def test_latest_of_facts_at_the_same_instant_is_the_one_known_last(spec: Spec) -> None:
    answers = """
    account | occurred_at | known_at   | score | contact_id
    a1      | 2026-01-20  | 2026-01-22 | 4     | b
    a1      | 2026-01-20  | 2026-01-21 | 9     | c
    a1      | 2026-01-20  | 2026-01-20 | 7     | a
    """
    spec(Latest("score"), {"2026-01-20": 7, "2026-01-21": 9, JAN: 4}, surveys=answers)


def test_latest_of_facts_known_together_is_the_largest(spec: Spec) -> None:
    plans = """
    account | started_at | seats | plan
    a1      | 2026-01-01 | 5     | small
    a1      | 2026-01-01 | 12    | Small
    a1      | 2026-01-01 | -3    | élite
    a1      | 2026-01-01 |       | large
    """
    spec(Latest("seats"), {JAN: 12}, subscriptions=plans)
    spec(Latest("plan"), {JAN: "élite"}, subscriptions=plans)


def test_latest_reads_yes_and_no_as_one_and_zero(spec: Spec) -> None:
    contracts = """
    account | started_at | auto_renew
    a1      | 2026-01-01 | yes
    a2      | 2026-01-01 | no
    a3      | 2026-01-01 |
    """
    spec(Latest("auto_renew"), {JAN: {"a1": 1, "a2": 0, "a3": None}}, subscriptions=contracts)


CONTRACTS = """
account | started_at | ended_at   | mrr    | seats | renews_at
a1      | 2026-01-01 | 2026-02-01 | 100.10 | 5     | 2026-02-10
a1      | 2026-01-01 |            | 50     | 10    | 2026-03-10
a2      | 2026-01-01 | 2026-02-01 | 70     |       | 2026-02-10
"""


def test_open_items_and_totals_leave_out_what_is_closed(spec: Spec) -> None:
    closed = ("ended_at",)
    counts = {JAN: {"a1": 2, "a2": 1}, FEB: {"a1": 1, "a2": None}}
    spec(OpenItems(closed), counts, subscriptions=CONTRACTS)
    sums = {JAN: {"a1": 150.1, "a2": 70}, FEB: {"a1": 50, "a2": None}}
    spec(TotalOpen("mrr", closed), sums, subscriptions=CONTRACTS)


def test_days_until_is_to_the_nearest_planned_date_of_what_is_open(spec: Spec) -> None:
    nearest = {JAN: {"a1": 9, "a2": 9}, FEB: {"a1": 9, "a2": None}, MAR: {"a1": None}}
    spec(DaysUntil("renews_at", ("ended_at",)), nearest, subscriptions=CONTRACTS)


def test_overdue_is_past_its_date_and_not_closed(spec: Spec) -> None:
    invoices = """
    account | issued_at  | due_at     | paid_at
    a1      | 2026-01-01 | 2026-01-31 |
    a1      | 2026-01-01 | 2026-02-01 | 2026-02-05
    a1      | 2026-01-01 |            |
    """
    seen = {"2026-01-30": None, JAN: 1, "2026-02-01": 2, "2026-02-05": 1}
    spec(Overdue("due_at", "paid_at"), seen, invoices=invoices)


def test_spans_are_means_over_the_facts_that_have_both_dates(spec: Spec) -> None:
    tickets = """
    account | opened_at        | first_response_at
    a1      | 2026-01-10T10:00 | 2026-01-10T11:30
    a1      | 2026-01-12T10:00 | 2026-01-12T10:30
    a1      | 2026-01-13       |
    a2      | 2026-01-13       |
    """
    hours = {JAN: {"a1": 1, "a2": None}}
    spec(HoursBetween("opened_at", "first_response_at"), hours, tickets=tickets)
    invoices = """
    account | issued_at  | due_at     | paid_at
    a1      | 2026-01-01 | 2026-01-20 | 2026-01-10
    a1      | 2026-01-01 | 2026-01-20 | 2026-01-22
    a1      | 2026-01-01 |            | 2026-01-22
    """
    spec(DaysBetween("due_at", "paid_at"), {"2026-01-21": -10, JAN: -4}, invoices=invoices)


def test_utilisation_is_users_over_the_seats_held_now(spec: Spec) -> None:
    expected = {JAN: {"a1": 2 / 15, "a2": None}, FEB: {"a1": 0}}
    spec(Utilisation(), expected, window=28, usage=USAGE, subscriptions=CONTRACTS)
    spec(Utilisation(), {JAN: {"a1": None, "a2": None}}, window=28, usage=USAGE)
