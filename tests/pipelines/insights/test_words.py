"""What was found in sentences."""

import math

import pytest

from features.signals import CATALOGUE
from models.insights.aipw import Effect
from models.insights.deed import Deed
from models.insights.experiment import proposed
from models.insights.leading import CurvePoint, Indicator
from models.insights.moments import FAILS, HOLDS, UNKNOWN, Moment, Moments
from pipelines.insights import words

USERS = CATALOGUE.column("adoption__users_30d")
EFFECT = Effect(
    accounts=400,
    doing=100,
    stay=(0.9, 0.8),
    raw=0.15,
    value=0.1,
    low=0.04,
    high=0.16,
    p=0.001,
    risk=(0.5, 0.3, 0.8),
    e_value=3.41,
    e_limit=1.81,
    apart=0.0,
)


def moment(verdict):
    return Moment(Deed(USERS, 3.0, 30), 365, EFFECT, 0.01, verdict, proposed(0.2, 0.1, 43))


@pytest.fixture
def indicator():
    def make(values, **given):
        curve = tuple(CurvePoint(30 * n, 9, v, v - 1, v + 1) for n, v in enumerate(values))
        known = {"typical": (5.0, 9.0), "middle": "median", "moves_days": 90, "echoes": ()}
        return Indicator(USERS, 0.01, curve[0], curve, auc={}, coverage=1.0, contrary=False,
                         **(known | given))  # fmt: skip

    return make


def test_an_effect_in_one_sentence():
    assert words.effect_words(EFFECT, 365) == (
        "90 % of accounts like it stayed 365 days, 80 % without it: +10 points (+4 to +16; 100 of "
        "400 accounts did it)."
    )
    assert words.effect_words(None, 365).startswith("Too few")


def test_how_fragile_it_is_and_what_would_prove_it():
    assert "3.4 times as often" in words.doubt(EFFECT)
    assert "903 accounts an arm, about 42 months" in words.trial(moment(HOLDS).experiment)
    assert words.doubt(None) == words.trial(None) == ""


def test_what_becomes_of_moments_that_do_not_hold():
    told = Moments((moment(HOLDS), moment(FAILS), moment(UNKNOWN), moment(UNKNOWN)), 300)
    (line,) = words.rest_of_moments(told)
    assert line.startswith("3 more looked promising")
    assert "1 did not hold, and 2 lack evidence" in line
    assert next(words.rest_of_moments(Moments((moment(FAILS),), 9))).startswith("1 looked")
    assert list(words.rest_of_moments(Moments((moment(HOLDS),), 300))) == []
    assert list(words.rest_of_moments(Moments((), 0, "too few"))) == ["Too few."]
    assert "300" in next(words.rest_of_moments(Moments((), 300)))


def test_leavers_drift_or_were_different_all_along(indicator):
    assert words.shape(indicator([-1.0] * 6 + [-0.2] * 6)) == "drifts"
    assert words.shape(indicator([-1.0] * 12)) == "all along"
    assert words.shape(indicator([-1.0] * 3 + [math.nan] * 9)) == "not known"


def test_when_it_moves_and_what_is_typical(indicator):
    assert words.moves(indicator([-1.0])) == "90 d before"
    assert words.moves(indicator([-1.0], moves_days=0)) == "last month"
    assert words.moves(indicator([-1.0], moves_days=None)) == "not clear"
    assert words.typical(indicator([-1.0])) == "5 against 9"
    assert words.typical(indicator([-1.0], middle="mean")) == "mean 5 against 9"


def test_what_is_not_known_is_a_dash():
    dash = words.figure(math.nan)
    assert words.figure(-0.004) == "0.00"
    assert dash == words.points(math.nan) == words.share(math.nan) == words.auc(None)


def test_signals_that_tell_the_same_are_named_by_their_meaning():
    assert words.also((USERS, USERS)) == "also people who used the product"
    assert words.also(()) == ""
