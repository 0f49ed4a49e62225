"""A hazard whose level goes with the season, drawn towards nothing.

Where a company declares the month of the year as a signal (`MonthOfYear`), accounts are told
apart without it, and each month then gets a shift of its own for all of them. Read like any
other signal, a month would only name a training date, and a tree would learn by heart what
happened on it.

Half of what a month differs from the others, beyond chance, is taken for its season: with one
year of history a season and an accident of that year look the same, and half costs least if
they are as large as each other. Beyond chance is by the method of moments of DerSimonian and
Laird (1986). A month that was never seen has no shift.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.encoding import InputSchema, Matrix
from models.flavours.base import Fitted, Flavour, Vector, sigmoid
from models.flavours.shifted import LOOSE, FittedShifted, shift_under_prior

SEASONAL_SHARE = 0.5
"""Of what lies between months beyond chance, before there are several years to tell."""
LOST_AND_KEPT = 1
"""Rows of either kind that a month needs to be looked at."""


@dataclass(frozen=True)
class Seasonal:
    """Fits a flavour blind to the month, then a shift for each month; without one, the flavour.

    Attributes:
        name: the flavour's, in bundles.
    """

    name: str
    flavour: Flavour

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> Fitted:
        """Fit on rows at risk; `lost` is 0 or 1."""
        column = season_column(schema)
        if column is None:
            return self.flavour.fit(inputs, lost, schema, seed)
        blind = inputs.copy()
        blind[:, column] = 0.0
        inner = self.flavour.fit(blind, lost, without_words(schema, column), seed)
        shifts = season_shifts(inner.log_odds(blind), lost, inputs[:, column], schema, column)
        return FittedShifted(self.name, inner, column, shifts)


def season_column(schema: InputSchema) -> int | None:
    """Position of the column that is declared to be the month of the date; None without one.

    Words alone do not tell: the month in which an account's year ends is its own.
    """
    return next((place for place, column in enumerate(schema.columns) if column.season), None)


def without_words(schema: InputSchema, column: int) -> InputSchema:
    """The schema with a column of no words, of which no flavour can tell anything."""
    columns = list(schema.columns)
    columns[column] = replace(columns[column], words=())
    return InputSchema(tuple(columns))


def season_shifts(
    log_odds: Vector, lost: Vector, codes: Vector, schema: InputSchema, column: int
) -> tuple[float, ...]:
    """The shift of each month, in code order; 0 for one without losses or survivals.

    Args:
        log_odds: what the rows are given without the month, shape (rows,).
        lost: 0 or 1.
        codes: of the rows' months.
        schema: of the inputs.
        column: the month's.
    """
    size = len(schema.columns[column].words or ())
    effect, noise = np.full(size, np.nan), np.full(size, np.nan)
    for month in range(size):
        mine = codes == month
        if min(lost[mine].sum(), (1 - lost[mine]).sum()) < LOST_AND_KEPT:
            continue
        effect[month] = shift_under_prior(log_odds[mine], lost[mine], 1.0, LOOSE)
        p = sigmoid(log_odds[mine] + effect[month])
        noise[month] = 1 / np.sum(p * (1 - p))
    seen = ~np.isnan(effect)
    shifts = np.zeros(size)
    if seen.sum() > 1:
        shifts[seen] = SEASONAL_SHARE * shrunken(effect[seen], noise[seen])
    return tuple(map(float, shifts))


def shrunken(effect: Vector, noise: Vector) -> Vector:
    """Effects, each drawn towards 0, the level of all rows together, as its noise demands.

    Args:
        effect: estimates, shape (months,).
        noise: their variances.
    """
    weight = 1 / noise
    apart = effect - np.average(effect, weights=weight)
    surplus = float(np.sum(weight * apart**2)) - (len(effect) - 1)
    between = max(0.0, surplus / float(weight.sum() - np.sum(weight**2) / weight.sum()))
    return np.asarray(effect * between / (between + noise))
