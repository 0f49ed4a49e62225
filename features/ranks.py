"""Signals as ranks: which share of an account's peers has less, at the same date.

Peers are the accounts of the snapshot that share a word (a plan, a tier), or all of them. Ranks
are made of a date's finished rows, whatever computed these; see `features.ladders`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from features.measures import Lens, Measure
from features.measures.lens import Numeric
from features.signal import Catalogue, Signal, SnapshotColumn

EVERYONE = "company"
"""Names as peers all accounts of the date."""


@dataclass(frozen=True)
class Rank(Numeric):
    """The share of peers with a lower value of a column, those with the same counted by half.

    Attributes:
        of: the column that is ranked.
        peers: the word column whose word peers share, or `EVERYONE`.
        measure: what is ranked.
    """

    of: str
    peers: str
    measure: Measure

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the ranked measure reads."""
        return self.measure.columns

    @property
    def elsewhere(self) -> Mapping[str, tuple[str, ...]]:  # type: ignore[override]
        """Likewise of other tables."""
        return self.measure.elsewhere

    def over(self, lens: Lens) -> NoReturn:
        """No facts of one account tell how it stands among others."""
        del lens
        raise TypeError(f"the rank of {self.of} is made of a date's rows, not computed from facts")


def with_ranks(catalogue: Catalogue, peers: str) -> Catalogue:
    """The catalogue with a rank among peers for every number in it.

    Args:
        catalogue: without ranks.
        peers: a word column of it, or `EVERYONE`.

    Raises:
        ValueError: `peers` is no column of words.
    """
    shared = {c.name: c.signal for c in catalogue.computed if c.signal.is_word}
    if peers != EVERYONE and peers not in shared:
        raise ValueError(
            f"{peers!r} is no column of words by which accounts are alike: give "
            f"{EVERYONE!r} for all accounts, or one of {', '.join(sorted(shared))}"
        )
    among = shared.get(peers)
    ranks = (_rank(c, peers, among) for c in catalogue.computed if not c.signal.is_word)
    return replace(catalogue, ranks=tuple(ranks))


def _rank(column: SnapshotColumn, peers: str, among: Signal | None) -> SnapshotColumn:
    """The rank of a column as a column of its own."""
    signal = column.signal
    alike = f"accounts with the same {among.meaning}" if among else "all accounts"
    rank = Signal(
        name=f"{signal.name}_rank",
        table=signal.table,
        measure=Rank(column.name, peers, signal.measure),
        meaning=f"share of {alike} that have less: {signal.meaning}",
        windows=(column.window,),
        direction=signal.direction,
        empty=None,
        changing=signal.changing or (among is not None and among.changing),
    )
    return SnapshotColumn(column.group, rank, column.window)


def rank_of(rank: SnapshotColumn) -> Rank:
    """What a rank column ranks, and among whom.

    Raises:
        TypeError: it is a column of another kind.
    """
    measure = rank.signal.measure
    if not isinstance(measure, Rank):
        raise TypeError(f"{rank.name} is no rank")
    return measure
