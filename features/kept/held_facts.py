"""The rows of the other tables, kept as arrays in their order, and what came since."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from features.clock import MISSING, NEVER, Instants
from features.columns import Columns, Values
from features.compiled import fixed, part
from features.contract import Kind, Table
from features.facts import Facts
from features.kept.refused import NotKept
from features.kept.shelf import Shelf
from features.kept.vocabulary import Vocabulary
from features.kernel import Int32, Int64
from features.lake.incoming import key_of
from features.prepare import started
from features.timeline import offsets
from features.words import Array, LaterWords, Words, as_arrow

CLOCKS = ("account", "start", "known", "until")


class HeldFacts:
    """The rows of one table, ordered by account and time.

    Most lie in one piece as arrays; rows that came later are put between them as they are
    read, until the table is put down anew.
    """

    def __init__(self, shelf: Shelf, table: Table, names: tuple[str, ...]) -> None:
        """Rows of `table` of which the columns `names` are kept, key columns among them."""
        self._shelf, self._table, self._names = shelf, table, names

    def put_down(self, facts: Facts) -> None:
        """Add rows, which are in order and of later accounts, to those in one piece."""
        before = int(self._size[0])
        self._size[0] = before + len(facts)
        for name in CLOCKS:
            self._set(name, np.asarray(facts.clocks[name]), before)
        for name in self._names:
            self._set(f"column-{name}", self._numbered(name, facts.columns[name]), before)

    def with_later(self, rows: pa.Table, account: Int32) -> Facts:
        """All rows, those among them that came later.

        Args:
            rows: the later ones, in the contract's columns.
            account: the number of each one's account.

        Raises:
            NotKept: versions of one fact became known at the same instant.
        """
        base = self._facts()
        if not len(rows):
            return base
        later = self._later(rows, account)
        begin = offsets(base.account, int(account.max()) + 1)
        place = places(*fixed(begin, base.start, base.known, *_clocks(later)))
        joined = _Joined(base, later, place)
        clocks = {name: joined.clock(name) for name in CLOCKS}
        whole = Facts(self._table, len(base) + len(later), clocks, joined)
        if not key_of(self._table):
            return whole
        return Facts(
            self._table, len(whole), {**clocks, "until": self._until(whole, later)}, joined
        )

    def fold(self, facts: Facts) -> None:
        """Make all rows, those that came later among them, the ones that lie in one piece."""
        columns = {name: facts.columns[name] for name in self._names}  # read before any is changed
        self._size[0] = len(facts)
        for name in CLOCKS:
            self._set(name, np.asarray(facts.clocks[name]), 0)
        for name, values in columns.items():
            self._set(f"column-{name}", values.codes if isinstance(values, Words) else values, 0)

    def _later(self, rows: pa.Table, account: Int32) -> Facts:
        start, known = started(self._table, rows)
        order = np.lexsort((known, start, account))
        rows = rows.take(pa.array(order))
        given = Columns(self._table, rows)
        columns: dict[str, Values] = {name: self._coded(name, given[name]) for name in self._names}
        clocks: dict[str, Values] = {
            "account": account[order],
            "start": start[order],
            "known": known[order],
            "until": np.full(len(rows), NEVER, np.int64),
        }
        return Facts(self._table, len(rows), clocks, columns)

    def _until(self, whole: Facts, later: Facts) -> Instants:
        """When newer versions took over, found anew for the facts that later rows are of."""
        key = key_of(self._table)
        codes, of_later = _key(whole, key[0]), _key(later, key[0])
        among = np.zeros(max(codes.max(), of_later.max()) + 2, bool)  # the last stands for none
        among[of_later[of_later >= 0]] = True
        rows = np.flatnonzero(among[codes])
        parts = [whole.known[rows], *(_key(whole, name)[rows] for name in key[::-1])]
        rows = rows[np.lexsort(parts)]
        same = np.ones(max(0, len(rows) - 1), bool)
        for name in key:
            values = _key(whole, name)[rows]
            same &= values[1:] == values[:-1]
        known = whole.known[rows]
        if (same & (known[1:] == known[:-1])).any():
            raise NotKept(f"versions of one fact of {self._table.name} became known together")
        until = np.array(whole.until)
        until[rows] = NEVER
        until[rows[:-1][same]] = np.maximum(known[1:][same], MISSING + 1)
        return until

    def _facts(self) -> Facts:
        clocks = {name: self._array(name) for name in CLOCKS}
        return Facts(self._table, int(self._size[0]), clocks, _Kept(self))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are kept."""
        return self._names

    def column(self, name: str) -> Values:
        """One of them, of the rows that lie in one piece."""
        values = self._array(f"column-{name}")
        return Words(values, self._words(name)) if self._is_text(name) else values

    def _coded(self, name: str, values: Values) -> Values:
        if not isinstance(values, Words):
            return values
        codes = self._numbered(name, values)
        return Words(codes, self._words(name))

    def _numbered(self, name: str, values: Values) -> Array:
        """Numbers as they are, text by the numbers of its words."""
        if not isinstance(values, Words):
            return values
        numbers = self._vocabulary(name).numbers(as_arrow(values.words))
        return np.append(numbers, np.int32(-1)).astype(np.int32)[values.codes]

    def _vocabulary(self, name: str) -> Vocabulary:
        return Vocabulary(self._shelf, f"{self._table.name}-{name}")

    def _words(self, name: str) -> Sequence[str]:
        return LaterWords(self._vocabulary(name).words)

    def _is_text(self, name: str) -> bool:
        return self._table.column(name).kind in (Kind.ID, Kind.TEXT, Kind.CATEGORY)

    @cached_property
    def _size(self) -> Int64:
        size: Int64 = self._shelf.array(f"{self._table.name}-size", (1,), np.int64)
        return size

    def _array(self, name: str) -> Array:
        size, place = int(self._size[0]), f"{self._table.name}-{name}"
        if self._shelf.holds(place):
            return self._shelf.look(place)[:size]
        return self._shelf.array(place, (size,), np.int32 if name == "account" else np.int64)[:size]

    def _set(self, name: str, values: Array, at: int) -> None:
        end = at + len(values)
        self._shelf.array(f"{self._table.name}-{name}", (end,), values.dtype)[at:end] = values


class _Kept(Mapping[str, Values]):
    """Columns that are opened when they are first read."""

    def __init__(self, held: HeldFacts) -> None:
        self._held = held
        self._read: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        if name not in self._held.names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._held.column(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.names)

    def __len__(self) -> int:
        return len(self._held.names)


class _Joined(Mapping[str, Values]):
    """Columns of rows with later ones between them, joined when they are first read."""

    def __init__(self, base: Facts, later: Facts, place: Int64) -> None:
        self._base, self._later, self._place = base, later, place
        self._read: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        read = self._read  # of its own: another thread may forget
        if name not in read:
            read[name] = self._join(self._base.columns[name], self._later.columns[name])
        return read[name]

    def forget(self) -> None:
        """Let go of what was joined; it is joined anew where it is read again."""
        self._read = {}

    def clock(self, name: str) -> Values:
        """One of the clocks likewise."""
        return self._join(self._base.clocks[name], self._later.clocks[name])

    def _join(self, base: Values, later: Values) -> Values:
        if isinstance(base, Words) and isinstance(later, Words):
            return Words(self._laid(base.codes, later.codes), later.words)
        return self._laid(np.asarray(base), np.asarray(later))

    def _laid(self, base: Array, later: Array) -> Array:
        return interleaved(*fixed(base, self._place, later.astype(base.dtype, copy=False)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._later.columns)

    def __len__(self) -> int:
        return len(self._later.columns)


def forget_columns(facts: Facts) -> None:
    """Let go of columns that can be joined anew."""
    if isinstance(facts.columns, _Joined):
        facts.columns.forget()


def _clocks(facts: Facts) -> tuple[Int32, Instants, Instants]:
    return facts.account, facts.start, facts.known


def _key(facts: Facts, name: str) -> Array:
    """A column of a key as numbers."""
    values = facts.account if name == "account_id" else facts.columns[name]
    return values.codes if isinstance(values, Words) else values


@part
def places(
    begin: Int64, start: Int64, known: Int64, account: Int32, starts: Int64, knowns: Int64
) -> Int64:
    """Before which row each of some others belongs; both are ordered by account and time."""
    out = np.empty(len(account), np.int64)
    for i in range(len(account)):
        low, high = begin[account[i]], begin[account[i] + 1]
        while low < high:
            middle = (low + high) // 2
            later = start[middle] > starts[i]
            if later or (start[middle] == starts[i] and known[middle] > knowns[i]):
                high = middle
            else:
                low = middle + 1
        out[i] = low
    return out


@part
def interleaved(base: Array, place: Int64, later: Array) -> Array:
    """The values of `base`, each of `later` put before the one at its place."""
    out = np.empty(len(base) + len(later), base.dtype)
    at = 0
    for i in range(len(later)):
        out[at + i : place[i] + i] = base[at : place[i]]
        at = place[i]
        out[at + i] = later[i]
    out[at + len(later) :] = base[at:]
    return out
