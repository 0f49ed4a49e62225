"""The gaps between active days, by hand."""

from collections.abc import Callable

from features.measures import GapSpread, LongestGap, OutlastedShare, UsualGap

Spec = Callable[..., None]

USAGE = """
account | occurred_at
a1      | 2026-01-01
a1      | 2026-01-03
a1      | 2026-01-03
a1      | 2026-01-04
a1      | 2026-01-10
one     | 2026-01-03
two     | 2026-01-03
two     | 2026-01-08
"""


def test_the_usual_gap_is_the_median(spec: Spec) -> None:
    expected = {
        "2026-01-03": {"a1": 2, "one": None, "two": None},
        "2026-01-04": {"a1": 1.5, "one": None, "two": None},
        "2026-01-12": {"a1": 2, "one": None, "two": 5},
    }
    spec(UsualGap(), expected, usage=USAGE)
    spec(UsualGap(), {"2026-01-12": {"a1": 6, "one": None, "two": None}}, window=9, usage=USAGE)


def test_the_longest_gap_is_one_they_came_back_from(spec: Spec) -> None:
    spec(LongestGap(), {"2026-03-01": {"a1": 6, "one": None, "two": 5}}, usage=USAGE)


def test_the_spread_needs_two_gaps(spec: Spec) -> None:
    expected = {"a1": 7**0.5, "one": None, "two": None}
    spec(GapSpread(), {"2026-03-01": expected}, usage=USAGE)


def test_the_share_of_gaps_that_outlasted_the_silence_so_far(spec: Spec) -> None:
    expected = {
        "2026-01-10": {"a1": 1, "one": None, "two": 1},
        "2026-01-11": {"a1": 2 / 3, "one": None, "two": 1},
        "2026-01-12": {"a1": 1 / 3, "one": None, "two": 1},
        "2026-01-15": {"a1": 1 / 3, "one": None, "two": 0},
        "2026-01-16": {"a1": 0, "one": None, "two": 0},
    }
    spec(OutlastedShare(), expected, usage=USAGE)


def test_a_day_that_becomes_known_late_parts_a_gap_only_then(spec: Spec) -> None:
    usage = """
    account | occurred_at | known_at
    a1      | 2026-01-01  | 2026-01-01
    a1      | 2026-01-05  | 2026-01-20
    a1      | 2026-01-11  | 2026-01-11
    """
    spec(UsualGap(), {"2026-01-15": 10, "2026-01-25": 5}, usage=usage)
    spec(LongestGap(), {"2026-01-15": 10, "2026-01-25": 6}, usage=usage)
