"""Two groups compared as if alike, against worlds whose truth is known."""

import math

import numpy as np
import pytest

from models.insights.aipw import e_value, effect_of, score_test


def world(size, seed, push, lean):
    """Who does it leans on a trait by `lean`; doing it adds `push` to the log-odds to stay."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(size, 1))
    doing = rng.random(size) < 1 / (1 + np.exp(-lean * trait[:, 0]))

    def chance(with_it):
        return 1 / (1 + np.exp(-(1.0 + trait[:, 0] + push * with_it)))

    stayed = (rng.random(size) < chance(doing)).astype(float)
    truth = float((chance(np.ones(size)) - chance(np.zeros(size))).mean())
    return doing, stayed, trait, truth


def test_dealt_at_random_it_is_near_the_plain_difference():
    doing, stayed, trait, _ = world(2000, 1, 0.8, 0.0)
    found = effect_of(doing, stayed, trait, 1)
    assert found.value == pytest.approx(found.raw, abs=0.02)
    assert found.doing == doing.sum()
    assert found.risk[0] < 1
    assert found.e_value > found.e_limit > 1


def test_who_would_have_stayed_anyway_is_taken_out():
    doing, stayed, trait, truth = world(4000, 4, 0.0, 1.5)
    found = effect_of(doing, stayed, trait, 1)
    assert truth == 0.0
    assert found.raw > 0.1
    assert found.low < 0 < found.high
    assert found.e_limit == 1.0


def test_the_interval_holds_the_truth_as_often_as_it_says():
    held = []
    for seed in range(60):
        doing, stayed, trait, truth = world(500, seed, 0.6, 1.0)
        found = effect_of(doing, stayed, trait, seed)
        held.append(found.low <= truth <= found.high)
    assert np.mean(held) >= 0.9


def test_a_small_group_without_losses_is_no_proof():
    rng = np.random.default_rng(3)
    doing = np.arange(300) < 36
    stayed = np.where(doing, 1.0, (rng.random(300) < 0.82).astype(float))
    found = effect_of(doing, stayed, rng.normal(size=(300, 2)), 1)
    plain = score_test(doing - doing.mean(), stayed, np.zeros((300, 1)))
    assert found.p > 0.003
    assert 2 < plain < 3


def test_too_few_say_nothing():
    doing = np.arange(100) < 5
    assert effect_of(doing, np.ones(100), np.zeros((100, 1)), 1) is None
    few_losses = np.r_[np.zeros(12), np.ones(188)]
    assert effect_of(np.arange(200) % 10 == 0, few_losses, np.zeros((200, 1)), 1) is None


@pytest.mark.parametrize("ratio", [2.0, 0.5])
def test_the_e_value_of_two_is_that_of_the_paper(ratio):
    assert e_value(ratio) == pytest.approx(2 + math.sqrt(2))  # VanderWeele and Ding 2017


def test_no_difference_needs_nothing_to_explain_it():
    assert e_value(1.0) == 1.0
    assert math.isnan(e_value(float("nan")))
