"""Leavers against the accounts of their stratum that stayed: differences and what they stray by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.stats import t as student

from models.dataset import Mask
from models.encoding import Matrix
from models.metrics.bootstrap import Ints, Vector

LEAST_ACCOUNTS = 5
"""Leaving accounts below which nothing is said."""


@dataclass(frozen=True)
class Difference:
    """Mean difference of leavers from their strata, for each column.

    Attributes:
        weight: rows of leavers that were compared, shape (columns,).
        accounts: how many leaving accounts they come from, likewise.
        value: mean difference, NaN where too few were compared.
        error: its standard error, clustered by account (Liang and Zeger, Biometrika 1986).
    """

    weight: Vector
    accounts: Vector
    value: Vector
    error: Vector

    @property
    def t(self) -> Vector:
        """Differences in standard errors; NaN where there is none."""
        out = np.full(len(self.error), np.nan)
        return np.asarray(np.divide(self.value, self.error, out=out, where=self.error > 0))

    @property
    def p(self) -> Vector:
        """Two-sided p-values of no difference, by Student's t over the leaving accounts."""
        found: Vector = 2 * student.sf(np.abs(self.t), np.maximum(self.accounts - 1, 1))
        return found

    def interval(self, level: float = 0.95) -> tuple[Vector, Vector]:
        """Ends of the intervals that hold each difference with probability `level`."""
        half = student.ppf((1 + level) / 2, np.maximum(self.accounts - 1, 1)) * self.error
        return self.value - half, self.value + half


def joined(parts: Sequence[Difference]) -> Difference:
    """The differences of several blocks of columns, side by side."""
    return Difference(
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.accounts for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.error for part in parts]),
    )


@dataclass(frozen=True)
class Contrast:
    """Sums from which a difference and its error come; contrasts of columns add up.

    Attributes:
        weight: rows of leavers that were compared, shape (columns,).
        accounts: how many leaving accounts they come from, likewise.
        total: sum of the differences, likewise.
        pull: what each account moves that sum by, shape (accounts, columns).
    """

    weight: Vector
    accounts: Vector
    total: Vector
    pull: Matrix

    def __add__(self, other: "Contrast") -> "Contrast":
        return Contrast(
            self.weight + other.weight,
            np.maximum(self.accounts, other.accounts),
            self.total + other.total,
            self.pull + other.pull,
        )

    def difference(self) -> Difference:
        """The mean difference; NaN where fewer than five leaving accounts were compared."""
        clusters, weight = np.maximum(self.accounts, 2), np.maximum(self.weight, 1)
        error = np.sqrt((self.pull**2).sum(axis=0) * clusters / (clusters - 1)) / weight
        value = np.where(self.accounts < LEAST_ACCOUNTS, np.nan, self.total / weight)
        return Difference(self.weight, self.accounts, value, error)


def contrast(
    values: Matrix, leaving: Mask, staying: Mask, strata: Ints, owner: Ints, owners: int
) -> Contrast:
    """Compare each leaver with the mean of those of its stratum that stayed.

    A missing value takes its row out for that column alone. A leaver in whose stratum nobody
    stayed with a value is not compared. The error counts both what leavers stray by and what
    the strata's means do: each account's rows are summed before they are squared.

    Args:
        values: shape (rows, columns), NaN is missing.
        leaving: rows of accounts about to be lost.
        staying: rows of accounts still there when those are lost.
        strata: the stratum of each row, shape (rows,).
        owner: the account of each row, from 0 to `owners - 1`.
        owners: how many accounts there are.
    """
    used = np.flatnonzero(leaving | staying)
    known = np.isfinite(values[used])
    filled = np.where(known, values[used], 0.0)
    place = np.unique(strata[used], return_inverse=True)[1]
    gone, there = known & leaving[used, None], known & staying[used, None]
    sums = _summed(place, place)
    many = sums @ there.astype(float)
    mean = np.divide(sums @ (filled * there), many, out=np.zeros_like(many), where=many > 0)
    gone &= many[place] > 0
    weight = gone.sum(axis=0).astype(float)
    away = filled - mean[place]
    total = (away * gone).sum(axis=0)
    share = np.divide(sums @ gone.astype(float), many, out=np.zeros_like(many), where=many > 0)
    moves = gone * (away - total / np.maximum(weight, 1)) - there * share[place] * away
    mine = _summed(owner[used], np.array([owners - 1]))
    accounts = ((mine @ gone.astype(float)) > 0).sum(axis=0).astype(float)
    return Contrast(weight, accounts, total, mine @ moves)


def within(values: Matrix, strata: Ints, traits: Matrix) -> Matrix:
    """Values less their stratum's mean and what the traits foretell of the rest.

    Strata are coarse: an account may be larger or older than others of its class. A linear
    fit on the traits, itself within strata, takes that out (as in bias-corrected matching,
    Abadie and Imbens, JBES 2011).

    Args:
        values: shape (rows, columns), NaN is missing.
        strata: the stratum of each row, shape (rows,).
        traits: shape (rows, traits), complete.
    """
    sums = _summed(strata, strata)
    known = np.isfinite(values)
    many = np.maximum(sums @ known.astype(float), 1)
    away = values - ((sums @ np.where(known, values, 0.0)) / many)[strata]
    counts = np.maximum(sums @ np.ones(len(strata)), 1)
    centred = traits - ((sums @ traits) / counts[:, None])[strata]
    out = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        rows = np.flatnonzero(known[:, column])
        if len(rows) > traits.shape[1]:
            fit = np.linalg.lstsq(centred[rows], away[rows, column], rcond=None)[0]
            out[rows, column] = away[rows, column] - centred[rows] @ fit
    return out


def _summed(places: Ints, known: Ints) -> csr_array:
    """A matrix that sums rows by their place; as many places as `known` tells."""
    size = int(known.max()) + 1 if len(known) else 0
    ones = np.ones(len(places))
    return coo_array((ones, (places, np.arange(len(places)))), shape=(size, len(places))).tocsr()
