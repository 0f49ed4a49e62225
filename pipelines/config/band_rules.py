"""Rules of `[bands]` and its tiers that one key alone cannot see."""

from collections.abc import Iterator, Mapping
from typing import Any

from features.segments import DEFAULT_SEGMENTS
from pipelines.config.positions import Path
from pipelines.config.rules import Trouble
from pipelines.ingest.problems import suggestion

NEEDED: dict[str, tuple[str, ...]] = {
    "capacity": (),
    "value": ("cost_of_acting", "share_saved"),
    "fixed": ("red_from",),
}
"""The keys that each rule for red cannot do without."""
READ: dict[str, tuple[str, ...]] = {
    "red_capacity": ("capacity", "value"),
    "cost_of_acting": ("value",),
    "share_saved": ("value",),
    "red_from": ("fixed",),
    "green_below": ("fixed",),
}
"""The rules that read each key."""

Values = Mapping[str, Any]


def broken_bands(raw: Values) -> list[Trouble]:
    """What `[bands]` breaks; values of the wrong type are left to others."""
    bands = _section(raw, "bands")
    given = _section(bands, "tiers")
    allowed = list(_section(raw, "tiers")) or [name for name, _ in DEFAULT_SEGMENTS.tiers]
    found = [*_rule(("bands",), bands, bands)]
    for name in given:
        path: Path = ("bands", "tiers", name)
        if name not in allowed:
            found.append(Trouble(path, "there is no such tier", suggestion(name, allowed)))
        own = _section(given, name)
        found += _rule(path, own, {**bands, **own})
    return found


def _rule(path: Path, own: Values, whole: Values) -> Iterator[Trouble]:
    """What the keys of one section break.

    Args:
        path: of the section.
        own: the keys written in it.
        whole: these, and what they take over from [bands].
    """
    rule = whole.get("red", "capacity")
    if not isinstance(rule, str) or rule not in NEEDED:
        return
    said = f'red = "{rule}"'
    for key in NEEDED[rule]:
        if key not in whole:
            yield Trouble((*path, "red"), f"{said} needs {key}", f"Add {key} beside it.", rule)
    for key, rules in READ.items():
        if key in own and rule not in rules:
            wanted = " or ".join(f'red = "{each}"' for each in rules)
            remedy = f"Leave it out, or set {wanted}."
            yield Trouble((*path, key), f"{said} does not read it", remedy, own[key])
    yield from _order(path, own, whole)


def _order(path: Path, own: Values, whole: Values) -> Iterator[Trouble]:
    red, green = _number(whole, "red_from"), _number(whole, "green_below")
    if not ("green_below" in own or "red_from" in own) or not green > red:
        return
    key = "green_below" if "green_below" in own else "red_from"
    reason = f"green would reach into red: green_below {green} is above red_from {red}"
    yield Trouble((*path, key), reason, "Let green_below be at most red_from.", own[key])


def _number(values: Values, key: str) -> float:
    """A key's number; not-a-number, which is neither above nor below, where it has none."""
    value = values.get(key)
    try:
        return float(value) if isinstance(value, int | float) else float("nan")
    except OverflowError:  # no chance either, which is told of the key itself
        return float("nan")


def _section(raw: Values, name: str) -> dict[str, Any]:
    section = raw.get(name)
    return section if isinstance(section, dict) else {}
