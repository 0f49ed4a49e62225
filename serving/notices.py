"""What scores of a date cannot be trusted for, in the same sentences wherever they are shown."""

from collections.abc import Sequence

from features.silence import Hole


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
