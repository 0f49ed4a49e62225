"""Sums over a portfolio, against the same sums over the accounts one by one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.score import Band, Outlook
from serving.store import PortfolioRepository, RunPart, ScoreRepository, Told
from serving.store.portfolio import run_before

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
P = {"a": 0.9, "b": 0.6, "c": 0.3, "d": 0.1, "e": None, "f": 0.8}
ARR = {"a": 100, "b": 900, "c": 500, "d": 9000, "e": 10, "f": None}
CSM = {"a": "Lena", "b": "Omar", "c": "Lena", "d": "Omar", "e": "Lena", "f": "Lena"}
RENEWS = {"a": 5, "b": -3, "c": 40, "d": 400, "e": None, "f": 6}


def run(make_run, chances, as_of):
    made = make_run(chances, as_of=as_of, arr={k: v and Decimal(v) for k, v in ARR.items()})
    days = RENEWS.items()
    renews = {key: None if day is None else JUNE + timedelta(day) for key, day in days}
    cards = [replace(c, csm=CSM[c.account_id], renews_at=renews[c.account_id]) for c in made.cards]
    scores = [replace(s, outlook=Outlook(revenue_lost=s.p_loss[90] or None)) for s in made.scores]
    return replace(made, scores=scores, cards=cards)


@pytest.fixture
def portfolio(store, make_run):
    scores = ScoreRepository(store)
    scores.publish(run(make_run, P | {"a": 0.1, "c": 0.1}, MAY))
    newest = run(make_run, P, JUNE)
    told = [Told("a", MAY, JUNE, "behaviour", {"consumption": 0.8})]
    scores.publish_parts(newest.head, [RunPart(newest.scores, newest.cards)], told)
    return PortfolioRepository(store)


def test_the_summary_adds_up_by_band_and_tier(portfolio):
    found = portfolio.summary()
    red = found.bands[Band.RED]
    assert (red.accounts, red.arr, red.expected_loss) == (3, Decimal(1000), Decimal(630))
    assert {band: each.accounts for band, each in found.bands.items()} == {
        Band.RED: 3,
        Band.YELLOW: 1,
        Band.GREEN: 1,
        Band.GREY: 1,
    }
    assert found.bands[Band.GREY].expected_loss is None
    assert [(t.tier, t.bands[Band.RED].accounts) for t in found.tiers] == [("core", 3)]
    assert found.before[30].as_of == MAY
    assert found.before[30].bands[Band.RED].accounts == 2
    assert found.before[30].bands[Band.GREEN].arr == Decimal(9600)
    assert 7 not in found.before


def test_everything_is_one_csms_alone_where_asked(portfolio):
    assert portfolio.summary("Omar").bands[Band.RED].arr == Decimal(900)
    assert portfolio.summary("Nobody").bands[Band.RED].accounts == 0
    assert portfolio.moves(owner="Omar") == ()
    assert portfolio.moved(owner="Omar") == ()
    assert [each.account_id for each in portfolio.map(owner="Omar")] == ["d", "b"]
    assert portfolio.call_first(owner="Omar") == ()
    assert [each.accounts for each in portfolio.renewals(24, "Omar")] == [1]


def test_moves_tell_their_causes(portfolio):
    found = [(m.from_band, m.to_band, m.cause, m.accounts, m.arr) for m in portfolio.moves()]
    assert found == [
        (Band.GREEN, Band.RED, "behaviour", 1, Decimal(100)),
        (Band.GREEN, Band.YELLOW, "", 1, Decimal(500)),
    ]
    first = portfolio.moved(limit=2)[1]
    assert (first.transition.cause, first.transition.terms) == ("behaviour", {"consumption": 0.8})
    assert (first.transition.from_risk, first.transition.to_risk) == (0.1, 0.9)
    assert [each.transition.account_id for each in portfolio.moved()] == ["c", "a"]
    assert portfolio.moves(days=0) == ()


def test_renewals_by_month_leave_out_what_has_passed(portfolio):
    july, august = portfolio.renewals()
    assert (july.month, july.accounts, july.at_risk) == (date(2026, 7, 1), 2, 2)
    assert (july.arr, july.arr_at_risk, july.expected_loss) == (100, 100, 90)
    assert (august.month, august.arr, august.expected_loss) == (date(2026, 8, 1), 500, 150)
    for month in (july, august):
        assert sum(loss for loss in month.by_band.values() if loss) == month.expected_loss
    assert july.by_band[Band.RED] == 90
    assert len(portfolio.renewals(months=24)) == 3


def test_the_map_has_the_largest_whose_risk_is_known(portfolio):
    found = portfolio.map(limit=3)
    assert [(each.account_id, each.arr, each.risk) for each in found] == [
        ("d", 9000, 0.1),
        ("b", 900, 0.6),
        ("c", 500, 0.3),
    ]
    assert found[0].name == "Name of d"


def test_calls_come_by_what_may_still_be_lost(portfolio):
    found = portfolio.call_first()
    assert [each.card.account_id for each in found] == ["c", "a"]
    assert [each.expected_loss for each in found] == [Decimal(150), Decimal(90)]


def test_a_new_run_is_seen_at_once(portfolio, store, make_run):
    assert len(portfolio.map()) == 4
    ScoreRepository(store).publish(run(make_run, {"a": 0.9}, date(2026, 7, 31)))
    assert [each.account_id for each in portfolio.map()] == ["a"]


def test_an_empty_store_has_no_portfolio(store):
    portfolio = PortfolioRepository(store)
    assert portfolio.summary() is None
    assert portfolio.moves() == portfolio.moved() == portfolio.renewals() == portfolio.map() == ()
    assert portfolio.call_first() == ()


def test_the_run_of_a_month_before_is_the_nearest():
    days = [JUNE - timedelta(n) for n in (0, 1, 8, 29, 33, 50)]
    assert run_before(days, JUNE, 30) == JUNE - timedelta(29)
    assert run_before(days, JUNE, 7) == JUNE - timedelta(8)
    assert run_before([JUNE, JUNE - timedelta(60)], JUNE, 30) is None


def test_parts_make_the_run_that_a_list_makes(store, make_run):
    whole = run(make_run, P, JUNE)
    scores = ScoreRepository(store)
    scores.publish(whole)
    digest = scores.newest().digest
    parts = (
        RunPart([score], [card]) for score, card in zip(whole.scores, whole.cards, strict=True)
    )
    assert scores.publish_parts(whole.head, parts) == 0
    assert scores.newest().digest == digest
