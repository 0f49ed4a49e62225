"""When sources are silent, and when that leaves too little to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

SHARE_THAT_MATTERS = 0.10
"""Share of what moves the scores from which on silence makes every account grey."""


@dataclass(frozen=True, slots=True)
class SilentSource:
    """A source from which nothing has become known for too long.

    Attributes:
        table: of the contract.
        since: the last day on which anything became known.
        share: of the mean absolute shares of the log-odds at that date, what the signals of
            this table carry; 0 to 1.
    """

    table: str
    since: date
    share: float


def matter(sources: Sequence[SilentSource]) -> bool:
    """Whether silent sources carry so much that no band can be given."""
    return sum(each.share for each in sources) >= SHARE_THAT_MATTERS


def carried(
    names: Sequence[str], sizes: npt.NDArray[np.float64], table_of: Mapping[str, str]
) -> dict[str, float]:
    """The part of the mean absolute shares that each table's columns carry; adds up to 1.

    Args:
        names: the model's columns.
        sizes: mean absolute share of the log-odds of each column, shape (columns,).
        table_of: the table that each column is measured from.
    """
    total = float(sizes.sum())
    found: dict[str, float] = {}
    for name, part in zip(names, sizes, strict=True):
        table = table_of[name]
        found[table] = found.get(table, 0.0) + (float(part) / total if total else 0.0)
    return found
