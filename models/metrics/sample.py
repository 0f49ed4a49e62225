"""What the metrics look at: rows with an outcome, and what one score said of them."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.metrics.bootstrap import Vector

Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Rows of accounts at dates; every array is of shape (rows,).

    Attributes:
        lost: 0 or 1 within the horizon.
        chance: of loss within the horizon, 0 to 1. Figures that look at the order of the rows
            alone take any number that is higher for a greater risk.
        arr: yearly revenue in the company's currency, NaN where not known.
        day: `as_of` as a day number.
        chosen: the share in which the team's capacity reached the row at its date, 0 to 1.
        lead: on an account's last row before its loss, the days since when it had been red
            without a break; NaN on all other rows.
        window: rows of one account that share a number have horizons that overlap.
    """

    lost: Vector
    chance: Vector
    arr: Vector
    day: Days
    chosen: Vector
    lead: Vector
    window: Days

    def take(self, rows: npt.NDArray[np.bool_]) -> "Sample":
        """Some of the rows; what the team could answer stays as it was decided over all."""
        names = ("lost", "chance", "arr", "day", "chosen", "lead", "window")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def by_chance(lost: Vector, chance: Vector, weight: Vector) -> tuple[Vector, Vector]:
    """Weight of the lost and of those who stayed at each distinct chance, lowest first."""
    _, place = np.unique(chance, return_inverse=True)
    gone, there = (np.bincount(place, weight * part) for part in (lost, 1 - lost))
    return np.asarray(gone, np.float64), np.asarray(there, np.float64)
