"""How many losses allow what, and how many more are needed."""

import pytest

from models.sufficiency import CHECKED, LEAST, PLENTY, Level, of_count, sufficiency


@pytest.mark.parametrize(
    ("lost", "level", "needed"),
    [
        (0, Level.NONE, LEAST),
        (LEAST - 1, Level.NONE, 1),
        (LEAST, Level.FEW, CHECKED - LEAST),
        (CHECKED, Level.SOME, PLENTY - CHECKED),
        (PLENTY - 1, Level.SOME, 1),
        (PLENTY, Level.ENOUGH, 0),
        (10_000, Level.ENOUGH, 0),
    ],
)
def test_levels(lost: int, level: Level, needed: int) -> None:
    found = of_count(lost)
    assert (found.level, found.lost, found.needed) == (level, lost, needed)


def test_words_say_how_many_more() -> None:
    assert of_count(40).words == (
        "40 accounts were seen to be lost: they allow base rate by segment; "
        f"with {CHECKED - 40} more, strongly shrunken regressions"
    )
    assert of_count(500).words.endswith("they allow every kind of model")


def test_flavours_follow_the_level() -> None:
    wished = ("lightgbm",)
    assert [of_count(n).flavours(wished) for n in (0, 10, 60, 200)] == [
        (), (), ("shrunken", "logistic", "single"), wished,
    ]  # fmt: skip


def test_accounts_are_counted_and_the_rarer_kind(make_world) -> None:
    data = make_world(seed=1)
    risk = data.matured(30, data.data_as_of)
    lost = set(data.frame["account_id"][risk & data.lost_within(30)])
    assert sufficiency(data).lost == len(lost) > PLENTY
    everyone = make_world(seed=1, accounts=40, base=0.9)
    kept = everyone.matured(30, everyone.data_as_of) & ~everyone.lost_within(30)
    assert sufficiency(everyone).lost == everyone.frame["account_id"][kept].nunique()
