"""Accounts leave for different reasons; the chance of it has nothing to do with which."""

import numpy as np
import pytest

from pipelines.demo.dates import Array, calendar
from pipelines.demo.hazard import DRIFTING, GONE, draw_fate
from pipelines.demo.mood import INDICES, Mood, draw_mood
from pipelines.demo.nature import CAUSES, MOST, PAYMENT, Nature, draw_nature
from pipelines.demo.world import World, draw_world

Drawn = tuple[World, Nature, Mood]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    rng = np.random.default_rng(4)
    world = draw_world(rng, calendar(2), 3000)
    fate = draw_fate(rng, world)
    nature = draw_nature(rng, world)
    return world, nature, draw_mood(rng, fate, nature)


def fallen(mood: Mood, name: str) -> Array:
    """How far the index is from usual, of the whole way to its worst: [accounts, weeks]."""
    index = INDICES[name]
    level: Array = getattr(mood, name)
    return (level - index.usual) / (index.worst - index.usual)


@pytest.mark.parametrize("name", list(INDICES))
def test_troubled_accounts_show_it_through_their_own_cause(drawn: Drawn, name: str) -> None:
    _, nature, mood = drawn
    account, week = np.nonzero((mood.state >= DRIFTING) & (mood.state < GONE))
    mine = nature.main[account] == CAUSES.index(INDICES[name].cause)
    depth = fallen(mood, name)[account, week]
    assert mine.sum() > 300
    assert np.median(depth[mine]) > 1.0
    assert np.median(depth[mine]) > 1.3 * np.median(depth[~mine])


def test_strengths_are_the_accounts_own_and_bounded(drawn: Drawn) -> None:
    _, nature, _ = drawn
    main = nature.strength[np.arange(len(nature.main)), nature.main]
    assert (main == nature.strength.max(axis=1)).all()
    assert main.min() > 0.8
    assert main.max() <= MOST
    assert np.unique(nature.strength[:, 0]).size > 1000


def test_every_cause_is_common_and_late_payment_needs_monthly_bills(drawn: Drawn) -> None:
    world, nature, _ = drawn
    share = np.bincount(nature.main, minlength=len(CAUSES)) / world.size
    assert share.min() > 0.06
    assert share.max() < 0.25
    seldom = world.billing_months > 1
    assert seldom.any()
    assert (nature.main[seldom] != PAYMENT).all()
    assert (nature.strength[seldom, PAYMENT] == 0).all()


def test_usual_levels_differ_and_tell_nothing_of_the_cause(drawn: Drawn) -> None:
    _, nature, _ = drawn
    for level in (nature.amount, nature.talk, nature.tickets):
        assert level.mean() == pytest.approx(1.0, abs=0.02)
        assert level.std() > 0.05
        means = [level[nature.main == cause].mean() for cause in range(len(CAUSES))]
        assert np.ptp(means) < 0.05
