"""Two comparisons of the same two models, and what follows from both."""

from dataclasses import replace

import pytest

from models.comparison import Comparison, Outcome
from models.succession import succession

SAME = Comparison("v1", "v2", Outcome.NOT_BETTER, False, ("the same recipe",))
BETTER = Comparison(
    "v1", "v2", Outcome.BETTER, True, ("better beyond doubt: .", "a remark"), 90, 800
)
WORSE = replace(BETTER, outcome=Outcome.WORSE, promotable=False, reasons=("worse beyond doubt: .",))


def test_newer_rows_let_the_same_recipe_follow_a_stale_champion() -> None:
    found = succession(SAME, BETTER)
    assert found.promotable
    assert found.since == BETTER
    assert found.reasons == (
        "on 800 rows since it was trained, at 90 days: better beyond doubt: .",
        "since then: a remark",
        "the same recipe",
    )


@pytest.mark.parametrize(
    ("recipes", "since", "promotable"),
    [
        (BETTER, SAME, True),
        (BETTER, WORSE, False),
        (WORSE, BETTER, False),
        (SAME, SAME, False),
        (SAME, replace(BETTER, promotable=False), False),  # a tier or the slope forbids it
    ],
)
def test_either_may_tell_and_neither_may_object(
    recipes: Comparison, since: Comparison, promotable: bool
) -> None:
    assert succession(recipes, since).promotable is promotable


def test_without_newer_rows_the_recipes_decide_and_what_lacks_is_said() -> None:
    nothing = replace(SAME, outcome=Outcome.NOT_COMPARABLE, reasons=("no rows",))
    assert succession(BETTER, None, "7 more are needed").reasons[-1] == "7 more are needed"
    assert succession(BETTER, nothing).reasons[-1] == "no rows"
    assert succession(BETTER, None).promotable
    assert succession(SAME, BETTER, "7 more at 180 days").reasons[2] == "7 more at 180 days"
