"""Why accounts are in other bands than at the run before, for all that changed at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.adjustment import base_of
from models.bands import Accounts
from models.churn_model import ChurnModel
from models.explain.change import Comparison
from models.explain.terms import Origin
from models.explain.transition import TINY, BandCause, Crossing, cause_of, edge_terms
from models.score import Band

Vector = npt.NDArray[np.float64]

SAME = 1e-9
"""A chance further than this from the published one was not worked out from these rows."""


@dataclass(frozen=True)
class Side:
    """Some accounts at one date, as they were scored and published.

    Attributes:
        model: that scored them.
        rows: of the date's snapshot, in the columns of this model.
        bands: as published, one a row.
        chances: of loss within the model's primary horizon as published, shape (rows,).
    """

    model: ChurnModel
    rows: pd.DataFrame
    bands: Sequence[Band]
    chances: Vector

    def take(self, places: npt.NDArray[np.int64]) -> "Side":
        """Some of the rows."""
        bands = [self.bands[i] for i in places]
        return replace(self, rows=self.rows.iloc[places], bands=bands, chances=self.chances[places])


@dataclass(frozen=True, slots=True)
class BandChange:
    """Why one account is in another band.

    Attributes:
        terms: what adds up to the change, see `models.explain.transition`; 0.01 is one
            percentage point of the chance, and terms that are nothing but rounding are left out.
    """

    account_id: str
    cause: BandCause
    terms: dict[str, float]


def changed(old: Side, new: Side) -> npt.NDArray[np.int64]:
    """The rows whose band is another, of two sides of the same accounts in one order."""
    pairs = zip(old.bands, new.bands, strict=True)
    return np.flatnonzero([was is not now for was, now in pairs])


def explain_crossings(
    old: Side, new: Side, old_rows_now: pd.DataFrame, origin: Origin
) -> Iterator[BandChange]:
    """Why each account is in another band; those that cannot be told are left out.

    An account is left out where the rows do not give the chances that were published: the
    snapshot was stored anew since, or something else was scored.

    Args:
        old: the accounts at the earlier date.
        new: the same accounts, in the same order, at the later one.
        old_rows_now: the earlier rows in the columns of the newer model.
        origin: where the columns of the newer model come from.
    """
    if not len(old.chances):
        return
    comparison = Comparison(old.model, new.model, origin)
    before, after = (new.model.schema.encode(rows) for rows in (old_rows_now, new.rows))
    steps = comparison.steps(old.chances, before)
    told = _as_published(old) & _as_published(new)
    was, now = Accounts.of(old.rows), Accounts.of(new.rows)
    follows = base_of(old.model.version) == base_of(new.model.version)
    for i in map(int, np.flatnonzero(told)):
        crossing = Crossing(
            from_band=old.bands[i],
            to_band=new.bands[i],
            old_policy=old.model.policy,
            new_policy=new.model.policy,
            account=now.take(np.array([i])),
            chances=(float(old.chances[i]), float(new.chances[i])),
            before=was.take(np.array([i])),
            follows=follows,
        )
        shares = {term: float(share[i]) for term, share in steps.items()}
        shares |= comparison.shares(before[i], after[i]) | edge_terms(crossing)
        cause = cause_of(crossing, shares)
        if cause is not None:
            account = str(new.rows["account_id"].iloc[i])
            yield BandChange(account, cause, {t: s for t, s in shares.items() if abs(s) > TINY})


def _as_published(side: Side) -> npt.NDArray[np.bool_]:
    """Whether a side's model gives its rows the chances that were published."""
    found = side.model.primary_chance(side.model.schema.encode(side.rows))
    return np.abs(found - side.chances) <= SAME
