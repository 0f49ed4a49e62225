"""What a load adds to the lake, and which tables are written anew for it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa

from features.contract import TABLES
from features.lake.generation import Sources
from features.lake.incoming import key_of
from features.lake.manifest import Manifest, TableInfo

SMALL = 1 << 14
"""Rows of a table that is quicker written anew than read in pieces ever after."""
MOST_PIECES = 16
"""Loads of which a table may lie apart, before it is brought together again."""

LITTLE = 1 << 20
"""Rows below which what is added to a table lies in one file, and not in one for each bucket."""

Held = Callable[[str], Iterator[pa.RecordBatch]]
"""What the lake holds of a table."""


@dataclass(frozen=True)
class Additions:
    """New rows by table.

    Attributes:
        rows: the tables that get rows or become connected.
        anew: those that are written as a whole, what they hold included.
        changed: those to which rows are added that may be versions of facts that are held.
        held: those that were connected before.
    """

    rows: Mapping[str, pa.Table]
    anew: frozenset[str]
    changed: frozenset[str]
    held: frozenset[str]

    @property
    def together(self) -> frozenset[str]:
        """The tables of which all that is added lies in one file."""
        return frozenset(n for n, t in self.rows.items() if len(t) < LITTLE) - self.anew

    def writing_anew(self, names: Iterable[str]) -> "Additions":
        """The same, with further tables written as a whole."""
        more = frozenset(names)
        return replace(self, anew=self.anew | more, changed=self.changed - more)

    def written(self, held: Held) -> Sources:
        """Batches of all that this load writes, by table."""
        return {name: self._batches(name, held, name in self.anew) for name in self.rows}

    def joined(self, tables: Iterable[str], held: Held) -> Sources:
        """Batches of everything that the lake is to hold, whatever this load brings."""
        return {name: self._batches(name, held, True) for name in {*tables, *self.rows}}

    def _batches(self, name: str, held: Held, whole: bool) -> Iterable[pa.RecordBatch]:
        new = self.rows[name].to_batches() if name in self.rows else ()
        return chain(held(name), new) if whole and name in self.held else new


def plan(
    old: Manifest, tables: Mapping[str, pa.Table], corrected: Collection[str] | None
) -> Additions:
    """Decide which tables are only added to.

    Args:
        old: what the lake holds.
        tables: new rows by table.
        corrected: the tables in which they may be versions of facts that are held, of which
            the older then end; None for all whose facts have keys.
    """
    rows = {n: t for n, t in tables.items() if len(t) or n not in old.tables}
    changed = {n for n in rows if key_of(TABLES[n])} if corrected is None else set(corrected)
    anew = {n for n in rows if n not in old.tables or _worth_it(old.tables[n])}
    changed = (changed & rows.keys()) - anew
    return Additions(rows, frozenset(anew), frozenset(changed), frozenset(old.tables))


def is_small(info: TableInfo) -> bool:
    """Whether a table is so small that it is quicker looked through, and written, as a whole."""
    return info.rows < SMALL


def _worth_it(info: TableInfo) -> bool:
    return is_small(info) or len(info.loads) >= MOST_PIECES
