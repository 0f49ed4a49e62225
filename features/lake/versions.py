"""Until when each row holds: the versions of a fact found over the whole table."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.clock import MISSING
from features.columns import instants
from features.contract import Table
from features.contract.arrow import schema
from features.lake.numbers import together
from features.lake.order import Int32, Int64
from features.lake.records import arrays_of, lanes
from features.lake.shuffle import Rows, Shuffle
from features.lake.vocabulary import Vocabulary
from features.versions import known_until

ROWS_OF_A_PASS = 1 << 24
_NO_ROWS = np.empty(0, np.int64)


@dataclass(frozen=True)
class Ended:
    """Rows whose fact has a newer version.

    Attributes:
        rows: their numbers in the shuffle, ascending.
        until: when the newer version became known, microseconds since 1970.
    """

    rows: Int64
    until: Int64

    def of(self, numbers: Int64) -> Int64:
        """Until when some rows, given by their numbers, hold; MISSING for those that still do."""
        places = np.minimum(np.searchsorted(self.rows, numbers), len(self.rows) - 1)
        return np.where(self.rows[places] == numbers, self.until[places], MISSING)


def ended(table: Table, shuffle: Shuffle) -> Ended:
    """Find the rows whose fact has a newer version, whatever accounts the two belong to.

    Only rows whose key's hash comes twice are looked at, so memory is bounded by 16 bytes
    for each row that ended, and by what is looked at in one pass over the hashes.
    """
    passes = shuffle.rows // ROWS_OF_A_PASS + 1
    found = [_of_pass(table, shuffle, number, passes) for number in range(passes)]
    rows = np.concatenate([_NO_ROWS, *(one.rows for one in found)])
    until = np.concatenate([_NO_ROWS, *(one.until for one in found)])
    order = np.argsort(rows)
    return Ended(rows[order], until[order])


def _of_pass(table: Table, shuffle: Shuffle, number: int, passes: int) -> Ended:
    rows = _repeated(shuffle, number, passes)
    if not len(rows):
        return Ended(_NO_ROWS, _NO_ROWS)
    some = pa.concat_tables(_plain(table, g.rows, places) for g, places in shuffle.take(rows))
    until = known_until(table, some)
    over = until.is_valid().to_numpy()
    return Ended(rows[over], instants(until)[over])


def _plain(table: Table, rows: Rows, places: Int32) -> pa.Table:
    """Some rows in the contract's schema."""
    numbers = together([(rows.numbers, places)], np.arange(len(places), dtype=np.int32))
    columns = arrays_of(lanes(table), numbers)
    for name, text in rows.texts.items():
        vocabulary = Vocabulary()
        codes = np.empty(len(places), np.int32)
        vocabulary.codes(text, places, codes)
        columns[name] = vocabulary.words.take(pa.array(codes, mask=codes < 0))
    arrays = [columns[field.name] for field in schema(table)]
    return pa.Table.from_arrays(arrays, schema=schema(table))


def _repeated(shuffle: Shuffle, number: int, passes: int) -> Int64:
    """Rows, ascending, whose key may be another row's too."""
    facts, rows = [np.empty(0, np.uint64)], [_NO_ROWS]
    for group in shuffle.groups:
        if group.rows.facts is not None:
            hashed = group.rows.facts
            mine = np.flatnonzero((hashed != 0) & (hashed // np.uint64(2) % passes == number))
            facts.append(hashed[mine])
            rows.append(mine + group.first)
    fact, row = np.concatenate(facts), np.concatenate(rows)
    order = np.argsort(fact)
    same = fact[order][1:] == fact[order][:-1]
    repeated = np.zeros(len(fact) + 1, bool)
    repeated[1:-1] = same
    return np.sort(row[order[repeated[1:] | repeated[:-1]]])
