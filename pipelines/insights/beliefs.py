"""The beliefs of the configuration as deeds that can be measured."""

import zlib
from collections.abc import Sequence

from features.signal import Catalogue, GroupName, Signal, SnapshotColumn, slug
from models.insights.beliefs import Belief
from models.insights.deed import Deed
from pipelines.config.insights import Belief as Stated
from pipelines.errors import InputError
from pipelines.ingest.problems import nearest
from pipelines.insights.topics import counting


def event_signals(stated: Sequence[Stated]) -> tuple[Signal, ...]:
    """The signals that count the events of beliefs over their first days, each once."""
    found = {_event_name(b): _event_signal(b) for b in stated if b.event}
    return tuple(found.values())


def beliefs_of(stated: Sequence[Stated], catalogue: Catalogue) -> tuple[Belief, ...]:
    """Each belief with the snapshot column that measures it.

    Args:
        stated: as the configuration has them.
        catalogue: all signals, those of `event_signals` among them.

    Raises:
        InputError: a belief names a signal that no column measures, or a word column.
    """
    return tuple(_belief(each, catalogue) for each in stated)


def _belief(stated: Stated, catalogue: Catalogue) -> Belief:
    column = _column(stated, catalogue)
    limit = stated.at_least if stated.at_least is not None else stated.at_most
    deed = Deed(column, float(limit or 0.0), stated.by_day, stated.at_least is not None)
    return Belief(stated.claim, deed, stated.worthwhile)


def _column(stated: Stated, catalogue: Catalogue) -> SnapshotColumn:
    if stated.event:
        return catalogue.column(f"{GroupName.CONSUMPTION}__{_event_name(stated)}_{stated.by_day}d")
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


def _event_name(stated: Stated) -> str:
    spelled = zlib.crc32(stated.event.encode())
    return f"belief_{slug(stated.event)}_{spelled:08x}_by_{stated.by_day}"


def _event_signal(stated: Stated) -> Signal:
    where = (("event", (stated.event,)),)
    meaning = f"records of “{stated.event}”"
    return counting(_event_name(stated), "usage", where, meaning, stated.by_day)
