"""The cut: a bucket's tables as arrays, and what of them is visible at an instant.

Outcomes and populations see one instant, through `View`; signals see many at once, through
`features.timeline`. Both cut by the same two clocks, and no switch turns the cut off.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.clock import MISSING, NEVER, Instants, Mask, cut_of
from features.columns import Columns, Values, encoded, instants
from features.contract import KNOWN_AT, TABLES, Kind, Table
from features.currency import Rates
from features.order import in_order
from features.versions import KNOWN_UNTIL, known_until
from features.words import Array, Codes, Words

Found = TypeVar("Found")


class Taken(Mapping[str, Values]):
    """Some rows of columns, each cut only when it is first asked for."""

    def __init__(self, columns: Mapping[str, Values], rows: Array | slice) -> None:
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
        size: number of rows.
        clocks: `account`, `start`, `known` and `until`, see there.
        columns: the other columns; numbers as float64 with NaN, dates as microseconds
            with MISSING, text as Words.
    """

    table: Table
    size: int
    clocks: Mapping[str, Values]
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return self.size

    @property
    def account(self) -> Codes:
        """The index of each row's account in the bucket, shape (rows,)."""
        return cast("Codes", self.clocks["account"])

    @property
    def start(self) -> Instants:
        """When each fact happened, microseconds; MISSING means it always held."""
        return cast("Instants", self.clocks["start"])

    @property
    def known(self) -> Instants:
        """When each became known, likewise."""
        return cast("Instants", self.clocks["known"])

    @property
    def until(self) -> Instants:
        """When a newer version took its place, NEVER where none has."""
        return cast("Instants", self.clocks["until"])

    def take(self, rows: Array) -> "Facts":
        """The facts of some rows, given as a mask or as indices."""
        size = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Facts(self.table, size, Taken(self.clocks, rows), Taken(self.columns, rows))

    def of_accounts(self, first: int, end: int) -> "Facts":
        """The facts of the accounts `first` to `end - 1`, numbered anew from 0, as views."""
        begin, stop = np.searchsorted(self.account, [first, end]).tolist()
        rows = slice(begin, stop)
        clocks = dict(Taken(self.clocks, rows))
        clocks["account"] = self.account[rows] - np.int32(first)
        return Facts(self.table, stop - begin, clocks, Taken(self.columns, rows))

    def nothing(self) -> "Facts":
        """The table without rows."""
        return self.take(np.empty(0, np.int64))

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A numeric column, NaN where empty, shape (rows,)."""
        values = self.columns[name]
        kind = self.table.column(name).kind
        if isinstance(values, Words) or kind is Kind.TIMESTAMP:
            raise TypeError(f"{self.table.name}.{name} holds a {kind} each, and no numbers")
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


def visible(facts: Facts, cut: int) -> Facts:
    """The facts that happened and were known before `cut`, hidden columns emptied.

    The version known last holds even where it moves its fact to a date after `cut`:
    the fact has then not happened yet, and older versions do not come back.
    """
    seen = (facts.known < cut) & (facts.start < cut) & (facts.until >= cut)
    return _hide(facts.take(seen), cut)


@dataclass(frozen=True)
class Bucket:
    """The tables of one bucket, ready to be cut at any number of instants."""

    accounts: tuple[str, ...]
    tables: dict[str, Facts]
    rates: Rates = field(default_factory=Rates)

    def of_accounts(self, first: int, end: int) -> "Bucket":
        """The accounts `first` to `end - 1` and their facts, as views."""
        tables = {name: facts.of_accounts(first, end) for name, facts in self.tables.items()}
        return Bucket(self.accounts[first:end], tables, self.rates)

    def at(self, as_of: date, rates_of: date | None = None) -> "View":
        """What was visible at the end of `as_of`, amounts at the rates of `rates_of`."""
        return View(self, as_of, rates_of or as_of)


@dataclass(frozen=True)
class View:
    """What was visible of one bucket at the end of `as_of`, and nothing else."""

    bucket: Bucket
    as_of: date
    rates_of: date
    _shared: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

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

    def priced(self, rates_of: date) -> "View":
        """The same, with amounts at the rates of another day."""
        return replace(self, rates_of=rates_of)

    @property
    def prices(self) -> date | None:
        """Whose rates the amounts have; None where there is one currency, and rates are none."""
        return self.rates_of if self.bucket.rates.rates else None

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` finds, worked out once for all views that `priced` gives of this one."""
        if key not in self._shared:
            self._shared[key] = make()
        return cast("Found", self._shared[key])

    def connected(self, table: str) -> bool:
        """Whether the company brings `table` at all."""
        return table in self.bucket.tables

    def facts(self, table: str) -> Facts:
        """The visible facts of a connected table, amounts in the company's currency."""
        if table not in self._cache:
            seen = self.once(table, lambda: visible(self.bucket.tables[table], self.cut))
            self._cache[table] = _convert(seen, self.bucket.rates, self.rates_of)
        return self._cache[table]


def prepare(tables: Mapping[str, pa.Table], rates: Rates | None = None) -> Bucket:
    """Turn the tables of one bucket, in the contract's Arrow schema, into arrays.

    Text may come as strings or as Arrow dictionaries, and any column that nothing will read
    may be absent. The order of the rows does not matter. Every account that any table names
    is an account of the bucket: were it only those of `accounts`, a row of it that became
    known later would decide what is seen earlier.
    """
    owners = {name: _owners(table) for name, table in tables.items()}
    ids = tuple(sorted(set[str]().union(*(words.words for words in owners.values()))))
    position = {account: i for i, account in enumerate(ids)}
    facts = {}
    for name, table in tables.items():
        words = owners[name]
        lookup = np.array([position[w] for w in words.words], dtype=np.int32)
        account = lookup[words.codes] if len(table) else np.empty(0, np.int32)
        facts[name] = _facts(TABLES[name], table, account)
    return Bucket(ids, facts, rates or Rates())


def _owners(table: pa.Table) -> Words:
    """The accounts of the rows; words that no row holds are no accounts."""
    words = encoded(table.column("account_id"))
    used = np.flatnonzero(np.bincount(words.codes, minlength=len(words.words)))
    if len(used) == len(words.words):
        return words
    place = np.zeros(len(words.words), np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    return Words(place[words.codes], [words.words[i] for i in used.tolist()])


def _facts(table: Table, rows: pa.Table, account: Codes) -> Facts:
    start, known = started(table, rows)
    order = in_order(table, rows, account, start, known)
    if order is not None:
        rows = rows.take(pa.array(order))
        account, start, known = account[order], start[order], known[order]
    clocks: dict[str, Values] = {
        "account": account,
        "start": start,
        "known": known,
        "until": until_of(table, rows),
    }
    return Facts(table, len(rows), clocks, Columns(table, rows))


def until_of(table: Table, rows: pa.Table) -> Instants:
    """When newer versions took over; computed where the rows do not come from a lake."""
    if KNOWN_UNTIL in rows.column_names:
        until = rows.column(KNOWN_UNTIL)
    else:
        until = known_until(table, rows)
    if until.null_count == len(until):
        return np.broadcast_to(np.int64(NEVER), len(until))
    moments = instants(until)
    return np.where(moments == MISSING, NEVER, moments)


def started(table: Table, rows: pa.Table) -> tuple[Instants, Instants]:
    """When each fact began to be one, and when it became known."""
    return _start(table, rows), instants(rows.column(KNOWN_AT.name))


def _start(table: Table, rows: pa.Table) -> Instants:
    """When each fact began to be one: when it happened, or was announced if earlier."""
    occurred = instants(rows.column(table.occurred))
    if not table.announced:
        return occurred
    announced = instants(rows.column(table.announced))
    return np.where(announced == MISSING, occurred, np.minimum(announced, occurred))


def _hide(facts: Facts, cut: int) -> Facts:
    """Empty the columns that were revealed only at or after `cut`."""
    columns = dict(facts.columns)
    for column in facts.table.columns:
        if column.hidden_until and column.name in columns:
            until = facts.dates(column.hidden_until)
            gone = (until >= cut) | (until == MISSING)
            columns[column.name] = _emptied(columns[column.name], gone)
    return replace(facts, columns=columns)


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
    return replace(facts, columns=columns)
