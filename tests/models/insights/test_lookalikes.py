"""Resemblance by profile, and who it is told of."""

import numpy as np
import pandas as pd
import pytest

from models.insights.lookalikes import lookalikes
from models.insights.product import Topic
from models.insights.references import references
from models.insights.resemblance import unlikeness


def test_gowers_distance_by_hand():
    these = pd.DataFrame({"w": ["x", "y", "x", None], "n": [1.0, 2.0, 3.0, 4.0]})
    found = unlikeness(these.iloc[:1], these, ["w", "n"])
    assert found[0] == pytest.approx([0.0, (1 + 0.25) / 2, 0.5 / 2, 0.75])


def test_without_anything_known_of_both_nothing_is_alike():
    one, other = pd.DataFrame({"n": [1.0]}), pd.DataFrame({"n": [np.nan]})
    assert unlikeness(one, other, ["n"])[0, 0] == 1.0


@pytest.fixture
def customers(standing):
    """Green accounts in care grow; `mark` tells how well industry tells."""

    def make(mark, size=200):
        rng = np.random.default_rng(1)
        care = rng.random(size) < 0.5
        grown = np.where(care, rng.random(size) < mark, rng.random(size) < 1 - mark)
        now = {
            "profile__industry": np.where(care, "care", "retail"),
            "profile__employees": rng.integers(5, 500, size).astype(float),
            "profile__mrr": np.where(grown, 200.0, 100.0),
            "use": rng.integers(0, 5, size).astype(float),
        }
        return standing(now, np.full(size, 90), days_365={"profile__mrr": np.full(size, 100.0)})

    return make


def test_accounts_like_the_best_are_told_and_the_best_are_not(customers):
    given = customers(0.8)
    found = lookalikes(given, pd.DataFrame({"name": ["N", "M"], "industry": ["retail", "care"]}))
    best = set(given.now["account_id"][given.numbers("profile__mrr") > 100])
    assert found.best == len(best)
    assert found.auc > 0.6
    assert not best & {each.name for each in found.accounts}
    assert found.accounts[0].like in best
    assert [each.name for each in found.prospects] == ["M", "N"]
    assert found.prospects[0].share > 0.6 > found.prospects[1].share


def test_where_the_profile_says_nothing_nobody_is_told(customers):
    found = lookalikes(customers(0.5))
    assert found.accounts == ()
    assert "do not resemble" in found.reason


def test_too_few_best_customers(customers):
    assert "it takes 10" in lookalikes(customers(0.8, size=12)).reason


def test_where_all_are_best_there_is_nobody_to_be_told_of(customers):
    """As when all prices rise, or all pay in another currency that does."""
    given = customers(0.8)
    given.now["profile__mrr"] = 300.0
    found = lookalikes(given)
    assert (found.best, found.accounts) == (200, ())
    assert found.reason == "all accounts are best customers (green, revenue above a year ago)"


def test_a_customer_to_point_to_in_each_industry(customers):
    given = customers(0.5)
    found = references(given, [Topic("feature", "exports", "use"), Topic("ticket", "bug", "use")])
    assert [(r.industry, r.feature) for r in found] == [("care", "exports"), ("retail", "exports")]
    care = (given.words("profile__industry") == "care").to_numpy()
    assert found[0].uses == given.numbers("use")[care].max()
    assert found[0].others == (given.numbers("use")[care] > 0).sum() - 1


def test_of_very_many_accounts_some_are_drawn_and_it_says_so(customers, monkeypatch):
    monkeypatch.setattr("models.insights.lookalikes.MOST_COMPARED", 120)
    base = customers(0.9)
    found = lookalikes(base)
    assert (found.compared, found.out_of) == (120, 200)
    assert found.reason == ""
    assert found.accounts
    assert found == lookalikes(base)
    monkeypatch.undo()
    whole = lookalikes(base)
    assert (whole.compared, whole.out_of) == (200, 200)
    assert (found.best, found.share) == (whole.best, whole.share)


def test_a_prospect_meets_accounts_that_were_not_drawn(customers, monkeypatch):
    given = customers(0.8)
    mrr = given.numbers("profile__mrr") > 100
    twins = given.now[mrr].drop_duplicates(["profile__industry", "profile__employees"], keep=False)
    asked = pd.DataFrame(
        {
            "name": [f"twin of {each}" for each in twins["account_id"]],
            "industry": twins["profile__industry"].to_numpy(),
            "employees": twins["profile__employees"].to_numpy(),
        }
    )
    monkeypatch.setattr("models.insights.lookalikes.MOST_COMPARED", 120)
    monkeypatch.setattr("models.insights.lookalikes.AT_ONCE", 1000)
    found = lookalikes(given, asked)
    assert found.compared == 120
    assert len(found.prospects) == 25
    assert [each.name for each in found.prospects] == [
        f"twin of {each.like}" for each in found.prospects
    ]
