"""Horizons, and the intervals between them over which hazards are learnt."""

from dataclasses import dataclass

from models.score import HORIZONS


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days after `as_of` from `start` (exclusive) to `end` (inclusive)."""

    start: int
    end: int

    @property
    def name(self) -> str:
        """How the interval is called in files and figures, e.g. `30-90`."""
        return f"{self.start}-{self.end}"


INTERVALS: tuple[Interval, ...] = tuple(
    Interval(start, end) for start, end in zip((0, *HORIZONS[:-1]), HORIZONS, strict=True)
)

SLACK = 5
"""An account is seen again after a time if it is seen up to so many days sooner or later."""
SEEN_AGAIN = (INTERVALS[0].end - SLACK, INTERVALS[0].end + SLACK)
"""An account seen so many days later, from and to, is seen again a month later."""
