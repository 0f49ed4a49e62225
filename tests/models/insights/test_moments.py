"""Magic moments and beliefs on small bases."""

import numpy as np
import pytest

from features.lake.partition import bucket_of
from features.signals import CATALOGUE
from models.insights.beliefs import Belief, judged
from models.insights.deed import Deed, thresholds
from models.insights.moments import magic_moments

USERS = CATALOGUE.column("adoption__users_30d")
LAST = CATALOGUE.column("consumption__last_used")


@pytest.fixture
def young(base_of):
    """Accounts at day 33; three users or more make loss `push` times as likely."""

    def draw(push, size=1200, seed=1, ids=range(10_000)):
        rng = np.random.default_rng(seed)
        users = rng.integers(0, 7, size).astype(float)
        chance = np.where(users >= 3, 0.3 * push, 0.3)
        event = np.where(rng.random(size) < chance, rng.integers(1, 360, size), np.inf)
        frame = {
            "account_id": [f"a{n:04}" for n in ids[:size]],
            "profile__age": np.full(size, 33.0),
            "profile__mrr": rng.exponential(100, size),
            USERS.name: users,
            LAST.name: rng.integers(0, 20, size).astype(float),
        }
        return base_of(frame, event)

    return draw


def test_a_planted_moment_is_found_and_holds(young):
    found = magic_moments(young(0.3))
    first = found.told[0]
    assert first.verdict == "holds"
    assert (first.deed.column, first.deed.threshold, first.deed.days) == (USERS, 3.0, 30)
    assert first.effect.low <= 0.21 <= first.effect.high
    assert first.effect.accounts < 700  # the other half
    assert first.experiment.per_arm > 50
    assert "at least 3" in first.deed.words


def test_accounts_of_one_bucket_are_halved_too(young):
    ids = [n for n in range(9_999) if bucket_of(f"a{n:04}", 8) == 6]
    found = magic_moments(young(0.3, ids=ids, size=len(ids)))
    assert found.told[0].verdict == "holds"
    assert 400 < found.told[0].effect.accounts < len(ids) - 400


def test_where_nothing_matters_nothing_holds(young):
    held = [
        m.verdict for seed in range(8) for m in magic_moments(young(1.0, seed=seed)).told
    ].count("holds")
    assert held == 0


def test_too_few_accounts_are_told(young):
    found = magic_moments(young(0.3, size=40))
    assert found.told == ()
    assert "too few" in found.reason


def belief(threshold=3.0, at_least=True, column=USERS):
    return Belief("they stay", Deed(column, threshold, 30, at_least))


def test_a_true_belief_is_supported(young):
    (found,) = judged(young(0.4), [belief()])
    assert found.verdict == "supported"
    assert found.within == 365
    assert found.effect.low > 0


def test_a_belief_that_is_the_wrong_way_round_is_not(young):
    (found,) = judged(young(0.4), [belief(at_least=False)])
    assert found.verdict == "not supported"
    assert found.effect.high < 0


def test_a_belief_in_nothing_is_not_supported_where_there_are_many(young):
    (found,) = judged(young(1.0, size=6000), [belief()])
    assert found.verdict == "not supported"
    assert "smaller than 5 points" in found.why


def test_and_lacks_evidence_where_there_are_few(young):
    few, none = judged(young(1.0, size=150), [belief(), belief(threshold=99.0)])
    assert few.verdict == none.verdict == "not enough evidence"
    assert none.effect is None
    assert "0 did it" in none.why


def test_an_account_whose_value_is_not_known_is_left_out(young):
    base = young(0.4)
    base.frame.loc[:599, USERS.name] = np.nan
    (found,) = judged(base, [belief()])
    assert found.effect.accounts == 600


def test_thresholds_are_round_and_each_there_once():
    assert thresholds(np.array([0.0] * 8 + [1.0, 12.0])) == [0.0, 1.0, 12.0]
    assert thresholds(np.array([0.12345])) == [0.12]
    assert thresholds(np.array([np.nan])) == []
