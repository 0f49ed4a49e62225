"""Attributes: what only this company knows of its accounts, one column each."""

import zlib
from collections.abc import Iterable

from features.measures import Current
from features.signal import NAMELESS, Catalogue, GroupName, Signal, slug

NUMBERS_FOLLOWED = WORDS_FOLLOWED = 12
"""How many of the attributes known of most accounts get columns, by kind."""


def with_attributes(catalogue: Catalogue, numbers: Iterable[str], words: Iterable[str]) -> Catalogue:
    """The catalogue with a column for each attribute at the end of the profile.

    An attribute gives its column its name. One whose name another has taken (`Channel` after
    `channel`), or has no letters that fit a column, is told apart by the checksum of its spelling.
    """
    for column, attributes in (("number", numbers), ("word", words)):
        for attribute in dict.fromkeys(attributes):
            signals = (_signal(_name(catalogue, attribute), attribute, column),)
            catalogue = catalogue.with_signals(GroupName.PROFILE, signals)
    return catalogue


def _signal(name: str, attribute: str, column: str) -> Signal:
    where = (("attribute", (attribute,)),)
    return Signal(name, "attributes", Current(column), f"“{attribute}”", where=where, empty=None)


def _name(catalogue: Catalogue, attribute: str) -> str:
    """A name that is free in the catalogue, and that of its rank among peers as well."""
    names = {c.signal.name for c in catalogue.computed if c.group is GroupName.PROFILE}
    taken, plain = names | {f"{name}_rank" for name in names}, f"own_{slug(attribute)}"
    if slug(attribute) != NAMELESS and taken.isdisjoint((plain, f"{plain}_rank")):
        return plain
    return f"{plain}_{zlib.crc32(attribute.encode()):08x}"
