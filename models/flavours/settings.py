"""Flavours with the settings that tuning found, and with a season where there is a month."""

from collections.abc import Mapping
from dataclasses import replace

from models.encoding import InputSchema
from models.flavours.base import Flavour
from models.flavours.blend import Blend
from models.flavours.seasonal import Seasonal, season_column
from models.flavours.space import Setting, with_setting


def with_settings(
    flavours: Mapping[str, Flavour], settings: Mapping[str, Setting]
) -> dict[str, Flavour]:
    """The same flavours; those named in `settings` with other values.

    A blend takes those of its parts.
    """
    found = {name: with_setting(f, settings.get(name, {})) for name, f in flavours.items()}
    blend = found.get("blend")
    if isinstance(blend, Blend):
        trees = with_setting(blend.trees, settings.get("lightgbm", {}))
        line = with_setting(blend.line, settings.get("logistic", {}))
        found["blend"] = replace(blend, trees=trees, line=line)
    return found


WITH_SEASON = ("lightgbm", "logistic", "blend", "shrunken")
"""The flavours that read every signal."""


def seasonal(flavours: Mapping[str, Flavour], schema: InputSchema) -> dict[str, Flavour]:
    """The same flavours; those of many signals with a season, if the month is among them."""
    if season_column(schema) is None:
        return dict(flavours)
    return {n: Seasonal(n, f) if n in WITH_SEASON else f for n, f in flavours.items()}
