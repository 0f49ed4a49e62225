"""Which of a score's reasons is told first."""

from models.score import OTHERS, Band, Reason, Score


def leading_reason(score: Score) -> Reason | None:
    """The largest reason that speaks for the band; the largest of all where none does."""
    first = None
    for reason in score.reasons:
        if reason.signal == OTHERS:
            continue
        if _speaks_for(score.band, reason):
            return reason
        first = first or reason
    return first


def _speaks_for(band: Band, reason: Reason) -> bool:
    if band is Band.GREEN:
        return reason.contribution < 0
    return band is not Band.GREY and reason.contribution > 0
