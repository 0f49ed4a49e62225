"""What the column probes look at: each input in coarse classes, beside the days to the loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.dataset import Dataset, Mask
from models.encoding import InputColumn, Matrix
from models.material import Material
from models.metrics import Vector
from models.score import HORIZONS

Codes = npt.NDArray[np.int64]

MOST_ROWS = 100_000
"""Whole accounts are drawn from larger data: a leak shows in a fraction of the rows."""
TAIL = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04)
LIMITS = np.array([*TAIL, *np.linspace(0.08, 0.92, 13), *(1 - t for t in TAIL[::-1])])
"""Quantiles between which a number's classes lie: finer at both ends, where losses are."""
EDGES_FROM = 20_000
"""Rows that the limits of the classes are taken from."""
MISSING = 0
MOST_WORDS = 254
"""Classes of a column of words: with that of missing values they fit a byte."""
NEVER = len(HORIZONS)
"""The lead of rows whose account is lost later than the last horizon, or not at all."""
LEADS = NEVER + 1


@dataclass(frozen=True)
class Watched:
    """Rows with a certain outcome.

    Attributes:
        names: of the columns.
        codes: the class of each value, 0 for missing, shape (rows, columns).
        lead: which interval before the loss the row lies in, 0 the nearest, shape (rows,).
        ever: whether the account's loss was seen at all, shape (rows,).
        stratum: rows are compared within one: same date, same half of the accounts.
        half: which half of the accounts, 0 or 1.
        accounts: of each row.
        soon: how many leads lie within the primary horizon.
    """

    names: tuple[str, ...]
    codes: npt.NDArray[np.uint8]
    lead: Codes
    ever: Mask
    stratum: Codes
    half: Codes
    accounts: npt.NDArray[np.object_]
    soon: int

    @property
    def lost(self) -> Mask:
        """Rows whose account is lost within the primary horizon."""
        return np.asarray(self.lead < self.soon)


def rows_to_watch(dataset: Dataset, horizon: int, seed: int) -> npt.NDArray[np.int64]:
    """Rows whose outcome is certain and still ahead; of large data a part of the accounts.

    A loss that had happened by `as_of` and was known only later (day 0, as with a lapse) may
    well show in the signals of that day: no value of it came from the future.
    """
    certain = dataset.matured(horizon, dataset.data_as_of) & dataset.followed(horizon)
    rows = np.flatnonzero(certain & (dataset.event_days > 0))
    if len(rows) <= MOST_ROWS:
        return rows
    _, owner = np.unique(dataset.frame["account_id"].to_numpy(object)[rows], return_inverse=True)
    share = MOST_ROWS / len(rows)
    taken = np.random.default_rng(seed).random(int(owner.max()) + 1) < share
    return np.asarray(rows[taken[owner]])


def watch(material: Material, horizon: int) -> Watched:
    """The certain rows of `material`, coded; `horizon` is the primary one, in days."""
    dataset, seed = material.dataset, material.how.seed
    rows = rows_to_watch(dataset, horizon, seed)
    accounts = dataset.frame["account_id"].to_numpy(object)[rows]
    _, owner = np.unique(accounts, return_inverse=True)
    _, day = np.unique(dataset.ordinals[rows], return_inverse=True)
    sides = np.random.default_rng(seed).permutation(int(owner.max(initial=0)) + 1) % 2
    ahead = np.where(dataset.lost_within(10**6)[rows], dataset.event_days[rows], np.inf)
    return Watched(
        names=material.schema.names,
        codes=coded(material.inputs[rows], material.schema.columns),
        lead=np.searchsorted(HORIZONS, ahead),
        ever=np.isfinite(ahead),
        stratum=2 * day + sides[owner],
        half=sides[owner],
        accounts=accounts,
        soon=HORIZONS.index(horizon) + 1,
    )


def coded(inputs: Matrix, columns: Sequence[InputColumn]) -> npt.NDArray[np.uint8]:
    """Classes of all values, shape of `inputs`; the rarest of many words share the last."""
    out = np.empty(inputs.shape, np.uint8, order="F")
    for i, column in enumerate(columns):
        values = inputs[:, i]
        code = _classes(values) if column.words is None else _commonest(values)
        out[:, i] = np.where(np.isnan(values), MISSING, code)
    return out


def _classes(values: Vector) -> Vector:
    """1 and up, by limits between which about equally many rows lie."""
    step = max(1, len(values) // EDGES_FROM)
    known = values[::step][~np.isnan(values[::step])]
    if not len(known):
        return np.ones(len(values))
    edges = np.unique(np.quantile(known, LIMITS, method="lower"))
    return np.searchsorted(edges, values, side="right").astype(np.float64) + 1


def _commonest(values: Vector) -> Vector:
    """1 and up, the word of most rows first, so that what many rows hold has its own class."""
    known = ~np.isnan(values)
    codes = np.where(known, values, 0.0).astype(np.int64)
    rows = np.bincount(codes[known], minlength=int(codes.max(initial=0)) + 1)
    place = np.argsort(np.argsort(-rows, kind="stable"))
    return np.minimum(place[codes], MOST_WORDS - 1) + 1.0
