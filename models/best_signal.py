"""The best single signal, chosen as anyone could have chosen it: from what was known before."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from models.dataset import Dataset
from models.leaks.alone import Question, aucs
from models.leaks.watched import watch
from models.material import Material
from models.score import HORIZONS
from models.walkforward import OutOfTime, blocks

FLAVOUR = "logistic"
FARTHEST = 90
"""Days of the longest horizon to choose by: what matures early enough."""
ROWS = 20_000
"""Rows looked at to choose; of larger data whole accounts are drawn."""


def best_signal(material: Material) -> OutOfTime:
    """Out-of-time predictions of each block's best signal alone.

    The signal with the highest AUC within dates, on the rows whose outcome was certain when
    the block began. Blocks before which nothing was certain have no prediction.
    """
    small = material.sampled(ROWS)
    begins = [block[0] for block in blocks(material.dataset.dates, material.how.blocks)]
    wait = timedelta(days=material.how.embargo)
    chosen = {day: chosen_at(small, day - wait) for day in begins}
    walks = {name: material.walk(FLAVOUR, [name]) for name in set(chosen.values()) if name}
    found = material.walk("constant", [])
    odds = {interval: np.full(len(found.block_of), np.nan) for interval in found.log_odds}
    for day, name in chosen.items():
        rows = found.block_of == day.toordinal()
        for interval, values in odds.items():
            source = walks[name] if name else found
            values[rows] = source.log_odds[interval][rows]
    return OutOfTime(odds, found.block_of, found.embargo)


def chosen_at(material: Material, day: date) -> str:
    """The best signal by what was certain on `day`; empty where nothing was."""
    known = as_known(material.dataset, day)
    rows = np.asarray(material.dataset.ordinals < day.toordinal())
    before = replace(material, dataset=known.take(rows), inputs=material.inputs[rows])
    for horizon in _longest_first(material):
        watched = watch(before, horizon)
        if watched.lost.any() and not watched.lost.all():
            figures = aucs(watched, Question(watched.lost, ~watched.lost))
            return watched.names[int(np.argmax(figures))]
    return ""


def as_known(dataset: Dataset, day: date) -> Dataset:
    """The dataset with only the outcomes that were certain on `day`.

    A minimum lead time that leaves no loss to choose by is no reason to choose nothing.
    """
    lead = dataset.lead if dataset.lead < FARTHEST else 0
    return replace(dataset, data_as_of=min(day, dataset.data_as_of), lead=lead)


def _longest_first(material: Material) -> list[int]:
    """Horizons up to the farthest to choose by, the longest first."""
    ends = {interval.end for interval in material.how.intervals}
    return [h for h in reversed(HORIZONS) if h in ends and h <= FARTHEST]
