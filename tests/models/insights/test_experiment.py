import pytest
from scipy.stats import norm

from models.insights.experiment import arm_size, proposed


def test_the_textbook_case():
    assert arm_size(0.20, 0.15) == 903


def test_that_many_accounts_have_the_power_asked_for():
    first, second = 0.3, 0.22
    size = arm_size(first, second)
    error = ((first * (1 - first) + second * (1 - second)) / size) ** 0.5
    assert norm.cdf((first - second) / error - norm.ppf(0.975)) == pytest.approx(0.8, abs=0.002)


def test_half_of_what_was_seen_is_looked_for():
    found = proposed(0.2, 0.1, new_a_month=43.0)
    assert found.hoped == pytest.approx(0.15)
    assert found.per_arm == 903
    assert found.months == pytest.approx(42.0)


def test_without_a_difference_there_is_nothing_to_try():
    assert arm_size(0.2, 0.2) is None
    assert proposed(0.2, 0.0, None).per_arm is None
