"""How far off a chance may be, by the test of the model that said it."""

from dataclasses import asdict, replace
from datetime import date

import pytest

from models.metrics import Estimate
from models.score import Band
from models.track_record import Group, TrackRecord
from serving.console.account.likely import likely, likely_ranges
from serving.store import HistoryPoint

GROUPS = (
    Group(0.05, Estimate(0.04, 0.02, 0.08), 500),
    Group(0.50, Estimate(0.55, 0.45, 0.65), 80),
)


@pytest.mark.parametrize("group", GROUPS)
def test_of_a_tested_chance_it_is_what_came(group):
    assert likely(group.said, GROUPS) == pytest.approx((group.came.low, group.came.high))


def test_it_rises_with_the_chance_and_stays_within_nothing_and_all():
    found = [likely(chance, GROUPS) for chance in (0.0, 0.05, 0.2, 0.5, 0.9, 1.0)]
    assert found == sorted(found)
    assert all(0 < low < high < 1 for low, high in found)


def test_nothing_left_of_a_group_has_a_range_all_the_same():
    low, high = likely(0.05, (Group(0.05, Estimate(0.0, 0.0, 0.01), 40),))
    assert 0 < low < high == pytest.approx(0.01)


def test_only_models_whose_test_is_kept_have_ranges(champion):
    record = TrackRecord(90, ("2025-01-31", "2025-12-31"), 580, 90, 20, GROUPS, (), "", (), ())
    known = replace(champion, metrics={"track_record": asdict(record)})
    past = [
        HistoryPoint(date(2026, 5, 31), Band.RED, 50.0, 0.5, 90, known.version),
        HistoryPoint(date(2026, 6, 1), Band.GREY, None, None, 90, known.version),
        HistoryPoint(date(2026, 6, 2), Band.RED, 50.0, 0.5, 30, known.version),
        HistoryPoint(date(2026, 6, 3), Band.RED, 50.0, 0.5, 90, "older"),
    ]
    (found,) = likely_ranges(past, {known.version: known})
    assert found.day == date(2026, 5, 31)
    assert (found.low, found.high) == pytest.approx((35, 55))
