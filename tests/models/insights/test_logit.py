import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.insights.logit import fit_logit


def test_it_is_the_ridge_regression_of_scikit_learn():
    rng = np.random.default_rng(1)
    given = rng.normal(size=(300, 4))
    happened = (rng.random(300) < 1 / (1 + np.exp(-given[:, 0] + 0.5))).astype(float)
    other = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(given, happened)
    found = fit_logit(given, happened, ridge=2.0)
    assert found.weights == pytest.approx(np.r_[other.intercept_, other.coef_[0]], abs=1e-5)
    assert found.chance(given) == pytest.approx(other.predict_proba(given)[:, 1], abs=1e-5)


def test_covariates_that_tell_without_error_still_give_a_fit():
    given = np.r_[-np.ones(20), np.ones(20)][:, None]
    found = fit_logit(given, (given[:, 0] > 0).astype(float))
    assert np.isfinite(found.weights).all()
    assert found.chance(given)[0] < 0.2


def test_all_of_one_kind():
    assert fit_logit(np.zeros((30, 1)), np.ones(30)).chance(np.zeros((1, 1)))[0] > 0.99
