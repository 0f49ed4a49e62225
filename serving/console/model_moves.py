"""Which bands would be others under another model, made ready to print."""

from dataclasses import dataclass
from datetime import date

from models.score import Band
from serving import format
from serving.workshop import BandMoves


@dataclass(frozen=True, slots=True)
class MoveShown:
    """Accounts that would go one way."""

    before: Band
    after: Band
    accounts: str


@dataclass(frozen=True, slots=True)
class MovesShown:
    """All of them.

    Attributes:
        looked_at: of how many accounts, in words.
        problem: why it cannot be told; empty where it can.
    """

    as_of: date | None = None
    rows: tuple[MoveShown, ...] = ()
    changed: str = ""
    looked_at: str = ""
    problem: str = ""


def moves_shown(found: BandMoves) -> MovesShown:
    """The moves, most accounts first."""
    changed = sum(move.accounts for move in found.moves)
    whole = found.looked_at >= found.accounts
    looked_at = format.count(found.looked_at)
    if not whole:
        looked_at = f"the first {looked_at} of {format.count(found.accounts)}"
    return MovesShown(
        as_of=found.as_of,
        rows=tuple(MoveShown(m.before, m.after, format.count(m.accounts)) for m in found.moves),
        changed=format.count(changed),
        looked_at=looked_at,
    )
