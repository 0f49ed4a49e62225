"""Instants in whole microseconds, and the end of a day."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np

from features.clock import DAY, MISSING, cut_of, day_of, days_between, instant_of, midnight


def test_the_cut_is_the_next_midnight() -> None:
    assert cut_of(date(1970, 1, 1)) == DAY
    assert cut_of(date(2024, 2, 28)) == midnight(date(2024, 2, 29))
    assert cut_of(date(1969, 12, 31)) == 0


def test_an_instant_lies_on_its_day_of_utc() -> None:
    moment = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
    assert instant_of(moment) == cut_of(date(2024, 2, 29)) - 1
    assert day_of(instant_of(moment)) == date(2024, 2, 29)
    assert day_of(instant_of(moment) + 1) == date(2024, 3, 1)
    assert day_of(-1) == date(1969, 12, 31)


def test_zones_are_brought_to_utc_and_none_is_utc() -> None:
    east = timezone(timedelta(hours=9))
    assert instant_of(datetime(2024, 3, 1, 8, tzinfo=east)) == instant_of(datetime(2024, 2, 29, 23))


def test_days_between_are_fractions_and_missing_where_either_is() -> None:
    days = days_between(np.array([0, MISSING, 0]), np.array([DAY // 2, DAY, MISSING]))
    assert days[0] == 0.5
    assert np.isnan(days[1:]).all()
