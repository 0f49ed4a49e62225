"""Where rows came from, so that a problem can name its file and line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Lines = NDArray[np.int64]
Unit = Literal["line", "row"]


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line in it; for a query, no file and a row."""

    file: str
    line: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of rows from one file or query.

    Attributes:
        file: the file as the user knows it; "" for a query.
        rows: how many rows came from it.
        unit: what positions count.
        find_lines: gives the line of every row; asked only where problems exist, because
            it reads the file again. None: a row's position is its ordinal.
    """

    file: str
    rows: int
    unit: Unit = "row"
    find_lines: Callable[[], Lines] | None = None

    def lines(self) -> Lines:
        """The position of each of the rows."""
        found = self.find_lines() if self.find_lines else None
        # A file that changed under us, or reads differently, has no lines to give.
        if found is None or len(found) != self.rows:
            return np.arange(1, self.rows + 1)
        return found


@dataclass(frozen=True, slots=True)
class Origin:
    """The segments that a table's rows were read from, in order."""

    segments: Sequence[Segment] = field(default_factory=tuple)

    def locate(self, rows: Sequence[int]) -> list[Place]:
        """The places of the given rows, counted from 0."""
        ends = np.cumsum([segment.rows for segment in self.segments])
        lines: dict[int, Lines] = {}
        places = []
        for row in rows:
            index = int(np.searchsorted(ends, row, side="right"))
            segment = self.segments[index]
            if index not in lines:
                lines[index] = segment.lines()
            offset = row - (int(ends[index]) - segment.rows)
            places.append(Place(segment.file, int(lines[index][offset]), segment.unit))
        return places
