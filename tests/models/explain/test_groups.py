"""Group shares on the final probability, against brute force over every coalition."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import Matrix
from models.explain.groups import GroupExplainer
from models.explain.points import Shares, as_points, chance_of_odds
from models.flavours.shifted import FittedShifted

MakeModel = Callable[..., ChurnModel]
NAMES = ("adoption__a", "risk__b", "profile__c", "consumption__d_30d", "risk__e")


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_matches_brute_force(
    make_model: MakeModel, inputs: Matrix, flavour: str, calibrator: Calibrator
) -> None:
    model = make_model(flavour, calibrator)
    background, row = inputs[:30], inputs[333]
    found = GroupExplainer.of(model.chain(180), NAMES, background).explain(row)
    owner = np.array([n.partition("__")[0] for n in NAMES])

    def worth(groups: tuple[str, ...]) -> float:
        mixed = np.where(np.isin(owner, groups), row, background)
        return float(model.chances(mixed)[180].mean())

    orders = list(permutations(("consumption", "adoption", "risk", "profile")))
    wanted = dict.fromkeys(orders[0], 0.0)
    for order in orders:
        for i, group in enumerate(order):
            wanted[group] += (worth(order[: i + 1]) - worth(order[:i])) / len(orders)
    assert tuple(found.shares) == orders[0]
    for group, share in wanted.items():
        assert found.shares[group] == pytest.approx(share, abs=1e-9)
    assert found.chance == pytest.approx(model.chances(row[None, :])[180][0], abs=1e-12)
    assert found.base + sum(found.shares.values()) == pytest.approx(found.chance, abs=1e-12)


@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
@pytest.mark.parametrize("horizon", [30, 90, 180])
def test_shares_and_points_add_up_after_calibration(
    make_model: MakeModel,
    inputs: Matrix,
    flavour: str,
    calibrator: Calibrator,
    horizon: int,
    shifted: bool,
) -> None:
    model = make_model(flavour, calibrator)
    if shifted:
        shifts = [FittedShifted(flavour, h.model, 2, (0.4, -0.3, 0.1)) for h in model.hazards]
        hazards = (replace(h, model=m) for h, m in zip(model.hazards, shifts, strict=True))
        model = replace(model, hazards=tuple(hazards))
    shares = Shares.of(*model.explain(inputs, horizon))
    chance = model.chances(inputs)[horizon]
    odds = np.log(chance) - np.log1p(-chance)
    np.testing.assert_allclose(shares.base + shares.log_odds.sum(axis=1), odds, atol=1e-9)
    np.testing.assert_allclose(shares.base_chance + shares.points.sum(axis=1), chance, atol=1e-9)
    assert (np.sign(shares.points) == np.sign(shares.log_odds)).all()


def test_points_where_the_way_is_nothing() -> None:
    """Shares that cancel out exactly: the slope of the curve takes the ratio's place."""
    base = np.array([-1.0, -1.0])
    shares = np.array([[0.5, -0.5], [0.5, -0.5 + 1e-9]])
    points = as_points(shares, base, base + shares.sum(axis=1))
    p = float(chance_of_odds(base)[0])
    np.testing.assert_allclose(points[0], [0.5 * p * (1 - p), -0.5 * p * (1 - p)])
    np.testing.assert_allclose(points[1], points[0], atol=1e-8)
