"""The cut: a bucket's tables as arrays, and what of them is visible at an instant.

Everything a signal or a label sees goes through `View`. There is no other way to the
tables, and no switch that turns the cut off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING, Instants, Mask, cut_of
from features.contract import KNOWN_AT, TABLES, Column, Kind, Table
from features.currency import Rates
from features.words import Array, Codes, Words

Values = npt.NDArray[np.float64] | Instants | Words


class Taken(Mapping[str, Values]):
    """Some rows of columns, each cut only when it is first asked for."""

    def __init__(self, columns: Mapping[str, Values], rows: Array) -> None:
        self._columns, self._rows = columns, rows
        self._cut: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        if name not in self._cut:
            values = self._columns[name]
            rows = self._rows
            self._cut[name] = values.take(rows) if isinstance(values, Words) else values[rows]
        return self._cut[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class Facts:
    """Rows of one table, ordered by account and then by when they happened.

    Attributes:
        account: for each row the index of its account in the bucket, shape (rows,).
        start: when the fact happened, microseconds; MISSING means it always held.
        known: when it became known, likewise.
        columns: the other columns; numbers as float64 with NaN, dates as microseconds
            with MISSING, text as Words.
    """

    table: Table
    account: Codes
    start: Instants
    known: Instants
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.account)

    def take(self, rows: Array) -> "Facts":
        """The facts of some rows, given as a mask or as indices."""
        columns = Taken(self.columns, rows)
        return Facts(self.table, self.account[rows], self.start[rows], self.known[rows], columns)

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A numeric column, NaN where empty, shape (rows,)."""
        values = self.columns[name]
        if isinstance(values, Words):
            raise TypeError(f"{self.table.name}.{name} holds words, not numbers")
        return values.astype(np.float64, copy=False)

    def dates(self, name: str) -> Instants:
        """A date column in microseconds, MISSING where empty, shape (rows,)."""
        values = self.columns[name]
        if isinstance(values, Words) or values.dtype != np.int64:
            raise TypeError(f"{self.table.name}.{name} holds no dates")
        return values.view(np.int64)

    def words(self, name: str) -> Words:
        """A text column."""
        values = self.columns[name]
        if not isinstance(values, Words):
            raise TypeError(f"{self.table.name}.{name} holds no words")
        return values


@dataclass(frozen=True)
class Versioned:
    """All rows of one table, with what is needed to pick the version that held.

    `fact` numbers the facts of keyed tables and `turn` orders the versions of each; both
    are empty where no fact has two versions.
    """

    facts: Facts
    fact: npt.NDArray[np.int64]
    turn: npt.NDArray[np.int64]

    def visible(self, cut: int) -> Facts:
        """The facts that happened and were known before `cut`, hidden columns emptied.

        The version known last holds even where it moves its fact to a date after `cut`:
        the fact has then not happened yet, and older versions do not come back.
        """
        facts = self.facts
        holds: Mask = facts.known < cut
        if len(self.fact):
            newest = np.full(self.fact.max() + 1, -1)
            np.maximum.at(newest, self.fact[holds], self.turn[holds])
            holds &= newest[self.fact] == self.turn
        return _hide(facts.take(holds & (facts.start < cut)), cut)


@dataclass(frozen=True)
class Bucket:
    """The tables of one bucket, ready to be cut at any number of instants."""

    accounts: tuple[str, ...]
    tables: dict[str, Versioned]
    rates: Rates = field(default_factory=Rates)

    def at(self, as_of: date, rates_of: date | None = None) -> "View":
        """What was visible at the end of `as_of`, amounts at the rates of `rates_of`."""
        return View(self, as_of, rates_of or as_of)


@dataclass(frozen=True)
class View:
    """What was visible of one bucket at the end of `as_of`, and nothing else."""

    bucket: Bucket
    as_of: date
    rates_of: date

    @property
    def size(self) -> int:
        """Number of accounts in the bucket."""
        return len(self.bucket.accounts)

    @cached_property
    def cut(self) -> int:
        """The first microsecond that is not visible."""
        return cut_of(self.as_of)

    @cached_property
    def _cache(self) -> dict[str, Facts]:
        return {}

    def connected(self, table: str) -> bool:
        """Whether the company brings `table` at all."""
        return table in self.bucket.tables

    def facts(self, table: str) -> Facts:
        """The visible facts of a connected table, amounts in the company's currency."""
        if table not in self._cache:
            visible = self.bucket.tables[table].visible(self.cut)
            self._cache[table] = _convert(visible, self.bucket.rates, self.rates_of)
        return self._cache[table]


def prepare(tables: Mapping[str, pa.Table], rates: Rates | None = None) -> Bucket:
    """Turn the tables of one bucket, in the contract's Arrow schema, into arrays.

    The order of the rows given does not matter: rows are sorted by all their columns, so
    that sums of floating-point numbers come out the same to the last bit. Every account
    that any table names is an account of the bucket: were it only those of `accounts`, a
    row of it that became known later would decide what is seen earlier.
    """
    named = (pc.unique(table.column("account_id")).to_pylist() for table in tables.values())
    ids = tuple(sorted(set().union(*named)))
    versioned = {name: _versioned(TABLES[name], table, ids) for name, table in tables.items()}
    return Bucket(ids, versioned, rates or Rates())


def _versioned(table: Table, rows: pa.Table, ids: tuple[str, ...]) -> Versioned:
    rows = _ordered(table, rows)
    columns = {c.name: _values(c, rows.column(c.name)) for c in (*table.columns, KNOWN_AT)}
    position = {account: i for i, account in enumerate(ids)}
    owners = columns.pop("account_id")
    assert isinstance(owners, Words)
    lookup = np.array([position[w] for w in owners.words], dtype=np.int32)
    account = lookup[owners.codes] if len(rows) else np.empty(0, np.int32)
    del columns[KNOWN_AT.name]
    start, known = (rows.column(name).to_numpy() for name in _CLOCKS)
    facts = Facts(table, account, start, known, columns)
    return Versioned(facts, *_versions(table, rows, facts))


_CLOCKS = ("start", "known")


def _ordered(table: Table, rows: pa.Table) -> pa.Table:
    """The rows with both clocks as instants, in their order, ties by content."""
    order = ["account_id", *_CLOCKS, *rows.column_names]
    known = _instants(rows.column(KNOWN_AT.name))
    for name, moments in zip(_CLOCKS, (_start(table, rows), known), strict=True):
        rows = rows.append_column(name, pa.array(moments))
    return rows.sort_by([(name, "ascending") for name in order]).combine_chunks()


def _start(table: Table, rows: pa.Table) -> Instants:
    """When each fact began to be one: when it happened, or was announced if earlier."""
    occurred = _instants(rows.column(table.occurred))
    if not table.announced:
        return occurred
    announced = _instants(rows.column(table.announced))
    return np.where(announced == MISSING, occurred, np.minimum(announced, occurred))


def _versions(table: Table, rows: pa.Table, facts: Facts) -> tuple[Array, Array]:
    """Number the facts of a keyed table and order the versions of each by `known_at`."""
    none = np.empty(0, np.int64)
    key = table.key or ((table.optional_key,) if table.optional_key else ())
    if not key or not len(rows):
        return none, none
    frame = rows.select(list(key)).to_pandas()
    fact = frame.groupby(list(key), sort=False, dropna=False).ngroup().to_numpy(np.int64, copy=True)
    if not table.key:  # rows of a log without an id are facts of their own
        blank = frame[table.optional_key].isna().to_numpy()
        fact[blank] = fact.max() + 1 + np.arange(blank.sum())
    if len(np.unique(fact)) == len(fact):
        return none, none
    turn = np.empty(len(fact), np.int64)
    turn[np.lexsort((np.arange(len(fact)), facts.known))] = np.arange(len(fact))
    return fact, turn


def _values(column: Column, values: pa.ChunkedArray) -> Values:
    if column.kind is Kind.TIMESTAMP:
        return _instants(values)
    if column.kind in (Kind.ID, Kind.TEXT, Kind.CATEGORY):
        return _words(values)
    if column.kind is Kind.BOOLEAN:
        values = values.cast(pa.int8())
    numbers: npt.NDArray[np.float64] = values.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return numbers


def _instants(values: pa.ChunkedArray) -> Instants:
    dates: Instants = values.cast(pa.int64()).fill_null(MISSING).to_numpy()
    return dates


def _words(values: pa.ChunkedArray) -> Words:
    words = sorted(w for w in pc.unique(values).to_pylist() if w is not None)
    codes = pc.index_in(values, pa.array(words, pa.string())).fill_null(-1)
    return Words(codes.to_numpy().astype(np.int32), tuple(words))


def _hide(facts: Facts, cut: int) -> Facts:
    """Empty the columns that were revealed only at or after `cut`."""
    columns = dict(facts.columns)
    hidden = [c for c in facts.table.columns if c.hidden_until]
    for column in sorted(hidden, key=lambda c: c.hidden_until != c.name):
        until = np.asarray(columns[column.hidden_until])
        gone = (until >= cut) | (until == MISSING)
        columns[column.name] = _emptied(columns[column.name], gone)
    return Facts(facts.table, facts.account, facts.start, facts.known, columns)


def _emptied(values: Values, gone: Mask) -> Values:
    if isinstance(values, Words):
        return Words(np.where(gone, np.int32(-1), values.codes), values.words)
    empty = MISSING if values.dtype == np.int64 else np.nan
    return np.where(gone, empty, values)


def _convert(facts: Facts, rates: Rates, day: date) -> Facts:
    """Bring the amounts of a table with a currency to the company's own."""
    money = [c.name for c in facts.table.columns if c.kind is Kind.MONEY]
    if not money or "currency" not in facts.columns or not len(facts):
        return facts
    currency = facts.words("currency")
    present = set(np.unique(currency.codes).tolist())
    factors = np.array(
        [rates.at(w, day) if i in present else 1.0 for i, w in enumerate(currency.words)] + [1.0]
    )
    columns = dict(facts.columns)
    for name in money:
        columns[name] = facts.numbers(name) * factors[currency.codes]
    return Facts(facts.table, facts.account, facts.start, facts.known, columns)
