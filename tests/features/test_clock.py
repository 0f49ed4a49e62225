"""Instants in whole microseconds, and the end of a day."""

from datetime import date

from features.clock import DAY, cut_of, day_of, midnight


def test_the_cut_is_the_next_midnight() -> None:
    assert cut_of(date(1970, 1, 1)) == DAY
    assert cut_of(date(2024, 2, 28)) == midnight(date(2024, 2, 29))
    assert cut_of(date(1969, 12, 31)) == 0


def test_an_instant_lies_on_its_day_of_utc() -> None:
    last = cut_of(date(2024, 2, 29)) - 1
    assert day_of(last) == date(2024, 2, 29)
    assert day_of(last + 1) == date(2024, 3, 1)
    assert day_of(-1) == date(1969, 12, 31)
