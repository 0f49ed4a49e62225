"""What a change of band was caused by, term by term, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from models.bands import Accounts, BandPolicy, Steps, Thresholds
from models.explain.terms import DATA_MISSING, MODEL_UPDATED, RISK_CLOSED, RISK_LOGGED
from models.explain.transition import (
    OTHER_CLASS,
    THRESHOLDS,
    WAITED,
    BandCause,
    Crossing,
    cause_of,
    edge_terms,
)
from models.score import Band

POLICY = BandPolicy(Thresholds(0.5, 0.2, 0.1, 0.1), steps=Steps(exit_share=1.0))
LOWER = replace(POLICY, default=Thresholds(0.3, 0.1, 0.1, 0.1))
GREEN, YELLOW, RED, GREY = Band.GREEN, Band.YELLOW, Band.RED, Band.GREY
TERMS = {
    "logged": RISK_LOGGED, "closed": RISK_CLOSED, "model": MODEL_UPDATED, "missing": DATA_MISSING,
}  # fmt: skip


def crossing(
    bands: tuple[Band, Band], chances: tuple[float, float], new: BandPolicy = POLICY
) -> Crossing:
    return Crossing(*bands, POLICY, new, Accounts.unknown(1), chances)


def caused(crossed: Crossing, **terms: float) -> BandCause | None:
    chance = {TERMS.get(name, name): share for name, share in terms.items()}
    assert sum(chance.values()) == pytest.approx(crossed.chances[1] - crossed.chances[0])
    return cause_of(crossed, {**chance, **edge_terms(crossed)})


@pytest.mark.parametrize(
    ("crossed", "terms", "cause"),
    [
        (crossing((YELLOW, RED), (0.3, 0.6)), {"adoption": 0.2, "logged": 0.1}, "behaviour"),
        (crossing((YELLOW, RED), (0.4, 0.6)), {"adoption": -0.2, "logged": 0.4}, "a logged risk"),
        (crossing((RED, YELLOW), (0.6, 0.4)), {"profile": 0.1, "closed": -0.3}, "a closed risk"),
        (
            crossing((RED, YELLOW), (0.6, 0.4)),
            {"profile": -0.15, "risk": -0.05},
            "contract or profile",
        ),
        (crossing((RED, GREEN), (0.6, 0.1)), {"model": -0.4, "risk": -0.1}, "a new model"),
        (crossing((YELLOW, RED), (0.4, 0.6)), {"missing": 0.2}, "missing data"),
        (crossing((YELLOW, RED), (0.3, 0.4), LOWER), {"risk": 0.1}, "new thresholds"),
        (crossing((GREEN, YELLOW), (0.1, 0.3), LOWER), {"risk": 0.2}, "behaviour"),
        (crossing((GREEN, YELLOW), (0.31, 0.3)), {"risk": -0.01}, "an earlier change that lasted"),
        (crossing((GREEN, YELLOW), (0.25, 0.40)), {"risk": 0.15}, "behaviour"),
        (crossing((GREEN, GREY), (0.1, 0.4)), {"risk": 0.3}, "missing data"),
        (crossing((GREY, RED), (0.4, 0.6)), {"risk": 0.2}, "data that is back"),
        (crossing((RED, RED), (0.6, 0.9)), {"risk": 0.3}, None),
    ],
)
def test_the_greatest_push_towards_the_new_band_is_the_cause(
    crossed: Crossing, terms: dict[str, float], cause: str | None
) -> None:
    assert caused(crossed, **terms) == cause


def test_a_model_that_gives_no_bands_explains_grey() -> None:
    silent = replace(crossing((GREY, RED), (0.4, 0.6)), old_policy=replace(POLICY, abstains=True))
    assert cause_of(silent, {"risk": 0.2}) is BandCause.NEW_MODEL


def test_bands_that_start_anew_are_the_new_models_doing() -> None:
    anew = replace(crossing((GREEN, YELLOW), (0.31, 0.3)), follows=False)
    assert caused(anew, risk=-0.01) is BandCause.NEW_MODEL


def test_terms_lead_from_the_near_side_of_the_threshold_to_where_it_is_now() -> None:
    crossed = crossing((GREEN, RED), (0.1, 0.45), LOWER)
    assert edge_terms(crossed) == {THRESHOLDS: pytest.approx(0.2)}
    assert pytest.approx((0.45 - 0.3) - (0.1 - 0.5)) == 0.35 + 0.2
    waited = crossing((YELLOW, RED), (0.55, 0.6))
    assert edge_terms(waited) == {WAITED: pytest.approx(0.05)}
    assert pytest.approx(0.6 - 0.5) == 0.05 + 0.05
    eased = crossing((RED, GREEN), (0.15, 0.1))
    assert edge_terms(eased) == {WAITED: pytest.approx(-0.05)}


def test_who_is_in_a_band_is_held_by_the_threshold_at_which_it_is_left() -> None:
    policy = replace(POLICY, steps=Steps(exit_share=0.5))  # red is left below 1/3
    left = Crossing(RED, YELLOW, policy, policy, Accounts.unknown(1), (0.4, 0.3))
    assert edge_terms(left) == {}
    anew = edge_terms(replace(left, follows=False))
    assert anew == {WAITED: pytest.approx(0.4 - 0.5)}


def test_another_tier_has_other_thresholds() -> None:
    policy = replace(POLICY, tiers={"large": Thresholds(0.3, 0.1, 0.1, 0.1)})
    small, large = (Accounts(np.array([t], object), np.array([1e4])) for t in ("small", "large"))
    moved = Crossing(YELLOW, RED, policy, policy, large, (0.35, 0.4), before=small)
    assert edge_terms(moved) == {OTHER_CLASS: pytest.approx(0.2)}
    assert caused(moved, adoption=0.05) is BandCause.PROFILE


def test_where_revenue_alone_decides_no_threshold_moved() -> None:
    worth = replace(POLICY, default=Thresholds(0.5, 0.2, 0.1, 0.1, worth_from=100.0))
    broke = Accounts(np.array([""], object), np.array([0.0]))
    crossed = Crossing(RED, YELLOW, POLICY, worth, broke, (0.6, 0.55))
    assert edge_terms(crossed) == {}
