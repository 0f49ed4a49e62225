"""The months before losses: how leavers differed from accounts like them, by months ahead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.dataset import Mask
from models.insights.base import Base
from models.insights.contrast import Contrast, Difference, contrast, joined, within
from models.insights.rank_scores import normal_scores

MONTH_DAYS = 30
MONTHS = 12
BLOCK = 50
"""Columns worked on at once, so that memory does not grow with the catalogue."""
LASTING = range(1, 7)
"""Months ahead, 0 being the last before the loss, whose mean difference ranks the signals."""


@dataclass(frozen=True)
class Month:
    """Who is compared in one month of the time before losses.

    Attributes:
        ahead: whole months between the snapshot and the loss; 0 is the last month.
        leaving: rows whose account was lost in the 30 days from `30 * ahead` days on.
        staying: rows whose account was still there after those 30 days, whatever came later
            (risk-set sampling: Prentice and Breslow, Biometrika 1978).
    """

    ahead: int
    leaving: Mask
    staying: Mask

    @property
    def days(self) -> int:
        """The least days from snapshot to loss."""
        return MONTH_DAYS * self.ahead


def months(base: Base) -> Iterator[Month]:
    """Each month ahead of losses, as far as outcomes are certain."""
    data = base.dataset
    for ahead in range(MONTHS):
        begin, end = MONTH_DAYS * ahead, MONTH_DAYS * (ahead + 1)
        certain = data.matured(end, data.data_as_of)
        leaving = certain & data.lost_within(end) & (data.event_days > begin)
        staying = certain & data.followed(end) & ~data.lost_within(end)
        yield Month(ahead, leaving, staying & (data.event_days > end))


@dataclass(frozen=True)
class EventStudy:
    """Differences of leavers, month by month, for each column.

    Attributes:
        names: the columns.
        scores: normal scores, shape (rows, columns).
        months: who was compared.
        differences: one a month.
        lasting: their mean over the months of `LASTING`.
    """

    names: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    months: tuple[Month, ...]
    differences: tuple[Difference, ...]
    lasting: Difference


def event_study(base: Base, names: tuple[str, ...]) -> EventStudy:
    """Align every column on the losses and compare with matched accounts that stayed.

    Differences are in standard deviations of normal scores within the date, between accounts
    of the same date, class of tenure and segment, adjusted for tenure, revenue, size and time
    to renewal.
    """
    looked = tuple(months(base))
    blocks = [names[n : n + BLOCK] for n in range(0, len(names), BLOCK)]
    parts = [_differences(base, looked, block) for block in blocks]
    return EventStudy(
        names,
        np.hstack([scores for scores, _, _ in parts]),
        looked,
        tuple(joined([found[n] for _, found, _ in parts]) for n in range(MONTHS)),
        joined([lasting for _, _, lasting in parts]),
    )


def _differences(
    base: Base, looked: Sequence[Month], names: Sequence[str]
) -> tuple[npt.NDArray[np.float32], list[Difference], Difference]:
    """Of some columns the scores, the differences month by month, and the lasting ones."""
    scores = normal_scores(base.numbers(names), base.dataset.ordinals)
    adjusted = within(scores, base.strata, base.traits)
    owners = int(base.owner.max()) + 1
    found: list[Difference] = []
    lasting: Contrast | None = None
    for month in looked:
        one = contrast(adjusted, month.leaving, month.staying, base.strata, base.owner, owners)
        found.append(one.difference())
        if month.ahead in LASTING:
            lasting = one if lasting is None else lasting + one
    assert lasting is not None
    return scores.astype(np.float32), found, lasting.difference()
