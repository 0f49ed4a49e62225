"""An account whose numbers were changed, ranked anew among the others of its date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.ladders import PeerRanks
from features.row_file import SignalRow


def reranked(row: SignalRow, ranks: PeerRanks | None) -> SignalRow:
    """The row with the ranks of its numbers as they are now among the others of its date."""
    if ranks is None:
        return row
    values = row.values.copy()
    for name, rank in ranks.of_cells(row.cells).items():
        values[row.layout.place[name]] = rank
    return replace(row, values=values)


def of_ranks(ranks: PeerRanks | None) -> Mapping[str, Sequence[str]]:
    """By signal the columns that rank it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, of in ranks.ranked.items() if ranks else ():
        found[of].append(name)
    return found
