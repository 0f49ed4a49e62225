"""Short findings read well with any number."""

import pytest

from serving.console.openings import finding


@pytest.mark.parametrize(
    ("signal", "value", "said"),
    [
        ("adoption__users_30d", "1", "Only 1 person uses it"),
        ("adoption__users_30d", "12", "Only 12 people use it"),
        ("adoption__features_90d", "1", "Only 1 part in use"),
        ("adoption__users_30d", "0", "Nobody uses it"),
        ("adoption__features_90d", "0", "No part in use"),
        ("profile__renewal", "0", "Renews today"),
        ("experience__nps_best_365d", "0", "NPS rating of 0"),
        ("profile__renewal", "1", "Renews in 1 day"),
        ("profile__renewal", "21", "Renews in 21 days"),
        ("experience__nps_best_365d", "9", "NPS rating of 9"),
        ("adoption__users_change_30d", "1", "Fewer people use it"),
        ("profile__employees", "1", ""),
    ],
)
def test_a_finding_agrees_with_its_number(signal: str, value: str, said: str) -> None:
    assert finding(signal, value) == said
