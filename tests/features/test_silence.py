"""A source is silent by its own rhythm, never because it comes in batches or seldom."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.history import Arrived, arrivals
from features.lake import Lake
from features.silence import Hole, holes, quiet_from, silent_since

TODAY = date(2026, 6, 30)


def arrived(rows: Callable[[int], int], quiet: int, days: int = 200) -> dict[date, int]:
    """Rows by day; the last day that may bring any lies `quiet` days ago."""
    found = {TODAY - timedelta(days=n): rows(n) for n in range(quiet, days)}
    return {day: count for day, count in found.items() if count}


@pytest.mark.parametrize("quiet", [14, 15, 60, 150])
def test_a_daily_source_that_stopped_is_silent_however_long_ago(quiet: int) -> None:
    found = silent_since(arrived(lambda _: 5, quiet, 400), TODAY, 14)
    assert found == TODAY - timedelta(days=quiet)


def test_one_day_less_is_no_silence() -> None:
    assert silent_since(arrived(lambda _: 5, 13), TODAY, 14) is None
    assert silent_since(arrived(lambda _: 5, 0), TODAY, 14) is None


def test_too_few_rows_may_be_missing_by_chance() -> None:
    every_day, every_third_day = (lambda _: 2), (lambda n: int(n % 3 == 0))
    assert silent_since(arrived(every_day, 20), TODAY, 14) is not None
    assert silent_since(arrived(every_third_day, 20), TODAY, 14) is None


@pytest.mark.parametrize("apart", [30, 91])
def test_batches_are_a_rhythm(apart: int) -> None:
    assert silent_since(arrived(lambda n: 500 * (n % apart == 20), 0), TODAY, 14) is None


def test_weekends_are_a_rhythm() -> None:
    workdays = arrived(lambda n: 50 * ((TODAY - timedelta(days=n)).weekday() < 5), 2)
    assert silent_since(workdays, TODAY, 2) is None


def test_a_source_that_has_just_begun_says_nothing_yet() -> None:
    assert silent_since(arrived(lambda _: 50, 20, 60), TODAY, 14) is None
    assert silent_since({}, TODAY, 14) is None


def test_quiet_from() -> None:
    assert quiet_from(TODAY, 14) == date(2026, 6, 16)


def but(*gaps: tuple[int, int], days: int = 900) -> dict[date, int]:
    """Five rows a day, but for days so long ago: from, to."""
    every = arrived(lambda _: 5, 0, days)
    gone = {TODAY - timedelta(days=n) for first, last in gaps for n in range(last, first + 1)}
    return {day: rows for day, rows in every.items() if day not in gone}


def hole(first: int, last: int) -> Hole:
    return Hole(TODAY - timedelta(days=first), TODAY - timedelta(days=last))


def test_a_silence_that_came_to_an_end_is_a_hole() -> None:
    assert holes(but((230, 200), (80, 67)), TODAY, 14) == (hole(230, 200), hole(80, 67))
    assert holes(but((230, 200)), TODAY - timedelta(days=215), 14) == ()


def test_what_is_shorter_or_has_no_rhythm_to_miss_is_none() -> None:
    assert holes(but((212, 200)), TODAY, 14) == ()
    assert holes(but((30, 0)), TODAY, 14) == ()
    assert holes(arrived(lambda n: 500 * (n % 30 == 20), 0), TODAY, 14) == ()


def test_a_silence_at_the_same_time_of_two_years_is_a_season() -> None:
    assert holes(but((330, 300), (700, 670)), TODAY, 14) == ()
    assert len(holes(but((330, 300), (540, 510)), TODAY, 14)) == 2


def test_a_hole_is_felt_for_twice_its_length_and_no_longer_than_a_quarter() -> None:
    one, long = hole(230, 201), hole(600, 301)
    assert [n for n in (231, 230, 201, 141, 140) if one.spoils(TODAY - timedelta(days=n))] == [
        230, 201, 141,
    ]  # fmt: skip
    assert (long.felt_until - long.last).days == 90


def test_rows_arrive_when_they_have_happened_and_are_known(tmp_path: Path) -> None:
    lake = Lake(tmp_path, 2)
    days = [(1, 1), (1, 1), (1, 4), (3, 3), (5, 5)]
    usage = [
        {
            "account_id": f"a{n}",
            "event": "call",
            "occurred_at": datetime(2026, 6, happened, 12, tzinfo=UTC),
            "known_at": datetime(2026, 6, known, 23, 59, tzinfo=UTC),
        }
        for n, (happened, known) in enumerate(days)
    ]
    rows = {"accounts": [], "usage": usage}
    lake.replace(
        {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()},
        frozenset(),
    )
    found = arrivals(lake, "usage", date(2026, 6, 4))
    assert found == {date(2026, 6, 1): 2, date(2026, 6, 3): 1, date(2026, 6, 4): 1}
    several = Arrived(lake, date(2026, 6, 4))
    for day in range(1, 5):
        as_of = date(2026, 6, day)
        assert several.by("usage", as_of) == arrivals(lake, "usage", as_of)
