"""The beliefs of the configuration as deeds that can be measured."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from features.measures import Count
from features.signal import Catalogue, GroupName, Signal, SnapshotColumn, slug
from models.dataset import Dataset
from models.insights.beliefs import Belief
from models.insights.deed import Deed
from models.insights.landmark import LATE_DAYS
from models.metrics.bootstrap import Vector
from pipelines.config.insights import Belief as Stated
from pipelines.errors import InputError
from pipelines.ingest.problems import nearest

GROUP = GroupName.CONSUMPTION


def event_signals(stated: Sequence[Stated]) -> tuple[Signal, ...]:
    """The signals that count the events of beliefs over their first days, each once."""
    return tuple(dict.fromkeys(_event_signal(b) for b in stated if b.event))


def beliefs_of(stated: Sequence[Stated], catalogue: Catalogue) -> tuple[Belief, ...]:
    """Each belief with the snapshot column that measures it.

    Args:
        stated: as the configuration has them.
        catalogue: all signals that may be named.

    Raises:
        InputError: a belief names a signal that no column measures, or a word column.
    """
    return tuple(_belief(each, catalogue) for each in stated)


def _belief(stated: Stated, catalogue: Catalogue) -> Belief:
    column = _column(stated, catalogue)
    limit = stated.at_least if stated.at_least is not None else stated.at_most
    at_least, exact = stated.at_least is not None, bool(stated.event)
    deed = Deed(column, float(limit or 0.0), stated.by_day, at_least, exact)
    return Belief(stated.claim, deed, stated.worthwhile)


def _column(stated: Stated, catalogue: Catalogue) -> SnapshotColumn:
    if stated.event:
        return _first_days(stated)
    named = [
        c for c in catalogue.columns if stated.signal in (c.name, f"{c.group}__{c.signal.name}")
    ]
    fitting = [c for c in named if c.name == stated.signal] or sorted(
        (c for c in named if c.window is None or c.window <= stated.by_day),
        key=lambda c: -(c.window or 0),
    )
    if not fitting or fitting[0].signal.is_word:
        raise InputError(_unusable(stated, named, [c.name for c in catalogue.columns]))
    return fitting[0]


def _unusable(stated: Stated, named: Sequence[SnapshotColumn], known: Sequence[str]) -> str:
    begin = f"[[insights.beliefs]] {stated.claim!r}: signal {stated.signal!r}"
    if named and named[0].signal.is_word:
        return f"{begin} holds words, not numbers: name a signal that is a number."
    if named:
        windows = ", ".join(c.name for c in named)
        return (
            f"{begin} looks back further than by_day = {stated.by_day}: name one of {windows}, or "
            "raise by_day."
        )
    near = nearest(stated.signal, known)
    hint = f"Did you mean {near}? " if near else ""
    return f"{begin} is no signal. {hint}`forewarn signals` lists all columns."


def with_first_days(dataset: Dataset, stated: Sequence[Stated], age: Vector) -> Dataset:
    """The dataset with the counts of each belief's event in the first days of life.

    The first snapshot after `by_day` comes up to 35 days later. What happened in these days is
    taken off the count of all of history.

    Args:
        dataset: with the columns of `event_signals`.
        stated: as the configuration has them.
        age: days as a customer, shape (rows,).
    """
    further = {}
    for belief in stated:
        if belief.event:
            later = np.clip(np.nan_to_num(age).astype(int) - belief.by_day, 0, LATE_DAYS)
            signal = _event_signal(belief)
            names = [SnapshotColumn(GROUP, signal, w or None).name for w in range(LATE_DAYS + 1)]
            counts = dataset.frame[names].to_numpy(np.float64, na_value=np.nan)
            after = np.where(later > 0, counts[np.arange(len(later)), later], 0.0)
            further[_first_days(belief).name] = counts[:, 0] - after
    return replace(dataset, frame=dataset.frame.assign(**further))


def _first_days(stated: Stated) -> SnapshotColumn:
    """The column of an event's count in the first days of life."""
    signal = _event_signal(stated)
    meaning = f"{signal.meaning} in the first {stated.by_day} days"
    return SnapshotColumn(
        GROUP, replace(signal, name=f"{signal.name}_first", meaning=meaning), None
    )


def _event_signal(stated: Stated) -> Signal:
    """Counts an event over all of history, and over each of the last days since `by_day`."""
    spelled = zlib.crc32(stated.event.encode())
    return Signal(
        f"belief_{slug(stated.event)}_{spelled:08x}_by_{stated.by_day}",
        "usage",
        Count(),
        f"records of “{stated.event}”",
        (None, *range(1, LATE_DAYS + 1)),
        (("event", (stated.event,)),),
    )
