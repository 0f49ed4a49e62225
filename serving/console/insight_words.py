"""Insights in sentences, from the plain values that `forewarn insights` wrote."""

import math
from collections.abc import Mapping
from typing import Any

from serving.format import MINUS, NARROW_SPACE, UNKNOWN

Part = Mapping[str, Any]
MOST_ECHOES = 3


def number(value: float | None) -> str:
    """A number in three figures, without needless decimals."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value and abs(value) < 0.01:
        return f"{value:.1g}".replace("-", MINUS)
    digits = 0 if abs(value) >= 99.5 or value == round(value) else 1 if abs(value) >= 9.95 else 2
    return f"{value:,.{digits}f}".replace("-", MINUS)


def share(value: float | None) -> str:
    """A share as a whole percentage, a dash where it is not known."""
    return UNKNOWN if value is None else f"{100 * value:.0f}{NARROW_SPACE}%"


def points(value: float) -> str:
    """A signed difference of shares in percentage points."""
    rounded = round(100 * value)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def typical(found: Part) -> str:
    """Leavers against those that stayed: `5 against 9`."""
    leaving, staying = found["typical"]
    mean = "mean " if found["middle"] == "mean" else ""
    return f"{mean}{number(leaving)} against {number(staying)}"


def moves(days: int | None) -> str:
    """How early a signal moves."""
    if days is None:
        return "not clear"
    return f"{days} days before" if days else "in the last month"


def echoes(columns: list[Part]) -> str:
    """Signals that tell the same; empty where there are none."""
    meanings = list(dict.fromkeys(str(column["meaning"]) for column in columns))
    more = f" and {len(meanings) - MOST_ECHOES} more" if len(meanings) > MOST_ECHOES else ""
    return f"also {', '.join(meanings[:MOST_ECHOES])}{more}" if meanings else ""


def effect(found: Part | None, within: int) -> str:
    """An adjusted difference with its range, in one sentence."""
    if found is None:
        return "Too few accounts did it, did not do it, or left."
    did, did_not = found["stay"]
    return (
        f"{share(did)} of accounts like it stayed {within} days, {share(did_not)} without it:"
        f" {points(found['value'])} points ({points(found['low'])} to {points(found['high'])};"
        f" {found['doing']} of {found['accounts']} accounts did it)."
    )


def doubt(found: Part | None) -> str:
    """What would explain a difference away; empty where nothing can be said."""
    if found is None or found.get("e_value") is None:
        return ""
    return (
        "To explain it away, something not recorded would have to go"
        f" {found['e_value']:.1f} times as often with both the deed and leaving."
    )


def trial(found: Part | None) -> str:
    """The experiment that could prove it; empty where none can be planned."""
    if not found or found.get("per_arm") is None:
        return ""
    return (
        f"To prove it, help a random half of new accounts to it: {found['per_arm']:,} accounts an"
        f" arm would show a fall of losses from {share(found['losses'])} to"
        f" {share(found['hoped'])}."
    )


def common(found: Part) -> str:
    """The shares of a behaviour, segment by segment."""
    side = "above" if found["rises"] else "at most"
    return "; ".join(
        f"{each['segment']}: {share(each['healthy'])} of healthy, {share(each['others'])} of"
        f" others {side} {number(each['threshold'])}"
        for each in found["segments"]
    )


def moments_that_fail(found: Part) -> str:
    """What became of the deeds that do not hold, or why none was looked for."""
    if found["reason"]:
        return f"{found['reason'][0].upper()}{found['reason'][1:]}."
    rest = [each for each in found["told"] if each["verdict"] != "holds"]
    if not rest:
        return "" if found["told"] else f"None of {found['searched']:,} deeds looked promising."
    fail = sum(each["verdict"] != "not enough evidence" for each in rest)
    return (
        f"{len(rest)} deeds looked promising on one half of the accounts; on the other half "
        f"{fail or 'none'} did not hold, and for {len(rest) - fail or 'none'} the evidence is not "
        "enough."
    )
