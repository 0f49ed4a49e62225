"""Mean chances of a tier."""

from dataclasses import replace

import pytest

from serving.store import ScoreRepository
from serving.store import tier_chances as module
from serving.store.tier_chances import TierRepository

CHANCES = {"a": 0.1, "b": 0.3, "c": None, "d": 0.8}


@pytest.fixture
def tiers(store, make_run):
    run = make_run(CHANCES)
    cards = tuple(replace(c, tier="tail" if c.account_id == "d" else "core") for c in run.cards)
    ScoreRepository(store).publish(replace(run, cards=cards))
    return TierRepository(store)


def test_the_mean_is_of_the_accounts_whose_chance_is_known(tiers):
    found = tiers.chances("core")
    assert found.chances[90] == pytest.approx(0.2)
    assert (found.accounts, found.all) == (3, True)
    assert tiers.chances("tail").chances[90] == pytest.approx(0.8)
    assert tiers.chances("nobody").chances == {}


def test_of_many_the_first_by_name_are_looked_at(tiers, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    found = tiers.chances("core")
    assert (found.chances[90], found.accounts, found.all) == (0.1, 1, False)


def test_before_the_first_run_there_is_none(sqlite_store):
    assert TierRepository(sqlite_store).chances("core") is None
