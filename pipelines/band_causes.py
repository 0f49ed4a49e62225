"""Why accounts changed band between two runs, worked out when one of the two is published."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands.accounts import MRR, TIER
from models.bands.codes import Codes, bands_of
from models.churn_model import ChurnModel
from models.explain.crossings import BandChange, Side, explain_crossings
from models.explain.terms import Origin
from pipelines.passing import Passing
from pipelines.stored import Stored, StoredSnapshots
from serving.store import Told

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Progress = Callable[[str], None]

ACCOUNTS_AT_A_TIME = 20_000
"""Changed accounts whose rows are held at once."""


@dataclass(frozen=True)
class Run:
    """A run, published already or about to be.

    Attributes:
        accounts: ids, in any order.
        chance: of loss within the model's primary horizon as published, shape (accounts,).
        bands: likewise.
        silent: tables from which nothing had come for too long.
    """

    as_of: date
    model: ChurnModel
    accounts: Sequence[str]
    chance: Vector
    bands: Codes
    silent: frozenset[str]


@dataclass(frozen=True)
class Changed:
    """The accounts whose band is another one in the later of two runs, ordered by id.

    Attributes:
        old, new: their places in either run.
    """

    accounts: Sequence[str]
    old: Places
    new: Places

    @classmethod
    def between(cls, old: Run, new: Run) -> "Changed":
        """Of the accounts that are in both runs."""
        index = pd.Index(np.array(old.accounts, object))
        at = index.get_indexer(pd.Index(np.array(new.accounts, object)))
        both = np.flatnonzero(at >= 0)
        moved = both[old.bands[at[both]] != new.bands[both]]
        moved = np.array(sorted(moved, key=lambda i: new.accounts[i]), np.int64)
        return cls([new.accounts[i] for i in moved], at[moved], moved)

    def take(self, some: slice) -> "Changed":
        """Some of them."""
        return Changed(self.accounts[some], self.old[some], self.new[some])


@dataclass(frozen=True)
class Causes:
    """Works out why bands changed, from the snapshots that are stored.

    Attributes:
        origin: says where a model's columns come from, given the tables that are silent at the
            later date and at the earlier one.
    """

    snapshots: StoredSnapshots
    origin: Callable[[ChurnModel, frozenset[str], frozenset[str]], Origin]
    say: Progress

    def between(self, old: Run, new: Run) -> list[Told]:
        """The cause of each change of band from one run to the next.

        A change is left out, and so is not told, where its rows are not stored any more, or
        where they do not give the chances that were published.
        """
        changed = Changed.between(old, new)
        found = [self._told(each, old, new) for each in self._explained(changed, old, new)]
        if changed.accounts:
            self.say(
                f"{len(changed.accounts)} accounts changed band between {old.as_of} and "
                f"{new.as_of}; of {len(found)} the cause is known"
            )
        return found

    def _told(self, change: BandChange, old: Run, new: Run) -> Told:
        return Told(change.account_id, old.as_of, new.as_of, change.cause.value, change.terms)

    def _explained(self, changed: Changed, old: Run, new: Run) -> Iterator[BandChange]:
        was = self._stored(old.as_of, old.model)
        was_now = self._stored(old.as_of, new.model)
        now = self._stored(new.as_of, new.model)
        if was is None or was_now is None or now is None or not changed.accounts:
            return
        origin = self.origin(new.model, new.silent, old.silent)
        same = was.file == was_now.file
        before, after = _pass(was, old.model), _pass(now, new.model)
        before_now = before if same else _pass(was_now, new.model)
        for begin in range(0, len(changed.accounts), ACCOUNTS_AT_A_TIME):
            some = changed.take(slice(begin, begin + ACCOUNTS_AT_A_TIME))
            rows = before.rows(some.accounts)
            rows_now = rows if same else before_now.rows(some.accounts)
            later = after.rows(some.accounts)
            if not len(rows) == len(rows_now) == len(later) == len(some.accounts):
                continue  # the snapshots were stored anew and hold other accounts
            yield from explain_crossings(
                Side(old.model, rows, bands_of(old.bands[some.old]), old.chance[some.old]),
                Side(new.model, later, bands_of(new.bands[some.new]), new.chance[some.new]),
                rows_now,
                origin,
            )

    def _stored(self, day: date, model: ChurnModel) -> Stored | None:
        """The snapshot of a date that was stored last in the columns of a model, if any."""
        runs = self.snapshots.runs(day, model.fingerprint)
        return runs[-1] if runs else None


def _pass(stored: Stored, model: ChurnModel) -> Passing:
    """Through the columns that a model and its bands read."""
    return Passing(stored, [*model.schema.names, TIER, MRR])
