"""What a row with a key is to those held of the same fact: new, the same, or another version."""

from datetime import datetime
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING, NEVER, Instants, Mask
from features.columns import instants
from features.contract import Table
from features.contract.arrow import TIMESTAMP
from pipelines.ingest.numbered import numbered
from pipelines.ingest.versions import KNOWN, key_of

Places = npt.NDArray[np.int64]
_MICROSECOND = 1


class Verdict(IntEnum):
    """What becomes of a row."""

    UNCHANGED = 0
    ADDED = 1
    CORRECTED = 2
    REWRITTEN = 3


def judged(
    table: Table, load: pa.Table, held: pa.Table, now: datetime, brought: bool
) -> tuple[pa.Table, dict[Verdict, int], pa.Table]:
    """Compare rows that have keys with the versions that are held.

    A row is compared with the version that was known when it became known: where that says the
    same it changes nothing, and where that became known at the same instant it contradicts it.

    Args:
        table: the declaration.
        load: the rows; `known_at` as the source brought it, or empty.
        held: rows of the lake that have keys too.
        now: the time of the load.
        brought: the source says itself when rows became known, so a row that does not may
            also repeat an earlier version.

    Returns the rows that are added or corrected, `known_at` filled; how many got each verdict;
    and the rows that would rewrite the past.
    """
    fact, of_held = numbered(load, held, key_of(table))
    given = instants(load.column(KNOWN))
    versions = _Versions(of_held, instants(held.column(KNOWN)))
    before, latest = versions.last_at(fact, given), versions.last_at(fact, None)
    there = before >= 0
    same = there & _same(table, load, held, before)
    if brought:
        same |= _repeats(table, load, held, versions, fact, np.flatnonzero(given == MISSING))
    there_since = np.where(there, versions.since(before), MISSING)
    verdict = np.where(latest < 0, Verdict.ADDED, Verdict.CORRECTED)
    verdict[(given != MISSING) & there & (there_since == given)] = Verdict.REWRITTEN
    verdict[same] = Verdict.UNCHANGED
    counts = {one: int((verdict == one).sum()) for one in Verdict}
    told = (verdict == Verdict.ADDED) | (verdict == Verdict.CORRECTED)
    after = np.where(latest < 0, MISSING, versions.since(latest) + _MICROSECOND)
    at_once = max(MISSING, int(pa.scalar(now, TIMESTAMP).value))
    known = np.where(given == MISSING, np.maximum(at_once, after), given)
    filled = load.set_column(
        load.schema.get_field_index(KNOWN), KNOWN, pa.array(known, pa.int64()).cast(TIMESTAMP)
    )
    return (
        filled.filter(pa.array(told)),
        counts,
        load.filter(pa.array(verdict == Verdict.REWRITTEN)),
    )


class _Versions:
    """The rows held in the order of their facts, and of when each became known."""

    def __init__(self, fact: Places, known: Instants) -> None:
        self._order = np.lexsort((known, fact))
        self._fact, self._known, self._all = fact[self._order], known[self._order], known

    def last_at(self, fact: Places, known: Instants | None) -> Places:
        """The row held of each fact that was known last by then, or of all; -1 for none.

        Rows that do not say when they became known are as of now: later than all.
        """
        at = (
            np.full(len(fact), NEVER) if known is None else np.where(known == MISSING, NEVER, known)
        )
        first, high = self._bounds(fact)
        low = first
        while (open_ := low < high).any():
            middle = (low + high) // 2
            up = open_ & (self._known[np.where(open_, middle, 0)] <= at)
            low, high = np.where(up, middle + 1, low), np.where(open_ & ~up, middle, high)
        if not len(self._order):
            return np.full(len(fact), -1, np.int64)
        return np.where(low > first, self._order[low - 1], -1)

    def all_of(self, fact: Places) -> tuple[Places, Places]:
        """All rows held of some facts: which of the facts each is of, and the row."""
        first, end = self._bounds(fact)
        count = end - first
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(np.arange(len(fact)), count), self._order[np.repeat(first, count) + nth]

    def since(self, rows: Places) -> Instants:
        """When each row held became known; anything for -1."""
        return self._all[rows] if len(self._all) else np.zeros(len(rows), np.int64)

    def _bounds(self, fact: Places) -> tuple[Places, Places]:
        low = np.searchsorted(self._fact, fact).astype(np.int64)
        return low, np.searchsorted(self._fact, fact, side="right").astype(np.int64)


def _same(table: Table, load: pa.Table, held: pa.Table, rows: Places) -> Mask:
    """Whether each row says the same as one that is held; not where that is -1."""
    some = np.flatnonzero(rows >= 0)
    alike = _alike(table, load.take(pa.array(some)), held.take(pa.array(rows[some])))
    found = np.zeros(len(rows), bool)
    found[some] = alike
    return found


def _repeats(
    table: Table, load: pa.Table, held: pa.Table, versions: _Versions, fact: Places, rows: Places
) -> Mask:
    """Whether some of the rows say the same as any version that is held."""
    which, version = versions.all_of(fact[rows])
    alike = _alike(table, load.take(pa.array(rows[which])), held.take(pa.array(version)))
    found = np.zeros(len(load), bool)
    found[rows[which[alike]]] = True
    return found


def _alike(table: Table, some: pa.Table, others: pa.Table) -> Mask:
    """Whether rows and those beside them are the same in all columns, nulls being alike."""
    found: Mask = np.ones(len(some), bool)
    for name in table.names:
        one, other = some.column(name), others.column(name)
        equal = pc.fill_null(pc.equal(one, other.cast(one.type)), False)
        both = pc.and_(pc.is_null(one), pc.is_null(other))
        found &= pc.or_(equal, both).to_numpy()
    return found
