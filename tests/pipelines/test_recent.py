"""Answers that were worked out lately."""

import pytest

from pipelines.recent import Recent


def test_an_answer_is_made_once_for_a_stamp():
    recent, made = Recent(), []

    def make():
        made.append(1)
        return len(made)

    assert [recent.of("run", "a", make), recent.of("run", "a", make)] == [1, 1]
    assert recent.of("run", "b", make) == 2
    assert recent.of("later run", "a", make) == 3
    assert recent.of("run", "a", make) == 4


def test_the_one_not_asked_for_longest_goes_first():
    recent, made = Recent(most=2), []
    for asked in ("a", "b", "a", "c", "a", "b"):
        recent.of("run", asked, lambda asked=asked: made.append(asked))
    assert made == ["a", "b", "c", "b"]


def test_what_fails_is_asked_again():
    recent = Recent()

    def fail():
        raise ValueError("not there yet")

    with pytest.raises(ValueError, match="not there yet"):
        recent.of("run", "a", fail)
    assert recent.of("run", "a", lambda: 1) == 1


def test_an_answer_of_an_earlier_stamp_is_not_kept():
    recent = Recent()
    late = recent.of("run", "a", lambda: recent.of("later run", "b", lambda: "new") and "old")
    assert late == "old"
    assert recent.of("later run", "a", lambda: "anew") == "anew"
