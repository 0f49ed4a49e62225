"""Which of a score's reasons is told first."""

from collections.abc import Iterable

from models.score import OTHERS, Band, Reason, Score


def leading_reason(score: Score) -> Reason | None:
    """The largest reason that speaks for the band; the largest of all where none does."""
    return leading(score.band, score.reasons)


def leading(band: Band, reasons: Iterable[Reason]) -> Reason | None:
    """The same of reasons, largest first; no more of them are looked at than need be."""
    first = None
    for reason in reasons:
        if reason.signal == OTHERS:
            continue
        if _speaks_for(band, reason):
            return reason
        first = first or reason
    return first


def _speaks_for(band: Band, reason: Reason) -> bool:
    if band is Band.GREEN:
        return reason.contribution < 0
    return band is not Band.GREY and reason.contribution > 0
