"""Which of a score's reasons is told first."""

from collections.abc import Iterable, Sequence

import numpy as np

from models.score import OTHERS, Band, Reason, Score
from serving.store.packing import REASON, REASONS

TOWARDS = dict.fromkeys(Band, 1.0) | {Band.GREEN: -1.0, Band.GREY: 0.0}
"""The sign of the contributions that speak for a band; none speak for grey."""


def leading_reason(score: Score) -> Reason | None:
    """The largest reason that speaks for the band; the largest of all where none does."""
    return leading(score.band, score.reasons)


def leading(band: Band, reasons: Iterable[Reason]) -> Reason | None:
    """The same of reasons, largest first; no more of them are looked at than need be."""
    first = None
    for reason in reasons:
        if reason.signal == OTHERS:
            continue
        if reason.contribution * TOWARDS[band] > 0:
            return reason
        first = first or reason
    return first


def pack_leading(packed: Sequence[bytes], bands: Sequence[Band], others: int) -> list[bytes]:
    """The same of packed reasons, packed; of all accounts at once, as a load has a million.

    Args:
        packed: the reasons of each account.
        bands: of the accounts.
        others: the code for all other signals together; 0 where none has it.

    Returns:
        One reason an account; no bytes where there is none.
    """
    joined = b"".join(packed)
    table = np.frombuffer(joined, REASONS)
    sizes = np.fromiter(map(len, packed), np.int64, len(packed)) // REASON.size
    account = np.repeat(np.arange(len(packed)), sizes)
    towards = np.array([TOWARDS[band] for band in bands])[account]
    named = table["code"] != others
    chosen = np.full(len(packed), -1)
    for such in (named, named & (table["share"] * towards > 0)):
        last_to_first = np.flatnonzero(such)[::-1]  # what is written last stays
        chosen[account[last_to_first]] = last_to_first
    size = REASON.size
    return [joined[size * n : size * (n + 1)] if n >= 0 else b"" for n in chosen.tolist()]
