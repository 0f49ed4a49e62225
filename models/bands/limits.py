"""The thresholds of each account, and the bands they give by themselves."""

from dataclasses import dataclass

import numpy as np

from models.bands.accounts import Rows, Vector
from models.bands.codes import GREEN, GREY, RED, YELLOW, Codes


@dataclass(frozen=True)
class Limits:
    """The thresholds of each row, shape (rows,) each; green never reaches into red.

    Attributes:
        red_from: chance from which it is red; above 1 for never.
        green_below: chance below which it is green.
    """

    red_from: Vector
    green_below: Vector

    def take(self, rows: Rows) -> "Limits":
        """Some of the rows."""
        return Limits(self.red_from[rows], self.green_below[rows])


def plain(chance: Vector, limits: Limits) -> Codes:
    """Bands by thresholds alone, shape (rows,); grey where the chance is NaN."""
    found = np.full(len(chance), YELLOW, np.int8)
    found[chance < limits.green_below] = GREEN
    found[chance >= limits.red_from] = RED
    found[np.isnan(chance)] = GREY
    return found
