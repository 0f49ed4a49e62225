"""What the newest run's accounts are filtered and sorted by, held in memory column by column.

In a database of a million accounts, counting what passes a filter, or looking for a word in all
names, reads every account: a second or more, each time somebody types a letter. The same columns
as arrays are filtered in milliseconds. A published run never changes, so they are read once for
each run, in the background; until they are there, and for small runs, the database is asked.

What a later publication of an earlier date may change (since when a band holds, the change of
risk) is not among them: questions about it go to the database.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.score import Band
from serving.store.columns import ten_thousandths
from serving.store.pages import COLUMN, FORWARD, Cursor, Sort
from serving.store.question import Question, days_after
from serving.store.rows import clean
from serving.store.word_index import WordIndex

SEARCHES_KEPT = 16
FEW = 16
"""Where no more than one account in so many passes, the passing ones are sorted by themselves."""
ALL = slice(None)
UNKNOWN = np.iinfo(np.int64).min

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """A column of words: the code of each account's word."""

    codes: npt.NDArray[np.int32]
    words: tuple[str, ...]

    def among(self, chosen: Iterable[str], at: "Places | slice" = ALL) -> Mask:
        """Which accounts have one of some words; of all, or of those at some places."""
        return np.isin(self.codes[at], self._known(chosen))

    def places(self, chosen: Iterable[str]) -> Places:
        """Where the accounts are that have one of some words, in order, without looking at all."""
        order, ends = self._by_word
        parts = [order[ends[n] : ends[n + 1]] for n in self._known(chosen)]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *parts]))

    @cached_property
    def _by_word(self) -> tuple[npt.NDArray[np.int32], Places]:
        """The places of all accounts word after word, and where each word's begin."""
        order = np.argsort(self.codes, kind="stable").astype(np.int32)
        sizes = np.bincount(self.codes, minlength=len(self.words))
        return order, np.concatenate([[0], np.cumsum(sizes)])

    def _known(self, chosen: Iterable[str]) -> list[int]:
        """The codes of those words that there are."""
        return sorted({self._code[word] for word in chosen if word in self._code})

    @cached_property
    def _code(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words)}

    def counts(self, places: Places) -> dict[str, int]:
        """How many accounts at some places have each word, the words of most accounts first."""
        chosen = self.codes[places]
        found = np.bincount(chosen, minlength=len(self.words))
        order = sorted(np.flatnonzero(found), key=lambda n: (-found[n], self.words[n]))
        return {self.words[n]: int(found[n]) for n in order}


@dataclass(frozen=True)
class Columns:
    """A run by column, its accounts by id.

    Attributes:
        as_of: of the run.
        ids: of the accounts.
        names: what they sort by, with a space before, so that every word has one.
        sought: the words of the names.
        words: by column.
        numbers: by column; NaN where unknown.
        whole: amounts in ten-thousandths and days of renewal as ordinals, by column; `UNKNOWN`
            where unknown.
    """

    as_of: date
    ids: pa.Array
    names: pa.Array
    sought: WordIndex
    words: Mapping[str, Coded]
    numbers: Mapping[str, npt.NDArray[np.float64]]
    whole: Mapping[str, Places]
    _orders: dict[Sort, Places] = field(default_factory=dict)
    _found: OrderedDict[str, Mask] = field(default_factory=OrderedDict)

    @cached_property
    def everybody(self) -> Mask:
        """A mask of all."""
        return np.ones(len(self.ids), np.bool_)

    def prepare(self) -> None:
        """Put the accounts of each CSM together, so that nobody waits for it."""
        self.words["csm"].places(())

    def passing(
        self, question: Question, owner: str | None, but: str = "", at: Places | slice = ALL
    ) -> Mask:
        """Which accounts pass every filter but that of one column; of all, or of some places."""
        search = question.search
        found = (self._named(search) if search else self.everybody)[at].copy()
        for name, chosen in _chosen(question).items():
            if chosen and name != but:
                found &= self.words[name].among((clean(word) for word in chosen), at)
        if owner is not None:
            found &= self.words["csm"].among([owner], at)
        if but != "renews_at" and (question.renews_from, question.renews_to) != (None, None):
            found &= self._renewing(question)[at]
        for bounds in question.signals:
            value = self.numbers[bounds.signal][at]
            found &= ~np.isnan(value)
            found &= True if bounds.least is None else value >= bounds.least
            found &= True if bounds.most is None else value <= bounds.most
        return found

    def places(self, question: Question, owner: str | None, but: str = "") -> Places:
        """Where those accounts are, in order; of a CSM's, only their own are looked at."""
        csms = [owner] if owner is not None else [clean(csm) for csm in question.csms]
        if not csms or but == "csm":
            return np.flatnonzero(self.passing(question, owner, but))
        some = self.words["csm"].places(csms)  # so that the owner need not be asked for again
        return some[self.passing(question, None, but, some)]

    def _renewing(self, question: Question) -> Mask:
        first, last, day = question.renews_from, question.renews_to, self.whole["renews_at"]
        found = self.everybody.copy()
        if first is not None:
            found &= day >= days_after(self.as_of, first).toordinal()
        if last is not None:
            found &= (day <= days_after(self.as_of, last).toordinal()) & (day != UNKNOWN)
        return found

    def _named(self, search: str) -> Mask:
        """The name or a later word of it begins so, or the id does, spelt as it is.

        A page and each of its counts ask the same, and a second person the next moment.
        """
        found = self._found.get(search)
        if found is None:
            plain = clean(search)
            found = self.sought.beginning(plain.casefold())
            found[self._beginning(plain)] = True
            self._found[search] = found
            while len(self._found) > SEARCHES_KEPT:
                self._found.popitem(last=False)
        return found

    def _beginning(self, letters: str) -> slice:
        """The accounts whose ids begin so; they are in order."""

        def key(place: int) -> str:
            found: str = self.ids[place].as_py()
            return found[: len(letters)]

        everybody = range(len(self.ids))
        first = bisect_left(everybody, letters, key=key)
        return slice(first, bisect_right(everybody, letters, lo=first, key=key))

    def counts(self, column: str, question: Question, owner: str | None) -> dict[str, int]:
        """How many accounts each word of a column would show."""
        return self.words[column].counts(self.places(question, owner, but=column))

    def bands(self, question: Question, owner: str | None) -> dict[Band, int]:
        """The same of the bands, all four."""
        found = self.counts("band", question, owner)
        return {band: found.get(band.value, 0) for band in Band}

    def renewals(
        self,
        question: Question,
        owner: str | None,
        windows: Sequence[tuple[int | None, int | None]],
    ) -> tuple[list[int], int]:
        """How many accounts renew within each window of days, and how many it is not known of."""
        passing = self.passing(question, owner, but="renews_at")
        days = self.whole["renews_at"][passing]
        ahead = days[days != UNKNOWN] - self.as_of.toordinal()
        found = [
            int(np.sum((ahead >= _or(first, UNKNOWN)) & (ahead <= _or(last, -UNKNOWN - 1))))
            for first, last in windows
        ]
        return found, len(days) - len(ahead)

    def page(
        self, places: Places, sort: Sort, limit: int, after: Cursor | None
    ) -> tuple[str, ...] | None:
        """The ids of at most `limit` of the accounts at some places, in order.

        None where the cursor is of no account as it is: only the database tells what follows it.
        """
        place = None
        if after is not None:
            place = self._place(after, sort)
            if place is None:
                return None
        chosen = self._best(places, sort, limit, place)
        return tuple(self.ids.take(pa.array(chosen)).to_pylist())

    def _best(self, found: Places, sort: Sort, limit: int, after: int | None) -> Places:
        """The places of at most `limit` accounts, in order, of those that follow one."""
        if len(found) * FEW > len(self.ids):
            passes = np.zeros(len(self.ids), np.bool_)
            passes[found] = True
            later = _following(self._order(sort), after)
            return later[passes[later]][:limit]
        some = found if after is None else np.union1d(found, [after])
        return _following(some[self._sorted(sort, some)], after)[:limit]

    def _place(self, cursor: Cursor, sort: Sort) -> int | None:
        """Where the account of a cursor is, if it has the cursor's value."""
        place: int = pc.index(self.ids, cursor.account_id).as_py()
        return place if place >= 0 and self._value(place, sort) == _plain(cursor) else None

    def _value(self, place: int, sort: Sort) -> Any:
        if sort is Sort.NAME:
            return self.names[place].as_py()[1:]
        if sort is Sort.RISK:
            risk = float(self.numbers["risk"][place])
            return None if risk != risk else risk
        value = int(self.whole[COLUMN[sort]][place])
        return None if value == UNKNOWN else value

    def _order(self, sort: Sort) -> Places:
        if sort not in self._orders:
            self._orders[sort] = self._sorted(sort)
        return self._orders[sort]

    def _sorted(self, sort: Sort, at: Places | slice = ALL) -> Places:
        """Accounts in order, all or those at some places: where each comes among them.

        What is equal stays by id, and the unknown comes last.
        """
        if sort is Sort.NAME:
            names = self.names if isinstance(at, slice) else self.names.take(pa.array(at))
            found: Places = pc.array_sort_indices(names).to_numpy().astype(np.int64)
            return found
        if sort is Sort.RISK:
            return np.argsort(-self.numbers["risk"][at], kind="stable")
        value = self.whole[COLUMN[sort]][at]
        key = value if sort in FORWARD else -value
        last = np.iinfo(np.int64).max
        return np.argsort(np.where(value == UNKNOWN, last, key), kind="stable")


def _following(ordered: Places, after: int | None) -> Places:
    """What follows one of the places in order; all of them where none is named."""
    return ordered if after is None else ordered[int(np.flatnonzero(ordered == after)[0]) + 1 :]


def _or(given: int | None, otherwise: int) -> int:
    return otherwise if given is None else given


def answers(question: Question, sort: Sort = Sort.RISK) -> bool:
    """Whether the columns hold all that is asked."""
    return question.changed_since is None and sort is not Sort.CHANGE


def narrow(question: Question, owner: str | None) -> bool:
    """Whether a word or a CSM leaves so few accounts that they are put in order by themselves."""
    return bool(question.search or question.csms) or owner is not None


def _chosen(question: Question) -> dict[str, tuple[str, ...]]:
    plain = {"band": question.bands, "tier": question.tiers, "csm": question.csms}
    return {**question.segments, **plain}


def _plain(cursor: Cursor) -> Any:
    """A cursor's value as the columns hold it."""
    value = cursor.value
    if isinstance(value, date):
        return value.toordinal()
    return value if value is None or isinstance(value, str | float) else ten_thousandths(value)
