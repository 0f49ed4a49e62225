"""The catalogue: every signal, by group, in column order."""

from collections.abc import Sequence

from features.signal import Catalogue, GroupName, slug
from features.signals import adoption, consumption, engagement, experience, profile, risk

CATALOGUE = Catalogue((consumption.GROUP, adoption.GROUP, engagement.GROUP, experience.GROUP, risk.GROUP, profile.GROUP))

EVENTS_FOLLOWED = 8
"""How many of a company's most used events get signals of their own."""


def catalogue_for(events: Sequence[str]) -> Catalogue:
    """The catalogue of a company whose main events are `events`.

    Events whose names differ only in case or punctuation share one column name; the
    first of them is followed.
    """
    followed: dict[str, str] = {}
    for event in events:
        followed.setdefault(slug(event), event)
    catalogue = CATALOGUE
    for name, event in followed.items():
        signals = consumption.of_event(event, name)
        catalogue = catalogue.with_signals(GroupName.CONSUMPTION, signals)
    return catalogue
