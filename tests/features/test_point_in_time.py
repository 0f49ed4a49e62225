"""The bitemporal rules, one small table each: what a snapshot sees and what it does not."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from features.currency import Rate, Rates, UnknownRate
from features.measures import (
    ActiveDays,
    Count,
    DaysBetween,
    DaysSinceLast,
    DaysUntil,
    Distinct,
    HoursBetween,
    Latest,
    Mean,
    OpenItems,
    Overdue,
    ShareWith,
    Total,
    TotalOpen,
)

Spec = Callable[..., None]


def test_a_fact_that_is_known_late_is_seen_late(spec: Spec) -> None:
    late = """
    account | occurred_at | known_at   | quantity
    a1      | 2026-01-10  | 2026-01-10 | 3
    a1      | 2026-01-20  | 2026-02-03 | 5
    """
    seen = {"2026-01-31": 3, "2026-02-02": 3, "2026-02-03": 8}
    spec(Total("quantity"), seen, usage=late)
    spec(Total("quantity"), {"2026-01-31": 3, "2026-02-28": None}, window=30, usage=late)


def test_a_fact_that_is_known_beforehand_is_seen_when_it_happens(spec: Spec) -> None:
    signed = """
    account | started_at | known_at   | mrr
    a1      | 2026-03-01 | 2026-01-10 | 200
    """
    spec(
        TotalOpen("mrr", ("ended_at",)),
        {"2026-02-28": None, "2026-03-01": 200},
        subscriptions=signed,
    )


def test_the_end_of_a_day_is_the_last_microsecond_before_the_next(spec: Spec) -> None:
    edges = """
    account | occurred_at                | quantity
    a1      | 2026-01-31T23:59:59.999999 | 1
    a1      | 2026-02-01T00:00:00        | 10
    """
    spec(Total("quantity"), {"2026-01-30": None, "2026-01-31": 1, "2026-02-01": 11}, usage=edges)


def test_the_end_of_a_day_holds_for_known_at_too(spec: Spec) -> None:
    edges = """
    account | occurred_at | known_at                   | quantity
    a1      | 2026-01-10  | 2026-01-31T23:59:59.999999 | 1
    a1      | 2026-01-10  | 2026-02-01                 | 10
    """
    spec(Total("quantity"), {"2026-01-30": None, "2026-01-31": 1, "2026-02-01": 11}, usage=edges)


def test_a_window_begins_at_the_first_microsecond_of_its_first_day(spec: Spec) -> None:
    edges = """
    account | occurred_at                | quantity
    a1      | 2026-01-24T23:59:59.999999 | 1
    a1      | 2026-01-25T00:00:00        | 10
    a1      | 2026-01-31                 | 100
    """
    spec(Total("quantity"), {"2026-01-31": 110, "2026-02-01": 100}, window=7, usage=edges)


def test_the_leap_day_is_a_day(spec: Spec) -> None:
    leap = """
    account | occurred_at      | quantity
    a1      | 2024-02-28T12:00 | 1
    a1      | 2024-02-29T12:00 | 10
    a1      | 2024-03-01       | 100
    """
    expected = {"2024-02-28": 1, "2024-02-29": 11, "2024-03-01": 111, "2024-03-02": 110}
    spec(Total("quantity"), expected, window=3, usage=leap)
    spec(DaysSinceLast(), {"2024-02-29": 0.5, "2024-03-01": 1}, usage=leap)


def test_a_correction_holds_from_when_it_is_known_and_never_reaches_back(spec: Spec) -> None:
    corrected = """
    account | event_id | occurred_at | known_at   | quantity
    a1      | e1       | 2026-01-10  | 2026-01-10 | 3
    a1      | e1       | 2026-01-10  | 2026-02-05 | 30
    a1      | e1       | 2026-01-10  | 2026-03-05 | 300
    """
    seen = {"2026-01-31": 3, "2026-02-04": 3, "2026-02-05": 30, "2026-03-04": 30, "2026-03-05": 300}
    spec(Total("quantity"), seen, usage=corrected)
    spec(Count(), {"2026-01-31": 1, "2026-02-28": 1, "2026-03-31": 1}, usage=corrected)


def test_a_correction_moves_a_fact_to_another_day(spec: Spec) -> None:
    moved = """
    account | event_id | occurred_at | known_at   | quantity
    a1      | e1       | 2026-01-30  | 2026-01-30 | 3
    a1      | e1       | 2026-01-02  | 2026-02-05 | 3
    """
    spec(DaysSinceLast(), {"2026-01-31": 2, "2026-02-04": 6, "2026-02-05": 35}, usage=moved)


def test_a_fact_put_off_has_not_happened_and_its_old_version_does_not_come_back(spec: Spec) -> None:
    put_off = """
    account | subscription_id | started_at | known_at   | mrr
    a1      | s1              | 2026-02-01 | 2026-01-10 | 200
    a1      | s1              | 2026-03-01 | 2026-01-20 | 200
    """
    seen = {"2026-02-01": None, "2026-02-28": None, "2026-03-01": 200}
    spec(TotalOpen("mrr", ("ended_at",)), seen, subscriptions=put_off)


def test_a_fact_corrected_to_another_account_leaves_the_first(spec: Spec) -> None:
    moved = """
    account | ticket_id | opened_at  | known_at
    a1      | t1        | 2026-01-10 | 2026-01-10
    a2      | t1        | 2026-01-10 | 2026-01-15
    """
    before, after = {"a1": 1, "a2": None}, {"a1": None, "a2": 1}
    spec(Count(), {"2026-01-14": before, "2026-01-15": after}, tickets=moved)


def test_versions_of_an_account_hold_from_when_they_are_known(spec: Spec) -> None:
    versions = """
    account | created_at | known_at   | industry | employees
    a1      | 2025-01-01 | 2025-01-01 | retail   | 10
    a1      | 2025-01-01 | 2026-01-15 | banking  | 500
    """
    spec(Latest("industry"), {"2026-01-14": "retail", "2026-01-15": "banking"}, accounts=versions)
    spec(Latest("employees"), {"2026-01-14": 10, "2026-01-15": 500}, accounts=versions)


def test_an_account_without_dates_was_always_known(spec: Spec) -> None:
    undated = """
    account | created_at | industry
    a1      |            | retail
    """
    spec(Latest("industry"), {"1999-01-01": "retail"}, accounts=undated)


def test_what_is_seen_of_an_account_does_not_hang_on_its_own_row(spec: Spec) -> None:
    accounts = """
    account | created_at | known_at
    a1      | 2026-05-01 | 2026-05-01
    """
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    a2      | 2026-01-10
    """
    spec(Count(), {"2026-01-31": {"a1": 1, "a2": 1}}, usage=usage, accounts=accounts)


def test_a_resolution_is_hidden_until_it_has_happened(spec: Spec) -> None:
    resolved = """
    account | opened_at  | resolved_at | csat | known_at
    a1      | 2026-01-10 | 2026-01-20  | 4    | 2026-01-10
    """
    expected = {"2026-01-19": 1, "2026-01-20": None}
    spec(OpenItems(("resolved_at",)), expected, tickets=resolved)
    spec(
        HoursBetween("opened_at", "resolved_at"),
        {"2026-01-19": None, "2026-01-20": 240},
        tickets=resolved,
    )
    spec(Mean("csat"), {"2026-01-19": None, "2026-01-20": 4}, tickets=resolved)


def test_a_resolution_is_hidden_until_it_is_known(spec: Spec) -> None:
    resolved = """
    account | ticket_id | opened_at  | resolved_at | csat | known_at
    a1      | t1        | 2026-01-10 |             |      | 2026-01-10
    a1      | t1        | 2026-01-10 | 2026-01-20  | 4    | 2026-01-25
    """
    spec(OpenItems(("resolved_at",)), {"2026-01-24": 1, "2026-01-25": None}, tickets=resolved)
    spec(Mean("csat"), {"2026-01-24": None, "2026-01-25": 4}, tickets=resolved)


def test_a_rating_without_a_resolution_stays_hidden(spec: Spec) -> None:
    rated = """
    account | opened_at  | resolved_at | csat
    a1      | 2026-01-10 |             | 4
    """
    spec(Mean("csat"), {"2026-12-31": None}, tickets=rated)


@pytest.mark.parametrize("column", ["first_response_at", "escalated_at"])
def test_other_dates_of_a_ticket_are_hidden_until_they_happen(spec: Spec, column: str) -> None:
    ticket = f"""
    account | opened_at  | {column}         | known_at
    a1      | 2026-01-10 | 2026-01-12T00:00 | 2026-01-10
    """
    spec(ShareWith(column), {"2026-01-11": 0, "2026-01-12": 1}, tickets=ticket)


def test_a_subscriptions_end_is_hidden_until_it_has_happened(spec: Spec) -> None:
    ended = """
    account | started_at | ended_at         | known_at   | mrr
    a1      | 2026-01-01 | 2026-02-01T00:00 | 2026-01-01 | 200
    """
    spec(
        TotalOpen("mrr", ("ended_at",)),
        {"2026-01-31": 200, "2026-02-01": None},
        subscriptions=ended,
    )


def test_a_subscriptions_end_is_hidden_until_it_is_known(spec: Spec) -> None:
    ended = """
    account | subscription_id | started_at | ended_at   | known_at   | mrr
    a1      | s1              | 2026-01-01 |            | 2026-01-01 | 200
    a1      | s1              | 2026-01-01 | 2026-02-01 | 2026-02-10 | 200
    """
    spec(
        TotalOpen("mrr", ("ended_at",)),
        {"2026-02-09": 200, "2026-02-10": None},
        subscriptions=ended,
    )


def test_a_person_is_there_until_they_have_left(spec: Spec) -> None:
    left = """
    account | contact_id | joined_at  | left_at    | known_at
    a1      | p1         | 2026-01-01 | 2026-02-01 | 2026-01-01
    a1      | p2         |            |            |
    """
    spec(
        OpenItems(("left_at",)), {"2025-12-31": 1, "2026-01-31": 2, "2026-02-01": 1}, contacts=left
    )


def test_a_payment_is_hidden_until_it_has_happened_and_is_known(spec: Spec) -> None:
    paid = """
    account | invoice_id | issued_at  | due_at     | paid_at    | known_at
    a1      | i1         | 2026-01-01 | 2026-01-15 | 2026-01-20 | 2026-01-01
    a1      | i2         | 2026-01-02 | 2026-01-15 |            | 2026-01-02
    a1      | i2         | 2026-01-02 | 2026-01-15 | 2026-01-16 | 2026-01-25
    """
    expected = {"2026-01-14": None, "2026-01-15": 2, "2026-01-20": 1, "2026-01-25": None}
    spec(Overdue("due_at", "paid_at"), expected, invoices=paid)
    spec(
        DaysBetween("due_at", "paid_at"),
        {"2026-01-19": None, "2026-01-20": 5, "2026-01-25": 3},
        invoices=paid,
    )


def test_planned_dates_are_seen_from_the_rows_start(spec: Spec) -> None:
    contract = """
    account | started_at | renews_at        | ended_at
    a1      | 2026-01-01 | 2026-07-01T00:00 |
    """
    spec(
        DaysUntil("renews_at", ("ended_at",)),
        {"2026-01-01": 180, "2026-06-30": 0, "2026-07-01": None},
        subscriptions=contract,
    )
    invoice = """
    account | issued_at  | due_at
    a1      | 2026-01-01 | 2026-02-01
    """
    spec(DaysUntil("due_at"), {"2026-01-01": 30}, invoices=invoice)


def test_an_expiry_is_seen_from_the_start_and_closes_when_it_has_passed(spec: Spec) -> None:
    risk = """
    account | logged_at  | expires_at | resolved_at
    a1      | 2026-01-01 | 2026-02-01 |
    a1      | 2026-01-01 | 2026-06-01 | 2026-03-01
    """
    expected = {"2026-01-31": 2, "2026-02-01": 1, "2026-02-28": 1, "2026-03-01": None}
    spec(OpenItems(("resolved_at", "expires_at")), expected, risks=risk)
    spec(DaysUntil("expires_at"), {"2026-01-01": 30}, risks=risk)


def test_a_user_of_two_accounts_counts_in_both(spec: Spec) -> None:
    shared = """
    account | user_id | occurred_at
    a1      | u1      | 2026-01-10
    a1      | u1      | 2026-01-11
    a2      | u1      | 2026-01-10
    a2      | u2      | 2026-01-10
    """
    spec(Distinct("user_id"), {"2026-01-31": {"a1": 1, "a2": 2}}, usage=shared)


def test_ids_are_words_and_not_numbers(spec: Spec) -> None:
    ids = """
    account | user_id | occurred_at
    1       | 7       | 2026-01-10
    01      | 07      | 2026-01-10
    01      | 7       | 2026-01-10
    10      | 7       | 2026-01-10
    """
    spec(Distinct("user_id"), {"2026-01-31": {"1": 1, "01": 2, "10": 1}}, usage=ids)


def test_rows_in_any_order_say_the_same(spec: Spec) -> None:
    unsorted = """
    account | occurred_at | quantity
    a2      | 2026-01-20  | 0.3
    a1      | 2026-01-30  | 0.1
    a2      | 2026-01-10  | 0.1
    a1      | 2026-01-10  | 0.2
    a1      | 2026-01-10  | 0.7
    """
    spec(ActiveDays(), {"2026-01-31": {"a1": 2, "a2": 2}}, usage=unsorted)
    spec(Total("quantity"), {"2026-01-31": {"a1": 1.0, "a2": 0.4}}, usage=unsorted)


def test_the_same_row_of_a_keyed_table_is_one_fact(spec: Spec) -> None:
    twice = """
    account | ticket_id | opened_at  | known_at
    a1      | t1        | 2026-01-10 | 2026-01-10
    a1      | t1        | 2026-01-10 | 2026-01-10
    a1      | t2        | 2026-01-10 | 2026-01-10
    """
    spec(Count(), {"2026-01-31": 2}, tickets=twice)


def test_repeats_in_a_log_without_ids_are_facts_once_loading_has_kept_them(spec: Spec) -> None:
    repeats = """
    account | event_id | occurred_at
    a1      |          | 2026-01-10
    a1      |          | 2026-01-10
    a1      | e1       | 2026-01-10
    a1      | e1       | 2026-01-10
    """
    spec(Count(), {"2026-01-31": 3}, usage=repeats)


def test_not_connected_is_missing_and_nothing_happened_is_none(spec: Spec) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    """
    accounts = """
    account | created_at
    a1      | 2025-01-01
    a2      | 2025-01-01
    """
    happened = {"a1": 1, "a2": 0}
    spec(Count(), {"2026-01-31": happened}, empty=0.0, usage=usage, accounts=accounts)
    spec(
        Count(),
        {"2026-01-31": {"a1": None, "a2": None}},
        empty=0.0,
        of="tickets",
        usage=usage,
        accounts=accounts,
    )
    spec(Latest("plan"), {"2026-01-31": None}, of="subscriptions", accounts=accounts)
    spec(
        Count(),
        {"2026-01-31": {"a1": 0, "a2": 0}},
        empty=0.0,
        tickets="account | opened_at",
        accounts=accounts,
    )


RATES = Rates(
    "EUR",
    (
        Rate("USD", date(2026, 1, 1), Decimal("0.90")),
        Rate("USD", date(2026, 2, 1), Decimal("0.50")),
        Rate("CHF", date(2026, 1, 1), Decimal("1.10")),
    ),
)


def test_amounts_of_several_currencies_are_summed_in_the_companys_own(spec: Spec) -> None:
    held = """
    account | started_at | mrr | currency
    a1      | 2026-01-01 | 100 | EUR
    a1      | 2026-01-01 | 100 | usd
    a1      | 2026-01-01 | 100 | CHF
    a1      | 2026-01-01 | 100 |
    """
    expected = {"2026-01-31": 400 - 10 + 10, "2026-02-01": 400 - 50 + 10}
    spec(TotalOpen("mrr", ("ended_at",)), expected, rates=RATES, subscriptions=held)


def test_old_amounts_are_taken_at_the_rate_of_the_snapshot(spec: Spec) -> None:
    invoices = """
    account | issued_at  | amount | currency
    a1      | 2025-12-15 | 100    | USD
    a1      | 2026-01-15 | 100    | USD
    """
    spec(
        Total("amount"),
        {"2025-12-31": 90, "2026-01-31": 180, "2026-02-28": 100},
        rates=RATES,
        invoices=invoices,
    )


def test_a_currency_without_a_rate_is_refused_once_it_is_seen(spec: Spec) -> None:
    invoices = """
    account | issued_at  | amount | currency
    a1      | 2026-01-15 | 100    | EUR
    a1      | 2026-02-15 | 100    | GBP
    """
    spec(Total("amount"), {"2026-01-31": 100}, rates=RATES, invoices=invoices)
    with pytest.raises(UnknownRate, match=r"'GBP' have no rate; known currencies: CHF, EUR, USD"):
        spec(Total("amount"), {"2026-02-28": 200}, rates=RATES, invoices=invoices)
