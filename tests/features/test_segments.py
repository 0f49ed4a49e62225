"""The words that an account's own facts put it under."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from features.currency import Rate, Rates
from features.measures import (
    Classed,
    DaysUntil,
    Latest,
    LifecycleStage,
    MonthOfYear,
    PaidOrFree,
    Tier,
    TotalOpen,
)
from features.signals.profile import RENEWS

Spec = Callable[..., None]

JAN, MAR = "2026-01-31", "2026-03-31"
TIERS = (("low", 0.0), ("mid", 12_000.0), ("high", 60_000.0))
SIZES = (("small", 1.0), ("large", 250.0))


def test_a_class_is_the_last_whose_least_value_is_reached(spec: Spec) -> None:
    accounts = """
    account | created_at | employees
    none    | 2025-01-01 |
    zero    | 2025-01-01 | 0
    small   | 2025-01-01 | 249
    large   | 2025-01-01 | 250
    """
    expected = {"none": None, "zero": None, "small": "small", "large": "large"}
    spec(Classed(Latest("employees"), SIZES), {JAN: expected}, accounts=accounts)


def test_classes_of_a_year_are_made_of_months_in_the_companys_currency(spec: Spec) -> None:
    held = """
    account | started_at | ended_at   | mrr  | currency
    a1      | 2025-01-01 |            | 1000 | EUR
    a2      | 2025-01-01 |            | 1000 | USD
    a3      | 2025-01-01 | 2026-01-15 | 9000 | EUR
    """
    rates = Rates("EUR", (Rate("USD", date(2025, 1, 1), Decimal("0.5")),))
    yearly = Classed(TotalOpen("mrr", ("ended_at",)), TIERS, times=12)
    expected = {"a1": "mid", "a2": "low", "a3": None}
    spec(yearly, {JAN: expected}, rates=rates, subscriptions=held)
    spec(yearly, {JAN: expected | {"a3": "low"}}, empty=0.0, rates=rates, subscriptions=held)


def test_an_account_pays_where_any_subscription_it_holds_is_paid(spec: Spec) -> None:
    held = """
    account | started_at | ended_at   | mrr | is_free
    paid    | 2025-01-01 |            | 10  | no
    paid    | 2025-01-01 |            | 0   | no
    trial   | 2025-01-01 |            | 10  | yes
    nothing | 2025-01-01 |            | 0   | no
    ended   | 2025-01-01 | 2026-02-01 | 10  | no
    """
    expected = {"paid": "paid", "trial": "free", "nothing": "free", "ended": "paid"}
    spec(PaidOrFree(), {JAN: expected, MAR: {"ended": "none"}}, subscriptions=held)


def test_the_stage_is_onboarding_then_renewing_when_near_then_by_age(spec: Spec) -> None:
    held = """
    account | started_at | renews_at
    new     | 2026-01-20 | 2026-02-20
    young   | 2025-10-01 | 2026-12-01
    old     | 2024-01-01 | 2026-12-01
    renews  | 2024-01-01 | 2026-03-02
    """
    expected = {
        "new": "onboarding",
        "young": "adopting",
        "old": "established",
        "renews": "renewing",
    }
    later = {"new": "onboarding", "renews": "established"}
    stage = LifecycleStage(onboarding=90, adopting=365, renewing=30)
    spec(stage, {JAN: expected, MAR: later}, subscriptions=held)


def test_a_renewal_lies_in_a_month(spec: Spec) -> None:
    held = """
    account | started_at | renews_at  | ended_at
    past    | 2025-01-01 | 2026-01-31 |
    morning | 2025-01-01 | 2026-02-01 |
    near    | 2025-01-01 | 2026-03-02 |
    next    | 2025-01-01 | 2026-03-03 |
    half    | 2025-01-01 | 2026-07-30 |
    year    | 2025-01-01 | 2027-01-31 |
    far     | 2025-01-01 | 2027-02-01 |
    open    | 2025-01-01 |            |
    ended   | 2025-01-01 | 2026-03-02 | 2026-01-15
    """
    expected = {
        "past": None,
        "morning": "within 30 days",
        "near": "within 30 days",
        "next": "in 31 to 60 days",
        "half": "in 151 to 180 days",
        "year": "in 331 to 365 days",
        "far": "later",
        "open": None,
        "ended": None,
    }
    renews = Classed(DaysUntil("renews_at", ("ended_at",)), RENEWS)
    spec(
        renews,
        {JAN: expected, MAR: {"near": None, "next": None, "half": "in 121 to 150 days"}},
        subscriptions=held,
    )


def test_a_tier_is_by_value_and_raised_by_size_or_promise(spec: Spec) -> None:
    held = """
    account | started_at | mrr
    plain   | 2025-01-01 | 1000
    big     | 2025-01-01 | 999.99
    grows   | 2025-01-01 | 1000
    top     | 2025-01-01 | 5000
    """
    accounts = """
    account | created_at | known_at   | employees | growth_potential
    plain   | 2025-01-01 | 2025-01-01 | 249       | low
    big     | 2025-01-01 | 2025-01-01 | 250       |
    grows   | 2025-01-01 | 2025-01-01 |           | High
    grows   | 2025-01-01 | 2026-02-01 |           | low
    top     | 2025-01-01 | 2025-01-01 | 1000      | high
    """
    tier = Tier(TIERS, large=250, promising=("high",))
    expected = {"plain": "mid", "big": "mid", "grows": "high", "top": "high"}
    spec(tier, {JAN: expected, MAR: {"grows": "mid"}}, subscriptions=held, accounts=accounts)


def test_the_month_is_that_of_the_date_for_every_account(spec: Spec) -> None:
    accounts = """
    account | created_at
    old     | 2025-01-01
    """
    spec(MonthOfYear(), {JAN: {"old": "January"}, MAR: {"old": "March"}}, accounts=accounts)
