"""The catalogue: every signal, by group, in column order."""

import zlib
from collections.abc import Sequence

from features.segments import DEFAULT_SEGMENTS, Segments
from features.signal import NAMELESS, Catalogue, GroupName, Signal, slug
from features.signals import adoption, consumption, engagement, experience, profile, risk

DECLARED = Catalogue((consumption.GROUP, adoption.GROUP, engagement.GROUP, experience.GROUP, risk.GROUP, profile.GROUP))
CATALOGUE = DECLARED.with_signals(GroupName.PROFILE, profile.of_segments(DEFAULT_SEGMENTS))

EVENTS_FOLLOWED = 8
"""How many of the events that most accounts use get signals of their own."""


def catalogue_for(events: Sequence[str], segments: Segments = DEFAULT_SEGMENTS) -> Catalogue:
    """The catalogue of a company whose main events are `events`, with its own segments.

    An event gives its columns their name. One whose columns another signal or event has
    taken already (`Login` after `login`, or an event called `volume`), or whose name has
    no letters that fit a column, is told apart by the checksum of its own spelling.
    """
    catalogue = DECLARED.with_signals(GroupName.PROFILE, profile.of_segments(segments))
    for event in dict.fromkeys(events):
        signals = _of_event(catalogue, event)
        catalogue = catalogue.with_signals(GroupName.CONSUMPTION, signals)
    return catalogue


def _of_event(catalogue: Catalogue, event: str) -> tuple[Signal, ...]:
    """The event's signals under names that are free in the catalogue."""
    taken = {c.signal.name for c in catalogue.columns if c.group is GroupName.CONSUMPTION}
    plain = consumption.of_event(event, slug(event))
    if slug(event) != NAMELESS and taken.isdisjoint(s.name for s in plain):
        return plain
    return consumption.of_event(event, f"{slug(event)}_{zlib.crc32(event.encode()):08x}")
