from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.score import HORIZONS, AccountCard, Band, Outlook, Score
from pipelines.report.portfolio import chance_by, expected_loss, portfolio
from serving.store import AccountScore

JUNE = date(2026, 6, 30)


def account(key, risk, arr="1000.00", renews=None, band=Band.YELLOW, p=None):
    chances = dict.fromkeys(HORIZONS) | ({90: risk} if p is None else p)
    score = Score(key, JUNE, chances, None if risk is None else 100 * (1 - risk), band, "v1")
    card = AccountCard(key, arr=None if arr is None else Decimal(arr), renews_at=renews)
    return AccountScore(card, score, risk, 90, active=True)


def test_money_is_exact_and_ordered_by_what_is_at_stake():
    found = portfolio(
        JUNE, 90, [account("a", 0.1, "1000.10"), account("b", 0.5, "0.30"), account("c", 0.2, None)]
    )
    assert [each.card.account_id for each in found.accounts] == ["a", "b", "c"]
    assert found.expected == Decimal("100.160")
    assert found.arr == Decimal("1000.40")
    assert found.expected_accounts == pytest.approx(0.8)
    assert expected_loss(found.accounts[2]) is None


def test_a_loss_that_takes_a_part_counts_as_that_part():
    plain = account("a", 0.5, "1000.00", renews=date(2026, 7, 30))
    score = replace(plain.score, outlook=Outlook(lead_days=30, revenue_lost=0.2), primary=0.4)
    found = portfolio(JUNE, 90, [replace(plain, score=score, risk=0.4)])
    assert found.expected == Decimal("200.00")
    assert found.expected_accounts == pytest.approx(0.5)  # from today on, not after the lead
    assert found.renewals()[0].expected == pytest.approx(Decimal("200"))


def test_without_revenue_accounts_are_ordered_by_chance():
    found = portfolio(JUNE, 90, [account("a", 0.1, None), account("b", 0.5, None)])
    assert not found.valued
    assert [each.card.account_id for each in found.accounts] == ["b", "a"]


def test_in_how_few_accounts_half_sits():
    stakes = {"a": "60", "b": "50", "c": "50", "d": "40"}
    found = portfolio(JUNE, 90, [account(key, 0.5, arr) for key, arr in stakes.items()])
    assert found.half == 2
    assert portfolio(JUNE, 90, [account("a", None)]).half == 0


def test_a_band_in_figures():
    accounts = [
        account("a", 0.5, "100", band=Band.RED),
        account("b", 0.25, "40", band=Band.RED),
        account("c", None, "7", band=Band.GREY),
    ]
    found = portfolio(JUNE, 90, accounts)
    red, grey = found.total(Band.RED), found.total(Band.GREY)
    assert (red.accounts, red.arr, red.expected) == (2, Decimal(140), Decimal("60.00"))
    assert (grey.accounts, grey.arr, grey.expected) == (1, Decimal(7), Decimal(0))


@pytest.mark.parametrize(
    ("days", "expected"), [(1, 0.1), (30, 0.1), (31, 0.2), (90, 0.2), (91, 0.4), (181, None)]
)
def test_the_chance_by_a_day_is_that_of_the_shortest_horizon_covering_it(days, expected):
    score = account("a", 0.2, p={30: 0.1, 90: 0.2, 180: 0.4}).score
    assert chance_by(score, days) == expected


def test_renewals_by_month():
    p = {30: 0.1, 90: 0.5}
    accounts = [
        account("past", 0.5, renews=date(2026, 6, 30), p=p),
        account("july", 0.5, renews=date(2026, 7, 1), p=p, band=Band.RED),
        account("july too", 0.5, "500", renews=date(2026, 7, 31), p=p),
        account("far", 0.5, renews=date(2027, 5, 1), p=p),
        account("next year", 0.5, renews=date(2027, 8, 1), p=p),
        account("never", 0.5, p=p),
    ]
    july, may = portfolio(JUNE, 90, accounts).renewals()
    assert (july.month, july.accounts, july.red) == (date(2026, 7, 1), 2, 1)
    assert (july.arr, july.expected, july.unknown) == (Decimal(1500), Decimal("350.0"), 0)
    assert (may.month, may.expected, may.unknown) == (date(2027, 5, 1), 0, may.arr)
