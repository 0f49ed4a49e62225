"""The values of a date as short ladders, from which every rank is read.

What the rows of a date hold is kept as some values in order for every group of peers and every
signal. All ranks are read off such ladders, those of a whole snapshot too: so one account alone,
with other values or without the others' rows, gets the same number to the last bit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.beside import read_beside, write_beside
from features.clock import Floats
from features.ranks import EVERYONE, rank_of
from features.signal import Catalogue, SnapshotColumn

RUNGS = 1_024
"""Values of a ladder: of more accounts, as many evenly spaced ones are kept."""
LENT = 20
"""The company's rank counts as much as that of so many peers, so few peers decide little."""

Column = Callable[[str], pa.ChunkedArray]
"""Gives a column of a snapshot by its name."""
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ladder:
    """Some values in ascending order, and of how many accounts they were taken."""

    rungs: Floats
    known: int

    @classmethod
    def of(cls, values: Floats) -> "Ladder":
        """The ladder of values, shape (rows,), NaN where not known."""
        held = np.sort(values[~np.isnan(values)])
        known = len(held)
        if known > RUNGS:
            held = held[(2 * np.arange(RUNGS) + 1) * known // (2 * RUNGS)]
        return cls(held, known)

    def share_below(self, values: Floats) -> Floats:
        """Of each value the share of rungs below it, equal ones by half; 0.5 without rungs."""
        if not len(self.rungs):
            return np.full(len(values), 0.5)
        below = np.searchsorted(self.rungs, values, "left")
        not_above = np.searchsorted(self.rungs, values, "right")
        return np.asarray((below + not_above) / (2 * len(self.rungs)))


@dataclass(frozen=True)
class PeerRanks:
    """The ladders of one date, from which ranks are read.

    Attributes:
        peers: the word column whose word peers share, or `EVERYONE`.
        ranked: by rank column the column that it ranks.
        ladders: by ranked column the ladder of each word; that of all accounts under None.
    """

    peers: str
    ranked: Mapping[str, str]
    ladders: Mapping[str, Mapping[str | None, Ladder]]

    @classmethod
    def of(cls, ranks: Sequence[SnapshotColumn], column: Column) -> "PeerRanks":
        """The ladders for some rank columns, of all rows of one date.

        Args:
            ranks: of a catalogue; not empty, and all with the same peers.
            column: gives the computed columns, one held at a time.
        """
        measures = [rank_of(rank) for rank in ranks]
        peers = measures[0].peers
        alike = {} if peers == EVERYONE else _alike(column(peers))
        ladders: dict[str, dict[str | None, Ladder]] = {}
        for measure in measures:
            values = _numbers(column(measure.of))
            own: dict[str | None, Ladder] = {w: Ladder.of(values[r]) for w, r in alike.items()}
            ladders[measure.of] = {None: Ladder.of(values), **own}
        ranked = {rank.name: measure.of for rank, measure in zip(ranks, measures, strict=True)}
        return cls(peers, ranked, ladders)

    def added(self, table: pa.Table) -> pa.Table:
        """The rows, all of this date, with their ranks as further columns."""
        alike = {} if self.peers == EVERYONE else _alike(table.column(self.peers))
        for name, of in self.ranked.items():
            ranks = self._ranks(of, _numbers(table.column(of)), alike)
            table = table.append_column(name, pa.array(ranks, pa.float64(), from_pandas=False))
        return table

    def of_cells(self, cells: Mapping[str, object]) -> dict[str, float]:
        """The ranks of one account by rank column; NaN where the ranked number is not known."""
        alike = {cells.get(self.peers): np.array([0])}
        return {
            name: float(self._ranks(of, np.array([_number(cells.get(of))]), alike)[0])
            for name, of in self.ranked.items()
        }

    def _ranks(self, of: str, values: Floats, alike: Mapping[Any, Rows]) -> Floats:
        ladders = self.ladders[of]
        ranks = ladders[None].share_below(values)
        for word, mine in alike.items():
            ladder = ladders.get(word)
            if word is None or ladder is None:
                continue
            own, weight = ladder.share_below(values[mine]), ladder.known / (ladder.known + LENT)
            ranks[mine] = weight * own + (1 - weight) * ranks[mine]
        ranks[np.isnan(values)] = np.nan
        return ranks

    def write(self, path: Path, sha256: str) -> None:
        """Keep the ladders beside the snapshot of that content."""
        rows = [
            (of, word, each) for of, mine in self.ladders.items() for word, each in mine.items()
        ]
        body = {"peers": self.peers, "ranked": dict(self.ranked)}
        table = pa.table(
            {
                "of": pa.array([of for of, _, _ in rows], pa.string()),
                "word": pa.array([word for _, word, _ in rows], pa.string()),
                "known": pa.array([each.known for _, _, each in rows], pa.int64()),
                "rungs": pa.array([each.rungs for _, _, each in rows], pa.list_(pa.float64())),
            }
        )
        write_beside(path, table, body, sha256)

    @classmethod
    def read(cls, path: Path, sha256: str) -> "PeerRanks":
        """What was written.

        Raises:
            ValueError: it cannot be read, or is of another snapshot.
        """
        table, body = read_beside(path, sha256)
        ladders: dict[str, dict[str | None, Ladder]] = {}
        for i in range(len(table)):
            of, word, known = (table[name][i].as_py() for name in ("of", "word", "known"))
            rungs = np.asarray(table["rungs"][i].values.to_numpy(), np.float64)
            ladders.setdefault(of, {})[word] = Ladder(rungs, known)
        return cls(body["peers"], body["ranked"], ladders)


def ranked_schema(schema: pa.Schema, catalogue: Catalogue) -> pa.Schema:
    """The schema of computed rows, with the ranks of a catalogue."""
    for rank in catalogue.ranks:
        schema = schema.append(pa.field(rank.name, pa.float64()))
    return schema


def ranked_by_date(table: pa.Table, catalogue: Catalogue) -> pa.Table:
    """Rows of one or more dates, ordered by date, with the ranks of a catalogue if it has any.

    The rows must be all of each date: peers that are not there are no peers.
    """
    if not catalogue.ranks or not len(table):
        return table
    days = table.column("as_of").cast(pa.int32()).to_numpy()
    ends = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    slices = [table.slice(a, b - a) for a, b in zip(ends, ends[1:], strict=False)]
    return pa.concat_tables(
        PeerRanks.of(catalogue.ranks, each.column).added(each) for each in slices
    )


def _alike(column: pa.ChunkedArray) -> dict[str, Rows]:
    """The rows that hold each word of a column."""
    coded = pa.chunked_array([column.cast(pa.string()).combine_chunks()]).dictionary_encode()
    whole = coded.combine_chunks()
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return {word: np.flatnonzero(codes == i) for i, word in enumerate(whole.dictionary.to_pylist())}


def _numbers(column: pa.ChunkedArray) -> Floats:
    known = column.cast(pa.float64())
    filled = known.fill_null(float("nan")) if known.null_count else known
    return np.asarray(filled.to_numpy(), np.float64)


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else float("nan")
