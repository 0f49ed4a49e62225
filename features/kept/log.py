"""What is kept of one log: a book for each filter, and one date up to which all is taken in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.clock import DAY, MISSING, NEVER, Instants
from features.compiled import fixed
from features.facts import Facts
from features.held import MILLION, Held, present
from features.kept.kernels import (
    between,
    carry,
    days_set,
    different,
    ends,
    gaps_between,
    mark,
    mark_across,
    post,
    see,
    spread,
)
from features.kept.needs import COUNT, MOMENT, Needs
from features.kept.refused import NotKept
from features.kept.register import Register
from features.kept.shelf import Shelf
from features.kept.vocabulary import Vocabulary
from features.kernel import Floats, Int32, Int64
from features.signal import Where
from features.span import Span
from features.words import Array, Words, as_arrow

ONES = np.empty(0, np.int64)
UNITS = ("whole", "millionths")
Ask = Callable[..., Array]
"""Gives the array of a name, of a shape and kind: to be read, or to be changed."""


@dataclass
class KeptLog:
    """Books of the visible rows of a log.

    Attributes:
        needs: what is kept, by filter.
        base: the first day that can be told of, days since 1970.
        cut: the first day after `base` that is not taken in; 0 where nothing is.
        accounts: how many there are.
        rows: how many rows were taken in.
    """

    shelf: Shelf
    needs: Mapping[Where, Needs]
    base: int
    cut: int = 0
    accounts: int = 0
    rows: int = 0

    def take_in(self, facts: Facts, accounts: int, cut: int) -> None:
        """Take rows in, all of which happened and were known before the day `cut`.

        Args:
            facts: the rows, in any order; `account` numbers that never change.
            accounts: how many there are now.
            cut: the day from which on nothing is taken in, after `base`; no earlier than
                before.

        Raises:
            NotKept: rows happened before `base`, or are versions of others.
        """
        day = (facts.start // DAY - self.base).astype(np.int32)
        if len(facts) and day.min() < 0:
            raise NotKept("rows came of days before the first that is kept")
        if len(facts) and facts.until.min() != NEVER:
            raise NotKept("rows of a log were corrected")
        before, fresh = self.cut, self.accounts
        self.cut, self.accounts, self.rows = cut, accounts, self.rows + len(facts)
        for number, (where, needs) in enumerate(self.needs.items()):
            some = _passing(facts, where)
            page = Page(self, f"{number:03d}", needs)
            page.carry(before)
            page.take_in(*((facts, day) if some is None else (facts.take(some), day[some])), fresh)

    def numbered(self, column: str, words: Words) -> Int32:
        """The number of each word of a column."""
        vocabulary = Vocabulary(self.shelf, f"words-{column}")
        return vocabulary.numbers(as_arrow(words.words))

    def page(self, where: Where) -> "Page":
        """What is kept of the rows that pass a filter."""
        number = list(self.needs).index(where)
        return Page(self, f"{number:03d}", self.needs[where])


@dataclass
class Page:
    """What is kept of the rows of one filter."""

    log: KeptLog
    name: str
    needs: Needs

    def carry(self, before: int) -> None:
        """Go on to the log's day."""
        for lane in sorted(self.needs.lanes):
            for unit in (u for u in UNITS if self._holds(lane, u)):
                carry(self._lane(lane, unit, self._change), before, self.log.cut)

    def take_in(self, facts: Facts, day: Int32, fresh: int) -> None:
        """Take rows in; accounts from `fresh` on had none before."""
        if not len(facts):
            return
        account = facts.account
        account, day = fixed(account, day)
        mark(self._days(self._change), account, day)
        account, start = fixed(account, facts.start)
        first, last = self._ends(self._change)
        ends(account, start, first, last)
        for lane in sorted(self.needs.lanes):
            self._post(lane, facts, day, fresh)
        for column in sorted(self.needs.words):
            self._see(column, facts.words(column), account, day)

    def _post(self, lane: str, facts: Facts, day: Int32, fresh: int) -> None:
        size, until = (self.needs.look + 1), self.log.cut
        since = until - size + 1
        if lane == COUNT:
            self._add(lane, "whole", facts.account, day, ONES, since, fresh)
            return
        if lane == MOMENT:
            self._add(lane, "whole", facts.account, day, day.astype(np.int64), since, fresh)
            return
        column = lane.partition(" of ")[2]
        there = present(facts.columns[column])
        some = facts if there.all() else facts.take(there)
        days = day if some is facts else day[there]
        if lane.startswith("count of "):
            self._add(lane, "whole", some.account, days, ONES, since, fresh)
            return
        for unit, values in zip(UNITS, Held(some).exact(column), strict=True):
            if len(values) or unit == "whole":
                self._add(lane, unit, some.account, days, values, since, fresh)

    def _add(
        self,
        lane: str,
        unit: str,
        account: Int32,
        day: Int32,
        values: Int64,
        since: int,
        fresh: int,
    ) -> None:
        account, day, values = fixed(account, day, values)
        lane_sums = self._lane(lane, unit, self._change)
        post(lane_sums, account, day, values, since, self.log.cut, fresh)

    def _see(self, column: str, words: Words, account: Int32, day: Int32) -> None:
        """Mark the days of each word of an account."""
        there = words.codes >= 0
        owner, code = account[there], self.log.numbered(column, words)[words.codes[there]]
        key = (owner.astype(np.int64) << 32) | code
        pairs, place = np.unique(key, return_inverse=True)
        number = self._numbers(column, pairs)
        place, day = fixed(number[place].astype(np.int32), day[there])
        bits, latest, _ = self._seen(column, self._change)
        mark_across(bits, place, day)
        see(place, day, latest)

    def _numbers(self, column: str, pairs: Int64) -> Int64:
        """The number of each pair of account and word; new ones are taken in."""
        register, keys = Register(self.log.shelf, f"{self.name}-{column}"), pairs.view(np.uint64)
        found = np.full(len(pairs), -1, np.int64)
        for known, numbers in register.runs():
            place = np.searchsorted(known, keys)
            inside = np.flatnonzero(place < len(known))
            hit = inside[known[place[inside]] == keys[inside]]
            found[hit] = numbers[place[hit]]
        fresh = np.flatnonzero(found < 0)
        if len(fresh):
            size = self._size(column)
            found[fresh] = size + np.arange(len(fresh))
            register.add(keys[fresh], found[fresh].astype(np.int32))
            now = size + len(fresh)
            self._change(*self._named_size(column))[0] = now
            self._seen(column, self._change)[2][size:now] = pairs[fresh] >> 32
        return found

    def total(self, lane: str, span: Span) -> Floats:
        """The sum of a lane over a window, shape (A,)."""
        whole = self._total(lane, "whole", span)
        if not self._holds(lane, "millionths"):
            return whole
        return whole + self._total(lane, "millionths", span) / MILLION

    def _total(self, lane: str, unit: str, span: Span) -> Floats:
        out, far, near = np.zeros(self.log.accounts), span.far, span.near
        if not self._holds(lane, unit):
            return out
        low = -1 if far is None else max(0, self.log.cut - far)
        high = max(0, self.log.cut - near)
        sums = self._lane(lane, unit, self._look)
        between(sums, self.log.accounts, low, max(low, high), out)
        return out

    def first_and_last(self) -> tuple[Instants, Instants]:
        """When the first and the last row happened, NEVER and MISSING without any."""
        first, last = self._ends(self._look)
        return first[: self.log.accounts], last[: self.log.accounts]

    def rhythm(self, far: Int64, gaps: bool) -> Int32:
        """What `features.kernel.rhythm` tells of the days with a row, shape (S, 4, A, 1)."""
        return spread(self._days(self._look), self.log.accounts, self.log.cut, far, gaps)

    def gaps(self, far: Int64) -> Floats:
        """What `features.kernel.gaps` tells of them, shape (S, 4, A, 1)."""
        return gaps_between(self._days(self._look), self.log.accounts, self.log.cut, far)

    def active_days(self, span: Span) -> Floats:
        """The number of days with a row in a window, shape (A,)."""
        out, cut = np.zeros(self.log.accounts), self.log.cut
        begins = 0 if span.far is None else max(0, cut - span.far)
        days_set(self._days(self._look), begins, cut - span.near, out)
        return out

    def different(self, column: str, far: Int64, near: Int64) -> Floats:
        """The number of different words in each window, shape (S, A)."""
        bits, latest, owner = self._seen(column, self._look)
        found = different(bits, latest, owner, self._size(column), self.log.cut, far, near)
        out = np.zeros((len(far), self.log.accounts))
        out[:, : found.shape[1]] = found
        return out

    def _holds(self, lane: str, unit: str) -> bool:
        return self.log.shelf.holds(self._named(lane, unit))

    def _lane(self, lane: str, unit: str, ask: Ask) -> Int64:
        shape = (self.needs.look + 1, self.log.accounts)
        return ask(self._named(lane, unit), shape, np.int64)

    def _named(self, lane: str, unit: str) -> str:
        return f"{self.name}-{lane}-{unit}".replace(" ", "_")

    def _days(self, ask: Ask) -> Array:
        shape = (self.log.accounts, self._words())
        return ask(f"{self.name}-days", shape, np.uint64)

    def _words(self) -> int:
        return (self.log.cut + 63) // 64

    def _ends(self, ask: Ask) -> tuple[Instants, Instants]:
        shape = (self.log.accounts,)
        first = ask(f"{self.name}-first", shape, np.int64, NEVER)
        return first, ask(f"{self.name}-last", shape, np.int64, MISSING)

    def _size(self, column: str) -> int:
        """How many pairs of account and word there are."""
        return int(self._look(*self._named_size(column))[0])

    def _named_size(self, column: str) -> tuple[str, tuple[int], type[np.int64]]:
        return f"{self.name}-{column}-size", (1,), np.int64

    def _seen(self, column: str, ask: Ask) -> tuple[Array, Int32, Int32]:
        """The days of each pair of account and word, the latest of them, and its account."""
        size = self._size(column)
        # those of one time lie together, so a night changes few of their pages
        bits = ask(f"{self.name}-{column}-days", (self._words(), size), np.uint64)
        latest = ask(f"{self.name}-{column}-latest", (size,), np.int32, -1)
        return bits, latest, ask(f"{self.name}-{column}-owner", (size,), np.int32)

    @property
    def _look(self) -> Ask:
        """Asks for an array to be read."""
        return self.log.shelf.look

    @property
    def _change(self) -> Ask:
        """Asks for one to be changed."""
        return self.log.shelf.array


def _passing(facts: Facts, where: Where) -> Array | None:
    """Which rows pass a filter; None for all."""
    if not where:
        return None
    mask = np.ones(len(facts), bool)
    for column, words in where:
        mask &= facts.words(column).among(words)
    return mask
