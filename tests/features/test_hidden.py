"""Dates at which something happened are hidden until then; planned ones are seen at once."""

from collections.abc import Callable

import pytest

from features.measures import (
    DaysBetween,
    DaysUntil,
    HoursBetween,
    Mean,
    OpenItems,
    Overdue,
    ShareWith,
    TotalOpen,
)

Spec = Callable[..., None]


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
