"""Flavours with the settings that tuning found; a blend takes those of its parts."""

from collections.abc import Mapping
from dataclasses import replace

from models.flavours.base import Flavour
from models.flavours.blend import Blend
from models.flavours.space import Setting, with_setting


def with_settings(
    flavours: Mapping[str, Flavour], settings: Mapping[str, Setting]
) -> dict[str, Flavour]:
    """The same flavours; those named in `settings` with other values."""
    found = {name: with_setting(f, settings.get(name, {})) for name, f in flavours.items()}
    blend = found.get("blend")
    if isinstance(blend, Blend):
        trees = with_setting(blend.trees, settings.get("lightgbm", {}))
        line = with_setting(blend.line, settings.get("logistic", {}))
        found["blend"] = replace(blend, trees=trees, line=line)
    return found
