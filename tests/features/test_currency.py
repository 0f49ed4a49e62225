"""Money of several currencies, at the rates of the snapshot."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from features.currency import Rate, Rates, UnknownRate
from features.measures import Max, Total, TotalOpen

Spec = Callable[..., None]


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


def test_largest_amounts_stay_in_their_own_currency(spec: Spec) -> None:
    invoices = """
    account | issued_at  | amount | currency
    a1      | 2026-01-15 | 100    | EUR
    a1      | 2026-01-16 | 150    | USD
    """
    spec(Max("amount"), {"2026-01-15": 100, "2026-01-31": 150}, rates=RATES, invoices=invoices)


def test_a_currency_without_a_rate_is_refused_once_it_is_seen(spec: Spec) -> None:
    invoices = """
    account | issued_at  | amount | currency
    a1      | 2026-01-15 | 100    | EUR
    a1      | 2026-02-15 | 100    | GBP
    """
    spec(Total("amount"), {"2026-01-31": 100, "2026-02-14": 100}, rates=RATES, invoices=invoices)
    with pytest.raises(UnknownRate, match=r"'GBP' have no rate; known currencies: CHF, EUR, USD"):
        spec(Total("amount"), {"2026-02-15": 200}, rates=RATES, invoices=invoices)


def test_a_currency_without_a_rate_is_forgiven_once_it_was_corrected(spec: Spec) -> None:
    invoices = """
    account | invoice_id | issued_at  | known_at   | amount | currency
    a1      | i1         | 2026-01-15 | 2026-01-15 | 100    | GBP
    a1      | i1         | 2026-01-15 | 2026-01-20 | 110    | EUR
    """
    spec(Total("amount"), {"2026-01-14": None, "2026-01-20": 110}, rates=RATES, invoices=invoices)
    with pytest.raises(UnknownRate, match="'GBP' have no rate"):
        spec(Total("amount"), {"2026-01-19": 100}, rates=RATES, invoices=invoices)
