"""What is kept of a company: its logs by day, and the rows of all other tables."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from features.clock import DAY, NEVER, Instants, Mask, cut_of, day_of
from features.columns import encoded
from features.contract import KNOWN_AT, TABLES
from features.contract.arrow import schema
from features.currency import Rates
from features.facts import Facts
from features.kept.held_facts import HeldFacts
from features.kept.log import KeptLog
from features.kept.needs import needs_of
from features.kept.page import PAGE, Page, read_page, write_page
from features.kept.refused import NotKept
from features.kept.rows import KeptTimeline
from features.kept.shelf import Shelf
from features.kept.vocabulary import Vocabulary
from features.kernel import Int32
from features.lake.incoming import key_of
from features.outcomes import Label
from features.prepare import facts_of, prepare, started
from features.reads import reads
from features.signal import Catalogue
from features.snapshot import Population, table_of
from features.timeline import CENTURY
from features.view import Bucket
from features.words import as_arrow

Tables = Mapping[str, pa.Table]
Result = TypeVar("Result")
NOBODY = np.empty(0, np.int32)
MOST_PIECES = 32
"""Pieces of later rows that are put between the others anew for every snapshot."""
THREADS = min(2, os.cpu_count() or 1)


class KeptCompany:
    """The state of one company, from which snapshots are told and which goes on day by day."""

    def __init__(self, folder: Path | None, catalogue: Catalogue, labels: Collection[Label] = ()):
        """What is kept under `folder`, or in memory, for the signals of a catalogue.

        Args:
            folder: where it lies; its own for these definitions.
            catalogue: the signals.
            labels: outcomes whose populations will be asked for.
        """
        self.shelf, self.catalogue, self._folder = Shelf(folder), catalogue, folder
        self._page = read_page(folder)
        self._accounts = Vocabulary(self.shelf, "accounts")
        signals = [signal for group in catalogue.groups for signal in group.signals]
        asked = {name for label in labels for name in label.reads}
        needs = {name: needs_of(name, signals) for name in TABLES if name not in asked}
        self._needs = {name: found for name, found in needs.items() if found and len(found) > 0}
        used = {signal.table for signal in signals}
        self._needs = {name: found for name, found in self._needs.items() if name in used}
        self._reads = reads(catalogue, *labels)
        self._joined_facts: dict[str, Facts] = {}
        self._owners: dict[str, Int32] = {}
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._logs = {name: self._log(name, *known) for name, known in self._page.logs.items()}

    @property
    def load(self) -> int:
        """The last load of the lake that is taken in; 0 for none."""
        return self._page.load

    @property
    def logs(self) -> tuple[str, ...]:
        """The tables whose rows need not be kept."""
        return tuple(self._logs)

    @property
    def cut(self) -> int:
        """The day before which everything that was known is taken in; 0 for nothing yet."""
        return self._page.cut

    def begin(self, buckets: Iterable[Tables], tables: Mapping[str, str], as_of: date) -> None:
        """Take in all that is known up to a date, from nothing.

        Args:
            buckets: the tables of one bucket after another, no account in two of them.
            tables: the connected tables, and when the earliest fact of each happened, ISO 8601.
            as_of: the date.

        Raises:
            NotKept: what is known cannot be kept exactly.
        """
        self._opened()
        cut = cut_of(as_of) // DAY
        self._page = Page(cut, tables=tuple(tables))
        for name in (n for n in tables if n in self._needs):
            first = date.fromisoformat((tables[name] or str(as_of))[:10])
            base = min(cut_of(first) // DAY - 1, cut - 1)
            if base < cut - CENTURY:
                raise NotKept(f"{name} holds facts of more than a century ago")
            self._logs[name] = self._log(name, base, 0, 0, 0)
        for bucket in buckets:
            self._begin_bucket(bucket, cut)

    def _begin_bucket(self, tables: Tables, cut: int) -> None:
        bucket = prepare(tables)
        numbers = self._accounts.numbers(pa.array(bucket.accounts, pa.string()))
        for name, rows in tables.items():
            facts = _renumbered(bucket.tables[name], numbers)
            if name not in self._logs:
                self._held(name).put_down(facts)
                continue
            seen, log = _happened(facts.start, facts.known, cut), self._logs[name]
            if len(facts) and facts.until.min() != NEVER:
                raise NotKept(f"rows of {name} were corrected")
            log.take_in(facts.take(seen), self._size, cut - log.base)
            waiting = rows.filter(pa.array(~_happened(*started(TABLES[name], rows), cut)))
            self._set_waiting(name, _joined([self._waiting(name), waiting], self._columns(name)))

    def advance(self, tables: Tables, as_of: date) -> None:
        """Take in rows that have come since, and go on to a date.

        Args:
            tables: the rows; none of a log is a version of one that was taken in before.
            as_of: the date, no earlier than the one before.

        Raises:
            NotKept: these rows cannot be taken in exactly; the state must be made anew.
        """
        cut = cut_of(as_of) // DAY
        if cut < self._page.cut:
            raise NotKept(f"what is kept has gone on beyond {as_of}")
        if set(tables) - set(self._page.tables):
            raise NotKept("a table has become connected")
        self._opened()
        self._joined_facts.clear()
        self._page.cut = cut
        rows = {name: table.select(self._columns(name).names) for name, table in tables.items()}
        # of all tables, before any log goes on: each keeps something of every account
        self._owners = {name: self._number(some) for name, some in rows.items()}
        logs_first = sorted(self._page.tables, key=lambda name: name not in self._logs)
        each_table(logs_first, lambda name: self._take_in(name, rows.get(name), cut))
        # beside the snapshot, since it waits for the disk
        self._writing = self._writer.submit(self.shelf.write_through)

    def _take_in(self, name: str, new: pa.Table | None, cut: int) -> None:
        """Go on with one table; what will be read of it for a snapshot is read at once."""
        if name in self._logs:
            self._go_on(name, self._logs[name], new, cut)
            return
        if new is not None and len(new):
            self._put(name, new)
        self._held_with_later(name)

    def _put(self, name: str, new: pa.Table) -> None:
        if self._page.pieces.get(name, 0) >= MOST_PIECES:
            self._held(name).fold(self._all_facts(name))
            self._page.pieces[name] = 0
        number = self._page.pieces.get(name, 0)
        self.shelf.put_table(f"{name}-later-{number:05d}", new)
        self._page.pieces[name] = number + 1

    def _go_on(self, name: str, log: KeptLog, new: pa.Table | None, cut: int) -> None:
        columns = self._columns(name)
        waiting = _joined([self._waiting(name)], columns)
        rows = waiting if new is None else _joined([waiting, new], columns)
        owners = np.append(self._number(waiting), self._owners.get(name, NOBODY))
        seen = _happened(*started(TABLES[name], rows), cut)
        facts = _facts(name, rows, owners)
        if len(facts) and facts.until.min() != NEVER:
            raise NotKept(f"rows of {name} were corrected")
        log.take_in(facts.take(seen), self._size, cut - log.base)
        self._set_waiting(name, rows.filter(pa.array(~seen)))

    def timeline(self, rates: Rates | None = None) -> KeptTimeline:
        """All accounts at the date gone on to, in the order in which they came."""
        facts = each_table(self._page.tables, self._held_with_later)
        words = tuple(self._accounts.words.to_pylist())
        day = day_of(self._page.cut * DAY - 1)
        bucket = Bucket(words, dict(zip(self._page.tables, facts, strict=True)), rates or Rates())
        return KeptTimeline(bucket, day, self._logs)

    def snapshot(self, population: Population, rates: Rates | None = None) -> pa.Table:
        """The snapshot at the date gone on to, ordered by account."""
        timeline = self.timeline(rates)
        each_table(self._page.tables, timeline.begun)
        timeline.life_days  # noqa: B018  is made once, before threads share it
        return table_of(timeline, self.catalogue, population, THREADS)

    def rows_seen(self) -> dict[str, int]:
        """How many rows of each table could be seen at the date gone on to."""
        found = {}
        for name in self._page.tables:
            if name in self._logs:
                found[name] = self._logs[name].rows
                continue
            facts = self._held_with_later(name)
            found[name] = int(_happened(facts.start, facts.known, self._page.cut).sum())
        return found

    def save(self, load: int) -> None:
        """Write down what lies beside the arrays, after the load of that number."""
        self._page.load = load
        self._page.logs = {
            n: (log.base, log.cut, log.accounts, log.rows) for n, log in self._logs.items()
        }
        if self._writing is not None:
            self._writing.result()
        self.shelf.flush()
        if self._folder is not None:
            write_page(self._folder, self._page)

    def _opened(self) -> None:
        """Half a change is none: until it is saved, what is kept counts for nothing."""
        if self._folder is not None:
            (self._folder / PAGE).unlink(missing_ok=True)

    @property
    def _size(self) -> int:
        return self._accounts.size

    def _number(self, rows: pa.Table) -> Int32:
        """The number of each row's account."""
        owners = encoded(rows.column("account_id"))
        used = np.flatnonzero(np.bincount(owners.codes, minlength=len(owners.words)))
        words = as_arrow(owners.words).take(pa.array(used))
        numbers = np.empty(len(owners.words), np.int32)
        numbers[used] = self._accounts.numbers(words)
        return numbers[owners.codes]

    def _log(self, name: str, base: int, cut: int, accounts: int, rows: int) -> KeptLog:
        return KeptLog(self.shelf.under(name), self._needs[name], base, cut, accounts, rows)

    def _held(self, name: str) -> HeldFacts:
        table = TABLES[name]
        names = {*self._reads[name], *key_of(table)} - {"account_id"}
        return HeldFacts(self.shelf, table, tuple(c for c in table.names if c in names))

    def _held_with_later(self, name: str) -> Facts:
        if name not in self._joined_facts:
            self._joined_facts[name] = self._all_facts(name)
        return self._joined_facts[name]

    def _all_facts(self, name: str) -> Facts:
        if name in self._logs:
            return prepare({name: schema(TABLES[name]).empty_table()}).tables[name]
        pieces = [
            self.shelf.table(f"{name}-later-{number:05d}")
            for number in range(self._page.pieces.get(name, 0))
        ]
        rows = _joined(pieces, self._columns(name))
        return self._held(name).with_later(rows, self._number(rows))

    def _waiting(self, name: str) -> pa.Table | None:
        """Rows of a log that lie ahead of the date gone on to, or will be known only then."""
        return self.shelf.table(f"{name}-waiting")

    def _set_waiting(self, name: str, rows: pa.Table) -> None:
        self.shelf.put_table(f"{name}-waiting", rows)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each table that rows must come with."""
        return {name: tuple(self._columns(name).names) for name in TABLES}

    def _columns(self, name: str) -> pa.Schema:
        table = TABLES[name]
        clocks = {"account_id", table.occurred, table.announced, KNOWN_AT.name}
        wanted = {*self._reads[name], *key_of(table), *clocks}
        return pa.schema([f for f in schema(table) if f.name in wanted])


def each_table(names: Iterable[str], work: Callable[[str], Result]) -> list[Result]:
    """What some work gives for each table, several of them at once."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, names))


def _renumbered(facts: Facts, numbers: Int32) -> Facts:
    clocks = {**facts.clocks, "account": numbers[facts.account]}
    return Facts(facts.table, len(facts), clocks, facts.columns)


def _facts(name: str, rows: pa.Table, account: Int32) -> Facts:
    """Rows, of accounts of those numbers, as facts in no particular order."""
    table = TABLES[name]
    return facts_of(table, rows, account, *started(table, rows))


def _joined(tables: Iterable[pa.Table | None], wanted: pa.Schema) -> pa.Table:
    parts = [table.select(wanted.names).cast(wanted) for table in tables if table is not None]
    return pa.concat_tables([wanted.empty_table(), *parts])


def _happened(start: Instants, known: Instants, cut: int) -> Mask:
    """Whether rows happened and were known before a day."""
    return (start < cut * DAY) & (known < cut * DAY)
