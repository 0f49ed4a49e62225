"""What a load adds to the lake, and which tables are written anew for it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
"""Loads of which a table may lie apart, before later ones are brought together again."""
STEEP = 2
"""A piece this many times as large as all that came after it is left as it is."""

LITTLE = 1 << 20
"""Rows below which what is added to a table lies in one file, and not in one for each bucket."""

Held = Callable[[str, int], Iterator[pa.RecordBatch]]
"""What the lake holds of a table, but for its first so many pieces."""
Sizes = Callable[[str], Sequence[int]]
"""The rows of each piece of a table."""


@dataclass(frozen=True)
class Joined:
    """Later pieces of a table that become one with what is added.

    Attributes:
        first: how many pieces before them stay as they are, at least one.
        rows: how many rows they hold.
    """

    first: int
    rows: int


@dataclass(frozen=True)
class Additions:
    """New rows by table.

    Attributes:
        rows: the tables that get rows or become connected.
        anew: those that are written as a whole, what they hold included.
        changed: those to which rows are added that may be versions of facts that are held.
        held: those that were connected before.
        joined: the pieces that are written together with the new rows.
    """

    rows: Mapping[str, pa.Table]
    anew: frozenset[str]
    changed: frozenset[str]
    held: frozenset[str]
    joined: Mapping[str, Joined]

    @property
    def together(self) -> frozenset[str]:
        """The tables of which all that is written, unless it is everything, lies in one file."""
        sizes = {n: len(t) + self._joined(n).rows for n, t in self.rows.items()}
        return frozenset(n for n, size in sizes.items() if size < LITTLE) - self.anew

    def writing_anew(self, names: Iterable[str]) -> "Additions":
        """The same, with further tables written as a whole."""
        more = frozenset(names)
        joined = {n: pieces for n, pieces in self.joined.items() if n not in more}
        anew, changed = self.anew | more, self.changed - more
        return replace(self, anew=anew, changed=changed, joined=joined)

    def written(self, held: Held) -> Sources:
        """Batches of all that this load writes, by table."""
        return {
            name: self._batches(name, held, name in self.anew or name in self.joined)
            for name in self.rows
        }

    def everything(self, tables: Iterable[str], held: Held) -> Sources:
        """Batches of everything that the lake is to hold, whatever this load brings."""
        whole = replace(self, joined={})
        return {name: whole._batches(name, held, True) for name in {*tables, *self.rows}}

    def _batches(self, name: str, held: Held, whole: bool) -> Iterable[pa.RecordBatch]:
        new = self.rows[name].to_batches() if name in self.rows else ()
        before = held(name, self._joined(name).first) if whole and name in self.held else ()
        return chain(before, new)

    def _joined(self, name: str) -> Joined:
        return self.joined.get(name, Joined(0, 0))


def plan(
    old: Manifest,
    tables: Mapping[str, pa.Table],
    corrected: Collection[str] | None,
    sizes: Sizes,
) -> Additions:
    """Decide which tables are only added to.

    Args:
        old: what the lake holds.
        tables: new rows by table.
        corrected: the tables in which they may be versions of facts that are held, of which
            the older then end; None for all whose facts have keys.
        sizes: tells the rows of each piece of a table.
    """
    rows = {n: t for n, t in tables.items() if len(t) or n not in old.tables}
    changed = {n for n in rows if key_of(TABLES[n])} if corrected is None else set(corrected)
    anew = {n for n in rows if n not in old.tables or is_small(old.tables[n])}
    many = {n for n in rows.keys() - anew if len(old.tables[n].loads) >= MOST_PIECES}
    joined = {n: found for n in many if (found := _later(sizes(n), len(rows[n])))}
    plain = Additions(
        rows,
        frozenset(anew),
        frozenset(changed & rows.keys()) - anew,
        frozenset(old.tables),
        joined,
    )
    return plain.writing_anew(n for n, pieces in joined.items() if not pieces.first)


def is_small(info: TableInfo) -> bool:
    """Whether a table is so small that it is quicker looked through, and written, as a whole."""
    return info.rows < SMALL


def _later(sizes: Sequence[int], new: int) -> Joined | None:
    """The pieces that are worth bringing together with new rows.

    Each that is left is several times what came after it, so there are few; and a row is
    written again only when what it lies with has grown by a part of its size.
    """
    first, total = len(sizes), new
    while first and sizes[first - 1] < STEEP * total:
        first -= 1
        total += sizes[first]
    return Joined(first, total - new) if first < len(sizes) else None
