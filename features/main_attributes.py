"""Which attributes of a company's accounts get columns, and all else of its own that does."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from features.clock import MISSING, cut_of
from features.columns import encoded, instants
from features.contract import KNOWN_AT, TABLES
from features.followed import Followed
from features.history import main_events
from features.lake import Lake
from features.seen import seen
from features.signals import EVENTS_FOLLOWED
from features.signals.attributes import NUMBERS_FOLLOWED, WORDS_FOLLOWED
from features.versions import KNOWN_UNTIL
from features.words import Array, Codes, Words

ATTRIBUTES = TABLES["attributes"]
NEARLY_ALL = 0.99
"""Of the accounts: an attribute that so many share, or so many lack, tells none apart."""
MOST_WORDS = 0.5
"""Different words for each account that has one: of more, most are of one account alone."""


@dataclass
class _Tally:
    """How many accounts have each value of one attribute."""

    numbers: Counter[float] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)

    @property
    def is_number(self) -> bool:
        """Whether no more accounts have a word than a number."""
        return self.numbers.total() >= self.words.total()

    @property
    def accounts(self) -> int:
        return max(self.numbers.total(), self.words.total())

    def tells(self, everyone: int) -> bool:
        """Whether it parts the accounts, and into more than single ones."""
        values = self.numbers if self.is_number else self.words
        most = max(max(values.values(), default=0), everyone - self.accounts)
        if most >= NEARLY_ALL * everyone:
            return False
        return self.is_number or len(values) <= MOST_WORDS * self.accounts


def followed(lake: Lake, until: date) -> Followed:
    """The main events and attributes of what was known by `until`."""
    numbers, words = main_attributes(lake, until)
    return Followed(main_events(lake, until, EVENTS_FOLLOWED), numbers, words)


def main_attributes(lake: Lake, until: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes that are numbers and those that are words, of most accounts first.

    What held at the end of `until` counts. Left out are those that are the same for nearly all
    accounts, missing being one value, and words that nearly every account has for itself. One
    that is now a number and now a word is a number if no more accounts have the word.
    """
    if ATTRIBUTES.name not in lake.manifest.tables:
        return (), ()
    found, everyone = _tallied(lake, until)
    telling = {name: tally for name, tally in found.items() if tally.tells(everyone)}
    ranked = sorted(telling, key=lambda name: (-telling[name].accounts, name))
    numbers = [name for name in ranked if telling[name].is_number]
    words = [name for name in ranked if not telling[name].is_number]
    return tuple(numbers[:NUMBERS_FOLLOWED]), tuple(words[:WORDS_FOLLOWED])


def _tallied(lake: Lake, until: date) -> tuple[dict[str, _Tally], int]:
    """Each attribute's values by account, and how many accounts there are."""
    found: dict[str, _Tally] = {}
    everyone = 0
    wanted = {ATTRIBUTES.name: ("attribute", "word", "number"), "accounts": ()}
    for index in range(lake.manifest.buckets):
        rows = lake.bucket(index, wanted)
        known = _held(ATTRIBUTES.name, rows[ATTRIBUTES.name], until)
        everyone += len(_owners(_held("accounts", rows["accounts"], until)))
        for name, value, accounts in _values(_last(known)):
            tally = found.setdefault(name, _Tally())
            if isinstance(value, str):
                tally.words[value] += accounts
            else:
                tally.numbers[value] += accounts
    return found, max([everyone, *(tally.accounts for tally in found.values())])


def _held(name: str, rows: pa.Table, until: date) -> pa.Table:
    """The versions that held at the end of a day, of facts that had begun."""
    gone = instants(rows.column(KNOWN_UNTIL))
    holds = (gone == MISSING) | (gone >= cut_of(until))
    return rows.filter(pa.array(seen(TABLES[name], rows, until) & holds))


def _owners(rows: pa.Table) -> Codes:
    return np.unique(encoded(rows.column("account_id")).codes)


def _last(rows: pa.Table) -> pa.Table:
    """Of each account and attribute the row that was set last."""
    account, attribute = (encoded(rows.column(n)).codes for n in ("account_id", "attribute"))
    set_at, known = (instants(rows.column(n)) for n in (ATTRIBUTES.occurred, KNOWN_AT.name))
    order = np.lexsort((known, set_at, attribute, account))
    same = np.diff(account[order]) == 0
    same &= np.diff(attribute[order]) == 0
    ends = np.append(~same, np.ones(min(len(order), 1), bool))
    return rows.take(pa.array(order[ends]))


def _values(rows: pa.Table) -> Iterator[tuple[str, float | str, int]]:
    """Each attribute with each of its values, and how often that comes."""
    names, words = encoded(rows.column("attribute")), encoded(rows.column("word"))
    numbers = rows.column("number").to_numpy()
    values, codes = np.unique(numbers, return_inverse=True)
    coded = Words(np.where(np.isnan(numbers), -1, codes).astype(np.int32), values.tolist())
    for each in (coded, words):
        for name, value, times in _pairs(names, each):
            yield names.words[name], each.words[value], times


def _pairs(names: Words, values: Words) -> Array:
    """Codes of names and values that come together, and how often, shape (pairs, 3)."""
    there, size = values.codes >= 0, len(values.words) + 1
    both = names.codes[there].astype(np.int64) * size + values.codes[there]
    pairs, times = np.unique(both, return_counts=True)
    return np.stack([pairs // size, pairs % size, times], axis=1)
