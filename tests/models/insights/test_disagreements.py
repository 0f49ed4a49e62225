import numpy as np
import pytest

from models.insights.disagreements import disagreements

HEALTH = [90.0] * 12 + [10.0] * 12


@pytest.fixture
def found(standing):
    mrr, before = np.full(24, 100.0), np.full(24, 100.0)
    mrr[0], mrr[12] = 60.0, 180.0  # a green one pays less, a red one more
    mrr[13] = 60.0  # a red one pays less: no disagreement
    renewal, auto = np.full(24, 300.0), np.ones(24)
    renewal[1], auto[1] = 40.0, 0.0
    seats = np.full(24, 10.0)
    now = {
        "profile__mrr": mrr,
        "adoption__seats": seats,
        "profile__renewal": renewal,
        "profile__auto_renew": auto,
    }
    past = {"profile__mrr": before, "adoption__seats": seats}
    return disagreements(standing(now, HEALTH, days_180=past)).told


def test_both_ways_and_the_largest_first(found):
    assert [(d.account_id, d.kind) for d in found] == [
        ("a012", "grows"),
        ("a001", "undecided"),
        ("a000", "shrinks"),
    ]
    assert found[0].yearly == 12 * 180


def test_the_signs_say_what_was_seen(found):
    signs = {d.kind: d.signs for d in found}
    assert signs["shrinks"] == ("revenue per month went from 100 to 60 in 180 days",)
    assert signs["undecided"] == ("the contract ends in 40 days and does not renew by itself",)
    assert all(d.reading for d in found)


def test_without_contracts_the_reason_is_given(standing):
    found = disagreements(standing({"consumption__volume_90d": np.ones(24)}, HEALTH))
    assert found.told == ()
    assert found.reason
