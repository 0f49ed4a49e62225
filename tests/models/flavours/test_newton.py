"""A line learnt from chances is the line of as many tosses."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.flavours.base import sigmoid
from models.flavours.newton import fit_chances


@pytest.mark.parametrize(("steep", "variance"), [(0.5, 0.001), (1.0, 0.1), (4.0, 100.0)])
def test_a_chance_is_as_good_as_two_weighed_rows(steep: float, variance: float) -> None:
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(800, 6)) * [1, 1, 5, 0.1, 1, 1]
    chance = sigmoid(steep * (inputs[:, 0] - inputs[:, 4]) - 3 + rng.normal(size=800))
    chance[:50] = 0.0
    found, intercept = fit_chances(inputs, chance, variance)
    model = LogisticRegression(C=variance, solver="newton-cholesky", tol=1e-10)
    both = np.concatenate([inputs, inputs]), np.repeat([0, 1], 800)
    model.fit(*both, sample_weight=np.concatenate([1 - chance, chance]))
    np.testing.assert_allclose(found, model.coef_[0], rtol=1e-4, atol=1e-5)
    assert intercept == pytest.approx(model.intercept_[0], abs=1e-4)


def test_what_lies_far_off_is_reached() -> None:
    inputs = np.linspace(-40, 40, 400)[:, None]
    chance = sigmoid(3 * inputs[:, 0] + 30)
    found, intercept = fit_chances(inputs, chance, 1e6)
    assert found[0] == pytest.approx(3, rel=1e-3)
    assert intercept == pytest.approx(30, rel=1e-3)
