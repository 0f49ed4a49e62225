"""One account's explanation: it adds up, and it says what is usual."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.churn_model import ChurnModel
from models.explain.account import Scene, reasons_alone, why
from models.explain.peers import FEWEST_PEERS, Quartiles
from models.explain.reasons import MOST_REASONS
from models.explain.usual import Trend, Usual, trend_of, usual_of
from models.explain.wording import Wording
from models.score import OTHERS, Reason
from models.trained import Trained


def test_reasons_groups_and_base_add_up(trained: Trained) -> None:
    model: ChurnModel = trained.model
    frame = pd.DataFrame(
        {
            "account_id": [f"x{i}" for i in range(50)],
            "use": np.linspace(-2, 2, 50),
            "noise": np.zeros(50),
            "plan": ["basic", None] * 25,
            "csat": [np.nan, 4.0] * 25,
            "age": np.arange(50) * 30.0,
        }
    )
    for place in (0, 7, 49):
        past = [frame.iloc[0]] * 3
        found = why(model, Scene.of(frame, place, past), Wording())
        points = sum(each.points for each in found.reasons)
        assert found.base_chance + points == pytest.approx(found.chance, abs=1e-9)
        assert found.groups is not None
        shares = sum(found.groups.shares.values())
        assert found.groups.base + shares == pytest.approx(found.chance, abs=1e-9)
        named = [each for each in found.reasons if each.reason.signal != OTHERS]
        assert len(named) <= MOST_REASONS
        for each in named:
            assert np.sign(each.points) == np.sign(each.reason.contribution)
            assert each.reason.signal in each.columns
        assert found.peers == ({}, 50)
        alone = reasons_alone(model, Scene.of(frame, place, past), Wording())
        assert alone == (found.base_chance, found.reasons)
    plain = why(replace(model, reference=None), Scene.of(frame, 0), Wording())
    assert plain.groups is None
    assert plain.chance == why(model, Scene.of(frame, 0), Wording()).chance


def company(established: int, young: int) -> pd.DataFrame:
    stages = ["established"] * established + ["young"] * young
    return pd.DataFrame(
        {
            "profile__tier": "core",
            "profile__stage": stages,
            "adoption__users_30d": np.arange(established + young, dtype=float),
            "profile__plan": "plus",
        }
    )


def test_peers_share_as_much_as_leaves_enough_of_them() -> None:
    frame = company(FEWEST_PEERS + 1, 5)
    near = Scene.of(frame, 0).peers
    assert near.shared == {"profile__tier": "core", "profile__stage": "established"}
    assert near.accounts == FEWEST_PEERS + 1
    assert near.quartiles("adoption__users_30d") == Quartiles(5.0, 10.0, 15.0)
    assert near.quantiles("adoption__users_30d") == (2.0, 5.0, 10.0, 15.0, 18.0)
    assert near.quartiles("profile__plan") is None
    wide = Scene.of(frame, FEWEST_PEERS + 2).peers
    assert wide.shared == {"profile__tier": "core"}
    assert wide.accounts == len(frame)
    few = Scene.of(company(3, 3), 0).peers
    assert (few.shared, few.accounts) == ({}, 6)
    assert few.quartiles("adoption__users_30d") is None
    unknown = frame.assign(profile__stage=None)
    assert Scene.of(unknown, 0).peers.shared == {"profile__tier": "core"}


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ([1, 2, 3, 4], Trend.RISING),
        ([9, 1, 2, 3, 4, 5, 6], Trend.RISING),  # only the last six count
        ([5, 4, 4, 2], Trend.FALLING),
        ([1, 2, 3], None),
        ([3, 3, 3, 3], None),
        ([1, 3, 2, 2], None),
    ],
)
def test_trends(values: list[float], trend: Trend | None) -> None:
    assert trend_of([*map(float, values)]) is trend


def test_what_is_usual() -> None:
    peers = Quartiles(1.0, 2.0, 3.0)
    assert usual_of(5.0, [1.0, None, 3.0, 2.0], peers) == Usual(5.0, 2.0, peers, Trend.RISING)
    assert usual_of(5.0, [1.0, 3.0], None) == Usual(5.0)
    assert usual_of(np.nan, [1.0, 3.0, 2.0], None) == Usual(None, 2.0)
    assert usual_of("plus", ["basic"] * 4, None) == Usual("plus")


def test_sentences_in_full() -> None:
    words = Wording()
    usual = Usual(3.0, 9.0, Quartiles(10.0, 14.0, 20.0), Trend.FALLING)
    reason = Reason("adoption__users_30d", 3.0, 0.4, 6)
    assert words.in_full(reason, 0.052, usual) == (
        "People who used the product in the last 30 days: 3, falling, usually 9, peers 14 "
        "(10 to 20) (with 5 other signals like it); raises the risk by 5.2 points."
    )
    assert words.in_full(Reason(OTHERS, 12.0, -0.1), -0.004, Usual(12.0)) == (
        "12 other signals together; lowers the risk by 0.40 points."
    )
