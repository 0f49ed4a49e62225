"""The gaps between active days: what is usual for an account, and what it came back from."""

from dataclasses import dataclass

from features.clock import Floats
from features.kernel import gaps
from features.kernel.gaps import LONGEST, OUTLASTED, SPREAD, USUAL
from features.measures.lens import Lens, Numeric
from features.rows import Rows
from features.span import Span

GAPS = "gaps"


class _OfGaps(Numeric):
    """A figure of the gaps, which are found once for all such measures."""

    columns = ()

    def shares(self, spans: tuple[Span, ...]) -> dict[str, tuple[Span, ...]]:
        """The gaps of each window."""
        return {GAPS: spans}


@dataclass(frozen=True)
class UsualGap(_OfGaps):
    """Median days from one active day to the next."""

    def over(self, lens: Lens) -> Floats:
        """Medians; NaN with fewer than two active days."""
        return _gaps(lens)[:, USUAL]


@dataclass(frozen=True)
class LongestGap(_OfGaps):
    """Most days from one active day to the next: the longest silence they came back from."""

    def over(self, lens: Lens) -> Floats:
        """Days; NaN with fewer than two active days."""
        return _gaps(lens)[:, LONGEST]


@dataclass(frozen=True)
class GapSpread(_OfGaps):
    """How unlike one another the gaps are: their standard deviation in days."""

    def over(self, lens: Lens) -> Floats:
        """Deviations; NaN with fewer than three active days."""
        return _gaps(lens)[:, SPREAD]


@dataclass(frozen=True)
class OutlastedShare(_OfGaps):
    """Share of the gaps that lasted longer than the silence so far, 0 to 1.

    The account's own chance of coming back, as its past tells it: at 0 it has never been
    silent for so long and come back.
    """

    def over(self, lens: Lens) -> Floats:
        """Shares; NaN with fewer than two active days."""
        return _gaps(lens)[:, OUTLASTED]


def _gaps(lens: Lens) -> Floats:
    """What is told of the gaps, shape (S, 4, A, K)."""
    return lens.each_span(lens.rows, GAPS, lambda some: _found(some, lens.rows))


def _found(lens: Lens, rows: Rows) -> Floats:
    days, grid = rows.active_days, rows.grid
    return gaps(days.begin, days.day, days.first, days.last, grid.cuts, grid.reach, lens.far)
