"""What speaks against scores and figures, in the same sentences wherever they are shown."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from features.silence import Hole

if TYPE_CHECKING:
    from serving.store import RunInfo


def notices(run: "RunInfo") -> list[str]:
    """Everything that speaks against the scores of a published run."""
    return [*told_felt(run.holes), *told_ended(run.ended, run.as_of)]


def told_ended(accounts: int, as_of: date) -> list[str]:
    """One sentence about accounts that are missing since the day itself; none about none."""
    if not accounts:
        return []
    before = as_of - timedelta(days=1)
    return [
        f"{accounts:,} accounts are not scored: their paid subscription ended on {as_of}, and no "
        "other follows. If their next period is not loaded yet, load it; or score the day before "
        f"(--as-of {before}). Days are UTC: what was recorded late on {before} west of Greenwich "
        f"already makes {as_of} the newest date."
    ]


def told_felt(found: Sequence[Hole]) -> list[str]:
    """One sentence for each hole in usage that scores tell of."""
    follows = (
        "until {} signals take that for silence of the accounts, and scores are not to be trusted"
    )
    return [told_hole(hole, follows.format(hole.felt_until)) for hole in found]


def told_hole(hole: Hole, follows: str) -> str:
    """When usage was not recorded, what follows, and what to do."""
    return (
        f"Nothing came from usage from {hole.first} to {hole.last}, though it did before and "
        f"after: {follows}. Load what is missing, with when it happened, if it can be had."
    )


def told_choice(among: int) -> str:
    """What it means for figures that their rows chose the model; empty where there was no choice.

    Measured in experiments/quality/chosen.py.
    """
    if among < 2:
        return ""
    return (
        f"Which of {among} ways to foretell is used was chosen by the very rows of these figures: "
        "in simulated companies that makes the log loss look better by less than .002, less than "
        "a tenth of its range to either side"
    )
