"""What may be tuned of a flavour, declared beside the flavour's own defaults.

Nothing here knows the tuner: a range is data, and a setting is a plain mapping from the
names of a flavour's fields to values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

Setting = dict[str, float | int | bool]
"""Values of a flavour's fields, by name."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; on a logarithmic scale unless said."""

    name: str
    low: float
    high: float
    whole: bool = False
    log: bool = True


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    name: str


Space = tuple[Range | Switch, ...]

AnyFlavour = TypeVar("AnyFlavour", bound=Any)


def setting_of(flavour: object, space: Space) -> Setting:
    """The values a flavour has now."""
    return {part.name: getattr(flavour, part.name) for part in space}


def with_setting(flavour: AnyFlavour, setting: Mapping[str, float | int | bool]) -> AnyFlavour:
    """The flavour with other values; it must be a dataclass with fields of these names."""
    changed: AnyFlavour = replace(flavour, **setting)
    return changed
